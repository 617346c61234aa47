"""Which account a Slack user is: a one-time code, made for a signed-in person and typed in Slack.

The code proves the account, Slack's signature proves the Slack user; together they link the two.
"""

import base64
import secrets
from datetime import timedelta

from approval_ui.dependencies import UiDependencies
from approval_ui.ports import SlackDoor
from approval_ui.signing_in import Gatekeeper
from domain.audit import AuditEvent, AuditKind
from persistence.users import LocalUser

CODE_MINUTES = 10


def fresh_code(deps: UiDependencies, slack: SlackDoor, login: str) -> str:
    """80 random bits in four groups. Only its keyed digest is kept, and an earlier code is worth nothing now."""
    plain = base64.b32encode(secrets.token_bytes(10)).decode()
    now = deps.clock.now()
    deps.reachable.offer_code(
        login, slack.code_digest(plain), expires_at=now + timedelta(minutes=CODE_MINUTES), now=now
    )
    return "-".join(plain[i : i + 4] for i in range(0, 16, 4))


def link(deps: UiDependencies, slack: SlackDoor, typed: str, identity: str) -> str:
    """Use a code up; the login that is linked now, or empty where the code is worth nothing."""
    plain = "".join(c for c in typed.upper() if c.isalnum())
    now = deps.clock.now()
    login = deps.reachable.link(slack.code_digest(plain), identity, now=now)
    if login:
        deps.audit.append(
            AuditEvent(
                key=f"{AuditKind.SLACK_LINKED.value}/{identity}/{now.isoformat()}",
                kind=AuditKind.SLACK_LINKED,
                org_id=deps.config.org_id,
                actor=login,
                subject=identity,
                at=now,
            )
        )
    return login


def person_of(deps: UiDependencies, gatekeeper: Gatekeeper, identity: str) -> LocalUser | None:
    """The account of a Slack user as it is now; None where nobody is linked or the account may not be used."""
    login = deps.reachable.login_of(identity)
    return gatekeeper.vouched(login) if login else None
