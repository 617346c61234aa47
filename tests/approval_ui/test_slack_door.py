"""Deciding in Slack: the unmodified slack_sdk, a Slack on this machine, and requests signed as Slack signs them."""

import hmac
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from approval_ui.app import create_app
from approval_ui.identity_provider import IdentityProvider, OidcRefusal, OidcRefused
from approval_ui.views import slack_card
from domain.audit import AuditKind
from domain.decisions import RoundState, parse_envelope
from domain.permissions import RiskCategory, Role
from domain.proposals import CreateTask, SendEmail, UpdateFields, digest_of
from gateways.notify.slack import SlackApp, web_client
from persistence.sessions import UiSession
from persistence.users import LocalUser
from tests.approval_ui.conftest import Answer, Browser, field
from tests.approval_ui.sample_review import Sample, northwind
from tests.approval_ui.world import World
from tests.fakes.http_servers import serving
from tests.fakes.slack import TOKEN, FakeSlack

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
PAGE = "https://countersign.example"
_moments = itertools.count()


class Desk:
    """The application with Slack's door open, and somebody at Slack."""

    def __init__(self, world: World, slack: FakeSlack) -> None:
        self.world, self.slack = world, slack
        self.app = SlackApp(web_client(TOKEN, slack.url), SECRET, world.clock)
        config = replace(world.deps.config, public_url=PAGE)
        self.deps = replace(world.deps, config=config, slack=self.app)
        self._running = create_app(self.deps, redeliver=False)
        self.client = TestClient(self._running, follow_redirects=False)

    def person(self, login: str = "oriol") -> Browser:
        """Somebody at the pages of the same application."""
        return Browser(TestClient(self._running, follow_redirects=False), login)

    def send(self, path: str, form: dict[str, str], **signed: Any) -> Answer:
        """A request as Slack would sign it, unless told otherwise. Each is another one, as each click is."""
        body = urlencode({**form, "nonce": str(next(_moments))} if not signed.pop("same", False) else form).encode()
        stamp = str(int(self.world.now.timestamp()) + signed.pop("off", 0))
        given = signature(body, stamp, signed.pop("secret", SECRET))
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": given,
            **signed,
        }
        return self.client.post(path, content=body, headers=headers)

    def link(self, login: str = "oriol", user: str = "U1") -> None:
        browser = self.person(login)
        page = browser.post("/notifications/slack/code")
        code = page.text.partition("/countersign link ")[2].partition("<")[0]
        said = self.command(f"link {code}", user).json()["text"]
        assert said.startswith("Linked."), said

    def command(self, text: str, user: str = "U1") -> Answer:
        return self.send("/slack/commands", {"team_id": "T1", "user_id": user, "command": "/countersign", "text": text})

    def press(self, made: Sample, user: str = "U1", **signed: Any) -> Answer:
        payload = {
            "type": "block_actions",
            "team": {"id": "T1"},
            "user": {"id": user, "team_id": "T1"},
            "trigger_id": "13345224609.738474920.8088930838d88f008e0",
            "actions": [{"action_id": "open_card", "value": f"{made.opening.case_id}.{made.opening.round}"}],
        }
        return self.send("/slack/interactions", {"payload": json.dumps(payload)}, **signed)

    def opened(self, made: Sample, user: str = "U1") -> dict[str, Any]:
        """The modal that a press opens."""
        before = len(self.slack.views)
        assert self.press(made, user).status_code == 200
        assert len(self.slack.views) == before + 1
        return self.slack.views[-1]

    def submit(
        self, view: dict[str, Any], verdict: str = "approve", user: str = "U1", reason: str = "", **signed: Any
    ) -> Answer:
        values: dict[str, Any] = {"verdict": {"verdict": {"selected_option": {"value": verdict}}}}
        values["reason"] = {"reason": {"selected_option": {"value": reason} if reason else None}}
        values["text"] = {"text": {"type": "plain_text_input", "value": None}}
        payload = {
            "type": "view_submission",
            "team": {"id": "T1"},
            "user": {"id": user},
            "view": {
                "callback_id": "decide",
                "private_metadata": view.get("private_metadata", ""),
                "state": {"values": values},
            },
        }
        return self.send("/slack/interactions", {"payload": json.dumps(payload)}, **signed)

    def state(self, made: Sample) -> RoundState:
        return self.deps.reviews.outcome(made.opening.case_id, made.opening.round).state


def signature(body: bytes, stamp: str, secret: str) -> str:
    return "v0=" + hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, sha256).hexdigest()


def said(answer: Answer) -> str:
    return json.dumps(answer.json(), ensure_ascii=False)


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    slack = FakeSlack()
    with serving(slack):
        yield Desk(world, slack)


