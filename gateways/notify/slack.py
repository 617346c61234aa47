"""Notifications in Slack, the modal that shows a card there, and what proves that a request came from Slack.

Messages carry a case number, score, band and risk. Only the modal, which one linked person opens, shows the card.
"""

import hmac
from hashlib import sha256
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier

from domain.errors import ErrorCode, NotifyError
from domain.notice_wording import about, headline, link_of
from domain.notices import ASKS, Item, Outgoing
from domain.ports import Clock

SECONDS = 10
# https://docs.slack.dev/reference/methods/chat.postMessage#errors
_OPS_MUST_ACT = frozenset(
    {
        "account_inactive",
        "app_missing_action_url",
        "ekm_access_denied",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
_LATER = frozenset(
    {"fatal_error", "internal_error", "ratelimited", "rate_limited", "request_timeout", "service_unavailable"}
)
_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
OPEN_CARD = "open_card"
"""The action of the button that opens the modal; its value is `case.round`."""


def web_client(token: str, base_url: str) -> WebClient:
    """Retries are ours: the outbox waits, and a person's click must be answered at once."""
    return WebClient(token=token, base_url=f"{base_url.rstrip('/')}/", timeout=SECONDS, retry_handlers=[])


class SlackNotifier:
    """`Notifier` over Slack's Web API. A message's reference is `channel/timestamp`.

    `decides` offers the card in Slack; else the message only links to the page.
    """

    def __init__(self, client: WebClient, *, decides: bool) -> None:
        self._client = client
        self._decides = decides

    def send(self, message: Outgoing) -> str:
        (item,) = message.items
        text = f"{headline(item)}. {about(item)}"
        blocks = blocks_of(item, decides=self._decides)
        if message.replaces:
            channel, _, stamp = message.replaces.partition("/")
            # The words that are found in notifications and by screen readers, beside the blocks.
            _call(self._client, "chat.update", channel=channel, ts=stamp, text=text, blocks=blocks)
            return message.replaces
        answer = _call(
            self._client,
            "chat.postMessage",
            channel=message.to,
            text=text,
            blocks=blocks,
            unfurl_links=False,
            unfurl_media=False,
        )
        return f"{answer['channel']}/{answer['ts']}"


def blocks_of(item: Item, *, decides: bool) -> list[dict[str, Any]]:
    """A sentence, the case in numbers, and buttons while there is something to decide."""
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "plain_text", "text": f"{headline(item)}."}},
        {"type": "context", "elements": [{"type": "plain_text", "text": about(item)}]},
    ]
    buttons: list[dict[str, Any]] = []
    if decides and item.review is not None and item.notice.kind in ASKS:
        value = f"{item.review.case_id}.{item.review.round}"
        buttons.append(_button("Review here", action_id=OPEN_CARD, value=value, style="primary"))
    if link_of(item).startswith("http"):
        buttons.append(_button("Open the page", action_id="open_page", url=link_of(item)))
    if buttons:
        blocks.append({"type": "actions", "elements": buttons})
    return blocks


def _button(label: str, **fields: str) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": label}, **fields}


class SlackApp:
    """What the approval UI needs of Slack: proof of a request's sender, and opening a modal."""

    def __init__(self, client: WebClient, signing_secret: str, clock: Clock) -> None:
        self._client = client
        self._verifier = SignatureVerifier(signing_secret, _At(clock))
        self._secret = signing_secret.encode()

    def genuine(self, body: bytes, timestamp: str, signature: str) -> bool:
        """Whether Slack signed these bytes within the last five minutes."""
        if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12 or not signature.isascii():
            return False
        try:
            return self._verifier.is_valid(body, timestamp, signature)
        except UnicodeDecodeError:
            return False

    def code_digest(self, code: str) -> str:
        """HMAC-SHA-256 under the signing secret, hex."""
        return hmac.new(self._secret, b"countersign/slack-link\n" + code.encode(), sha256).hexdigest()

    def open_modal(self, trigger_id: str, view: dict[str, Any]) -> None:
        """Raises `NotifyError`; a trigger is worth nothing after three seconds."""
        _call(self._client, "views.open", trigger_id=trigger_id, view=view)


class _At(SlackClock):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


def check_token(client: WebClient) -> str:
    """The workspace and the bot's name. Raises `NotifyError`."""
    answer = _call(client, "auth.test")
    return f"{answer.get('team', '?')} as {answer.get('user', '?')}"


def _call(client: WebClient, method: str, **arguments: Any) -> dict[str, Any]:
    """Raises `NotifyError` named for what to do about it. Slack's own words hold no personal data of ours."""
    try:
        answer = client.api_call(method, json=arguments)
    except SlackApiError as failed:
        raise _named(failed, method) from None
    except (TimeoutError, ConnectionResetError):
        raise NotifyError(f"Slack did not answer {method} in time", code=ErrorCode.NOTIFY_UNCLEAR) from None
    except URLError as failed:
        lost = isinstance(failed.reason, TimeoutError)
        code = ErrorCode.NOTIFY_UNCLEAR if lost else ErrorCode.NOTIFY_UNAVAILABLE
        raise NotifyError(f"Slack cannot be reached for {method}", code=code) from None
    except (SlackClientError, OSError) as failed:
        raise NotifyError(f"Slack cannot be reached for {method} ({type(failed).__name__})") from None
    data = answer.data
    return data if isinstance(data, dict) else {}


def _named(failed: SlackApiError, method: str) -> NotifyError:
    response: Any = failed.response
    said = str(response.get("error") or "") if hasattr(response, "get") else ""
    status = getattr(response, "status_code", 0) or (response.get("status", 0) if isinstance(response, dict) else 0)
    headers = getattr(response, "headers", None) or (response.get("headers", {}) if isinstance(response, dict) else {})
    if status == 429 or said in ("ratelimited", "rate_limited"):
        wait = next((str(v) for k, v in headers.items() if k.lower() == "retry-after"), "")
        return NotifyError(
            f"Slack asks to slow down ({method})",
            code=ErrorCode.NOTIFY_RATE_LIMITED,
            retry_after_seconds=float(wait) if wait.isdecimal() and len(wait) < 6 else 30.0,
        )
    if said in _OPS_MUST_ACT:
        return NotifyError(f"Slack refuses the token: {said}", code=ErrorCode.NOTIFY_UNAUTHORISED)
    if said in _LATER or status >= 500 or not said:
        return NotifyError(f"Slack fails now ({status or 'no status'})")
    what = "the message is gone" if said in _GONE else f"Slack refuses {method}"
    return NotifyError(f"{what}: {said[:60]}", code=ErrorCode.NOTIFY_REFUSED)
