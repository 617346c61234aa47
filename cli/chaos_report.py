"""What a chaos run came to: what was lost or doubled, told from the CRM and the mailbox themselves."""

import mailbox
from collections import Counter
from pathlib import Path
from statistics import median

import sqlalchemy as sa
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlmodel import col

from cli.crm_check import Records, approved_writes, compare
from domain.cases import Case, CaseOutcome
from domain.model import Value
from domain.receipts import MailState
from domain.resolutions import ExceptionState
from persistence.tables import ReceiptRow
from workers.stores import Stores

KEY_FIELD = "Agent_Write_Key__c"
LEDGER_KEY = "External_Key__c"


class Recovery(Value):
    """From a kill until the next step that needs that part was committed."""

    part: str
    seconds: float | None
    """None where nothing happened within the time allowed, or, `idle`, nobody waited for the part."""
    idle: bool = False


class ChaosReport(Value):
    """`lost` and `doubled` name each thing; `differences` is whatever else is not as approved."""

    leads: int
    cases: int
    outcomes: dict[str, int]
    writes: int
    emails: dict[str, int]
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    differences: tuple[str, ...]
    compensated: int
    """Writes that were taken back, and cases whose later step was stopped and which say so."""
    faults: int
    recoveries: tuple[Recovery, ...]
    seconds: float

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.differences or self.unrecovered)

    @property
    def unrecovered(self) -> tuple[str, ...]:
        return tuple(r.part for r in self.recoveries if r.seconds is None and not r.idle)

    def recovery_of(self, part: str) -> tuple[int, float, float] | None:
        """Kills measured, median and longest seconds."""
        taken = [r.seconds for r in self.recoveries if r.part == part and r.seconds is not None]
        return (len(taken), median(taken), max(taken)) if taken else None


def judged(
    stores: Stores,
    *,
    leads: int,
    case_ids: tuple[str, ...],
    before: dict[str, Records],
    after: dict[str, Records],
    maildir: Path,
    recoveries: tuple[Recovery, ...],
    faults: int,
    seconds: float,
) -> ChaosReport:
    """Compare what people signed with what the CRM and the mailbox hold now."""
    cases = tuple(stores.cases.get(case_id) for case_id in case_ids)
    ends = {case.case_id: _end(case, stores) for case in cases}
    states = {m: state for case_id in case_ids for m, state in stores.mail_log.of_case(case_id)}
    delivered = _delivered(maildir)
    ledger = Counter(str(row[LEDGER_KEY]) for row in after["Agent_Write__c"].values())
    approved = approved_writes(
        cases,
        reviews=stores.reviews,
        documents=stores.documents,
        mail_log=stores.mail_log,
        rounds_of=stores.reviews.last_round,
        in_ledger=ledger,
    )
    lost = [f"case {case_id} has no outcome" for case_id, end in ends.items() if not end]
    lost += [f"case {w.case_id}: an approved write is not in the CRM" for w in approved if w.key not in ledger]
    lost += [
        f"{m}: accepted, and not in the mailbox"
        for m, s in states.items()
        if s is MailState.ACCEPTED and not delivered[m]
    ]
    doubled = [f"the ledger holds {key} {times} times" for key, times in ledger.items() if times > 1]
    doubled += [f"{m} was delivered {times} times" for m, times in delivered.items() if times > 1]
    doubled += _made_twice(after)
    return ChaosReport(
        leads=leads,
        cases=len(cases),
        outcomes=dict(sorted(Counter(end or "LOST" for end in ends.values()).items())),
        writes=len(approved),
        emails=dict(sorted(Counter(state.value for state in states.values()).items())),
        lost=tuple(lost),
        doubled=tuple(doubled),
        differences=tuple(compare(before, after, approved)) + tuple(stores.audit.verify()),
        compensated=_undone(stores) + sum(case.outcome is CaseOutcome.PARTLY_WRITTEN for case in cases),
        faults=faults,
        recoveries=recoveries,
        seconds=seconds,
    )


def _end(case: Case, stores: Stores) -> str:
    """How a case ended, or by which name it waits for a person; empty where it is lost."""
    if case.outcome is not None:
        return case.outcome.value
    asked = stores.exceptions.of_case(case.case_id)
    return next((f"exception: {e.opening.code.value}" for e in asked if e.state is ExceptionState.OPEN), "")


def _delivered(maildir: Path) -> Counter[str]:
    """Message-ID to how often it arrived; what tells our own people is marked as automatic and left out."""
    if not maildir.is_dir():
        return Counter()
    box = mailbox.Maildir(maildir, create=False)
    return Counter(str(message["Message-ID"]) for message in box if "Auto-Submitted" not in message)


def _made_twice(after: dict[str, Records]) -> list[str]:
    """Created records carry the key of their write and its action: two with one key are one too many."""
    keys = Counter(
        (name, str(row[KEY_FIELD])) for name in ("Lead", "Task") for row in after[name].values() if row.get(KEY_FIELD)
    )
    return [f"{times} {name} records carry the key {key}" for (name, key), times in keys.items() if times > 1]


def _undone(stores: Stores) -> int:
    with stores.db.session() as session:
        count = sa.select(sa.func.count()).select_from(ReceiptRow).where(col(ReceiptRow.undoes) != "")
        return int(session.connection().execute(count).scalar_one())


def print_report(report: ChaosReport) -> None:
    """For a person."""
    console = Console()
    kills = Counter(r.part for r in report.recoveries)
    killed = ", ".join(f"{part} {times}" for part, times in kills.items())
    rows = [
        ("Leads in", f"{report.leads}, which made {report.cases} cases"),
        ("Outcomes", ", ".join(f"{end.replace('_', ' ')} {n}" for end, n in report.outcomes.items())),
        ("Approved writes", f"{report.writes}; e-mails: {', '.join(f'{s} {n}' for s, n in report.emails.items())}"),
        ("Kills", f"{len(report.recoveries)} ({killed}), with {report.faults} CRM faults, in {report.seconds:.0f} s"),
        ("Lost", str(len(report.lost))),
        ("Doubled", str(len(report.doubled))),
        ("Compensated", str(report.compensated)),
    ]
    for part in kills:
        taken = report.recovery_of(part)
        said = f"median {taken[1]:.1f} s, longest {taken[2]:.1f} s" if taken else "nobody waited for it"
        rows.append((f"Time to recover: {part}", said))
    table = Table(show_header=False, box=None)
    for name, said in rows:
        table.add_row(name, escape(said))
    console.print(table)
    for problem in (*report.lost, *report.doubled, *report.differences):
        console.print(problem, style="red", highlight=False, markup=False)
    for part in report.unrecovered:
        console.print(f"{part} did nothing for two minutes after it was started again", style="red", highlight=False)