def test_a_linked_reviewer_sees_what_is_signed_and_signs_it(desk: Desk) -> None:
    desk.link()
    made = desk.world.seed()
    view = desk.opened(made)
    shown = "\n".join(texts(view))
    mail = made.content.mail
    assert mail is not None
    task = next(a for a in made.content.actions if isinstance(a, CreateTask))
    parts = (mail.subject, mail.body, mail.footer, mail.to_address, mail.from_address)
    for part in (*parts, task.subject, task.description, task.due_date, task.priority):
        assert part in shown
    for change in (c for a in made.content.actions if isinstance(a, UpdateFields) for c in a.changes):
        assert str(change.after) in shown
    assert f"{PAGE}/reviews/{made.opening.case_id}/1" in json.dumps(view)
    answer = desk.submit(view)
    assert "Signed as Oriol Puig: approved." in said(answer)
    (signed,) = desk.deps.reviews.decisions_of_round(made.opening.case_id, 1)
    envelope = parse_envelope(signed)
    assert (envelope.reviewer, envelope.role, envelope.attested_by) == ("oriol", Role.REVIEWER, "slack:T1/U1")
    assert envelope.final_digest == made.opening.proposal_digest == digest_of(made.content.to_bytes())
    assert desk.world.engine.decisions == [(made.opening.case_id, 1, envelope.decision_id)]
    page = desk.person().get(f"/cases/{made.opening.case_id}").text
    assert "in Slack" in page


def test_a_rejection_names_its_reason(desk: Desk) -> None:
    desk.link()
    made = desk.world.seed()
    view = desk.opened(made)
    refused = desk.submit(view, "reject").json()
    assert refused["response_action"] == "errors"
    assert "reason" in refused["errors"]
    assert desk.state(made) is RoundState.OPEN
    code = made.card.reject_reasons[0][0]
    assert "rejected" in said(desk.submit(view, "reject", reason=code))
    assert desk.state(made) is RoundState.DECIDED


def texts(view: Any) -> list[str]:
    """Every text in a view."""
    if isinstance(view, dict):
        own = [view["text"]] if isinstance(view.get("text"), str) else []
        return own + [t for v in view.values() for t in texts(v)]
    return [t for v in view for t in texts(v)] if isinstance(view, list) else []


def test_every_limit_of_slacks_blocks_is_kept(desk: Desk) -> None:
    desk.link()

    def long(case_id: str, org: str, now: Any) -> Sample:
        made = northwind(case_id, org, now)
        return with_actions(
            made, lambda a: a.model_copy(update={"body": "word " * 2_500}) if isinstance(a, SendEmail) else a
        )

    made = desk.world.seed(long)
    view = desk.opened(made)
    assert len(view["blocks"]) <= 100
    for block in view["blocks"]:
        if block["type"] == "section":
            assert 0 < len(block["text"]["text"]) <= 3_000
        if block["type"] == "context":
            assert len(block["elements"]) <= 10
    assert "word " * 2_500 in "".join(texts(view))


def test_what_would_not_fit_as_a_whole_is_sent_to_the_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.link()
    monkeypatch.setattr(slack_card, "MOST_BLOCKS", 20)

    def endless(case_id: str, org: str, now: Any) -> Sample:
        return with_actions(
            northwind(case_id, org, now),
            lambda a: a.model_copy(update={"body": "word " * 6_000}) if isinstance(a, SendEmail) else a,
        )

    view = desk.opened(desk.world.seed(endless))
    assert "too long to be shown here" in json.dumps(view)
    assert "word word" not in json.dumps(view)


def with_actions(made: Sample, change: Callable[[Any], Any]) -> Sample:
    content = made.content.model_copy(update={"actions": tuple(change(a) for a in made.content.actions)})
    digest = digest_of(content.to_bytes())
    return replace(made, content=content, opening=made.opening.model_copy(update={"proposal_digest": digest}))


# ---- who is not let in


@pytest.mark.parametrize("path", ["/slack/interactions", "/slack/commands"])
def test_forged_old_and_repeated_requests_do_nothing(desk: Desk, path: str) -> None:
    form = {"payload": "{}", "text": "link X"}
    assert desk.send(path, form, secret="another").status_code == 401
    assert desk.send(path, form, off=-301).status_code == 401
    assert desk.send(path, form, off=301).status_code == 401
    assert desk.send(path, form, **{"x-slack-signature": ""}).status_code == 401
    assert desk.send(path, form, **{"x-slack-request-timestamp": "soon"}).status_code == 401
    assert desk.send(path, form, same=True).status_code == 200
    assert desk.send(path, form, same=True).status_code == 409
    assert desk.send(path, {"payload": "x" * 70_000}).status_code == 413
    assert desk.slack.views == []


