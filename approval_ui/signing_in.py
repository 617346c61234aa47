"""Who is signed in: passwords, an identity provider's word, sessions, and the token that every form must carry."""

import hmac
import secrets
import threading
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from pwdlib import PasswordHash

from approval_ui.decision_requests import Reviewer
from approval_ui.federation import Federation
from approval_ui.identity_provider import Arrival, IdentityProvider, OidcRefused, ProviderAway
from approval_ui.limits import RateLimit
from domain.audit import AuditEvent, AuditKind
from domain.ports import Clock
from persistence.audit import SqlAuditLog
from persistence.sessions import SqlSessions, UiSession
from persistence.users import LocalUser, SqlUsers

_passwords = PasswordHash.recommended()
_NOBODY = _passwords.hash("a password that nobody has")
"""Checked for unknown logins, so that an answer takes as long as for known ones."""
MAX_PASSWORD = 1_024
"""Characters. What is longer is not even looked at: hashing it would cost too much."""
_SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use of a session is known: not every request is worth a write."""
_WITHOUT_RECHECK = timedelta(hours=1)
"""A session that the provider cannot be asked about again is over after this."""
_PATIENCE = 6
"""How many times the recheck's span a session outlives a provider that does not answer."""


def hash_password(password: str) -> str:
    """Argon2id with the library's recommended cost."""
    return _passwords.hash(_as_typed(password))


