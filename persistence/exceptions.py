"""Exceptions and what resolves them: one ending each, decided here and nowhere else."""

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from domain.cases import Act, ExceptionCode, Ladder, LadderStep
from domain.errors import DomainError, ErrorCode
from domain.leads import Motion
from domain.model import Instant, Value
from domain.resolutions import ExceptionOpening, ExceptionState, OpenedException, Recording
from persistence.database import Database
from persistence.tables import ExceptionRow


class UndeliveredResolution(Value):
    """A stored resolution whose workflow has not taken it in."""

    case_id: str
    number: int
    resolution_id: str
    workflow_id: str


class SqlExceptions:
    """`Exceptions` over the application database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def open(self, opening: ExceptionOpening) -> OpenedException:
        with self._db.transaction() as session:
            known = select(ExceptionRow).where(ExceptionRow.case_id == opening.case_id, ExceptionRow.key == opening.key)
            row = session.exec(known).one_or_none()
            if row is None:
                newest = select(func.max(ExceptionRow.number)).where(col(ExceptionRow.case_id) == opening.case_id)
                row = _new_row(opening, int(session.exec(newest).one() or 0) + 1)
                session.add(row)
                session.flush()
            return opened_exception(row)

    def get(self, case_id: str, number: int) -> OpenedException | None:
        with self._db.session() as session:
            row = session.get(ExceptionRow, (case_id, number))
            return None if row is None else opened_exception(row)

    def of_case(self, case_id: str) -> tuple[OpenedException, ...]:
        query = select(ExceptionRow).where(ExceptionRow.case_id == case_id).order_by(col(ExceptionRow.number))
        with self._db.session() as session:
            return tuple(opened_exception(row) for row in session.exec(query))

    def resolve(self, case_id: str, number: int, resolution_id: str, act: Act, by: str, *, now: Instant) -> Recording:
        with self._db.transaction() as session:
            row = _locked(session, case_id, number)
            if row is None:
                return Recording.UNKNOWN
            if row.state == ExceptionState.RESOLVED:
                same = row.resolution_id == resolution_id
                return Recording.RECORDED if same else Recording.ALREADY_RESOLVED
            if row.state != ExceptionState.OPEN:
                return Recording.CLOSED
            if now > Ladder.model_validate_json(row.ladder).expires_at:
                return Recording.LATE
            row.state, row.closed_at = ExceptionState.RESOLVED.value, now
            row.resolution_id, row.act, row.resolved_by = resolution_id, act.value, by
            session.add(row)
            return Recording.RECORDED

    def end(self, case_id: str, number: int, state: ExceptionState, *, now: Instant) -> OpenedException:
        with self._db.transaction() as session:
            row = _locked(session, case_id, number)
            if row is None:
                raise DomainError(f"case {case_id} has no exception {number}", code=ErrorCode.CASE_UNKNOWN)
            if row.state == ExceptionState.OPEN:
                row.state, row.closed_at = state.value, now
                session.add(row)
            return opened_exception(row)

    def note_step(self, case_id: str, number: int, step: LadderStep) -> None:
        with self._db.transaction() as session:
            row = _locked(session, case_id, number)
            if row is not None and row.state == ExceptionState.OPEN:
                row.rung = step.value
                session.add(row)

    def delivered(self, case_id: str, number: int, *, now: Instant) -> None:
        with self._db.transaction() as session:
            row = _locked(session, case_id, number)
            if row is not None and row.delivered_at is None:
                row.delivered_at = now
                session.add(row)

    def tried(self, case_id: str, number: int) -> None:
        """Count an attempt to deliver, so that one that always fails does not hold up the others."""
        with self._db.transaction() as session:
            session.connection().execute(
                update(ExceptionRow)
                .where(col(ExceptionRow.case_id) == case_id, col(ExceptionRow.number) == number)
                .values(delivery_attempts=col(ExceptionRow.delivery_attempts) + 1)
            )

    def undelivered(self, limit: int) -> tuple[UndeliveredResolution, ...]:
        """Resolutions whose workflow has not taken them in; those tried least come first."""
        query = (
            select(ExceptionRow)
            .where(ExceptionRow.state == ExceptionState.RESOLVED.value, col(ExceptionRow.delivered_at).is_(None))
            .order_by(col(ExceptionRow.delivery_attempts), col(ExceptionRow.closed_at))
            .limit(limit)
        )
        with self._db.session() as session:
            return tuple(
                UndeliveredResolution(
                    case_id=row.case_id,
                    number=row.number,
                    resolution_id=row.resolution_id,
                    workflow_id=row.workflow_id,
                )
                for row in session.exec(query)
            )

    def claim(self, case_id: str, number: int, login: str, *, now: Instant) -> str:
        """Take it if nobody has it. The login that has it now; empty when it is not open."""
        with self._db.transaction() as session:
            row = _locked(session, case_id, number)
            if row is None or row.state != ExceptionState.OPEN:
                return ""
            if not row.claimed_by:
                row.claimed_by, row.claimed_at = login, now
                session.add(row)
            return row.claimed_by

    def release(self, case_id: str, number: int, login: str, *, anyone: bool = False) -> bool:
        """Give back one's own claim; with `anyone` whoever's it is. False when there is none to give back."""
        with self._db.transaction() as session:
            row = _locked(session, case_id, number)
            if row is None or not row.claimed_by or not (anyone or row.claimed_by == login):
                return False
            row.claimed_by, row.claimed_at = "", None
            session.add(row)
            return True


def _locked(session: Session, case_id: str, number: int) -> ExceptionRow | None:
    return session.get(ExceptionRow, (case_id, number), with_for_update=True)


def _new_row(opening: ExceptionOpening, number: int) -> ExceptionRow:
    return ExceptionRow(
        **opening.model_dump(exclude={"ladder", "motion", "code"}),
        number=number,
        motion=opening.motion.value,
        code=opening.code.value,
        due_at=opening.due_at,
        ladder=opening.ladder.model_dump_json(),
        state=ExceptionState.OPEN.value,
    )


def opened_exception(row: ExceptionRow) -> OpenedException:
    return OpenedException(
        number=row.number,
        opening=ExceptionOpening(
            key=row.key,
            case_id=row.case_id,
            org_id=row.org_id,
            round=row.round,
            motion=Motion(row.motion),
            workflow_id=row.workflow_id,
            code=ExceptionCode(row.code),
            title=row.title,
            subtitle=row.subtitle,
            search_text=row.search_text,
            owner=row.owner,
            asked=row.asked,
            opened_at=row.opened_at,
            ladder=Ladder.model_validate_json(row.ladder),
        ),
        state=ExceptionState(row.state),
        rung=LadderStep(row.rung) if row.rung else None,
        claimed_by=row.claimed_by,
        resolution_id=row.resolution_id,
        act=Act(row.act) if row.act else None,
        resolved_by=row.resolved_by,
        closed_at=row.closed_at,
        delivered_at=row.delivered_at,
        denied=frozenset(row.denied.split()),
        access_at=row.access_at,
    )
