"""What an inquiry says: intents, BANT facts, kind of sender, suspected injection. By patterns, with exact quotes.

The phrases are the playbook's. Nothing here understands; it finds, quotes and names the rule.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

from domain.fishing import fishing_in
from domain.injection import detect
from domain.leads import Inquiry
from domain.model import Value
from domain.playbook import Playbook
from domain.qualification import InjectionFinding
from domain.texts import clean, fold, quotable
from domain.unread import Unread, unread_in

_TEXT_LIMIT = 20_000
_NEGATION_REACH = 24
_MONEY = (
    r"(?:[€$£]\s?\d[\d.,]{0,14}(?:\s?(?:k|m|mio|million|thousand|mil)\b)?"
    r"|\d[\d.,]{0,14}\s?(?:k|m|mio|mil|million|thousand)?\s?(?:€|\$|£|eur\b|usd\b|gbp\b|euros?\b|dollars?\b|pounds?\b))"
)


class Finding(Value):
    """One pattern that was found. `quote` is an exact span of `field` of that inquiry."""

    kind: Literal["intent", "fact", "fit"]
    name: str
    quote: str
    inquiry: int
    """Position in the inquiries, oldest first."""
    event_id: str
    field: str = "message"
    language: str = ""


class ReadFacts(Value):
    """`language` is what the newest inquiry is written in, or the seller's own where nothing tells."""

    language: str = "en"
    intents: tuple[Finding, ...] = ()
    bant: tuple[Finding, ...] = ()
    fits: tuple[Finding, ...] = ()
    injection: tuple[InjectionFinding, ...] = ()
    fishing: tuple[InjectionFinding, ...] = ()
    """Questions for other customers' data, our insides or what is confidential."""
    unread: Unread | None = None
    """What the newest message says in a language that no phrases are there for."""

    def with_orders(self, found: tuple[InjectionFinding, ...]) -> "ReadFacts":
        """The same with what was found elsewhere that reads like an instruction to a machine."""
        return self.model_copy(update={"injection": tuple(dict.fromkeys((*self.injection, *found)))})


def read(inquiries: Sequence[Inquiry], playbook: Playbook) -> ReadFacts:
    """Everything the patterns find, newest inquiry first."""
    found: list[Finding] = []
    injection: list[InjectionFinding] = []
    fishing: list[InjectionFinding] = []
    for number, inquiry in reversed(list(enumerate(inquiries))):
        for field in ("message", "product_interest", "title", "company"):
            text = str(getattr(inquiry, field))[:_TEXT_LIMIT]
            if not text:
                continue
            injection.extend(_injections(text, playbook))
            if field == "message":
                fishing.extend(InjectionFinding(quote=s.quote, rule=s.rule) for s in fishing_in(text))
                found.extend(_findings(text, number, inquiry.event_id, field, playbook))
        injection.extend(_injections(f"{inquiry.first_name}\n{inquiry.last_name}", playbook))
    return ReadFacts(
        language=language_of(inquiries, playbook),
        intents=_first_of_each(f for f in found if f.kind == "intent"),
        bant=_first_of_each(f for f in found if f.kind == "fact"),
        fits=_first_of_each(f for f in found if f.kind == "fit"),
        injection=tuple(dict.fromkeys(injection)),
        fishing=tuple(dict.fromkeys(fishing)),
        unread=unread(inquiries, playbook),
    )


def unread(inquiries: Sequence[Inquiry], playbook: Playbook) -> Unread | None:
    """Of the newest inquiry that says something."""
    for number, inquiry in reversed(list(enumerate(inquiries))):
        if inquiry.message.strip():
            found = unread_in(inquiry.message[:_TEXT_LIMIT], playbook, said_language([inquiry]))
            return found.model_copy(update={"inquiry": number}) if found is not None else None
    return None


def said_language(inquiries: Sequence[Inquiry], known: str = "") -> str:
    """The language code that was said (newest first) or that the CRM knows, whether the playbook reads it or not."""
    said = (*(i.language for i in reversed(inquiries)), known)
    codes = (re.split(r"[-_]", clean(s, 20).lower())[0] for s in said)
    return next((code for code in codes if re.fullmatch(r"[a-z]{2,3}", code)), "")


def language_written(inquiries: Sequence[Inquiry], playbook: Playbook, known: str = "") -> str:
    """The code of the language to answer in, as a person would: as said, known or seen; else as `language_of`."""
    stated = said_language(inquiries, known)
    if stated:
        return stated
    other = unread(inquiries, playbook)
    return (other.code if other is not None and other.whole else "") or language_of(inquiries, playbook)


