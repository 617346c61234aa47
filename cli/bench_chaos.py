"""`countersign bench chaos`: the whole product as real processes, killed again and again while the CRM misbehaves.

When do you need to touch this? When a part joins the stack that may be killed, or a new way to lose or double appears.
What was lost or doubled is judged by `chaos_report`, from the CRM and the mailbox, not from what the product says.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from sqlmodel import col

from cli.api import ApiClient
from cli.chaos_report import ChaosReport, Recovery, judged
from cli.crm_check import CrmReading, Records
from cli.sample_stack import SampleStack
from cli.scripted_reviewer import Play, ScriptedReviewer
from cli.short_playbook import with_short_deadlines
from domain.cases import CaseState
from domain.errors import InputError
from domain.leads import InquirySource
from domain.resolutions import ExceptionState
from persistence.tables import CaseRow, ReceiptRow, ReviewRow
from runtime.settings import KeySettings, PlaybookSettings, StoreSettings
from workers.stores import Stores, open_stores

LADDER = {"reminder": "2h", "fallback": "3h", "manager": "4h", "expiry": "6h"}
"""Longer than any run: what ends, ends by a decision."""

PLAYS = (Play.APPROVE, Play.EDIT, Play.APPROVE, Play.UNTICK, Play.APPROVE, Play.REDRAFT, Play.APPROVE, Play.REJECT)

FAULTS = ("503", "timeout_after_commit", "lock", "drop_before_commit", "429", "500", "timeout_after_commit", "session")
KILLED = ("worker-crm", "worker-cases", "temporal", "worker-crm", "worker-signer", "temporal", "worker-cases")

RECOVERY_SECONDS = 120.0
"""A part that has done nothing for so long after its restart is reported as not recovered."""

IDLE_SECONDS = 240.0
"""The run ends when nothing has happened for so long; whatever has no end by then is lost."""

BATCH = 5


@dataclass
class Chaos:
    """One run. `say` hears what happens, for a person who watches."""

    root: Path
    playbook: Path
    leads: int
    kills: int
    seed: int
    say: Callable[[str], None]
    _recoveries: list[Recovery] = field(default_factory=list)
    _faults: int = 0
    _cases: dict[str, None] = field(default_factory=dict)

    def run(self) -> ChaosReport:
        """Raises `StackError` where a part cannot be started again."""
        rules = with_short_deadlines(self.playbook, self.root / "playbook", ladder=LADDER, undo_window="1s")
        self._dice = random.Random(self.seed)  # noqa: S311  what fails when; nothing secret
        self._stack = SampleStack(self.root / "data", playbook=rules, seed=self.seed)
        try:
            self._stack.prepare()
            self._stack.start()
            return self._with(self._stack)
        finally:
            self._stack.stop()

    def _with(self, stack: SampleStack) -> ChaosReport:
        stores = self._stores = open_stores(
            StoreSettings(data_dir=stack.root), PlaybookSettings(playbook_dir=stack.playbook), KeySettings()
        )
        self._crm = CrmReading(stack.crm_url, stack.secrets.crm_client_id, stack.secrets.crm_client_secret)
        self._api = ApiClient(stack.ui_url)
        manager = next(r.login for r in stores.playbooks.current().reviewers if r.role.value == "manager")
        self._api.sign_in(manager, stack.secrets.password)
        try:
            return self._measured(stores)
        finally:
            self._api.close()
            self._crm.close()
            stores.close()

    def _measured(self, stores: Stores) -> ChaosReport:
        before = self._quiet_crm(self._crm.all_records)
        begun = time.monotonic()
        cases = self._drive(stores)
        taken = time.monotonic() - begun
        self._calm()
        after: dict[str, Records] = self._crm.all_records()
        return judged(
            stores,
            leads=self.leads,
            case_ids=tuple(cases),
            before=before,
            after=after,
            maildir=self._stack.root / "mail",
            recoveries=tuple(self._recoveries),
            faults=self._faults,
            seconds=taken,
        )

    def _drive(self, stores: Stores) -> dict[str, None]:
        """Hand in, decide, break and kill until every case has come to its end, or nothing moves any more."""
        inquiries = self._inquiries()
        cases = self._cases
        reviewer = ScriptedReviewer(self._api, decides=cases, plays=PLAYS)
        victims = cycle(KILLED)
        handed_in, last, last_change = 0, (-1, -1), time.monotonic()
        while time.monotonic() - last_change < IDLE_SECONDS:
            for fields in (f for _ in range(BATCH) if (f := next(inquiries, None)) is not None):
                cases[self._deliver(fields)] = None
                handed_in += 1
            self._misbehave()
            self._look(reviewer)
            settled = sum(1 for case_id in cases if self._settled(stores, case_id))
            if (handed_in, settled) != last:
                last, last_change = (handed_in, settled), time.monotonic()
            self.say(f"{handed_in} handed in, {settled} settled, {len(self._recoveries)} kills, {self._faults} faults")
            if len(self._recoveries) < self.kills and self._due(handed_in, settled):
                self._kill(next(victims), stores, reviewer)
            elif handed_in == self.leads and settled == len(cases):
                break
            time.sleep(0.2)
        return cases

    def _due(self, handed_in: int, settled: int) -> bool:
        """Spread over the whole run: from the first lead handed in to the last case that ends."""
        return (handed_in + settled) / (2 * self.leads) >= (len(self._recoveries) + 0.5) / (self.kills + 1)

    def _inquiries(self) -> Iterator[dict[str, Any]]:
        from localcrm.sample import inquiries

        for number, sample in enumerate(inquiries(self.seed, self._stack.today, self.leads)):
            fields: dict[str, Any] = {k: v for k, v in asdict(sample).items() if v is not None}
            fields.pop("hard_case", None)
            del fields["received_offset"]
            yield {**fields, "source": InquirySource.WEBHOOK.value, "event_id": f"chaos-{number}"}

    def _deliver(self, fields: dict[str, Any]) -> str:
        """At least once, as every sender of webhooks does: the same event again where no answer came."""
        for _ in range(10):
            try:
                return str(self._api.deliver(fields, self._stack.secrets.intake_secret)["case_id"])
            except InputError:
                time.sleep(0.5)
        return str(self._api.deliver(fields, self._stack.secrets.intake_secret)["case_id"])

    def _look(self, reviewer: ScriptedReviewer) -> None:
        try:
            reviewer.look()
        except InputError:
            # The pages did not answer in time; a person would try again, too.
            time.sleep(0.5)

    def _settled(self, stores: Stores, case_id: str) -> bool:
        """Ended by name, or waiting for a person with an exception that has a name."""
        closed = stores.cases.get(case_id).state is CaseState.CLOSED
        return closed or any(e.state is ExceptionState.OPEN for e in stores.exceptions.of_case(case_id))

    # ---- breaking things

    def _misbehave(self) -> None:
        """Keep a fault waiting for one of the next calls: all that matter are composite ones."""
        if self._control("GET", "faults"):
            return
        after = self._dice.randint(0, 5)
        self._control("POST", "faults", {"kind": self._dice.choice(FAULTS), "match": "composite", "after": after})
        self._faults += 1

    def _quiet_crm(self, read: Callable[[], dict[str, Records]]) -> dict[str, Records]:
        self._calm()
        return read()

    def _calm(self) -> None:
        self._control("DELETE", "faults")

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(
            method,
            f"{self._stack.crm_url}/control/{path}",
            json=body,
            headers={"X-Control-Token": self._stack.secrets.crm_control_token},
            timeout=30,
        )
        return answer.raise_for_status().json() if answer.content else None

    def _kill(self, part: str, stores: Stores, reviewer: ScriptedReviewer) -> None:
        """SIGKILL, restart at once, and wait until work goes on. Not recovered is reported, and the run goes on."""
        begun = time.monotonic()
        self._stack.kill(part)
        match part:
            case "temporal":
                self._stack.start_engine()
                self._stack.until_answers(self._stack.temporal_web_url, "Temporal")
            case _:
                self._stack.start_worker(part.removeprefix("worker-"))
        seen = self._work_done(part, stores)
        while (waited := time.monotonic() - begun) < RECOVERY_SECONDS:
            self._stack.check()
            self._look(reviewer)
            if self._work_done(part, stores) != seen:
                break
            if all(self._settled(stores, case_id) for case_id in self._cases):
                # Nobody waits for it: how long it took cannot be seen.
                self._recoveries.append(Recovery(part=part, seconds=None, idle=True))
                return
            time.sleep(0.1)
        self._recoveries.append(Recovery(part=part, seconds=waited if waited < RECOVERY_SECONDS else None))

    def _work_done(self, part: str, stores: Stores) -> tuple[int, ...]:
        """Moves with every step that could not be done without that part."""
        receipts = sa.select(sa.func.count()).select_from(ReceiptRow)
        reviews = sa.select(sa.func.count()).select_from(ReviewRow)
        closed = sa.select(sa.func.count()).select_from(CaseRow).where(col(CaseRow.state) == CaseState.CLOSED.value)
        # What a worker had begun is still committed while Temporal is away; to close a case takes Temporal.
        counted = {"worker-crm": (receipts,), "temporal": (closed,)}.get(part, (receipts, reviews, closed))
        with stores.db.session() as session:
            return tuple(session.connection().execute(count).scalar_one() for count in counted)
