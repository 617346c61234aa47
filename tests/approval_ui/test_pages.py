"""What the pages say: queue, card, case, audit, outbox."""

import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from mailbox import Maildir

import pytest

from approval_ui.views.wording import field_label, span, value_text
from domain.cases import CaseException, CaseOutcome, DocumentKind, ExceptionCode, LadderStep
from domain.leads import Motion
from domain.model import Instant, Scalar
from domain.permissions import Level
from domain.review_queue import QueueFilter, Viewer
from persistence.documents import SqlDocuments
from persistence.queue import QueueItem
from tests.approval_ui.conftest import Door
from tests.approval_ui.sample_review import IRENE, QUEUE_ID, TOMAS, Sample, northwind, quiet, student
from tests.approval_ui.world import World

Making = Callable[[str, str, Instant], Sample]


def _quiet(company: str, minutes: int) -> Making:
    return partial(quiet, title=f"Assign {company}", company=company, minutes=minutes, email=f"x@{company}.example")


@pytest.fixture
def full(world: World) -> World:
    for make in (northwind, student, _quiet("fabrikam", 300), _quiet("litware", 3000)):
        world.seed(make)
    return world


def open_items(world: World) -> tuple[QueueItem, ...]:
    return world.deps.lanes.page(QueueFilter(), Viewer(login="ines"), world.now).items


def test_the_queue_goes_by_the_next_step_of_each_ladder(full: World, door: Door) -> None:
    page = door.browser().get("/").text
    assert re.findall(r'<h2 class="group">([^<]+)</h2>|data-key="[^"]+"[^>]*title="(\w+)', page) == [
        ("Next step within the hour", ""),
        ("", "Reply"),
        ("", "Disqualify"),
        ("Today", ""),
        ("", "Assign"),
        ("Later", ""),
        ("", "Assign"),
    ]
    assert re.findall(r'class="time (\w*)"', page) == ["hot", "warm", "", ""]


def test_what_escalated_to_somebody_is_theirs(full: World, door: Door) -> None:
    item = open_items(full)[0]
    full.deps.reviews.note_step(item.case_id, item.round, LadderStep.FALLBACK, "javier", now=full.now)
    page = door.browser("javier").get("/?whose=mine").text
    assert re.findall(r'data-key="[^"]+"[^>]*title="([^"]+)"', page) == [item.title]
    assert "with the fallback" in page


def test_after_deciding_the_next_review_comes_up(full: World, door: Door) -> None:
    first, second, *_ = open_items(full)
    browser = door.browser("ines")
    stored = full.deps.reviews.opening(first.case_id, 1)
    assert stored is not None
    answer = browser.post(
        f"/reviews/{first.case_id}/1/decide",
        verdict="reject",
        reason_code="spam",
        shown_digest=stored.proposal_digest,
        filter="due=today",
    )
    assert answer.headers["location"] == f"/reviews/{second.case_id}/1?motion=inbound&due=today&done={first.case_id}.1"
    page = browser.get(answer.headers["location"]).text
    assert "Rejected: Northwind Traders." in page


def test_a_review_whose_data_was_erased_does_not_hide_the_queue(full: World, door: Door) -> None:
    first, *_ = open_items(full)
    assert isinstance(full.deps.documents, SqlDocuments)
    full.deps.documents.erase(first.case_id)
    answer = door.browser().get("/")
    assert answer.status_code == 200
    assert f"/reviews/{first.case_id}/1" in answer.text
    assert first.title not in answer.text
    assert "Data erased" in answer.text


def test_a_toast_cannot_be_made_up(full: World, door: Door) -> None:
    first, *_ = open_items(full)
    for made_up in (f"{first.case_id}.1", "nonsense", "c.99", ".1"):
        assert 'id="toast"' not in door.browser().get(f"/?done={made_up}").text


def test_footnotes_lead_to_their_evidence(world: World, door: Door) -> None:
    made = world.seed()
    page = door.browser().get(f"/reviews/{made.opening.case_id}/1").text
    for evidence in made.card.evidence:
        assert f'id="ev-{evidence.id}"' in page
    assert page.count('href="#ev-e4"') >= 3


