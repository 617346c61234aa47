"""Does the CRM hold exactly what was approved? Compared record by record, without believing any receipt.

What must be there is derived from the signed contents of the decisions; what is there is read over plain HTTP.
Everything else in the org must be as it was.
"""

from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

import httpx

from domain.casefile import CaseFile
from domain.cases import Case, CaseOutcome
from domain.decisions import APPROVALS, DecisionEnvelope, Purpose, RoundState, parse_envelope
from domain.leads import RecordRef
from domain.model import Scalar
from domain.ports import CaseDocuments, MailLog, Reviews
from domain.proposals import (
    Action,
    AddNote,
    AssignOwner,
    CloseTask,
    CreateLead,
    CreateTask,
    Disqualify,
    MergeRequest,
    Phase,
    SendEmail,
    StageChange,
    UpdateFields,
    in_phase,
    ledger_key,
)
from domain.receipts import MailState

COMPARED = ("Account", "Contact", "Lead", "Opportunity", "Task", "Event", "Agent_Write__c")
MOVES_BY_ITSELF = frozenset(
    {"SystemModstamp", "LastModifiedDate", "LastModifiedById", "LastActivityDate", "LastViewedDate", "attributes"}
)
KEY_STEM = 60
"""Created records carry the first 60 characters of their write's ledger key."""

WROTE = frozenset({CaseOutcome.WRITTEN, CaseOutcome.PARTLY_WRITTEN})

Records = dict[str, dict[str, Scalar]]
"""Record id to its fields."""


