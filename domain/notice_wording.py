"""What a notification says: case number, score, band, risk and what is asked. Nothing about the lead."""

from domain.notices import Item, NoticeKind, Outgoing

_ASKED: dict[NoticeKind, str] = {
    NoticeKind.OPENED: "A review waits for you",
    NoticeKind.REMINDER: "A review still waits for you",
    NoticeKind.ESCALATED: "A review was escalated to you",
    NoticeKind.SECOND_SIGNATURE: "A review waits for a second signature",
    NoticeKind.EXPIRED: "A review expired; nothing was written",
    NoticeKind.DECIDED: "A review was decided",
    NoticeKind.REPLACED: "A review was replaced by a newer proposal",
    NoticeKind.EXCEPTION: "A case needs a person",
    NoticeKind.OWNER_TOLD: "Nobody decided in time; take this lead over by hand",
}

_VERDICT = {
    "approve": "approved",
    "approve_edited": "approved with edits",
    "reject": "rejected",
    "respond": "another draft was asked for",
}


def case_number(case_id: str) -> str:
    """Short enough to be read out, long enough to be found."""
    return case_id[:12]


def headline(item: Item) -> str:
    """What happened, in a sentence without a full stop."""
    notice = item.notice
    if notice.kind is NoticeKind.DECIDED:
        return f"A review was decided: {_VERDICT.get(notice.code, notice.code.replace('_', ' '))}"
    if notice.kind is NoticeKind.EXCEPTION:
        return f"A case needs a person: {notice.code.replace('_', ' ')}"
    return _ASKED[notice.kind]


def about(item: Item) -> str:
    """Which case, by number, score, band, risk and motion."""
    parts = [f"Case {case_number(item.notice.case_id)}"]
    review = item.review
    if review is not None:
        if review.score is not None:
            parts.append(f"{review.band} {review.score}".strip())
        parts += [f"{review.risk.value} risk", review.motion.value.replace("_", " ")]
    return " · ".join(parts)


def subject(message: Outgoing) -> str:
    """Of an e-mail."""
    if len(message.items) == 1:
        (item,) = message.items
        return f"{headline(item)} ({about(item)})"
    return f"{len(message.items)} notifications from Countersign"


def link_of(item: Item) -> str:
    """The card; the case where a person is needed and the card can no longer be decided."""
    of_case = item.review is None or item.notice.kind in (NoticeKind.EXCEPTION, NoticeKind.OWNER_TOLD)
    return item.url if of_case or item.review is None else item.review.url