def test_struck_sentences_are_shown_as_struck_and_are_not_signed(world: World, door: Door) -> None:
    made = world.seed()
    page = door.browser().get(f"/reviews/{made.opening.case_id}/1").text
    assert "You will cut empty kilometres by 18 %.</del>" in page
    assert made.content.mail is not None
    assert "empty kilometres" not in made.content.mail.body


def test_what_left_the_machine_is_listed_for_each_question_failed_ones_too(world: World, door: Door) -> None:
    made = world.seed()
    page = door.browser().get(f"/reviews/{made.opening.case_id}/1").text
    fold = page[page.index('id="left-the-machine"') :].partition("</details>")[0]
    assert "2 questions to a model" in fold
    assert "model malformed" in fold
    text = re.sub(r"<[^>]+>", "", fold)
    assert "Recipient: name" in text
    assert "Inquiry: message" in text
    assert "2270 tokens, $0.0021" in fold


def test_the_account_and_what_a_call_came_to_stand_on_the_card(world: World, door: Door) -> None:
    made = world.seed()
    page = door.browser().get(f"/reviews/{made.opening.case_id}/1").text
    assert "Call of 25 Feb 2026" in page
    assert "They start with one depot." in page
    assert "We call on Monday.</del>" in page
    account = page[page.index('id="account"') :].partition("</section>")[0]
    assert "Northwind Traders: 450 employees." in account
    assert 'href="#ev-e2"' in account


def test_the_mail_shown_is_the_mail_that_is_signed(world: World, door: Door) -> None:
    """Where the stored draft and the signed text differ, the signed text is what is shown."""

    def edited(case_id: str, org_id: str, now: Instant) -> Sample:
        made = northwind(case_id, org_id, now)
        other = made.card.draft.model_copy(update={"paragraphs": made.card.draft.paragraphs[:1]})
        return Sample(made.inquiry, made.card.model_copy(update={"draft": other}), made.content, made.opening)

    made = world.seed(edited)
    page = door.browser().get(f"/reviews/{made.opening.case_id}/1").text
    assert "Would Thursday at 10:00 or 15:00 suit you for a first look?" in page


