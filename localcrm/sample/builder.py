"""Collects sample rows with ids and audit fields that depend on the seed and the day alone."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from localcrm import ids
from localcrm.fields import Record, Value
from localcrm.objects.activity import TASK_CLOSED
from localcrm.objects.sales import STAGES
from localcrm.sample.places import Place
from localcrm.schema import SCHEMA
from localcrm.stamps import stamp

_STAGES = {stage.name: stage for stage in STAGES}


class Builder:
    """`rows` holds the records per object in order of creation."""

    def __init__(self, seed: int, today: date) -> None:
        self.random = Random(seed)  # noqa: S311 - a sample, not a secret
        self.today = today
        self.rows: dict[str, list[Record]] = {o.name: [] for o in SCHEMA}
        self.counts: Counter[str] = Counter()
        self.system_user = ""
        self._by_id: dict[str, Record] = {}
        self._domains: set[str] = set()

    def moment(self, days_ago: int, hour: int | None = None) -> datetime:
        """A moment in working hours, `days_ago` before today."""
        chosen = self.random.randint(7, 16) if hour is None else hour
        at = time(chosen, self.random.randint(0, 59), self.random.randint(0, 59))
        return datetime.combine(self.today - timedelta(days=days_ago), at, tzinfo=UTC)

    def day(self, days_from_now: int) -> str:
        return (self.today + timedelta(days=days_from_now)).isoformat()

    def add(
        self, name: str, created: datetime, values: Record, *, by: str | None = None, modified: datetime | None = None
    ) -> str:
        sobject = SCHEMA.get(name)
        self.counts[name] += 1
        record_id = ids.mint(sobject.prefix, self.counts[name])
        author = by or self.system_user or record_id
        row: Record = {f.name: f.default for f in sobject.fields} | values
        row |= {"Id": record_id, "IsDeleted": False, "CreatedById": author, "LastModifiedById": author}
        # Nothing is stamped later than yesterday: what lies ahead would look like a change once its hour comes.
        latest = datetime.combine(self.today, time.min, tzinfo=UTC) - timedelta(seconds=1)
        changed = stamp(min(modified or created, latest))
        row |= {"CreatedDate": stamp(min(created, latest)), "LastModifiedDate": changed, "SystemModstamp": changed}
        if name in ("Lead", "Contact", "User", "Individual"):
            row["Name"] = " ".join(str(row[n]) for n in ("FirstName", "LastName") if row[n])
        self.rows[name].append(row)
        self._by_id[record_id] = row
        return record_id

    def row(self, record_id: str) -> Record:
        return self._by_id[record_id]

    def opportunity(self, created: datetime, account_id: str, owner: str, stage: str, values: Record) -> str:
        reached = _STAGES[stage]
        outcome: Record = {"IsClosed": reached.closed, "IsWon": reached.won}
        outcome |= {"Probability": float(reached.probability), "ForecastCategoryName": reached.forecast}
        common: Record = {"AccountId": account_id, "OwnerId": owner, "StageName": stage}
        common["LastStageChangeDate"] = stamp(created)
        return self.add("Opportunity", created, common | outcome | values, by=owner)

    def task(self, created: datetime, owner: str, subject: str, related: Record, *, due: int, done: bool) -> str:
        """`related` names WhoId and/or WhatId; `due` counts days from today."""
        values: Record = {
            "Subject": subject,
            "OwnerId": owner,
            "ActivityDate": self.day(due),
            "Status": TASK_CLOSED if done else "Not Started",
            "IsClosed": done,
            "CompletedDateTime": stamp(created) if done else None,
            **related,
        }
        record_id = self.add("Task", created, values, by=owner)
        self._touch(self.row(record_id), done)
        return record_id

    def event(self, start: datetime, owner: str, subject: str, related: Record) -> str:
        values: Record = {
            "Subject": subject,
            "OwnerId": owner,
            "StartDateTime": stamp(start),
            "EndDateTime": stamp(start + timedelta(minutes=45)),
            "DurationInMinutes": 45,
            "ActivityDate": start.date().isoformat(),
            "Type": "Meeting",
            **related,
        }
        record_id = self.add("Event", min(start, self.moment(1)) - timedelta(days=4), values, by=owner)
        self._touch(self.row(record_id), start.date() <= self.today)
        return record_id

    def phone(self, place: Place) -> str:
        # The first digit of an area code is never 0 or 1.
        digits = [str(self.random.randint(2, 9) if i == 0 else self.random.randint(0, 9)) for i in range(12)]
        return "".join(digits.pop(0) if ch == "#" else ch for ch in place.phone)

    def domain(self, company: str) -> str:
        """A fresh domain for a company name, always under the reserved `.example`."""
        base = slug(company)
        name, number = f"{base}.example", 2
        while name in self._domains:
            name, number = f"{base}{number}.example", number + 1
        self._domains.add(name)
        return name

    def _touch(self, activity: Record, happened: bool) -> None:
        who, what = activity.get("WhoId"), activity.get("WhatId")
        person = self._by_id.get(str(who)) if who else None
        account: Value = what if str(what).startswith("001") else None
        if account is None and what:
            account = self._by_id[str(what)].get("AccountId")
        if account is None and person is not None:
            account = person.get("AccountId")
        activity["AccountId"] = account
        if not happened:
            return
        for record_id in {str(x) for x in (who, what, account) if x}:
            row = self._by_id[record_id]
            if row["LastActivityDate"] is None or str(row["LastActivityDate"]) < str(activity["ActivityDate"]):
                row["LastActivityDate"] = activity["ActivityDate"]


_LEGAL = re.compile(
    r"\b(s\.?l\.?|s\.?a\.?|gmbh( & co\. kg)?|ag|sas|sarl|s\.?r\.?l\.?|s\.?p\.?a\.?|b\.?v\.?"
    r"|ltd|plc|inc|llc|sp\. z o\.o)\b\.?",
    re.IGNORECASE,
)


def slug(text: str) -> str:
    """Letters and digits for an address: `Spedition Groß GmbH` gives `spedition-gross`."""
    bare = _LEGAL.sub("", text).replace("ß", "ss").replace("ł", "l").replace("Ł", "L").replace("ı", "i")
    plain = unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))
