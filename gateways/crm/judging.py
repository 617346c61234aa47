"""May this signed change still be written, given what the CRM says now? Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.leads import CrmRecord, CrmSnapshot, RecordRef
from domain.model import Instant, Scalar, Value
from domain.opt_outs import Channel, concerns, in_force
from domain.ports import WriteOrder
from domain.proposals import AddNote, CreateTask, MergeRequest, Phase, ProposalContent, in_phase
from domain.receipts import Moved, WriteOutcome, WriteOutcomeKind, WriteReceipt
from gateways.crm.live import Live
from gateways.crm.plan import change_of
from gateways.crm.values import same_value

_PEOPLE = {"00Q": "Lead", "003": "Contact"}
_BOUNCES = ("EmailBouncedReason", "EmailBouncedDate")
_OPT_OUT_FLAGS = (
    "HasOptedOutOfEmail",
    "Individual.HasOptedOutSolicit",
    "Individual.HasOptedOutProcessing",
    "Individual.HasOptedOutProfiling",
    "Individual.ShouldForget",
)


class Basis(Value):
    """What a change rests on: the values it expects, and the records it is about."""

    expected: dict[RecordRef, dict[str, Scalar]]
    about: frozenset[RecordRef]

    def wanted(self) -> dict[RecordRef, frozenset[str]]:
        """Per record the fields to read again."""
        fields = {ref: frozenset[str]() for ref in sorted(self.about, key=lambda ref: ref.id)}
        return fields | {ref: frozenset(values) for ref, values in self.expected.items()}


def basis_of(
    content: ProposalContent,
    order: WriteOrder,
    *,
    snapshot: CrmSnapshot | None,
    receipts: Sequence[WriteReceipt] = (),
) -> Basis:
    """The touched and decisive values of this step, as the case's own earlier writes left them.

    The first step answers for what the later one will touch. After the e-mail went out only the values that
    the last step touches count: that it was sent is to be recorded whatever else changed.
    """
    expected: dict[RecordRef, dict[str, Scalar]] = {}
    last = order.phase is Phase.AFTER_MAIL
    for value in () if last else content.expected:
        if value.decisive:
            expected.setdefault(value.record, {})[value.field] = value.value
    _overlay(expected, _unseen(receipts, snapshot))
    touched: dict[RecordRef, dict[str, Scalar]] = {}
    for action in in_phase(content, Phase.AFTER_MAIL) if last else content.actions:
        change = change_of(action)
        if change is not None:
            touched.setdefault(change.record, {}).update(change.expected)
    _overlay(touched, [r for r in receipts if r.decision_id == order.decision_id])
    for record, values in touched.items():
        expected.setdefault(record, {}).update(values)
    for record in _to_be_merged(content):
        # Nothing of them is touched, and without both of them there is nothing to ask for.
        expected.setdefault(record, {})
    person = subject_of(snapshot)
    subject = (person,) if person is not None else ()
    return Basis(expected=expected, about=frozenset((*expected, *_people(content), *subject)))


def verdict(
    content: ProposalContent,
    order: WriteOrder,
    basis: Basis,
    live: Live,
    *,
    snapshot: CrmSnapshot | None,
    integration_user: str,
) -> WriteOutcome | None:
    """Why the change may no longer be written, or None where it may."""
    vanished = gone(basis.about, live)
    if vanished is not None:
        return vanished
    if order.phase is not Phase.AFTER_MAIL:
        if claims_contact(content) and refused(basis.about, live):
            return WriteOutcome(kind=WriteOutcomeKind.OPTED_OUT)
        if touched_by_people(live.activities, snapshot, integration_user):
            return WriteOutcome(kind=WriteOutcomeKind.HUMAN_TOUCH)
    moved = moved_values(basis, live)
    if not moved:
        return None
    given = any(value.field == "OwnerId" for value in moved)
    return WriteOutcome(kind=WriteOutcomeKind.REASSIGNED if given else WriteOutcomeKind.CONFLICT, moved=moved)


def claims_contact(content: ProposalContent) -> bool:
    """Whether it writes to the person, or says that somebody did: only then consent decides."""
    return content.mail is not None or bool(in_phase(content, Phase.AFTER_MAIL))


def refused(about: Iterable[RecordRef], live: Live) -> bool:
    """Whether one of these people said no, or a contact who has the address of the e-mail."""
    people = (*(live.records[ref.id] for ref in people_in(about)), *live.reached)
    return any(opted_out(person, live.consents, live.server_time) for person in people)


def addresses_in(content: ProposalContent, snapshot: CrmSnapshot | None) -> tuple[str, ...]:
    """Where an e-mail of this content goes, or went."""
    if content.mail is not None:
        return (content.mail.to_address,)
    contact = snapshot.contact if snapshot is not None else None
    return (contact.text("Email"),) if contact is not None and contact.text("Email") else ()


def moved_values(basis: Basis, live: Live) -> tuple[Moved, ...]:
    """Expected values that are something else now; a record that is gone counts as one."""
    moved = []
    for record, values in basis.expected.items():
        found = live.records.get(record.id)
        if found is None:
            moved.append(Moved(record=record, field="IsDeleted", expected=False, found=True))
            continue
        moved += [
            Moved(record=record, field=field, expected=value, found=found.fields.get(field))
            for field, value in values.items()
            if not same_value(value, found.fields.get(field))
        ]
    return tuple(moved)


def opted_out(person: CrmRecord, consents: Sequence[CrmRecord], now: Instant) -> bool:
    """Whether this person must not be written to any more. One refusal in force is enough, as for the proposal.

    A bounced address counts: nothing more may go there. Consent per address was read by this person's own.
    """
    if any(person.flag(name) for name in _OPT_OUT_FLAGS) or any(person.text(name).strip() for name in _BOUNCES):
        return True
    party = person.text("IndividualId")
    return any(
        (consent.object == "ContactPointConsent" or (party and consent.text("PartyId") == party))
        and consent.text("PrivacyConsentStatus") == "OptOut"
        and concerns(consent, Channel.EMAIL, refusing=True)
        and in_force(consent, now, refusing=True)
        for consent in consents
    )


def touched_by_people(activities: Iterable[CrmRecord], snapshot: CrmSnapshot | None, integration_user: str) -> bool:
    """Whether somebody else worked with the person since the snapshot: an activity that it does not know so."""
    known = {(a.id, a.modified_at) for a in snapshot.activities} if snapshot is not None else set()
    return any(
        a.text("LastModifiedById") != integration_user and (a.id, a.modified_at) not in known for a in activities
    )


def people_in(records: Iterable[RecordRef]) -> tuple[RecordRef, ...]:
    return tuple(ref for ref in records if ref.object in ("Lead", "Contact"))


def since(snapshot: CrmSnapshot | None) -> datetime | None:
    """From when on activities count: the second of the snapshot, which may hold some it did not see."""
    return snapshot.taken_at.replace(microsecond=0) if snapshot is not None else None


def gone(about: Iterable[RecordRef], live: Live) -> WriteOutcome | None:
    """Deleted, merged or converted, by name; None where everybody is there."""
    for ref in people_in(about):
        person = live.records.get(ref.id)
        if person is None:
            return WriteOutcome(kind=WriteOutcomeKind.DELETED)
        if person.flag("IsDeleted"):
            survivor = person.text("MasterRecordId")
            kind = WriteOutcomeKind.MERGED if survivor else WriteOutcomeKind.DELETED
            return WriteOutcome(kind=kind, survivor_id=survivor)
        if person.flag("IsConverted"):
            return WriteOutcome(kind=WriteOutcomeKind.CONVERTED)
    return None


def _people(content: ProposalContent) -> Iterable[RecordRef]:
    for action in content.actions:
        if isinstance(action, (CreateTask, AddNote)) and action.who_id[:3] in _PEOPLE:
            yield RecordRef(object=_PEOPLE[action.who_id[:3]], id=action.who_id)


def _to_be_merged(content: ProposalContent) -> Iterable[RecordRef]:
    for action in content.actions:
        if isinstance(action, MergeRequest):
            yield from (action.survivor, action.duplicate)


def subject_of(snapshot: CrmSnapshot | None) -> RecordRef | None:
    """The person the case is about, even where no action names them: an e-mail names an address only."""
    person = (snapshot.lead or snapshot.contact) if snapshot is not None else None
    return person.ref if person is not None else None


def _unseen(receipts: Sequence[WriteReceipt], snapshot: CrmSnapshot | None) -> tuple[WriteReceipt, ...]:
    """What the snapshot may not know yet. What was written before it and is different by now, somebody changed.

    Nor is an undo in it: a person signed that after the card was made, and so the card no longer fits.
    """
    seen = since(snapshot)
    return tuple(r for r in receipts if not r.undoes and (seen is None or r.written_at >= seen))


def _overlay(expected: dict[RecordRef, dict[str, Scalar]], receipts: Sequence[WriteReceipt]) -> None:
    """Our own writes do not count as somebody else's changes, where they went over the value that is expected."""
    for receipt in sorted(receipts, key=lambda r: r.written_at):
        for image in receipt.records:
            values = expected.get(image.record, {})
            moved = (f for f in values.keys() & image.after.keys() if same_value(values[f], image.before.get(f)))
            values.update({field: image.after[field] for field in moved})