def test_the_door_is_closed_unless_the_organisation_opened_it(world: World) -> None:
    client = TestClient(create_app(world.deps, redeliver=False), follow_redirects=False)
    assert client.post("/slack/interactions", content=b"payload={}").status_code == 404
    assert client.post("/slack/commands", content=b"text=link").status_code == 404
    assert "Link my Slack user" not in Browser(client, "oriol").get("/notifications").text


@pytest.mark.parametrize(
    "payload", ["", "[]", "{", '{"type":"block_actions","actions":[{"action_id":"open_card"}]}', "9" * 5_000]
)
def test_payloads_of_no_known_shape_do_nothing(desk: Desk, payload: str) -> None:
    made = desk.world.seed()
    assert desk.send("/slack/interactions", {"payload": payload}).status_code in (200, 400)
    assert desk.state(made) is RoundState.OPEN


def test_who_is_not_linked_is_told_how(desk: Desk) -> None:
    made = desk.world.seed()
    view = desk.opened(made, "U2")
    assert "not linked" in json.dumps(view)
    assert made.card.company not in json.dumps(view)
    forged = {"private_metadata": metadata(made)}
    assert "not linked" in said(desk.submit(forged, user="U2"))
    assert desk.state(made) is RoundState.OPEN


def metadata(made: Sample) -> str:
    opening = made.opening
    return json.dumps({"case_id": opening.case_id, "round": opening.round, "digest": opening.proposal_digest})


@pytest.mark.parametrize("login", ["vera", "tomas"])
def test_who_may_not_decide_on_the_page_may_not_decide_in_slack(desk: Desk, login: str) -> None:
    desk.link(login)
    made = desk.world.seed()
    assert "not decide" in json.dumps(desk.opened(made))
    assert "not decide" in said(desk.submit({"private_metadata": metadata(made)}))
    assert desk.state(made) is RoundState.OPEN


def test_an_account_that_was_switched_off_is_linked_no_more(desk: Desk) -> None:
    desk.link()
    made = desk.world.seed()
    view = desk.opened(made)
    stored = desk.deps.users.password_hash("oriol") or ""
    off = LocalUser(login="oriol", display_name="Oriol Puig", role=Role.REVIEWER, active=False)
    desk.deps.users.save(off, password_hash=stored)
    assert "not linked" in said(desk.submit(view))
    assert desk.state(made) is RoundState.OPEN


class Company:
    """An identity provider that somebody has left."""

    def again(self, upstream: str, subject: str) -> Any:
        raise OidcRefused(next(iter(OidcRefusal)), "You have left.")


def test_whom_a_provider_answers_for_decides_while_it_vouches_for_them(desk: Desk) -> None:
    desk.link()
    made = desk.world.seed()
    view = desk.opened(made)
    desk.person().client.cookies.clear()
    users, now = desk.deps.users, desk.world.now
    federated = LocalUser(
        login="oriol", display_name="Oriol Puig", role=Role.REVIEWER, issuer="https://id.example", subject="s-1"
    )
    users.save(federated, password_hash="")
    deps = replace(desk.deps, provider=cast("IdentityProvider", Company()))
    desk.client = TestClient(create_app(deps, redeliver=False), follow_redirects=False)
    assert "sign-in has ended" in said(desk.submit(view)), "no session by the provider"
    session = UiSession(
        token_digest="0" * 64,
        login="oriol",
        csrf="c",
        created_at=now,
        expires_at=now + timedelta(hours=12),
        proved_at=now,
        upstream="encrypted",
    )
    deps.sessions.start(session)
    desk.world.clock.advance(timedelta(minutes=30))
    assert "sign-in has ended" in said(desk.submit(view)), "the provider no longer vouches"
    assert desk.state(made) is RoundState.OPEN
    deps.sessions.start(session.model_copy(update={"proved_at": desk.world.now}))
    assert "Signed as Oriol Puig" in said(desk.submit(view))


# ---- what is not decided there


@pytest.mark.parametrize("change", [{"risk": RiskCategory.HIGH}, {"quorum": 2}])
def test_high_risk_and_second_signatures_are_sent_to_the_page(desk: Desk, change: dict[str, Any]) -> None:
    desk.link("ines")

    def changed(case_id: str, org: str, now: Any) -> Sample:
        made = northwind(case_id, org, now)
        return replace(made, opening=made.opening.model_copy(update=change))

    made = desk.world.seed(changed)
    view = desk.opened(made)
    assert "decided on the approval page" in json.dumps(view)
    assert made.card.company not in json.dumps(view)
    assert "decided on the approval page" in said(desk.submit({"private_metadata": metadata(made)}))
    assert desk.state(made) is RoundState.OPEN