def _as_typed(password: str) -> str:
    """Keyboards write one letter as one code point or as two; both are the same password (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


class SignInRefused(Exception):
    """The sentence is the same whether the login or the password was wrong."""

    def __init__(self, sentence: str, *, status: int = 401, wait_seconds: int = 0) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status
        self.wait_seconds = wait_seconds


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


@dataclass(frozen=True)
class DoorRules:
    """How long a session may last, and which doors there are. `secret` keys the digests of unknown logins."""

    lifetime: timedelta
    idle: timedelta
    recheck: timedelta
    local_accounts: bool
    secret: bytes


class Gatekeeper:
    """Signs people in and out, and recognises them. Each of these acts is audited."""

    def __init__(
        self,
        *,
        org_id: str,
        users: SqlUsers,
        sessions: SqlSessions,
        audit: SqlAuditLog,
        clock: Clock,
        rules: DoorRules,
        federation: Federation,
        provider: IdentityProvider | None = None,
    ) -> None:
        self._org_id = org_id
        self._users = users
        self._sessions = sessions
        self._audit = audit
        self._clock = clock
        self._rules = rules
        self._federation = federation
        self._provider = provider
        self._by_login = RateLimit(clock, limit=8, window=timedelta(minutes=5))
        self._by_client = RateLimit(clock, limit=40, window=timedelta(minutes=5))
        self._asking: dict[str, threading.Lock] = {}
        self._asking_lock = threading.Lock()

    def sign_in(self, login: str, password: str, client: str) -> tuple[str, SignedIn]:
        """A new session's token with the session. Raises `SignInRefused`."""
        if not self._rules.local_accounts:
            raise SignInRefused("Passwords are switched off here. Sign in through your provider.", status=403)
        name = login.strip().casefold()[:120]
        user = self._users.get(name)
        if not (self._by_login.allows(name) and self._by_client.allows(client)):
            self._note_locked(name, user)
            raise SignInRefused("Too many attempts. Wait five minutes and try again.", status=429, wait_seconds=300)
        stored = (self._users.password_hash(name) if user is not None else None) or _NOBODY
        fits = len(password) <= MAX_PASSWORD and _passwords.verify(_as_typed(password), stored)
        if user is not None and user.subject and self._provider is not None:
            # Whom the provider answers for comes in by the provider, so that leaving the company ends it.
            fits = False
        if user is None or not user.active or not fits or (now := self._federation.named(user)) is None:
            self._by_login.count(name)
            self._by_client.count(client)
            self._note(AuditKind.SIGN_IN_REFUSED, *self._named(name, user), code="password")
            raise SignInRefused("Login or password is wrong.")
        self._by_login.forget(name)
        begun = self._start(now, "password")
        if self._users.password_hash(name) != stored:
            # It was renewed or closed while this one was checked, which ended the sessions that it knew of.
            self._sessions.end(begun[1].session.token_digest)
            raise SignInRefused("Login or password is wrong.")
        return begun

    def arrive(self, arrival: Arrival) -> tuple[str, SignedIn]:
        """A session for whom the provider vouched for. Raises `SignInRefused`."""
        try:
            user = self._federation.account_of(arrival.proof)
        except OidcRefused as refused:
            self.refuse_arrival(refused)
            raise SignInRefused(refused.sentence, status=403) from None
        return self._start(user, "provider", upstream=arrival.proof.upstream, by_provider=True)

    def refuse_arrival(self, refused: OidcRefused) -> None:
        """Put on record that somebody came back from the provider in vain, by the check that failed."""
        self._note(AuditKind.SIGN_IN_REFUSED, "provider", code=str(refused)[:80])

    def _start(
        self, user: LocalUser, how: str, *, upstream: str = "", by_provider: bool = False
    ) -> tuple[str, SignedIn]:
        token = secrets.token_urlsafe(32)
        now = self._clock.now()
        lifetime = self._rules.lifetime
        if by_provider and not upstream:
            lifetime = min(lifetime, _WITHOUT_RECHECK)
        session = UiSession(
            token_digest=_digest(token),
            login=user.login,
            csrf=secrets.token_urlsafe(24),
            created_at=now,
            expires_at=now + lifetime,
            last_seen_at=now,
            proved_at=now if by_provider else None,
            upstream=upstream,
        )
        self._sessions.start(session)
        self._note(AuditKind.SIGNED_IN, user.login, session.token_digest[:16], code=how)
        return token, SignedIn(session=session, user=user)

    def recognise(self, token: str, *, acting: bool = True) -> SignedIn | None:
        """The live session of a token; None where it is over, or the account, the playbook or the provider says no.

        `acting` is False for what a page does by itself: that keeps no session alive.
        """
        if not token:
            return None
        session = self._find(_digest(token))
        user = self._users.get(session.login) if session is not None else None
        if session is None or user is None or not user.active:
            return None
        if session.proved_at is None:
            known = self._federation.named(user) if self._rules.local_accounts else None
        else:
            known = self._still_vouched(session, user)
        if known is None:
            return None
        now = self._clock.now()
        if acting and now - (session.last_seen_at or session.created_at) >= _SEEN_EVERY:
            self._sessions.seen(session.token_digest, now=now)
        return SignedIn(session=session, user=known)

    def vouched(self, login: str) -> LocalUser | None:
        """The account of somebody who proves who they are without a browser here; None where it may not be used now.

        Whom a provider answers for needs a session that the provider still vouches for, so that leaving the company
        ends this way in as well.
        """
        user = self._users.get(login)
        if user is None or not user.active:
            return None
        if not user.subject or self._provider is None:
            return self._federation.named(user) if self._rules.local_accounts else None
        by_provider = [s for s in self._sessions.of(login, now=self._clock.now()) if s.proved_at is not None]
        return self._still_vouched(by_provider[0], user) if by_provider else None

    def sign_out(self, token: str) -> str:
        """End the session. Where to go on to, so that the provider forgets the browser too; empty for nowhere."""
        session = self._find(_digest(token))
        self._sessions.end(_digest(token))
        if session is None:
            return ""
        self._note(AuditKind.SIGNED_OUT, session.login, session.token_digest[:16], code="asked")
        return self._provider.end_session_url() if session.proved_at is not None and self._provider else ""

    def _find(self, token_digest: str) -> UiSession | None:
        return self._sessions.find(token_digest, now=self._clock.now(), idle=self._rules.idle)

    def _still_vouched(self, session: UiSession, user: LocalUser) -> LocalUser | None:
        """The account as the provider sees it now; None where it no longer vouches.

        A provider that does not answer is borne with for a while, so that its outage stops nobody's work at once.
        """
        if self._provider is None:
            return None
        if not self._due(session):
            return self._federation.as_now(user)
        with self._asking_lock:
            asking = self._asking.setdefault(session.token_digest, threading.Lock())
        with asking:
            # A refresh token may be used once: whoever waited here reads what the first one learned.
            found = self._find(session.token_digest)
            if found is None or not self._due(found):
                later = self._users.get(user.login) if found is not None else None
                return self._federation.as_now(later) if later is not None else None
            try:
                proof = self._provider.again(found.upstream, user.subject)
            except OidcRefused as refused:
                self._sessions.end_all(user.login)
                self._note(
                    AuditKind.SIGNED_OUT, user.login, found.token_digest[:16], code=f"no longer vouched for: {refused}"
                )
                return None
            except ProviderAway:
                patience = self._rules.recheck * _PATIENCE
                if (found.proved_at or found.created_at) + patience <= self._clock.now():
                    return None
                return self._federation.as_now(user)
            self._sessions.proved(found.token_digest, now=self._clock.now(), upstream=proof.upstream)
            return self._federation.role_again(user, proof)

    def _due(self, session: UiSession) -> bool:
        asked = session.proved_at or session.created_at
        return bool(session.upstream) and asked + self._rules.recheck <= self._clock.now()

    def _named(self, name: str, user: LocalUser | None) -> tuple[str, str]:
        """Actor and key part. What was typed may be a password in the wrong box: an unknown login is a keyed digest."""
        if user is not None:
            return user.login, secrets.token_hex(8)
        digest = hmac.new(self._rules.secret, name.encode(), sha256).hexdigest()[:16]
        return f"unknown login {digest}", secrets.token_hex(8)

    def _note_locked(self, name: str, user: LocalUser | None) -> None:
        """Once per login and window, however often somebody goes on trying."""
        actor, _ = self._named(name, user)
        window = int(self._clock.now().timestamp()) // 300
        self._note(AuditKind.SIGN_IN_LOCKED, actor, f"{sha256(actor.encode()).hexdigest()[:16]}/{window}")

    def _note(self, kind: AuditKind, actor: str, key: str = "", *, code: str = "") -> None:
        self._audit.append(
            AuditEvent(
                key=f"{kind.value}/{key or secrets.token_hex(8)}",
                kind=kind,
                org_id=self._org_id,
                actor=actor,
                code=code,
                at=self._clock.now(),
            )
        )


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
