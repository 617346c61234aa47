"""Notifications to send, and a clock that stands."""

from datetime import timedelta

from domain.leads import Motion
from domain.notices import Item, Notice, NoticeKind, Outgoing, ReviewSummary
from domain.permissions import RiskCategory
from tests.fakes.clock import START

PAGE = "http://127.0.0.1:8080/reviews/c1/1"


def item(kind: NoticeKind = NoticeKind.OPENED, case_id: str = "c1", code: str = "") -> Item:
    return Item(
        notice=Notice(
            key=f"{case_id}/1/{kind.value}",
            kind=kind,
            org_id="acme",
            case_id=case_id,
            round=1,
            to=("sam",),
            code=code,
            at=START,
        ),
        review=ReviewSummary(
            case_id=case_id,
            round=1,
            motion=Motion.INBOUND,
            risk=RiskCategory.MEDIUM,
            score=72,
            band="A",
            expires_at=START + timedelta(hours=8),
            url=PAGE,
        ),
    )


def outgoing(*items: Item, to: str = "sam@acme.example", replaces: str = "") -> Outgoing:
    return Outgoing(id="c1/1/opened|sam|mail", to=to, name="Sam Doe", items=items or (item(),), replaces=replaces)