@pytest.mark.parametrize("verdict", ["respond", "approve_edited", "", "anything"])
def test_there_is_no_other_verdict(desk: Desk, verdict: str) -> None:
    desk.link()
    made = desk.world.seed()
    assert desk.submit(desk.opened(made), verdict).json()["response_action"] == "errors"
    assert desk.state(made) is RoundState.OPEN


def test_another_digest_than_the_one_shown_is_refused(desk: Desk) -> None:
    desk.link()
    made = desk.world.seed()
    view = desk.opened(made)
    view["private_metadata"] = view["private_metadata"].replace(made.opening.proposal_digest, "0" * 64)
    assert "changed" in said(desk.submit(view))
    assert desk.state(made) is RoundState.OPEN


# ---- when others are quicker


def test_a_double_click_signs_once(desk: Desk) -> None:
    desk.link()
    made = desk.world.seed()
    view = desk.opened(made)
    for _ in range(2):
        assert "Signed as Oriol Puig: approved." in said(desk.submit(view))
    assert len(desk.deps.reviews.decisions_of_round(made.opening.case_id, 1)) == 1


def test_what_was_decided_meanwhile_says_so(desk: Desk) -> None:
    desk.link()
    made = desk.world.seed()
    view = desk.opened(made)
    desk.person("javier").decide(made)
    assert "already decided" in said(desk.submit(view))
    assert "Sign" not in json.dumps(desk.opened(made).get("submit", {}))
    (signed,) = desk.deps.reviews.decisions_of_round(made.opening.case_id, 1)
    assert parse_envelope(signed).attested_by == ""


def test_after_the_deadline_nothing_is_signed(desk: Desk) -> None:
    desk.link()
    made = desk.world.seed()
    view = desk.opened(made)
    desk.world.clock.time = made.opening.ladder.expires_at + timedelta(seconds=1)
    assert "deadline" in said(desk.submit(view))
    assert desk.state(made) is RoundState.OPEN


def test_while_the_engine_is_away_the_signature_is_stored(desk: Desk) -> None:
    desk.link()
    made = desk.world.seed()
    view = desk.opened(made)
    desk.world.engine.down = True
    assert "Signed" in said(desk.submit(view))
    assert desk.state(made) is RoundState.DECIDED
    assert len(desk.deps.reviews.undelivered(10)) == 1


def test_a_broken_playbook_signs_nothing(desk: Desk) -> None:
    desk.link()
    made = desk.world.seed()
    view = desk.opened(made)
    desk.world.playbooks.broken = True
    assert "nothing was signed" in said(desk.submit(view))
    assert desk.state(made) is RoundState.OPEN


def test_slack_that_refuses_to_open_a_modal_breaks_nothing(desk: Desk) -> None:
    desk.link()
    made = desk.world.seed()
    desk.slack.error("expired_trigger_id")
    assert desk.press(made).status_code == 200
    assert desk.slack.views == []


# ---- linking


def test_a_code_links_once_and_is_on_record(desk: Desk) -> None:
    browser = desk.person()
    page = browser.post("/notifications/slack/code")
    code = page.text.partition("/countersign link ")[2].partition("<")[0]
    assert desk.command(f"link {code.lower()}").json()["text"].startswith("Linked.")
    assert "not known" in desk.command(f"link {code}", "U2").json()["text"]
    assert desk.deps.reachable.login_of("T1/U1") == "oriol"
    kinds = [e.event.kind for e in desk.deps.queue.audit_tail()]
    assert kinds.count(AuditKind.SLACK_LINKED) == 1
    assert "Linked" in browser.get("/notifications").text
    browser.post("/notifications/slack/unlink")
    assert desk.deps.reachable.login_of("T1/U1") == ""


def test_an_old_code_and_guesses_link_nobody(desk: Desk) -> None:
    page = desk.person().post("/notifications/slack/code")
    code = page.text.partition("/countersign link ")[2].partition("<")[0]
    desk.world.clock.advance(timedelta(minutes=11))
    assert "too old" in desk.command(f"link {code}").json()["text"]
    for _ in range(4):
        assert "not known" in desk.command("link AAAA-BBBB").json()["text"]
    assert "Too many" in desk.command("link AAAA-BBBB").json()["text"]
    for text in ("", "link", "help", "link " + "x" * 5_000):
        assert desk.command(text, "U2").status_code == 200


def test_a_code_needs_the_pages_own_form(desk: Desk) -> None:
    browser = desk.person()
    assert field(browser.get("/notifications"), "csrf") == browser.csrf
    assert browser.client.post("/notifications/slack/code", data={"csrf": "forged"}).status_code == 403
