"""Writes without a model: fixed phrases around the person's own words, evidence and approved statements.

The same request gives the same draft. It says nothing that the request does not hold.
"""

import hashlib
from collections.abc import Sequence

from domain.drafting import Draft, DraftOrigin, DraftRequest, DraftSentence
from domain.evidence import Evidence
from domain.meetings import summary_by_rules
from domain.wording import content_stems, language_of
from gateways.llm.follow_up_phrases import FOLLOW_UPS, day_in
from gateways.llm.instructions import Wishes, read_instructions
from gateways.llm.known_facts import FactKind, kind_of, label_of, quotable, quotable_in_mail
from gateways.llm.phrases import PHRASES, Phrases

VERSION = "template.v2"
_FALLBACK = "en"
_FORMAL_VOICE = ("formal", "förmlich", "formel")


class TemplateWriter:
    """Implements `domain.ports.DraftWriter`. Never raises."""

    version = VERSION

    def draft(self, request: DraftRequest) -> Draft:
        wishes = read_instructions(request.instructions)
        wanted = wishes.language or request.language.casefold().partition("-")[0]
        language = wanted if wanted in PHRASES else _FALLBACK
        mail = _Mail(request, wishes, language)
        quotes = quotable(request.facts)
        return Draft(
            origin=DraftOrigin.TEMPLATE,
            writer_version=self.version,
            language=language,
            summary=_summary(request, wishes, wanted, language),
            talking_points=_talking_points(request, quotes),
            subject=mail.subject() if request.mail_allowed else "",
            paragraphs=mail.paragraphs() if request.mail_allowed else (),
            task_subject=f"Answer {request.recipient.name or 'the inquiry'}"[:255],
            task_description=_task(request, quotes),
            account_brief=tuple(DraftSentence(text=li.text, evidence=li.evidence) for li in request.account_lines),
            meetings=tuple(summary_by_rules(m) for m in request.meetings),
        )


class _Mail:
    """The reply to one request: the first touch, or a follow-up that comes back to the last one."""

    def __init__(self, request: DraftRequest, wishes: Wishes, language: str) -> None:
        self._request = request
        self._wishes = wishes
        self._phrases: Phrases = PHRASES[language]
        self._language = language
        self._again = FOLLOW_UPS[language]
        self._pick = int.from_bytes(hashlib.sha256(request.case_id.encode()).digest()[:4], "big") + request.round
        asked = any(word in request.voice.casefold() for word in _FORMAL_VOICE) and "informal" not in request.voice
        self._formal = asked if wishes.formal is None else wishes.formal
        self._product = next((f for f in request.facts if kind_of(f) is FactKind.PRODUCT and f.value), None)

    def subject(self) -> str:
        r = self._request
        if r.earlier is not None and self._product is None:
            contact, day = self._again.subjects[r.earlier.kind], day_in(self._again, r.earlier.day)
            return self._again.subject.format(contact=contact, day=day)
        known = {"company": r.company, "seller": r.seller, "product": (self._product and self._product.value) or ""}
        phrases = self._phrases.subject_product if self._product else self._phrases.subject_company
        fit = [p for p in phrases if r.company or "{company}" not in p]
        return " ".join(self._one_of(fit).format(**known).split())[:200]

    def paragraphs(self) -> tuple[tuple[DraftSentence, ...], ...]:
        parts = (
            *(self._greeting(), self._opening(), self._coming_back(), self._about_us()),
            *(self._question(), self._next_step(), self._closing()),
        )
        return tuple(p for p in parts if p)

    def _one_of(self, options: Sequence[str], offset: int = 0) -> str:
        return options[(self._pick + offset) % len(options)]

    def _greeting(self) -> tuple[DraftSentence, ...]:
        full = self._request.recipient.name
        pattern = self._phrases.greeting_formal if self._formal else self._phrases.greeting
        filled = pattern.format(first=full.split()[0] if full else "", full=full)
        return (DraftSentence(text=" ".join(filled.split()).replace(" ,", ",").replace(" :", ":")),)

    def _coming_back(self) -> tuple[DraftSentence, ...]:
        """When we were last in touch, and what they said then in their own words."""
        earlier = self._request.earlier
        if earlier is None:
            return ()
        contact, day = self._again.back_to[earlier.kind], day_in(self._again, earlier.day)
        start = DraftSentence(text=self._again.back.format(contact=contact, day=day), evidence=(earlier.date.id,))
        fit = quotable_in_mail(earlier.quotes)
        said = [f for f in earlier.quotes if f in fit][:1]
        text = self._one_of(self._again.said)
        return (
            start,
            *(DraftSentence(text=text.format(quote=_trimmed(f.quote or "")), evidence=(f.id,)) for f in said),
        )

    def _opening(self) -> tuple[DraftSentence, ...]:
        """Thanks, then what they asked in their own words, then what it was about."""
        sentences = [DraftSentence(text=self._one_of(self._phrases.thanks))]
        quotes = quotable_in_mail(self._request.facts)[: 1 if self._wishes.shorter else 2]
        for place, fact in enumerate(quotes):
            phrase = self._one_of(self._phrases.wrote_more if place else self._phrases.wrote)
            sentences.append(DraftSentence(text=phrase.format(quote=_trimmed(fact.quote or "")), evidence=(fact.id,)))
        if self._product is not None and not (quotes and self._wishes.shorter):
            text = self._one_of(self._phrases.interest).format(product=self._product.value)
            sentences.append(DraftSentence(text=text, evidence=(self._product.id,)))
        return tuple(sentences)

    def _about_us(self) -> tuple[DraftSentence, ...]:
        """Who writes, and approved statements word by word: those in the mail's language, the closest first."""
        sender = self._request.sender.name
        # The phrase ends the sentence; a name such as "S.L." has ended it already.
        seller = self._request.seller.removesuffix(".")
        who = self._one_of(self._phrases.introduction).format(sender=sender, seller=seller)
        ours = [s for s in self._request.product_statements if _said(s) and self._is_readable(_said(s))]
        asked = content_stems(f"{self._request.inquiry_message} {self._product.value if self._product else ''}")
        ours.sort(key=lambda s: (-len(asked & content_stems(_said(s))), s.id))
        chosen = ours[: 1 if self._wishes.shorter else 2]
        known = self._wishes.shorter or self._request.earlier is not None
        start = [DraftSentence(text=who)] if sender and not known else []
        if not chosen:
            return (*start, DraftSentence(text=self._one_of(self._phrases.answer)))
        return (*start, *(DraftSentence(text=_said(s), evidence=(s.id,)) for s in chosen))

    def _is_readable(self, text: str) -> bool:
        return language_of(text) in {self._language, ""}

    def _question(self) -> tuple[DraftSentence, ...]:
        """The first question that no source answers, word by word; a short mail asks none."""
        texts = (q.texts[self._language] for q in self._request.questions if self._language in q.texts)
        text = "" if self._wishes.shorter else next(texts, "")
        return (DraftSentence(text=text),) if text else ()

    def _next_step(self) -> tuple[DraftSentence, ...]:
        if self._wishes.no_meeting:
            return (DraftSentence(text=self._one_of(self._phrases.no_meeting)),)
        same_language = self._language == self._request.language.casefold().partition("-")[0]
        offers = self._request.meeting_offers[:2] if same_language else ()
        if not offers:
            return (DraftSentence(text=self._one_of(self._phrases.open_offer)),)
        times = self._phrases.offer_join.join(offers)
        pattern = self._phrases.offer if self._request.earlier is None else self._again.offer
        return (DraftSentence(text=self._one_of(pattern).format(times=times)),)

    def _closing(self) -> tuple[DraftSentence, ...]:
        sender = self._request.sender
        signature = "\n".join(t for t in (sender.name, sender.title, self._request.seller) if t)
        pattern = self._phrases.closing_formal if self._formal else self._phrases.closing
        return (DraftSentence(text=pattern.format(signature=signature)),)


