"""How people want to be told, and which Slack user they are."""

from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select

from domain.model import Instant
from domain.notices import Preferences
from persistence.database import Database, insert_if_absent
from persistence.tables import NoticePreferenceRow, SlackCodeRow, SlackLinkRow, SlackRequestRow

REMEMBER_REQUESTS = timedelta(minutes=15)
"""Longer than a signature's time window, on both sides of now."""


class SqlReachable:
    """`Reachable` over the application database, and what the pages change."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def preferences(self, login: str) -> Preferences:
        """Those saved, else the defaults."""
        with self._db.session() as session:
            row = session.get(NoticePreferenceRow, login)
        return Preferences() if row is None else Preferences.model_validate_json(row.body)

    def prefer(self, login: str, wanted: Preferences, *, now: Instant) -> None:
        body = wanted.model_dump_json()
        with self._db.transaction() as session:
            if not insert_if_absent(session, NoticePreferenceRow(login=login, body=body, changed_at=now)):
                changed = update(NoticePreferenceRow).where(col(NoticePreferenceRow.login) == login)
                session.connection().execute(changed.values(body=body, changed_at=now))

    def slack_user(self, login: str) -> str:
        """The user's id without the team's; empty where nobody is linked."""
        return self.slack_identity(login).rpartition("/")[2]

    def slack_identity(self, login: str) -> str:
        """`TEAM/USER`; empty where nobody is linked."""
        with self._db.session() as session:
            row = session.get(SlackLinkRow, login)
        return "" if row is None else row.slack_user

    def login_of(self, slack_identity: str) -> str:
        """Empty where this Slack user is linked to no account."""
        with self._db.session() as session:
            row = session.exec(select(SlackLinkRow).where(SlackLinkRow.slack_user == slack_identity)).one_or_none()
        return "" if row is None else row.login

    def offer_code(self, login: str, code_digest: str, *, expires_at: Instant, now: Instant) -> None:
        """Keep a code's digest. An earlier one of the same account is worth nothing from then on."""
        with self._db.transaction() as session:
            session.connection().execute(
                delete(SlackCodeRow).where((col(SlackCodeRow.login) == login) | (col(SlackCodeRow.expires_at) <= now))
            )
            session.add(SlackCodeRow(code_digest=code_digest, login=login, expires_at=expires_at))

    def link(self, code_digest: str, slack_identity: str, *, now: Instant) -> str:
        """Use the code up and link; the account's login, or empty where the code is unknown, used or over.

        A link that the account or the Slack user had before ends.
        """
        with self._db.transaction() as session:
            used = session.connection().execute(
                delete(SlackCodeRow)
                .where(col(SlackCodeRow.code_digest) == code_digest, col(SlackCodeRow.expires_at) > now)
                .returning(col(SlackCodeRow.login))
            )
            found = used.first()
            if found is None:
                return ""
            login = str(found[0])
            session.connection().execute(
                delete(SlackLinkRow).where(
                    (col(SlackLinkRow.login) == login) | (col(SlackLinkRow.slack_user) == slack_identity)
                )
            )
            session.add(SlackLinkRow(login=login, slack_user=slack_identity, linked_at=now))
            return login

    def unlink(self, login: str) -> None:
        with self._db.transaction() as session:
            session.connection().execute(delete(SlackLinkRow).where(col(SlackLinkRow.login) == login))

    def first_time(self, signature: str, *, now: Instant) -> bool:
        """Whether a signed request was not seen before. Notes it."""
        with self._db.transaction() as session:
            session.connection().execute(
                delete(SlackRequestRow).where(col(SlackRequestRow.seen_at) < now - REMEMBER_REQUESTS)
            )
            return insert_if_absent(session, SlackRequestRow(signature=signature, seen_at=now))