def language_of(inquiries: Sequence[Inquiry], playbook: Playbook, known: str = "") -> str:
    """A language of the playbook: as said, as `known` to the CRM, as the words give away, or the first one."""
    supported = tuple(playbook.languages)
    first = next(iter(supported), "en")
    stated = tuple(code for code in (said_language(inquiries), said_language((), known)) if code)
    if stated:
        return next((code for code in stated if code in supported), first)
    words = set(re.findall(r"[^\W\d_]+", " ".join(fold(i.message[:_TEXT_LIMIT]) for i in inquiries)))
    counts = {c: len(words & {fold(w) for w in r.common_words}) for c, r in playbook.languages.items()}
    best = max(counts, key=lambda c: counts[c], default=first)
    return best if counts.get(best) else _language_of_phrases(inquiries, playbook, first)


def _language_of_phrases(inquiries: Sequence[Inquiry], playbook: Playbook, first: str) -> str:
    """What a text too short for common words gives away: "was kostet" is German. A tie is nobody's."""
    found = Counter(
        f.language
        for number, inquiry in enumerate(inquiries)
        for f in _findings(inquiry.message[:_TEXT_LIMIT], number, inquiry.event_id, "message", playbook)
    )
    best = max(playbook.languages, key=lambda c: found[c], default=first)
    return best if sum(n == found[best] for n in found.values()) == 1 else first


def _findings(text: str, number: int, event_id: str, field: str, playbook: Playbook) -> Iterator[Finding]:
    folded = fold(text)
    # Of every language: a word like "demo" is one in all of them, and so is found by the phrases of each.
    negations = tuple(dict.fromkeys(fold(no) for rules in playbook.languages.values() for no in rules.negations))
    for language, rules in playbook.languages.items():
        groups: tuple[tuple[Literal["intent", "fact", "fit"], dict[str, tuple[str, ...]]], ...] = (
            ("intent", dict(rules.intents)),
            ("fact", {str(k): v for k, v in rules.facts.items()}),
            ("fit", {k.value: v for k, v in rules.fits.items()}),
        )
        for kind, phrases_by_name in groups:
            for name, phrases in phrases_by_name.items():
                span = _first_match(folded, phrases, rules.times, negations)
                if span is not None:
                    yield Finding(
                        kind=kind,
                        name=name,
                        quote=quotable(text, *span),
                        inquiry=number,
                        event_id=event_id,
                        field=field,
                        language=language,
                    )


def _first_match(
    folded: str, phrases: tuple[str, ...], times: tuple[str, ...], negations: tuple[str, ...]
) -> tuple[int, int] | None:
    for phrase in phrases:
        if not all(word in folded for word in _words_of(phrase)):
            continue
        for match in pattern_of(phrase, times).finditer(folded):
            before = re.split(r"[.!?;,\n]", folded[max(0, match.start() - _NEGATION_REACH) : match.start()])[-1]
            if not any(re.search(rf"\b{re.escape(no)}\b", before) for no in negations):
                return match.span()
    return None


@lru_cache(maxsize=4096)
def pattern_of(phrase: str, times: tuple[str, ...]) -> re.Pattern[str]:
    """A phrase as a pattern over folded text. Built from escaped words only: a phrase cannot be a slow expression."""
    parts: list[str] = []
    for word in phrase.split():
        match word:
            case "*":
                parts.append(r"(?:\W{1,3}\w{1,30}){0,4}?")
                continue
            case "<money>":
                piece = _MONEY
            case "<number>":
                piece = r"\d[\d.,]{0,14}"
            case "<when>":
                piece = (
                    "(?:" + "|".join(re.escape(fold(t)) for t in times) + r"|q[1-4]|20\d\d|\d{1,2}[./]\d{1,2})"
                    if times
                    else r"(?:q[1-4]|20\d\d)"
                )
            case _:
                piece = re.escape(fold(word))
        parts.append((r"\W{1,3}" if parts else "") + piece)
    return re.compile(r"(?<!\w)" + "".join(parts) + r"(?!\w)")


@lru_cache(maxsize=4096)
def _words_of(phrase: str) -> tuple[str, ...]:
    """What a text must hold for the phrase to be in it: much cheaper to ask than the pattern."""
    return tuple(fold(word) for word in phrase.split() if word not in {"*", "<money>", "<number>", "<when>"})


def _injections(text: str, playbook: Playbook) -> Iterator[InjectionFinding]:
    folded = fold(text)
    for language, rules in playbook.languages.items():
        for phrase in rules.injection:
            if not all(word in folded for word in _words_of(phrase)):
                continue
            if match := pattern_of(phrase, rules.times).search(folded):
                yield InjectionFinding(quote=quotable(text, *match.span()), rule=f"{language}: {phrase}")
    for span in detect(text).spans:
        yield InjectionFinding(quote=span.quote, rule=span.rule)


def _first_of_each(findings: Iterator[Finding]) -> tuple[Finding, ...]:
    by_name: dict[str, Finding] = {}
    for finding in findings:
        by_name.setdefault(finding.name, finding)
    return tuple(by_name.values())
