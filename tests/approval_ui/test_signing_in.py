"""Who gets in, for how long, and what every answer carries."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from fastapi.testclient import TestClient

from approval_ui.app import MAX_BODY_BYTES, create_app
from approval_ui.signing_in import Gatekeeper, SignedIn, hash_password
from approval_ui.site import build_site
from domain.audit import AuditKind
from domain.model import Instant
from domain.permissions import RiskCategory, Role
from persistence.documents import SqlDocuments
from persistence.users import LocalUser
from tests.approval_ui.conftest import Answer, Door, field
from tests.approval_ui.sample_review import Sample, northwind
from tests.approval_ui.world import PASSWORD, World, with_person


def sign_in(client: TestClient, login: str = "oriol", password: str = PASSWORD, next: str = "/") -> Answer:
    csrf = field(client.get("/login"), "csrf")
    return client.post("/login", data={"login": login, "password": password, "csrf": csrf, "next": next})


def test_pages_send_strangers_to_the_door_and_back(world: World, door: Door) -> None:
    client = door.stranger()
    sent = client.get("/cases?state=open")
    assert sent.headers["location"] == "/login?next=%2Fcases%3Fstate%3Dopen"
    assert sign_in(client, next="/cases?state=open").headers["location"] == "/cases?state=open"


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1", ""])
def test_the_door_leads_to_this_site_only(door: Door, elsewhere: str) -> None:
    assert sign_in(door.stranger(), next=elsewhere).headers["location"] == "/"


def test_the_answer_does_not_say_which_half_was_wrong(world: World, door: Door) -> None:
    client = door.stranger()
    wrong, unknown = sign_in(client, password="no"), sign_in(client, login="nobody", password="no")
    assert wrong.status_code == unknown.status_code == 401
    assert "Login or password is wrong." in wrong.text
    assert "Login or password is wrong." in unknown.text
    known, stranger = sorted(e.event.actor for e in world.deps.queue.audit_tail())
    assert known == "oriol"
    # A password in the wrong box must not be readable in the audit, nor guessable from its digest.
    assert stranger.startswith("unknown login ")
    assert sha256(b"nobody").hexdigest()[:16] not in stranger


def test_guessing_is_slowed_down(world: World, door: Door) -> None:
    client = door.stranger()
    for _ in range(8):
        assert sign_in(client, password="no").status_code == 401
    for _ in range(3):
        assert sign_in(client).headers["retry-after"] == "300"
    locked = [e for e in world.deps.queue.audit_tail() if e.event.kind is AuditKind.SIGN_IN_LOCKED]
    assert [e.event.actor for e in locked] == ["oriol"]
    world.clock.advance(timedelta(minutes=6))
    assert sign_in(client).status_code == 303


def test_the_cookie_is_for_the_server_only(door: Door) -> None:
    cookie = sign_in(door.stranger()).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_a_session_ends_by_time_by_signing_out_and_with_the_account(world: World, door: Door) -> None:
    browser = door.browser()
    world.clock.advance(world.deps.config.session_lifetime + timedelta(seconds=1))
    assert browser.get("/cases").status_code == 303

    browser = door.browser()
    assert browser.post("/logout").headers["location"] == "/login"
    assert browser.get("/cases").status_code == 303

    browser = door.browser()
    world.deps.users.save(
        LocalUser(login="oriol", display_name="Oriol Puig", role=Role.REVIEWER, active=False),
        password_hash=world.deps.users.password_hash("oriol") or "",
    )
    assert browser.get("/cases").status_code == 303


def test_whom_the_playbook_names_no_more_is_out_and_does_not_come_in(world: World, door: Door) -> None:
    browser, script = door.browser("javier"), door.script("javier")
    world.dismiss("javier")
    assert browser.get("/cases").status_code == 303
    assert script.get("/api/reviews").status_code == 401
    answer = sign_in(door.stranger(), "javier")
    assert (answer.status_code, "Login or password is wrong." in answer.text) == (401, True)
    # Nobody may hand such a person a review either.
    assert "javier" not in {u.login for u in build_site(world.deps).arranging.takers(RiskCategory.LOW)}


def test_role_and_name_are_what_the_playbook_says_now(world: World, door: Door) -> None:
    """The account keeps what it was made with; somebody who steps down must not go on by that."""
    made = world.seed()
    browser = door.browser("ines")
    world.playbooks.playbook = with_person(world.playbooks.playbook, "ines", "Inés Robledo Vega", Role.VIEWER)
    answer = browser.post(f"/reviews/{made.opening.case_id}/1/claim")
    assert answer.status_code == 403
    assert "Inés Robledo Vega" in browser.get("/cases").text


def test_a_password_renewed_while_the_old_one_is_checked_leaves_no_session(
    world: World, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    users, log_on = world.deps.users, Gatekeeper._start

    def renewed_first(keeper: Gatekeeper, user: LocalUser, how: str) -> tuple[str, SignedIn]:
        users.save(user, password_hash="another")
        return log_on(keeper, user, how)

    monkeypatch.setattr(Gatekeeper, "_start", renewed_first)
    assert sign_in(door.stranger()).status_code == 401
    assert world.deps.sessions.of("oriol", now=world.now) == ()


def test_a_letter_typed_as_two_code_points_is_the_same_password(world: World, door: Door) -> None:
    user = world.deps.users.get("oriol")
    assert user is not None
    world.deps.users.save(user, password_hash=hash_password("l\u00e9man de nuit"))
    assert sign_in(door.stranger(), password="le\u0301man de nuit").status_code == 303


def test_the_sign_in_form_is_bound_to_its_browser(door: Door) -> None:
    client = door.stranger()
    answer = client.post("/login", data={"login": "oriol", "password": PASSWORD, "csrf": "made up"})
    assert answer.status_code == 403


def test_sign_ins_are_audited(world: World, door: Door) -> None:
    door.browser()
    (entry,) = world.deps.queue.audit_tail()
    assert (entry.event.kind, entry.event.actor) == (AuditKind.SIGNED_IN, "oriol")
    assert PASSWORD not in entry.event.model_dump_json()


def test_signing_out_is_audited_once(world: World, door: Door) -> None:
    browser = door.browser()
    browser.post("/logout")
    browser.post("/logout")
    out = [e.event.actor for e in world.deps.queue.audit_tail() if e.event.kind is AuditKind.SIGNED_OUT]
    assert out == ["oriol"]


def test_a_page_that_nobody_uses_keeps_no_session_alive(world: World, door: Door) -> None:
    browser = door.browser()
    for _ in range(3):
        world.clock.advance(world.deps.config.session_idle / 2)
        assert browser.get("/cases").status_code == 200
    for _ in range(2):
        world.clock.advance(world.deps.config.session_idle / 2)
        refreshed = browser.get("/queue").status_code
    assert refreshed == 303
    assert browser.get("/cases").status_code == 303


def test_work_keeps_no_session_alive_for_ever(world: World, door: Door) -> None:
    browser = door.browser()
    config = world.deps.config
    steps = config.session_lifetime // config.session_idle * 2
    for _ in range(steps - 1):
        world.clock.advance(config.session_idle / 2)
        assert browser.get("/cases").status_code == 200
    world.clock.advance(config.session_idle / 2)
    assert browser.get("/cases").status_code == 303


def test_an_unforeseen_failure_carries_the_headers_too(world: World) -> None:
    app = create_app(world.deps, redeliver=False)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("a name that nobody should read")

    answer = TestClient(app, raise_server_exceptions=False).get("/broken")
    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "nobody should read" not in answer.text


def test_a_body_that_is_too_large_is_refused_with_the_headers(door: Door) -> None:
    answer = door.stranger().post("/login", content=b"x" * (MAX_BODY_BYTES + 1))
    assert answer.status_code == 413
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/intake/webhook", "/intake/webhook/context"])
def test_guessing_the_webhooks_secret_is_slowed_down(world: World, door: Door, path: str) -> None:
    client = door.stranger()
    refused = [client.post(path, content=b"{}").status_code for _ in range(31)]
    assert refused == [401] * 30 + [429]
    world.clock.advance(timedelta(minutes=1))
    assert client.post(path, content=b"{}").status_code == 401


@pytest.mark.parametrize("path", ["/login", "/cases", "/api/reviews", "/static/app.js", "/nothing", "/healthz"])
def test_every_answer_carries_the_security_headers(door: Door, path: str) -> None:
    headers = door.stranger().get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"


def test_pages_hold_no_inline_script_or_style(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser("ines")
    for path in ("/", f"/reviews/{made.opening.case_id}/1", "/cases", f"/cases/{made.opening.case_id}", "/audit"):
        text = browser.get(path).text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert "<script>" not in text


def test_untrusted_words_stay_words(world: World, door: Door) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>"

    def hostile(case_id: str, org_id: str, now: Instant) -> Sample:
        made = northwind(case_id, org_id, now)
        return replace(made, card=made.card.model_copy(update={"inquiry_message": attack, "title": attack}))

    made = world.seed(hostile)
    text = door.browser().get(f"/reviews/{made.opening.case_id}/1").text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text
    assert "<img" not in text


def test_an_erased_case_says_so(world: World, door: Door) -> None:
    made = world.seed()
    assert isinstance(world.deps.documents, SqlDocuments)
    world.deps.documents.erase(made.opening.case_id)
    answer = door.browser().get(f"/reviews/{made.opening.case_id}/1")
    assert answer.status_code == 404
    assert "its data was erased" in answer.text
