"""A draft held to its evidence, sentence by sentence: what no evidence supports is struck, and says why.

Whether one claim is supported is `domain.claim_support`. Here is what each part of a draft may rest on and may say
besides. Courtesies need no evidence; whatever is not known to be one is a statement.
"""

import re
from collections.abc import Iterable, Sequence

from domain.claim_support import check, is_in, missing, unquoted
from domain.commercial import Commercial, commercial_in, settles
from domain.dates_in_text import DATE_WORDS
from domain.drafting import AnsweredQuestion, Draft, DraftRequest, DraftSentence, Matter, MeetingSummary
from domain.evidence import Evidence, EvidenceSource
from domain.meeting_cues import matters_in
from domain.meetings import quoted, speaker_of
from domain.mixups import Known, borrowed, misplaced, of_itself
from domain.model import Value
from domain.reading import pattern_of
from domain.relations import hedged
from domain.texts import QUOTED
from domain.texts import fold as plain_fold
from domain.verifiable import PartKind, parts_of
from domain.wording import (
    ASKING,
    COURTESY,
    COURTESY_PHRASES,
    FUNCTION_WORDS,
    words_of,
)

_NEUTRAL_SUBJECT = {"en": "Your inquiry", "es": "Su consulta", "de": "Ihre Anfrage", "fr": "Votre demande"}
_REQUESTS = re.compile(
    r"\b(?:tell|let (?:me|us) know|share|confirm|send (?:me|us)|wonder|like to know|curious"
    r"|diga|dime|digame|indique|indicar|decirme|decirnos|confirme|saber"
    r"|nennen|sagen|mitteilen|teilen|verraten|wissen"
    r"|dire|dites|indiquer|indiquez|preciser|precisez|savoir)\b"
)
"""Words by which a sentence asks without a question mark, folded."""
_ADDRESS_FIELDS = frozenset({"website", "domain", "email"})
_NEEDS_EVIDENCE = "states something and names no evidence for it"


class Allowed(Value):
    """What a draft may say without evidence, because the request itself says it.

    `said` goes anywhere: names of the two people and companies, the times on offer. `brief` goes into
    the brief for the owner only: a reviewer's own words, and the language that a writer fell back to.
    """

    said: tuple[str, ...] = ()
    brief: tuple[str, ...] = ()
    answered: tuple[AnsweredQuestion, ...] = ()
    """What a sentence may not ask, because a source says it."""
    people: tuple[Known, ...] = ()
    """Who may be named, so that nobody gets another's title or company."""

    @classmethod
    def by(cls, request: DraftRequest) -> "Allowed":
        theirs = (request.recipient.name, *request.recipient.name.split(), request.company)
        host = request.recipient.email.rpartition("@")[2].casefold()
        ours = (request.sender.name, *request.sender.name.split(), request.sender.title, request.seller)
        names = [t for t in (*(t for t in theirs if _names(t, host)), *ours) if len(t) > 1]
        asked = (text for question in request.questions for text in question.texts.values())
        return cls(
            said=_longest_first((*names, *request.meeting_offers, *asked, request.decline)),
            brief=(request.instructions, request.recipient.title, "written in English"),
            answered=request.answered,
            people=(
                Known(name=request.recipient.name, title=request.recipient.title, company=request.company),
                Known(name=request.sender.name, title=request.sender.title, company=request.seller),
            ),
        )


def _names(text: str, host: str) -> bool:
    """Whether it can be a name: one that holds a link or an address is a message in a name's place, as a company that
    is called like the very host of its people is not."""
    links = [p for p in parts_of(text) if p.kind in (PartKind.LINK, PartKind.EMAIL)]
    return not links or text.strip().casefold() == host


