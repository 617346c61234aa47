"""How a person resolves an exception: checked against what it offers, stored, then told to its workflow.

Nothing is signed here: what comes of a resolution is proposed, decided and written like everything else.
"""

from collections.abc import Callable
from dataclasses import dataclass

from approval_ui.deciding import new_decision_id
from approval_ui.decision_requests import KEPT_OUT, DecisionRefused, RefusalCode, Reviewer
from domain.audit import AuditEvent, AuditKind
from domain.cases import Act, CaseException, DocumentKind
from domain.model import Value
from domain.permissions import can_release_others, can_resolve
from domain.ports import AuditLog, CaseDocuments, Clock
from domain.resolutions import (
    Close,
    ExceptionState,
    OpenedException,
    Recording,
    Resolution,
    Resolved,
    refusal,
)
from domain.texts import clean
from persistence.cases import SqlCases
from persistence.exceptions import SqlExceptions
from persistence.users import SqlUsers


class TakenResolution(Value):
    """A stored resolution."""

    case_id: str
    number: int
    resolution_id: str
    act: Act


class Raised(Value):
    """An exception as stored: how it stands, and what it offers."""

    opened: OpenedException
    raised: CaseException
    resolved: Resolved | None = None


@dataclass(frozen=True)
class Resolving:
    """For one organisation. Every method raises `DecisionRefused` with a sentence, and has then changed nothing."""

    org_id: str
    exceptions: SqlExceptions
    cases: SqlCases
    documents: CaseDocuments
    users: SqlUsers
    audit: AuditLog
    clock: Clock
    kept_out: Callable[[OpenedException, str], bool] = lambda _opened, _login: False
    """Whether the CRM keeps this person from the records that the exception is about."""

    def find(self, case_id: str, number: int) -> Raised | None:
        """None where there is no such exception, or its data was erased."""
        opened = self.exceptions.get(case_id, number)
        if opened is None or opened.opening.org_id != self.org_id:
            return None
        body = self.documents.find(case_id, DocumentKind.EXCEPTION, str(number))
        if body is None:
            return None
        given = self.documents.find(case_id, DocumentKind.OFFERED, opened.resolution_id)
        return Raised(
            opened=opened,
            raised=CaseException.model_validate_json(body),
            resolved=None if given is None else Resolved.model_validate_json(given),
        )

    def resolve(self, case_id: str, number: int, resolution: Resolution, who: Reviewer) -> TakenResolution:
        """Store it. The first one counts; the second person learns who that was."""
        found = self._open(case_id, number, who)
        if isinstance(resolution, Close):
            resolution = Close(reason=clean(resolution.reason, 500) or " ")
        wrong = refusal(resolution, found.raised)
        if wrong:
            raise DecisionRefused(RefusalCode.INVALID, wrong)
        now, resolution_id = self.clock.now(), new_decision_id()
        given = Resolved(
            resolution=resolution,
            by=who.login,
            by_name=who.name,
            at=now,
            inquiries=self.cases.get(case_id).inquiry_count,
        )
        # The document first: whoever finds the row must find what it stands for.
        self.documents.put(case_id, DocumentKind.OFFERED, resolution_id, given.model_dump_json().encode())
        self._recorded(
            case_id,
            number,
            self.exceptions.resolve(case_id, number, resolution_id, resolution.act, who.login, now=now),
        )
        self._note(AuditKind.RESOLUTION_RECORDED, case_id, number, who, code=resolution.act.value)
        return TakenResolution(case_id=case_id, number=number, resolution_id=resolution_id, act=resolution.act)

    def claim(self, case_id: str, number: int, who: Reviewer) -> None:
        """Say that one is at it. Others may still resolve it; they see whose it is."""
        self._open(case_id, number, who)
        has_it = self.exceptions.claim(case_id, number, who.login, now=self.clock.now())
        if has_it != who.login:
            raise DecisionRefused(RefusalCode.ALREADY_DECIDED, f"{self._name(has_it)} has claimed this already.")
        self._note(AuditKind.EXCEPTION_CLAIMED, case_id, number, who)

    def release(self, case_id: str, number: int, who: Reviewer) -> None:
        """Give a claim back; a manager may also take back somebody else's."""
        self._open(case_id, number, who)
        if not self.exceptions.release(case_id, number, who.login, anyone=can_release_others(who.role)):
            raise DecisionRefused(RefusalCode.INVALID, "You have not claimed this; a manager can release it.")
        self._note(AuditKind.EXCEPTION_RELEASED, case_id, number, who)

    def _open(self, case_id: str, number: int, who: Reviewer) -> Raised:
        if not can_resolve(who.role):
            raise DecisionRefused(RefusalCode.ROLE_TOO_LOW, f"A {who.role.value} can look, but not resolve.")
        found = self.find(case_id, number)
        if found is None:
            raise DecisionRefused(RefusalCode.UNKNOWN, "There is no such exception, or its data was erased.")
        if self.kept_out(found.opened, who.login):
            raise DecisionRefused(RefusalCode.NO_ACCESS, KEPT_OUT)
        if found.opened.state is ExceptionState.RESOLVED:
            raise self._already(found.opened)
        if found.opened.state is not ExceptionState.OPEN:
            raise DecisionRefused(RefusalCode.CLOSED, "This exception has ended; nothing waits for an answer any more.")
        return found

    def _recorded(self, case_id: str, number: int, recorded: Recording) -> None:
        match recorded:
            case Recording.RECORDED:
                return
            case Recording.ALREADY_RESOLVED:
                opened = self.exceptions.get(case_id, number)
                raise self._already(opened) if opened is not None else _ended()
            case Recording.LATE:
                raise DecisionRefused(RefusalCode.LATE, "Its time has run out; this answer does not count.")
            case Recording.CLOSED | Recording.UNKNOWN:
                raise _ended()

    def _already(self, opened: OpenedException) -> DecisionRefused:
        return DecisionRefused(RefusalCode.ALREADY_DECIDED, f"Already resolved by {self._name(opened.resolved_by)}.")

    def _name(self, login: str) -> str:
        user = self.users.get(login)
        return user.display_name if user is not None else login or "somebody"

    def _note(self, kind: AuditKind, case_id: str, number: int, who: Reviewer, *, code: str = "") -> None:
        now = self.clock.now()
        self.audit.append(
            AuditEvent(
                key=f"{kind.value}/{case_id}/{number}/{who.login}/{now.isoformat()}",
                kind=kind,
                org_id=self.org_id,
                case_id=case_id,
                actor=who.login,
                subject=str(number),
                code=code,
                at=now,
            )
        )


def _ended() -> DecisionRefused:
    return DecisionRefused(RefusalCode.CLOSED, "This exception has ended; this answer does not count.")
