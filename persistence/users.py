"""Local accounts. Passwords are hashed and checked in the approval UI; here they are text."""

from sqlalchemy import delete
from sqlmodel import col, select

from domain.audit import AuditEvent
from domain.model import Value
from domain.permissions import Role
from persistence.audit import add_to_chain
from persistence.database import Database
from persistence.tables import SessionRow, UserRow


class LocalUser(Value):
    """Who may sign in. `crm_user_id` links to the CRM user whose queue and working hours count."""

    login: str
    display_name: str
    role: Role
    crm_user_id: str = ""
    team: str = ""
    active: bool = True
    issuer: str = ""
    subject: str = ""
    """The provider and its name for this person; empty for those who sign in by password alone."""


class SqlUsers:
    """Accounts by login, which is compared without regard to case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def save(self, user: LocalUser, *, password_hash: str) -> None:
        """Add the account, or replace the one with this login. An empty hash fits no password."""
        with self._db.transaction() as session:
            session.merge(_row(user, password_hash))

    def renew(self, user: LocalUser, *, password_hash: str, event: AuditEvent) -> int:
        """As `save`, and in the same moment end the person's sessions and audit that; how many sessions ended."""
        with self._db.transaction() as session:
            session.merge(_row(user, password_hash))
            ended = session.connection().execute(delete(SessionRow).where(col(SessionRow.login) == _key(user.login)))
            add_to_chain(session, event)
            return int(ended.rowcount)

    def get(self, login: str) -> LocalUser | None:
        with self._db.session() as session:
            row = session.get(UserRow, _key(login))
        return None if row is None else _user(row)

    def by_subject(self, issuer: str, subject: str) -> LocalUser | None:
        """The account that a provider's person was linked to."""
        if not issuer or not subject:
            return None
        query = select(UserRow).where(col(UserRow.issuer) == issuer, col(UserRow.subject) == subject)
        with self._db.session() as session:
            row = session.exec(query).first()
        return None if row is None else _user(row)

    def password_hash(self, login: str) -> str | None:
        """None where there is no such account."""
        with self._db.session() as session:
            row = session.get(UserRow, _key(login))
        return None if row is None else row.password_hash

    def all(self) -> tuple[LocalUser, ...]:
        """By login."""
        with self._db.session() as session:
            rows = session.exec(select(UserRow).order_by(col(UserRow.login))).all()
        return tuple(_user(row) for row in rows)


def _row(user: LocalUser, password_hash: str) -> UserRow:
    return UserRow(
        login=_key(user.login),
        display_name=user.display_name,
        role=user.role.value,
        password_hash=password_hash,
        crm_user_id=user.crm_user_id,
        team=user.team,
        active=user.active,
        issuer=user.issuer,
        subject=user.subject,
    )


def _key(login: str) -> str:
    return login.strip().casefold()


def _user(row: UserRow) -> LocalUser:
    return LocalUser(
        login=row.login,
        display_name=row.display_name,
        role=Role(row.role),
        crm_user_id=row.crm_user_id,
        team=row.team,
        active=row.active,
        issuer=row.issuer,
        subject=row.subject,
    )
