"""Who is signed in: passwords, sessions, and the token that every form must carry."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from pwdlib import PasswordHash

from approval_ui.deciding import Reviewer
from approval_ui.limits import RateLimit
from domain.audit import AuditEvent, AuditKind
from domain.ports import Clock
from persistence.audit import SqlAuditLog
from persistence.sessions import SqlSessions, UiSession
from persistence.users import LocalUser, SqlUsers

_passwords = PasswordHash.recommended()
_NOBODY = _passwords.hash("a password that nobody has")
"""Checked for unknown logins, so that an answer takes as long as for known ones."""
_MAX_PASSWORD = 1_024


def hash_password(password: str) -> str:
    """Argon2id with the library's recommended cost."""
    return _passwords.hash(password)


class SignInRefused(Exception):
    """The sentence is the same whether the login or the password was wrong."""

    def __init__(self, sentence: str, *, status: int = 401) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


@dataclass(frozen=True)
class SignedIn:
    """A live session. `token` is what the browser or script holds."""

    session: UiSession
    user: LocalUser

    @property
    def reviewer(self) -> Reviewer:
        return Reviewer(login=self.user.login, name=self.user.display_name, role=self.user.role)

    def carries(self, csrf: str) -> bool:
        return hmac.compare_digest(self.session.csrf.encode(), csrf.encode())


class Gatekeeper:
    """Signs people in and out, and recognises them."""

    def __init__(
        self,
        *,
        org_id: str,
        users: SqlUsers,
        sessions: SqlSessions,
        audit: SqlAuditLog,
        clock: Clock,
        lifetime: timedelta,
    ) -> None:
        self._org_id = org_id
        self._users = users
        self._sessions = sessions
        self._audit = audit
        self._clock = clock
        self._lifetime = lifetime
        self._by_login = RateLimit(clock, limit=8, window=timedelta(minutes=5))
        self._by_client = RateLimit(clock, limit=40, window=timedelta(minutes=5))

    def sign_in(self, login: str, password: str, client: str) -> tuple[str, SignedIn]:
        """A new session's token with the session. Raises `SignInRefused`."""
        name = login.strip().casefold()[:120]
        if not (self._by_login.allows(name) and self._by_client.allows(client)):
            raise SignInRefused("Too many attempts. Wait five minutes and try again.", status=429)
        user = self._users.get(name)
        stored = (self._users.password_hash(name) if user is not None else None) or _NOBODY
        fits = len(password) <= _MAX_PASSWORD and _passwords.verify(password, stored)
        if user is None or not user.active or not fits:
            self._by_login.count(name)
            self._by_client.count(client)
            # What was typed may be a password in the wrong box, so only known logins are recorded.
            self._note(AuditKind.SIGN_IN_REFUSED, user.login if user else "unknown login", secrets.token_hex(8))
            raise SignInRefused("Login or password is wrong.")
        self._by_login.forget(name)
        token = secrets.token_urlsafe(32)
        now = self._clock.now()
        session = UiSession(
            token_digest=_digest(token),
            login=user.login,
            csrf=secrets.token_urlsafe(24),
            created_at=now,
            expires_at=now + self._lifetime,
        )
        self._sessions.start(session)
        self._note(AuditKind.SIGNED_IN, user.login, session.token_digest[:16])
        return token, SignedIn(session=session, user=user)

    def recognise(self, token: str) -> SignedIn | None:
        """The live session of a token; None where it is over, or the account was switched off."""
        if not token:
            return None
        session = self._sessions.find(_digest(token), now=self._clock.now())
        user = self._users.get(session.login) if session is not None else None
        if session is None or user is None or not user.active:
            return None
        return SignedIn(session=session, user=user)

    def sign_out(self, token: str) -> None:
        self._sessions.end(_digest(token))

    def _note(self, kind: AuditKind, actor: str, key: str) -> None:
        self._audit.append(
            AuditEvent(key=f"{kind.value}/{key}", kind=kind, org_id=self._org_id, actor=actor, at=self._clock.now())
        )


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
