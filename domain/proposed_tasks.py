"""The task that a proposal gives to a lead's owner."""

import re
from collections.abc import Iterator

from domain.drafting import Draft, Matter
from domain.leads import CrmSnapshot
from domain.playbook import Playbook
from domain.proposals import CreateTask
from domain.proposed_actions import local_date
from domain.qualification import Qualification
from domain.routing import RoutingDecision
from domain.texts import QUOTED, clean, clean_block

_CALLS = re.compile(
    r"\b(?:call(?:s|ing)?(?! for\b)|ring (?:her|him|them|back)|phone (?:her|him|them)|llam(?:e|ar|ada)|anruf(?:en)?|"
    r"rufen sie|appel(?:er|ez|le))\b",
    re.IGNORECASE,
)
_MATTERS = {Matter.AGREED: "Agreed", Matter.OPEN: "Open", Matter.NEXT: "Next"}


def asks_for_a_call(text: str) -> bool:
    """Whether a task tells its owner to call somebody. What the lead wrote, in quotation marks, tells nobody."""
    return bool(_CALLS.search(QUOTED.sub(" ", text)))


def task_action(
    snapshot: CrmSnapshot,
    routing: RoutingDecision,
    qualification: Qualification,
    draft: Draft,
    playbook: Playbook,
) -> CreateTask | None:
    """The next step for whoever owns the lead, due when the SLA says."""
    owner_id = routing.owner_id or routing.fallback_owner_id
    who = snapshot.lead or snapshot.contact
    if not owner_id or who is None:
        return None
    hot = playbook.band_for(qualification.score).rating == "Hot"
    number = "" if who.flag("DoNotCall") else clean(who.text("Phone") or who.text("MobilePhone"), 40)
    told = f"Phone: {number}" if number else ""
    return CreateTask(
        key="task",
        subject=_callable(clean(draft.task_subject, 255), number)
        or f"Answer {clean(who.text('LastName'), 100) or 'the inquiry'}",
        description=clean_block(
            "\n".join((_callable(draft.task_description, number), *_spoken(draft, number), told)), 32_000
        ).strip(),
        owner_id=owner_id,
        due_date=local_date(routing.respond_by, playbook) if routing.respond_by is not None else "",
        priority="High" if hot else "Normal",
        who_id=who.id,
        what_id=snapshot.account.id if snapshot.lead is None and snapshot.account is not None else "",
        evidence=routing.evidence,
    )


def _spoken(draft: Draft, number: str) -> Iterator[str]:
    """What the newest call came to, for whoever does the task: it is read where the work is done."""
    for meeting in draft.meetings[:1]:
        said = [
            f"- {label}: {kept}"
            for matter, label in _MATTERS.items()
            for sentence in meeting.about(matter)
            if not sentence.struck and (kept := _callable(sentence.text, number))
        ]
        if said:
            yield f"{meeting.called}:"
            yield from said


def _callable(text: str, number: str) -> str:
    """The text; where no number is known, without the sentences that ask for a call."""
    if number or not asks_for_a_call(text):
        return text
    lines = (re.split(r"(?<=[.!?])\s+", line) for line in text.splitlines())
    return "\n".join(kept for line in lines if (kept := " ".join(s for s in line if not asks_for_a_call(s))))