def states_something(text: str, allowed: Allowed | None = None) -> bool:
    """Whether the sentence needs evidence: all but courtesies, offers to talk, and plain questions."""
    said = (allowed or Allowed()).said
    bare = COURTESY_PHRASES.sub(" ", _without(text, said))
    times = {key for phrase in said for p in parts_of(phrase) if p.kind is PartKind.DATE for key in p.keys}
    if any(p.kind is not PartKind.DATE or not p.keys & times for p in parts_of(bare)):
        return True
    words = [w for w in words_of(bare) if w not in DATE_WORDS and not w.isdigit()]
    if len(words) <= 2 or all(w in FUNCTION_WORDS or w in COURTESY for w in words):
        return False
    asks = bare.strip().endswith("?") and words[0] in ASKING and not re.search(r"[,;:.–—](?=\s)|-\s", bare.strip())
    return not asks


class ForTheBrief(Value):
    """Evidence that only a part of the brief may rest on: the account's, and per meeting its sentences, by its key."""

    account: tuple[Evidence, ...] = ()
    meetings: dict[str, tuple[Evidence, ...]] = {}
    speakers: dict[str, tuple[str, ...]] = {}
    """Who is named as speaking, which a summary may say without further proof."""
    verbatim: frozenset[tuple[str, tuple[str, ...]]] = frozenset()
    """Lines that the rules put together from whole values or whole quotes, with the evidence of each: true as they
    stand, however oddly the values read side by side."""

    @classmethod
    def of(cls, request: DraftRequest) -> "ForTheBrief":
        spoken = {m.key: tuple(line.evidence for line in m.lines) for m in request.meetings}
        named = {m.key: tuple({speaker_of(line) for line in m.lines}) for m in request.meetings}
        own = {(line.text, line.evidence) for line in request.account_lines}
        own |= {(quoted(line), (line.evidence.id,)) for m in request.meetings for line in m.lines}
        return cls(account=request.account_facts, meetings=spoken, speakers=named, verbatim=frozenset(own))


def ground(
    draft: Draft,
    facts: Sequence[Evidence],
    allowed: Allowed | None = None,
    brief: ForTheBrief | None = None,
) -> Draft:
    """The draft with every unsupported sentence struck and the reason beside it.

    E-mail and talking points keep struck sentences for display. Subject, summary and task text have no evidence
    of their own: they are held against all facts; what fails is taken out, and the summary says so.
    """
    allowed = allowed or Allowed()
    by_id = {f.id: f for f in facts}
    subject, removed = draft.subject, []
    plain_subject = Allowed(said=allowed.said)
    if subject and (not _fits(subject, facts, plain_subject) or _for_a_person(subject, facts, plain_subject)):
        removed.append(f"Subject replaced, because no fact supports it: {subject}")
        subject = _NEUTRAL_SUBJECT.get(draft.language, _NEUTRAL_SUBJECT["en"])
    summary = _kept(draft.summary, facts, allowed)
    task_subject = _kept(draft.task_subject, facts, allowed)
    task_description = _kept(draft.task_description, facts, allowed)
    if (summary, task_subject, task_description) != (draft.summary, draft.task_subject, draft.task_description):
        removed.append("Parts of the brief or task were taken out, because no fact supports them.")
    return draft.model_copy(
        update={
            "subject": subject,
            "summary": "\n".join(text for text in (summary, *removed) if text),
            "task_subject": task_subject or ("Follow up on this inquiry" if draft.task_subject else ""),
            "task_description": task_description,
            "talking_points": tuple(_ours(s, by_id, allowed) for s in draft.talking_points),
            "paragraphs": tuple(tuple(_sendable(s, by_id, allowed) for s in p) for p in draft.paragraphs),
            **_brief_judged(draft, brief or ForTheBrief(), allowed),
        }
    )


def _brief_judged(draft: Draft, brief: ForTheBrief, allowed: Allowed) -> dict[str, object]:
    """Who the two people are is no secret to the brief; else it says what its own evidence says."""
    of_account = {f.id: f for f in brief.account}
    named = Allowed(said=allowed.said)
    return {
        "account_brief": tuple(
            s if (s.text, s.evidence) in brief.verbatim else _internal(s, of_account, named)
            for s in draft.account_brief
        ),
        "meetings": tuple(_meeting_judged(m, brief, named) for m in draft.meetings),
    }