class CrmReading:
    """Reads whole objects of one org over its REST API, with client credentials."""

    def __init__(self, url: str, client_id: str, client_secret: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=60)
        token = self._http.post(
            "/services/oauth2/token",
            data={"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret},
        ).raise_for_status()
        self._http.headers["Authorization"] = f"Bearer {token.json()['access_token']}"

    def close(self) -> None:
        self._http.close()

    def all_records(self) -> dict[str, Records]:
        """Object name to all its live records."""
        return {name: self._records(name) for name in COMPARED}

    def _records(self, name: str) -> Records:
        described = self._get(f"/services/data/v62.0/sobjects/{name}/describe")
        fields = [f["name"] for f in described["fields"]]
        soql = f"SELECT {', '.join(fields)} FROM {name} ORDER BY Id"  # noqa: S608  names come from describe
        page = self._get("/services/data/v62.0/query", q=soql)
        rows = list(page["records"])
        while not page["done"]:
            page = self._get(page["nextRecordsUrl"])
            rows.extend(page["records"])
        return {str(row["Id"]): {k: v for k, v in row.items() if k not in MOVES_BY_ITSELF} for row in rows}

    def _get(self, path: str, **query: str) -> Any:
        return self._http.get(path, params=query or None).raise_for_status().json()


@dataclass(frozen=True)
class Approved:
    """One approved write that must be in the CRM: a decision's actions of one phase."""

    case_id: str
    decision_id: str
    digest: str
    key: str
    actions: tuple[Action, ...]


def approved_writes(
    cases: tuple[Case, ...],
    *,
    reviews: Reviews,
    documents: CaseDocuments,
    mail_log: MailLog,
    rounds_of: Callable[[str], int],
    in_ledger: Container[str] = (),
) -> list[Approved]:
    """What must have been written: the policy-signed new leads, and the last approval of each written case.

    An earlier approval may have been written, too, before another inquiry of the same person opened a new round:
    where its key is `in_ledger`, it counts as well.
    """
    found: list[Approved] = []
    for case in cases:
        file = CaseFile(documents, case.case_id)
        decided = _approvals(case.case_id, reviews, rounds_of(case.case_id))
        creating = [e for e in decided if e.purpose is Purpose.POLICY_WRITE and e.round == 0]
        others = [e for e in decided if e not in creating]
        last = others[-1:] if case.outcome in WROTE else []
        accepted = {d for d, state in mail_log.of_case(case.case_id) if state is MailState.ACCEPTED}
        for envelope in (*creating, *others):
            content = file.final(envelope.round, envelope.proposal_digest, envelope.final_digest)
            phases = [Phase.CRM]
            if any(envelope.decision_id in message_id for message_id in accepted):
                phases.append(Phase.AFTER_MAIL)
            for phase in phases:
                actions = in_phase(content, phase)
                if actions:
                    keys = tuple(a.key for a in actions)
                    key = ledger_key(content.org_id, envelope.decision_id, phase, keys)
                    if envelope not in (*creating, *last) and key not in in_ledger:
                        continue
                    found.append(
                        Approved(
                            case_id=case.case_id,
                            decision_id=envelope.decision_id,
                            digest=envelope.final_digest,
                            key=key,
                            actions=actions,
                        )
                    )
    return found


def ledger_keys(records: dict[str, Records]) -> frozenset[str]:
    """The keys of all writes that the CRM's own ledger names."""
    return frozenset(str(row["External_Key__c"]) for row in records["Agent_Write__c"].values())


def _approvals(case_id: str, reviews: Reviews, rounds: int) -> list[DecisionEnvelope]:
    found: list[DecisionEnvelope] = []
    for round in range(rounds + 1):
        outcome = reviews.outcome(case_id, round) if reviews.opening(case_id, round) else None
        if outcome is None or outcome.state is not RoundState.DECIDED:
            continue
        signed = reviews.decision(outcome.decision_ids[-1])
        if signed is not None:
            envelope = parse_envelope(signed)
            if envelope.verdict in APPROVALS:
                found.append(envelope)
    return found


def compare(
    before: dict[str, Records],
    after: dict[str, Records],
    approved: list[Approved],
    *,
    by_hand: frozenset[str] = frozenset(),
) -> list[str]:
    """Every difference between what was approved and what the CRM holds; empty when there is none.

    `by_hand` are records that somebody else changed during the run, with all that hangs on them.
    """
    problems: list[str] = []
    expected = {name: {k: dict(v) for k, v in records.items()} for name, records in before.items()}
    for write in approved:
        problems.extend(_expect(write, expected, after))
    problems.extend(_ledger_problems(approved, after["Agent_Write__c"], before["Agent_Write__c"]))
    for name in COMPARED:
        if name != "Agent_Write__c":
            problems.extend(_differences(name, expected[name], after[name], by_hand))
    return problems


def _expect(write: Approved, expected: dict[str, Records], after: dict[str, Records]) -> list[str]:
    """Apply one approved write to the expected state. Created records are found by the key that they carry."""
    problems: list[str] = []
    created = {
        name: [
            r for r in after[name].values() if str(r.get("Agent_Write_Key__c") or "").startswith(write.key[:KEY_STEM])
        ]
        for name in ("Lead", "Task")
    }
    wanted: Counter[str] = Counter()
    approved_values: dict[str, Scalar] = {}
    for action in write.actions:
        match action:
            case UpdateFields():
                values: dict[str, Scalar] = {c.field: c.after for c in action.changes}
                problems.extend(_set(expected, action.record, values))
            case AssignOwner():
                problems.extend(_set(expected, action.record, {"OwnerId": action.after_owner_id}))
            case Disqualify() | CloseTask():
                problems.extend(_set(expected, action.record, {"Status": action.after_status}))
            case StageChange():
                problems.extend(_set(expected, action.record, {"StageName": action.after_stage}))
            case CreateLead():
                wanted["Lead"] += 1
                # Later writes of the same case go on top, so the values are compared at the end.
                approved_values = {**action.fields, "OwnerId": action.owner_id}
            case CreateTask() | AddNote() | MergeRequest():
                wanted["Task"] += 1
                problems.extend(
                    _created(write, "Task", created["Task"], {"Subject": action.subject, "OwnerId": action.owner_id})
                )
            case SendEmail():
                continue
            case _:
                problems.append(f"case {write.case_id}: nobody proposes {action.kind}")
    for name, rows in created.items():
        if len(rows) != wanted[name]:
            problems.append(f"case {write.case_id}: approved {wanted[name]} new {name}, the CRM holds {len(rows)}")
        for row in rows:
            expected[name][str(row["Id"])] = {**row, **(approved_values if name == "Lead" else {})}
    return problems


def _set(expected: dict[str, Records], record: RecordRef, values: dict[str, Scalar]) -> list[str]:
    if record.id not in expected[record.object]:
        return [f"{record.object} {record.id} was approved for a change but is not in the CRM"]
    expected[record.object][record.id].update(values)
    return []


def _created(write: Approved, name: str, rows: list[dict[str, Scalar]], values: dict[str, Scalar]) -> list[str]:
    fits = [r for r in rows if all(_same(r.get(k), v) for k, v in values.items())]
    if len(fits) == 1:
        return []
    return [f"case {write.case_id}: {len(fits)} new {name} records are as approved, expected exactly one"]


def _ledger_problems(approved: list[Approved], ledger: Records, before: Records) -> list[str]:
    # A rejection leaves a row and changes nothing else, which the comparison of the records shows.
    written = [r for r in ledger.values() if r["Kind__c"] != "rejection"]
    rows = {str(r["External_Key__c"]): r for r in written}
    wanted = {w.key: w for w in approved}
    problems = [f"case {wanted[k].case_id}: approved and not in the ledger" for k in wanted.keys() - rows.keys()]
    problems += [
        f"the ledger holds a write that nobody approved: {rows[k]['Id']}"
        for k in rows.keys() - wanted.keys()
        if rows[k]["Id"] not in before
    ]
    problems += [
        f"case {wanted[k].case_id}: the ledger holds another digest than was signed"
        for k in wanted.keys() & rows.keys()
        if rows[k]["Digest__c"] != wanted[k].digest
    ]
    decided = {w.decision_id for w in approved}
    problems += [
        f"the ledger calls an approved write rejected: {r['Id']}"
        for r in ledger.values()
        if r["Kind__c"] == "rejection" and r["Decision_Id__c"] in decided
    ]
    if len(rows) != len(written):
        problems.append("the ledger holds a key twice")
    return problems


def _differences(name: str, expected: Records, found: Records, by_hand: frozenset[str]) -> list[str]:
    problems: list[str] = []
    for record_id in expected.keys() | found.keys():
        want, have = expected.get(record_id), found.get(record_id)
        if record_id in by_hand or by_hand & {str(v) for v in (have or want or {}).values()}:
            continue
        if want is None or have is None:
            problems.append(f"{name} {record_id} is {'there although nobody approved it' if want is None else 'gone'}")
            continue
        problems.extend(
            f"{name} {record_id}.{field}: expected {want.get(field)!r}, found {have.get(field)!r}"
            for field in sorted(want.keys() | have.keys())
            if not _same(want.get(field), have.get(field))
        )
    return problems


def _same(one: Scalar, other: Scalar) -> bool:
    if one in (None, "") and other in (None, ""):
        return True
    if isinstance(one, int | float) and isinstance(other, int | float):
        return float(one) == float(other)
    return one == other