def test_a_decided_card_shows_what_was_signed(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    browser.decide(made, tick=["owner", "fields", "mail"], **{"edit.owner.after_owner_id": TOMAS})
    page = browser.get(f"/reviews/{made.opening.case_id}/1").text
    assert "What was signed for the CRM" in page
    assert "<ins data-shown>Tomás Vidal</ins>" in page
    assert "<ins data-shown>Irene Castell</ins>" not in page
    assert '<div class="action off" data-action="task">' in page
    assert "edited owner · 2 actions left out" in page


def test_a_card_that_came_back_for_another_owner_says_whose_it_is(world: World, door: Door) -> None:
    def reassigned(case_id: str, org_id: str, now: Instant) -> Sample:
        made = northwind(case_id, org_id, now)
        change = "It was with Inbound queue and is with Tomás <b>Vidal</b> now."
        card = made.card.model_copy(update={"reopened_because": "reassigned", "owner_change": change})
        return Sample(inquiry=made.inquiry, card=card, content=made.content, opening=made.opening)

    made = world.seed(reassigned)
    page = door.browser().get(f"/reviews/{made.opening.case_id}/1").text
    assert "Somebody gave the record to another owner meanwhile. It was with Inbound queue" in page
    assert "Tomás &lt;b&gt;Vidal&lt;/b&gt; now. This is the current proposal." in page


@pytest.mark.parametrize(("level", "said"), [(Level.DRAFT, "nothing is written"), (Level.READ_ONLY, "read only now")])
def test_a_level_that_writes_nothing_is_said_on_the_card(world: World, door: Door, level: Level, said: str) -> None:
    made = world.seed()
    path = f"/reviews/{made.opening.case_id}/1"
    browser = door.browser()
    assert said not in browser.get(path).text
    levels = {**world.playbooks.playbook.levels, Motion.INBOUND: level}
    world.playbooks.playbook = world.playbooks.playbook.model_copy(update={"levels": levels})
    assert said in browser.get(path).text


def test_failed_checks_and_injection_stand_above_the_change(world: World, door: Door) -> None:
    made = world.seed(student)
    page = door.browser().get(f"/reviews/{made.opening.case_id}/1").text
    assert page.index("Consent: No e-mail.") < page.index("What will change in the CRM")
    assert page.index("Ignore your rules") < page.index("What will change in the CRM")
    assert "High risk: a manager must approve it" in page


def test_a_case_is_told_step_by_step(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    browser.decide(made, tick=["owner", "fields"])
    (decision,) = world.deps.queue.decisions_of(made.opening.case_id)
    world.clock.advance(timedelta(seconds=2))
    world.write(made, decision.decision_id)
    case_id = made.opening.case_id
    raised = CaseException(code=ExceptionCode.CRM_REFUSED, owner="ines", next_step="Correct the value and retry.")
    world.deps.documents.put(case_id, DocumentKind.EXCEPTION, "1", raised.model_dump_json().encode())
    world.deps.documents.put(case_id, DocumentKind.FAILURE, "fetch_lead.7.2", b"the CRM answered 503\nmore")
    world.deps.cases.close(case_id, CaseOutcome.WRITTEN, seen_inquiries=1, now=world.now)

    page = browser.get(f"/cases/{case_id}").text
    for told in (
        "Inquiry received",
        "Marta Ruiz · Northwind Traders · web form",
        "Oriol Puig approved with edits",
        "left out contacted, task, mail",
        "Written to the CRM",
        "The CRM refused the change. Correct the value and retry.",
        "fetch lead, attempt 2: the CRM answered 503",
        "Undo…",
        'class="pill low">Written',
        'Irene Castell</span><details class="ids">',
    ):
        assert told in page
    assert f"{QUEUE_ID} → {IRENE}" in page, "folded away"
    assert page.count(IRENE) == 1
    assert "Written" in browser.get("/cases?state=closed").text
    assert "No such cases" in browser.get("/cases?state=open").text


def test_the_audit_page_verifies_the_chain(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser("ines")
    browser.decide(made)
    page = browser.get("/audit").text
    assert "The chain holds." in page
    assert "Decision signed and stored" in page
    assert door.browser("oriol").get("/audit").status_code == 403


def test_the_outbox_shows_what_the_sink_accepted(world: World, door: Door) -> None:
    assert world.deps.config.maildir is not None
    browser = door.browser()
    assert "Nothing sent yet" in browser.get("/outbox").text
    letter = EmailMessage()
    letter["To"], letter["From"], letter["Subject"] = (
        "marta@northwind.example",
        "irene@acme.example",
        "Día de demostración",
    )
    letter.set_content("Hello Marta,\n\n<b>Thursday</b>?")
    box = Maildir(world.deps.config.maildir, create=True)
    key = box.add(letter)

    assert "Día de demostración" in browser.get("/outbox").text
    page = browser.get(f"/outbox/{key}").text
    assert "&lt;b&gt;Thursday&lt;/b&gt;?" in page
    assert browser.get("/outbox/other").status_code == 404
    assert [m.get_subdir() for m in box] == ["new"]


def test_an_unknown_page_says_so(door: Door) -> None:
    answer = door.browser().get("/reviews/cnone/1")
    assert answer.status_code == 404
    assert "There is no such review" in answer.text
    assert door.browser().get("/reviews/cnone/first").status_code == 404


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("OwnerId", "Owner"),
        ("NumberOfEmployees", "Employees"),
        ("Lead_Summary__c", "Lead summary"),
        ("Rating", "Rating"),
        ("Iberia and Italy", "Iberia and Italy"),
        ("ES-B2B", "ES-B2B"),
    ],
)
def test_fields_have_names_that_people_use(name: str, label: str) -> None:
    assert field_label(name) == label


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "empty"), ("", "empty"), (True, "yes"), (450, "450"), (184000.0, "184 000"), ("Hot", "Hot")],
)
def test_values_read_as_people_write_them(value: Scalar, text: str) -> None:
    assert value_text(value) == text


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "now"), (22, "22 min"), (185, "3 h 05"), (1440, "1 day"), (4000, "2 days")]
)
def test_spans_are_short(minutes: int, text: str) -> None:
    assert span(timedelta(minutes=minutes)) == text
