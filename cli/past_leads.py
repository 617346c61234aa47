"""Where past leads come from: the CRM, read-only; or a file. Such a reading that was saved, or leads as for submit."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError

from cli.crm_access import crm_access
from domain.enrichment import Signal
from domain.errors import InputError
from domain.leads import CrmSnapshot, Inquiry
from domain.model import Instant, Value
from domain.past_leads import PastLead, Signals
from domain.playbook import Playbook
from gateways.crm.fields import ReadFields
from gateways.crm.past import read_past_leads
from gateways.crm.readable import readable
from gateways.crm.reader import SalesforceReader
from gateways.enrichment.crm import CrmEnricher
from gateways.enrichment.firmographics import FirmographicsEnricher
from runtime.clock import SystemClock


class _Line(Value):
    past: PastLead
    machines: tuple[str, ...] = ()


def past_leads(file: Path | None, *, days: int, limit: int) -> tuple[list[PastLead], frozenset[str]]:
    """The leads, and the users that are machines. Raises `InputError` or `CrmError`."""
    if file is not None:
        return _from_file(file)
    clock = SystemClock()
    session = crm_access().session(clock)
    since = clock.now() - timedelta(days=days)
    # An org before its set-up lacks some of the fields; connect and doctor say which.
    fields = readable(session.describe, ReadFields()).fields
    leads = list(read_past_leads(session, SalesforceReader(session, clock, fields), since=since, limit=limit))
    people = {
        u.id for p in leads[:1] for u in p.snapshot.users if u.text("UserType") in {"", "Standard", "PowerPartner"}
    }
    listed = {u.id for p in leads[:1] for u in p.snapshot.users}
    return leads, frozenset({session.user_id()} | (listed - people))


def save(leads: Iterable[PastLead], machines: frozenset[str], file: Path) -> None:
    """One lead a line, readable again with `--from`. It holds personal data: only its owner can read it."""
    file.touch(mode=0o600)
    lines = (_Line(past=past, machines=tuple(sorted(machines))).model_dump_json() for past in leads)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _from_file(file: Path) -> tuple[list[PastLead], frozenset[str]]:
    leads: list[PastLead] = []
    machines: frozenset[str] = frozenset()
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as unreadable:
        raise InputError(f"{file} cannot be read: {unreadable.strerror}") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            kept = _Line.model_validate_json(line)
        except ValidationError as wrong:
            first = wrong.errors(include_input=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise InputError(f"{file}:{number}: {place}: {first['msg']}; save the leads again with --save") from None
        leads.append(kept.past)
        machines |= frozenset(kept.machines)
    return leads, machines


def providers(folder: Path) -> Signals:
    """The providers that ask nobody outside: the CRM's own fields, and the file of company facts beside the rules."""
    enrichers = {e.name: e for e in (CrmEnricher(), FirmographicsEnricher(folder / "firmographics.csv"))}

    def ask(playbook: Playbook, inquiry: Inquiry, snapshot: CrmSnapshot, now: Instant) -> Sequence[Signal]:
        named = [enrichers[name] for name in playbook.enrichment.providers if name in enrichers]
        return [signal for enricher in named for signal in enricher.enrich(inquiry, snapshot, now=now)]

    return ask