def _meeting_judged(meeting: MeetingSummary, brief: ForTheBrief, allowed: Allowed) -> MeetingSummary:
    lines = {f.id: f for f in brief.meetings.get(meeting.key, ())}
    named = Allowed(said=(*allowed.said, *brief.speakers.get(meeting.key, ())))

    def judged(sentences: Sequence[DraftSentence], *, firm: bool) -> tuple[DraftSentence, ...]:
        return tuple(
            _resolved(s if (s.text, s.evidence) in brief.verbatim else _internal(s, lines, named), lines, firm=firm)
            for s in sentences
        )

    return meeting.revised(lambda matter, said: judged(said, firm=matter is Matter.AGREED))


def _internal(sentence: DraftSentence, facts: dict[str, Evidence], allowed: Allowed) -> DraftSentence:
    """As `_judged`; besides, the brief has no courtesies, and passes on no link or address that somebody spoke."""
    judged = _judged(sentence, facts, allowed)
    if judged.struck:
        return judged
    if not judged.evidence:
        return _strike(judged, _NEEDS_EVIDENCE)
    cited = [facts[e] for e in judged.evidence]
    if strange := _strange_address(judged.text, cited, allowed):
        return _strike(judged, f"passes on {strange}, which somebody only said")
    return judged


def _resolved(sentence: DraftSentence, lines: dict[str, Evidence], *, firm: bool) -> DraftSentence:
    """What was asked, doubted or put off was not agreed, however it is worded."""
    if sentence.struck or not firm:
        return sentence
    said = [lines[e].quote or "" for e in sentence.evidence]
    if all(text.rstrip().endswith("?") or hedged(text) or Matter.OPEN in matters_in(text) for text in said):
        return _strike(sentence, "says that something was agreed which was only asked or considered")
    return sentence


def unsupported(sentence: str, facts: Sequence[Evidence], allowed: Allowed) -> tuple[str, ...]:
    """Why no fact supports a sentence that cites none, such as one that a person wrote; empty where none is needed.

    It is enough that one fact says it, or all of them together, since nobody said which was meant.
    """
    if not states_something(sentence, allowed):
        return ()
    claim = _without(sentence, allowed.said)
    if any(check(claim, (fact,)).supported for fact in facts):
        return ()
    verdict = check(claim, facts)
    return () if verdict.supported else verdict.reasons


def unsupported_parts(line: str, facts: Sequence[Evidence], allowed: Allowed) -> tuple[str, ...]:
    """The same for a subject line, which need not be about what a fact is about."""
    parts = parts_of(COURTESY_PHRASES.sub(" ", _without(line, allowed.said)))
    return tuple(dict.fromkeys(missing(part) for part in parts if not is_in(part, facts)))


def _sendable(sentence: DraftSentence, facts: dict[str, Evidence], allowed: Allowed) -> DraftSentence:
    """As `_ours`, and nothing that only a person may say to somebody outside."""
    judged = _ours(sentence, facts, allowed)
    if judged.struck:
        return judged
    cited = [facts[e] for e in judged.evidence if e in facts]
    if strange := _strange_address(judged.text, cited, allowed):
        return _strike(judged, f"passes on {strange}, which stands in somebody's message only")
    theirs = _for_a_person(judged.text, cited, allowed)
    return _strike(judged, f"speaks of {theirs}, which is for a person to write") if theirs else judged


def _ours(sentence: DraftSentence, facts: dict[str, Evidence], allowed: Allowed) -> DraftSentence:
    """As `_judged`, and what they said of themselves is not said of us."""
    judged = _judged(sentence, facts, allowed)
    if judged.struck:
        return judged
    theirs = borrowed(judged.text, [facts[e] for e in judged.evidence if e in facts])
    return _strike(judged, f"says “{theirs}” of us, which they said of themselves") if theirs else judged


def _for_a_person(text: str, facts: Sequence[Evidence], allowed: Allowed) -> str:
    """The commercial matter that a text settles and no approved sentence of ours does; empty where there is none."""
    bare = _without(text, allowed.said)
    approved = " ".join(t for f in facts if f.source is EvidenceSource.PLAYBOOK for t in (f.value, f.quote) if t)
    may = {kind for kind, _ in commercial_in(approved)}
    said = {kind for kind, _ in commercial_in(unquoted(bare))}
    said |= {kind for quote in QUOTED.findall(bare) for kind in settles(quote)}
    return ", ".join(kind.value for kind in Commercial if kind in said - may)


