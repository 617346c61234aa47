"""Whom the notifier tells what, once, whatever fails in between."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from functools import partial

import pytest

from activities.messages import ExceptionInput, TellHead, TellOrder
from activities.resolving import ResolvingActivities
from activities.telling import TellingActivities
from domain.cases import ExceptionCode, LadderStep
from domain.decisions import Verdict
from domain.errors import ErrorCode, NotifyError, StoreError
from domain.notices import Channel, Digest, NoticeKind, NotificationState, Notifier, Outgoing, Preferences
from domain.permissions import Role
from domain.playbook import Reviewer
from gateways.notify.slack import SlackNotifier, web_client
from persistence.claims import SqlClaims
from persistence.exceptions import SqlExceptions
from persistence.notices import SqlNotices
from persistence.reachable import SqlReachable
from tests.activities.world import World
from tests.fakes.clock import START
from tests.fakes.examples import ORG, decision, inquiry, opening, unverified
from tests.fakes.http_servers import serving
from tests.fakes.races import at_once
from tests.fakes.slack import TOKEN, FakeSlack

PEOPLE = tuple(
    Reviewer(login=login, name=login.capitalize(), email=f"{login}@acme.example", role=role, calendar="madrid")
    for login, role in (("sam", Role.REVIEWER), ("kim", Role.REVIEWER), ("boss", Role.MANAGER))
)


@dataclass
class Box:
    """A channel that keeps what it is given; `faults` are raised first, one per message."""

    sent: list[Outgoing] = field(default_factory=list)
    faults: list[ErrorCode] = field(default_factory=list)
    retry_after: float | None = None
    dies: bool = False

    def send(self, message: Outgoing) -> str:
        if self.dies:
            raise SystemExit
        if self.faults:
            raise NotifyError("as told", code=self.faults.pop(0), retry_after_seconds=self.retry_after)
        self.sent.append(message)
        return f"ref-{len(self.sent)}"

    @property
    def told(self) -> list[tuple[str, list[str]]]:
        """Address and what it was told of."""
        return [(m.to, [i.notice.kind.value for i in m.items]) for m in self.sent]


class Office:
    """A world with a notifier in it."""

    def __init__(self, world: World, **channels: Notifier) -> None:
        self.world = world
        self.clock = world.clock
        world.playbooks.change(reviewers=PEOPLE)
        self.outbox = SqlNotices(world.database)
        self.reachable = SqlReachable(world.database)
        self.mail, self.hook = Box(), Box()
        self.notifiers: dict[Channel, Notifier] = {Channel.MAIL: self.mail}
        self.notifiers.update({Channel(name): notifier for name, notifier in channels.items()})
        self.activities = TellingActivities(
            outbox=self.outbox,
            reachable=self.reachable,
            reviews=world.reviews,
            playbooks=world.playbooks,
            notifiers=self.notifiers,
            public_url="https://countersign.example/",
            clock=world.clock,
        )

    def tell(self) -> TellHead:
        return self.activities.tell(TellOrder(org_id=ORG))

    def open(self, case_id: str = "c1") -> None:
        self.world.reviews.open_round(opening(case_id))

    def step(self, step: LadderStep, login: str, case_id: str = "c1") -> None:
        self.world.reviews.note_step(case_id, 1, step, login, now=self.clock.now())

    def decide(self, case_id: str = "c1", reviewer: str = "kim", verdict: Verdict = Verdict.APPROVE) -> None:
        envelope = decision(
            f"d-{case_id}", case_id=case_id, reviewer=reviewer, verdict=verdict, decided_at=self.clock.now()
        )
        self.world.reviews.record(unverified(envelope), envelope, now=self.clock.now())

    def prefer(self, login: str = "sam", **wanted: object) -> None:
        self.reachable.prefer(login, Preferences.model_validate(wanted), now=self.clock.now())

    def states(self, case_id: str = "c1") -> list[NotificationState]:
        return [n.state for n in self.outbox.of_case(case_id)]


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def test_who_is_asked_is_told_once_whatever_is_repeated(office: Office) -> None:
    for _ in range(3):
        office.open()
        assert office.tell() in (TellHead(delivered=1), TellHead())
    assert office.mail.told == [("sam@acme.example", ["review_opened"])]
    (message,) = office.mail.sent
    (item,) = message.items
    assert item.review is not None
    assert item.review.url == "https://countersign.example/reviews/c1/1"


def test_every_step_of_the_ladder_tells_the_person_it_names(office: Office) -> None:
    office.open()
    office.tell()
    for step, login in ((LadderStep.REMINDER, "sam"), (LadderStep.FALLBACK, "kim"), (LadderStep.MANAGER, "boss")):
        office.clock.advance(timedelta(hours=1))
        office.step(step, login)
        office.step(step, login)
        office.tell()
    office.clock.advance(timedelta(hours=6))
    office.world.reviews.expire("c1", 1, now=office.clock.now())
    office.step(LadderStep.EXPIRY, "kim")
    office.tell()
    assert office.mail.told == [
        ("sam@acme.example", ["review_opened"]),
        ("sam@acme.example", ["reminder"]),
        ("kim@acme.example", ["escalated"]),
        ("boss@acme.example", ["escalated"]),
        ("kim@acme.example", ["expired"]),
    ]


def test_a_notice_is_committed_with_its_event_or_not_at_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(world)

    def fails(*_: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("persistence.reviews.keep", fails)
        with pytest.raises(StoreError):
            office.open()
    assert world.reviews.opening("c1", 1) is None
    assert office.outbox.unspread(10) == ()


def test_what_was_decided_before_it_was_told_is_not_told(office: Office) -> None:
    office.mail.faults = [ErrorCode.NOTIFY_UNAVAILABLE]
    office.open()
    assert office.tell() == TellHead(waiting=1)
    office.decide()
    office.clock.advance(timedelta(minutes=5))
    office.tell()
    assert office.mail.sent == []
    assert office.states() == [NotificationState.OBSOLETE]


def test_others_decisions_are_told_to_who_wants_that(office: Office) -> None:
    office.prefer(decided_by_others=True)
    office.open("c1")
    office.open("c2")
    office.tell()
    office.decide("c1", reviewer="kim")
    office.decide("c2", reviewer="sam")
    office.tell()
    assert office.mail.told[2:] == [("sam@acme.example", ["decided"])]


def test_who_is_asked_instead_is_told(office: Office) -> None:
    office.open()
    office.tell()
    claims = SqlClaims(office.world.database)
    assert claims.reassign("c1", 1, "kim", "boss", now=office.clock.now())
    office.tell()
    office.clock.advance(timedelta(minutes=1))
    assert claims.reassign("c1", 1, "boss", "boss", now=office.clock.now()), "took it, and knows"
    office.tell()
    assert [to for to, _ in office.mail.told] == ["sam@acme.example", "kim@acme.example"]


def test_policys_own_rounds_ask_nobody(office: Office) -> None:
    office.world.reviews.open_round(opening("c1", 0))
    office.world.reviews.open_round(opening("c2").model_copy(update={"assignee": ""}))
    assert office.tell() == TellHead()


@pytest.mark.parametrize(
    ("code", "owner", "told"),
    [
        (ExceptionCode.REVIEW_EXPIRED, "", ("boss@acme.example", ["owner_told"])),
        (ExceptionCode.NO_OWNER, "", ("boss@acme.example", ["exception"])),
    ],
)
def test_an_exception_is_never_told_to_nobody(
    office: Office, code: ExceptionCode, owner: str, told: tuple[str, list[str]]
) -> None:
    world = office.world
    case = world.take_in(inquiry())
    activities = ResolvingActivities(
        cases=world.cases,
        documents=world.documents,
        reviews=world.reviews,
        exceptions=SqlExceptions(world.database),
        audit=world.audit,
        playbooks=world.playbooks,
        notices=office.outbox,
        clock=world.clock,
    )
    for _ in range(2):
        activities.open_exception(ExceptionInput(case_id=case.case_id, org_id=ORG, round=1, code=code))
    office.tell()
    assert office.mail.told == [told]


# ---- digests and quiet hours


def test_a_digest_gathers_an_hour_into_one_message(office: Office) -> None:
    office.prefer(digest=Digest.HOURLY)
    for number in range(3):
        office.open(f"c{number}")
        office.clock.advance(timedelta(minutes=10))
        office.tell()
    assert office.mail.sent == []
    office.clock.time = START + timedelta(hours=1)
    assert office.tell() == TellHead(delivered=3)
    assert office.mail.told == [("sam@acme.example", ["review_opened"] * 3)]


def test_a_daily_digest_comes_with_the_next_working_day_and_drops_what_is_done(office: Office) -> None:
    office.prefer(digest=Digest.DAILY)
    office.open("c1")
    office.open("c2")
    office.tell()
    office.decide("c2")
    office.clock.time = START + timedelta(days=1)
    office.tell()
    (message,) = office.mail.sent
    assert [i.notice.case_id for i in message.items] == ["c1"]


def test_quiet_hours_hold_it_back_until_their_end(office: Office) -> None:
    # Half past nine in Madrid.
    office.prefer(quiet_from=time(9), quiet_until=time(11))
    office.open("c1")
    office.open("c2")
    office.tell()
    assert office.mail.sent == []
    office.clock.time = START + timedelta(hours=1)
    office.tell()
    assert office.mail.told == [("sam@acme.example", ["review_opened"] * 2)]


def test_mail_can_be_off(office: Office) -> None:
    office.prefer(mail=False)
    office.open()
    assert office.tell() == TellHead()


# ---- failures


def test_a_channel_that_is_down_is_tried_again_with_growing_pauses(office: Office) -> None:
    office.mail.faults = [ErrorCode.NOTIFY_UNAVAILABLE] * 3
    office.open()
    pauses = []
    for _ in range(3):
        assert office.tell() == TellHead(waiting=1)
        assert office.tell() == TellHead()
        (waiting,) = office.outbox.of_case("c1")
        pauses.append((waiting.due_at - office.clock.now()).total_seconds())
        office.clock.time = waiting.due_at
    assert pauses == [30, 60, 120]
    (health,) = office.outbox.health()
    assert (health.channel, health.code) == (Channel.MAIL, "notify_unavailable")
    assert office.tell() == TellHead(delivered=1)
    (health,) = office.outbox.health()
    assert health.code == ""


def test_it_is_given_up_in_the_end_where_it_can_be_seen_and_replayed(office: Office) -> None:
    office.mail.faults = [ErrorCode.NOTIFY_UNAUTHORISED] * 30
    office.open()
    office.clock.advance(timedelta(seconds=1))
    rounds = 0
    while NotificationState.FAILED not in office.states():
        rounds += 1
        assert rounds < 40
        office.tell()
        (stuck,) = office.outbox.of_case("c1")
        office.clock.time = max(stuck.due_at, office.clock.now())
        if rounds == 1:
            assert office.outbox.trouble_count(ORG, office.clock.now()) == 1
    assert timedelta(hours=20) < office.clock.now() - START < timedelta(hours=28)
    (stuck,) = office.outbox.trouble(ORG, office.clock.now())
    assert stuck.code == "notify_unauthorised"
    assert office.outbox.replay(ORG, stuck.id, now=office.clock.now())
    assert office.tell() == TellHead(delivered=1)
    assert not office.outbox.replay(ORG, stuck.id, now=office.clock.now())
    assert not office.outbox.replay("another org", stuck.id, now=office.clock.now())
    assert office.outbox.trouble_count(ORG, office.clock.now()) == 0


def test_an_address_that_does_not_exist_is_given_up_at_once_and_stops_nobody_else(office: Office) -> None:
    office.mail.faults = [ErrorCode.NOTIFY_REFUSED]
    office.open("c1")
    office.open("c2")
    assert office.tell() == TellHead(delivered=1, failed=1)


def test_without_an_address_it_is_visible(office: Office) -> None:
    office.world.playbooks.change(reviewers=(PEOPLE[0].model_copy(update={"email": ""}), *PEOPLE[1:]))
    office.open()
    assert office.tell() == TellHead(failed=1)
    assert office.mail.sent == []


def test_a_rate_limit_holds_the_whole_channel(office: Office) -> None:
    office.mail.faults, office.mail.retry_after = [ErrorCode.NOTIFY_RATE_LIMITED], 90.0
    for number in range(3):
        office.open(f"c{number}")
    assert office.tell() == TellHead(waiting=1)
    office.clock.advance(timedelta(seconds=89))
    assert office.tell() == TellHead()
    office.clock.advance(timedelta(seconds=1))
    assert office.tell() == TellHead(delivered=3)


def test_doubt_is_never_sent_again_by_itself(office: Office) -> None:
    office.mail.faults = [ErrorCode.NOTIFY_UNCLEAR]
    office.open()
    assert office.tell() == TellHead(failed=1)
    office.clock.advance(timedelta(days=1))
    assert office.tell() == TellHead()
    assert office.states() == [NotificationState.UNCLEAR]


def test_a_notifier_that_died_while_sending_leaves_a_doubt(office: Office) -> None:
    office.mail.dies = True
    office.open()
    with pytest.raises(SystemExit):
        office.tell()
    office.mail.dies = False
    assert office.tell() == TellHead(), "another attempt may still be at it"
    office.clock.advance(timedelta(minutes=11))
    office.tell()
    assert office.states() == [NotificationState.UNCLEAR]
    assert office.mail.sent == []


def test_rounds_that_overlap_tell_once(office: Office) -> None:
    for number in range(5):
        office.open(f"c{number}")
    at_once([partial(office.tell)] * 4)
    assert len({m.id for m in office.mail.sent}) == len(office.mail.sent) == 5


def test_the_past_is_not_told_all_at_once(office: Office) -> None:
    office.open()
    office.clock.advance(timedelta(days=2))
    assert office.tell() == TellHead()
    assert office.outbox.unspread(10) == ()


# ---- the webhook


def test_the_webhook_hears_of_everything_and_is_told_again_after_doubt(world: World) -> None:
    hook = Box(faults=[ErrorCode.NOTIFY_UNCLEAR])
    office = Office(world, webhook=hook)
    office.prefer(mail=False, quiet_from=time(0), quiet_until=time(23))
    office.open()
    assert office.tell() == TellHead(waiting=1)
    office.decide()
    office.clock.advance(timedelta(minutes=2))
    office.tell()
    assert sorted(kind for _, kinds in hook.told for kind in kinds) == ["decided", "review_opened"]


# ---- Slack


def linked(office: Office, login: str = "sam", user: str = "U1") -> None:
    office.reachable.offer_code(
        login, f"code-{login}", expires_at=office.clock.now() + timedelta(minutes=10), now=office.clock.now()
    )
    assert office.reachable.link(f"code-{login}", f"T1/{user}", now=office.clock.now()) == login


def test_slack_messages_are_brought_up_to_date_wherever_it_was_decided(world: World) -> None:
    slack = FakeSlack()
    with serving(slack):
        office = Office(world, slack=SlackNotifier(web_client(TOKEN, slack.url), decides=True))
        office.prefer(mail=False)
        linked(office)
        office.open()
        office.step(LadderStep.REMINDER, "sam")
        office.tell()
        assert len(slack.messages) == 2
        office.decide(reviewer="sam", verdict=Verdict.REJECT)
        office.tell()
    assert len(slack.messages) == 2
    assert all(m["text"].startswith("A review was decided: rejected.") for m in slack.messages.values())
    assert list(office.states()) == [NotificationState.DELIVERED] * 2


def test_while_slack_is_down_the_update_waits_for_nothing_to_update(world: World) -> None:
    slack = FakeSlack()
    with serving(slack):
        office = Office(world, slack=SlackNotifier(web_client(TOKEN, slack.url), decides=True))
        office.prefer(mail=False)
        linked(office)
        slack.rate_limit(60)
        office.open()
        assert office.tell() == TellHead(waiting=1)
        office.decide()
        for _ in range(3):
            office.clock.advance(timedelta(minutes=2))
            office.tell()
    assert slack.messages == {}
    assert office.states() == [NotificationState.OBSOLETE]
    assert office.outbox.due(office.clock.now() + timedelta(days=1), 10) == ()


def test_nobody_unlinked_is_written_to_in_slack(world: World) -> None:
    slack = Box()
    office = Office(world, slack=slack)
    office.open()
    office.tell()
    assert slack.sent == []
    assert office.mail.told == [("sam@acme.example", ["review_opened"])]


def test_a_superseded_round_updates_its_message_and_tells_nobody_anew(world: World) -> None:
    slack = Box()
    office = Office(world, slack=slack)
    linked(office)
    office.open()
    office.tell()
    office.world.reviews.supersede("c1", 1, now=office.clock.now())
    office.tell()
    assert [(m.items[0].notice.kind, m.replaces) for m in slack.sent] == [
        (NoticeKind.OPENED, ""),
        (NoticeKind.REPLACED, "ref-1"),
    ]
    assert len(office.mail.sent) == 1
