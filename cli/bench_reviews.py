"""Made-up reviews to measure with: rows as the workers would leave them, and cards for those on the first page."""

import secrets
from datetime import timedelta

import sqlalchemy as sa

from approval_ui.signing_in import hash_password
from approval_ui.site import Site
from domain.cards import ReviewCard
from domain.cases import CaseState, DocumentKind, Ladder
from domain.decisions import RoundState
from domain.drafting import Draft, DraftOrigin, DraftSentence
from domain.errors import InputError
from domain.ladder import build_ladder
from domain.leads import Motion, RecordRef
from domain.model import Instant
from domain.permissions import RiskAssessment, RiskCategory, can_decide
from domain.proposals import AssignOwner, digest_of, make_content
from domain.qualification import Fit, Qualification, ScoreLine
from domain.review_queue import account_key, searchable
from domain.routing import RoutingDecision
from persistence.database import Database
from persistence.tables import metadata
from persistence.users import LocalUser

_COLLEAGUE = "bench-colleague"
_CARDS = 100
_OWNER = "005000000000001AAA"
_BATCH = 1_000


def seed(site: Site, database: Database, reviews: int) -> str:
    """Fill the queue and sign somebody in; their session's token."""
    deps = site.deps
    password = secrets.token_urlsafe(24)
    now = deps.clock.now()
    playbook = deps.playbooks.current()
    able = [r for r in playbook.reviewers if can_decide(r.role)]
    if not able:
        raise InputError("the playbook names nobody who may decide, so there is nobody whose queue could be measured")
    login = able[0].login
    user = LocalUser(login=login, display_name=able[0].name, role=able[0].role, team=able[0].team)
    deps.users.save(user, password_hash=hash_password(password))
    ladder = build_ladder(now, "", playbook, RiskCategory.MEDIUM)
    digests = [_documents(site, n, now) if n < _CARDS else "0" * 64 for n in range(reviews)]
    table = metadata.tables["review"]
    for begin in range(0, reviews, _BATCH):
        rows = range(begin, min(begin + _BATCH, reviews))
        with database.transaction() as session:
            cases = [_case(site, n, now) for n in rows]
            session.connection().execute(sa.insert(metadata.tables["sales_case"]), cases)
            made = [_review(site, n, login, digests[n], ladder, now) for n in rows]
            session.connection().execute(sa.insert(table), made)
    token, _ = site.gatekeeper.sign_in(login, password, "bench")
    return token


def somebody_works(site: Site, n: int) -> None:
    """Claim a review, or give it back: what makes every count and every open page out of date."""
    case_id, now = _name(n // 2 % _CARDS), site.deps.clock.now()
    if n % 2:
        site.deps.claims.release(case_id, 1, _COLLEAGUE, now=now, anyone=True)
    else:
        site.deps.claims.claim(case_id, 1, _COLLEAGUE, now=now)


def _name(n: int) -> str:
    return f"bench{n:06}"


def _case(site: Site, n: int, now: Instant) -> dict[str, object]:
    return {
        "case_id": _name(n),
        "org_id": site.deps.config.org_id,
        "motion": Motion.INBOUND.value,
        "workflow_id": f"inbound/bench/{_name(n)}",
        "state": CaseState.OPEN.value,
        "playbook_digest": "0" * 64,
        "agent_version": "bench",
        "lead_id": "",
        "person_key": _name(n),
        "inquiry_count": 1,
        "opened_at": now - timedelta(minutes=n % 5_000),
    }


def _review(site: Site, n: int, login: str, digest: str, ladder: Ladder, now: Instant) -> dict[str, object]:
    company = f"Company {n // 3} GmbH"
    due = now + timedelta(minutes=n // 3)
    title = f"Reply to {company} and assign to EMEA mid-market"
    return {
        "case_id": _name(n),
        "round": 1,
        "org_id": site.deps.config.org_id,
        "motion": (Motion.INBOUND if n % 10 else Motion.HYGIENE).value,
        "workflow_id": f"inbound/bench/{_name(n)}",
        "title": title,
        "subtitle": f"Person {n}, VP Operations · Spain",
        "risk": list(RiskCategory)[n % 3].value,
        "score": n * 37 % 100,
        "band": "ABCD"[n % 4],
        "owner_name": f"Owner {n % 40}",
        "assignee": login if n % 8 == 0 else f"reviewer{n % 40}",
        "proposal_digest": digest,
        "quorum": 1,
        "opened_at": now - timedelta(minutes=n % 5_000),
        "expires_at": due + timedelta(days=3),
        "ladder": ladder.model_dump_json(),
        "state": RoundState.OPEN.value,
        "rung": "",
        "claimed_by": "",
        "next_at": due,
        "asked": "",
        "territory": f"Territory {n % 12}",
        "respond_by": due + timedelta(hours=1),
        "account_key": account_key("", company),
        "group_at": due,
        "search_text": searchable(title, company, f"Person {n}", f"person{n}@company{n}.example"),
    }


def _documents(site: Site, n: int, now: Instant) -> str:
    """Card and proposal of one review; the proposal's digest."""
    case_id = _name(n)
    action = AssignOwner(
        key="owner",
        record=RecordRef(object="Lead", id=f"00Q{n:012}AAA"),
        before_owner_id="00G000000000001AAA",
        after_owner_id=_OWNER,
        first_assignment=True,
    )
    content = make_content(
        org_id=site.deps.config.org_id, case_id=case_id, round=1, motion=Motion.INBOUND, actions=(action,), expected=()
    )
    body = content.to_bytes()
    site.deps.documents.put(case_id, DocumentKind.CARD, "1", _card(case_id, now).model_dump_json().encode())
    site.deps.documents.put(case_id, DocumentKind.PROPOSAL, "1", body)
    return digest_of(body)


def _card(case_id: str, now: Instant) -> ReviewCard:
    lines = tuple(ScoreLine(rule=f"rule{n}", label=f"Reason {n}", points=10) for n in range(8))
    return ReviewCard(
        case_id=case_id,
        round=1,
        title="Reply and assign",
        subtitle="VP Operations",
        agent_version="bench",
        made_at=now,
        risk=RiskAssessment(category=RiskCategory.MEDIUM, reasons=("ownership change",)),
        qualification=Qualification(score=80, band="A", confidence=0.9, fit=Fit.BUYER, lines=lines),
        routing=RoutingDecision(
            owner_id=_OWNER, owner_name="Owner 1", rule="territory", reason="By territory.", confidence=0.9
        ),
        checks=(),
        evidence=(),
        draft=Draft(
            origin=DraftOrigin.TEMPLATE,
            writer_version="bench",
            language="en",
            summary="Asked for a demo.",
            subject="",
            paragraphs=((DraftSentence(text="Hello."),),),
        ),
        names={_OWNER: "Owner 1"},
        inquiry_message="We would like a demo. " * 20,
    )