def _said(fact: Evidence) -> str:
    return " ".join((fact.quote or fact.value or "").split())


def _trimmed(quote: str) -> str:
    return " ".join(quote.split()).strip(" .,;:")


def _summary(request: DraftRequest, wishes: Wishes, wanted: str, language: str) -> str:
    """For the owner, in English: who, what they asked, what is known, and what this writer could not do."""
    person = request.recipient
    who = ", ".join(t for t in (person.name or "Somebody", person.title) if t)
    at = (" at " if person.title else " from ") + request.company if request.company else ""
    lines = [f"{who}{at}{',' if person.title else ''} sent an inquiry."]
    product = next((f for f in request.facts if kind_of(f) is FactKind.PRODUCT and f.value), None)
    if product is not None:
        lines.append(f"It is about {product.value}.")
    known = [f for f in request.facts if kind_of(f) is FactKind.COMPANY and f.value]
    if known:
        lines.append("Known about the company: " + ", ".join(f"{label_of(f).lower()} {f.value}" for f in known) + ".")
    if not request.mail_allowed:
        why = request.no_mail_because or "the consent rules do not allow one"
        lines.append(f"No e-mail was written: {why}.")
    if request.mail_allowed and wanted != language:
        lines.append("The template writer does not know the language asked for; the e-mail is in English.")
    lines += [f"Not applied, because the template writer cannot do it: {wish}." for wish in wishes.unmet]
    return "\n".join(lines)


def _talking_points(request: DraftRequest, quotes: Sequence[Evidence]) -> tuple[DraftSentence, ...]:
    """One line per fact, the person's own words first, then the product, the company, the rest; at most eight."""
    order = (FactKind.PRODUCT, FactKind.PERSON, FactKind.COMPANY, FactKind.OTHER)
    valued = sorted((f for f in request.facts if f.value and not f.quote), key=lambda f: order.index(_ranked(f)))
    said = [DraftSentence(text=f"They wrote “{_trimmed(f.quote or '')}”.", evidence=(f.id,)) for f in quotes]
    held = [DraftSentence(text=f"{label_of(f)}: {_one_line(f.value or '')}", evidence=(f.id,)) for f in valued]
    ours = [DraftSentence(text=_said(s), evidence=(s.id,)) for s in request.product_statements if _said(s)]
    return tuple((said + held)[:8] + ours[:2])


def _ranked(fact: Evidence) -> FactKind:
    kind = kind_of(fact)
    return FactKind.OTHER if kind is FactKind.WORDS else kind


def _one_line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 200 else flat[:199].rsplit(" ", 1)[0] + "…"


def _task(request: DraftRequest, quotes: Sequence[Evidence]) -> str:
    lines = [f"They wrote “{_trimmed(f.quote or '')}”." for f in quotes[:3]]
    step = "Check the reply and be ready for the answer." if request.mail_allowed else "Answer by hand, if allowed."
    return "\n".join((*lines, f"Next step: {step}"))