def _judged(sentence: DraftSentence, facts: dict[str, Evidence], allowed: Allowed) -> DraftSentence:
    if sentence.struck:
        return sentence
    strange = [e for e in sentence.evidence if e not in facts]
    if strange:
        return _strike(sentence, f"cites {', '.join(strange)}, which was not offered")
    if known := _asks_what_is_known(sentence.text, allowed):
        return _strike(sentence, f"asks what {known} answers already")
    if mixed := misplaced(sentence.text, allowed.people):
        return _strike(sentence, mixed)
    if not states_something(sentence.text, allowed):
        return sentence
    if not sentence.evidence:
        return _strike(sentence, _NEEDS_EVIDENCE)
    named = [facts[e].value or "" for e in sentence.evidence]
    if name := of_itself(sentence.text, (*named, *allowed.said)):
        return _strike(sentence, f"says of “{name}” that it has to do with itself")
    verdict = check(_without(sentence.text, allowed.said), [facts[e] for e in sentence.evidence])
    return sentence if verdict.supported else _strike(sentence, "; ".join(verdict.reasons))


def _asks_what_is_known(text: str, allowed: Allowed) -> str:
    """The evidence that answers the question in this sentence; empty where it asks none, or an open one."""
    folded = plain_fold(text)
    if "?" not in text and not _REQUESTS.search(folded):
        return ""
    for question in allowed.answered:
        if any(pattern_of(phrase, ()).search(folded) for phrase in question.asks):
            return question.evidence
    return ""


def _strike(sentence: DraftSentence, why: str) -> DraftSentence:
    return sentence.model_copy(update={"struck": True, "why": why})


def _kept(text: str, facts: Sequence[Evidence], allowed: Allowed) -> str:
    lines = []
    for line in text.splitlines():
        sentences = re.split(r"(?<=[.!?])\s+(?=[^\W\d_a-z])", line)
        lines.append(" ".join(s for s in sentences if _fits(s, facts, allowed)))
    return "\n".join(line for line, was in zip(lines, text.splitlines(), strict=True) if line or not was)


def _fits(text: str, facts: Sequence[Evidence], allowed: Allowed) -> bool:
    """Whether all that can be verified in it stands in some fact or was said by a reviewer. Its topic is not asked."""
    if _strange_address(text, facts, Allowed(said=(*allowed.said, *allowed.brief))):
        return False
    if misplaced(text, allowed.people) or of_itself(text, allowed.said):
        return False
    asked_for = {(p.kind, key) for phrase in allowed.brief for p in parts_of(phrase) for key in p.keys}
    parts = parts_of(COURTESY_PHRASES.sub(" ", _without(text, allowed.said)))
    return all(is_in(p, facts) or any((p.kind, key) in asked_for for key in p.keys) for p in parts)


def _longest_first(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({t.strip() for t in texts if t.strip()}, key=lambda t: (-len(t), t)))


def _without(text: str, said: Sequence[str]) -> str:
    """Names inside an address or a link stay: there they must be verified with it."""
    for phrase in _longest_first(said):
        text = re.sub(rf"(?<![\w@./-]){re.escape(phrase)}(?![\w@/-]|\.\w)", " ", text, flags=re.IGNORECASE)
    return text


def _strange_address(text: str, facts: Sequence[Evidence], allowed: Allowed) -> str:
    """A link or address that neither the playbook nor a field for such holds: nobody spreads what a stranger wrote."""
    lending = [f for f in facts if f.source is EvidenceSource.PLAYBOOK or f.field.casefold() in _ADDRESS_FIELDS]
    parts = (p for p in parts_of(_without(text, allowed.said)) if p.kind in (PartKind.LINK, PartKind.EMAIL))
    return next((p.text for p in parts if not is_in(p, lending)), "")
