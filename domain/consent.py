"""Whether an e-mail or a call to this person is allowed, under which law and on what ground. Unknown means no.

The law's names and the grounds per country are the playbook's: a working default, not legal advice.
"""

from collections.abc import Sequence

from domain.citing import cite_field, cite_inquiry, cite_playbook
from domain.consent_grounds import WORDS, Grounds, grounds_of, source_of
from domain.consent_rules import OWN_WORD, ConsentRule, Ground
from domain.evidence import EvidenceBook
from domain.leads import CrmSnapshot, Inquiry
from domain.model import Instant, Value
from domain.naming import country_code, mail_address, phone_number
from domain.opt_outs import Channel, opt_outs
from domain.playbook import Playbook
from domain.reading import language_of

__all__ = ["Channel", "ConsentDecision", "countries_of", "may_contact", "preferred_language", "recipient_address"]


class ConsentDecision(Value):
    """`footer` is what goes under the e-mail; `missing` names what would have to be known first."""

    allowed: bool
    verdict: str
    rule: str = ""
    law: str = ""
    detail: str
    missing: tuple[str, ...] = ()
    footer: str = ""
    language: str = "en"
    evidence: tuple[str, ...] = ()
    channel: Channel = Channel.EMAIL
    ground: Ground | None = None
    """The weakest ground it rests on, where several countries count."""


def may_contact(
    inquiries: Sequence[Inquiry],
    snapshot: CrmSnapshot,
    playbook: Playbook,
    book: EvidenceBook,
    *,
    now: Instant,
    channel: Channel = Channel.EMAIL,
) -> ConsentDecision:
    """Opt-outs first, then the address, then every country of the person, each of which must allow it.

    It never blocks internal work, and it never raises.
    """
    language = language_of(inquiries, playbook, preferred_language(snapshot))
    refusals = opt_outs(inquiries, snapshot, playbook, book, channel=channel, now=now)
    if refusals:
        return ConsentDecision(
            allowed=False,
            verdict="Blocked.",
            detail="; ".join(dict.fromkeys(text for text, _ in refusals)),
            language=language,
            evidence=tuple(dict.fromkeys(ref for _, ref in refusals)),
            channel=channel,
        )
    address = (
        recipient_address(inquiries, snapshot) if channel is Channel.EMAIL else recipient_phone(inquiries, snapshot)
    )
    if not address:
        what = "e-mail address" if channel is Channel.EMAIL else "phone number"
        return _blocked(f"No usable {what}.", language, (what,), channel)
    countries = countries_of(inquiries, snapshot, book)
    if not countries:
        return _blocked("The country is not known, so no rule can be applied.", language, ("country",), channel)
    grounds = Grounds(inquiries, snapshot, playbook, book, channel=channel, address=address, now=now)
    allowed: list[tuple[ConsentRule, Ground, str]] = []
    for country, source in countries.items():
        rule = next((r for r in playbook.consent.rules if country in r.countries), None)
        if rule is None:
            missing = (f"consent rule for {country}",)
            return _blocked(f"The playbook has no consent rule for {country}.", language, missing, channel)
        rule_ref = cite_playbook(book, "consent", rule.id, _says(rule, channel), now=now)
        found = grounds.first(rule)
        refused = _missing(rule, found, channel)
        if found is None or refused is not None:
            detail, lacking = refused or ("", ())
            return ConsentDecision(
                allowed=False,
                verdict="Blocked.",
                rule=rule.id,
                law=law_of(rule, channel),
                detail=detail,
                missing=lacking,
                language=language,
                evidence=(source, rule_ref),
                channel=channel,
            )
        allowed.append((rule, found[0], found[1] or rule_ref))
    rule = allowed[0][0]
    refs = (
        *countries.values(),
        *(ref for _, _, ref in allowed),
        cite_playbook(book, "consent", rule.id, _says(rule, channel), now=now),
    )
    weakest = max((ground for _, ground, _ in allowed), key=list(Ground).index)
    why = "; ".join(dict.fromkeys(WORDS[ground] for _, ground, _ in allowed))
    return ConsentDecision(
        allowed=True,
        verdict="Allowed.",
        rule=rule.id,
        law=law_of(rule, channel),
        detail=f"{', '.join(countries)}: {why}; {law_of(rule, channel)}.",
        footer=_footer(rule, weakest, language, playbook) if channel is Channel.EMAIL else "",
        language=language,
        evidence=tuple(dict.fromkeys(refs)),
        channel=channel,
        ground=weakest,
    )


def law_of(rule: ConsentRule, channel: Channel) -> str:
    return rule.law if channel is Channel.EMAIL else rule.phone_law or rule.law


def _says(rule: ConsentRule, channel: Channel) -> str:
    """The law, and what confirms that it says so. The page comes last: a long address may be cut."""
    source = source_of(rule, channel)
    read = f"; confirmed {rule.looked_up} by {source}" if source else "; not confirmed by a source"
    return law_of(rule, channel) + read


def _missing(
    rule: ConsentRule, found: tuple[Ground, str] | None, channel: Channel
) -> tuple[str, tuple[str, ...]] | None:
    """What keeps a rule from allowing it: no ground, or a register that nobody has asked."""
    if found is None:
        wanted, unused = grounds_of(rule, channel), set[Ground]()
        if not source_of(rule, channel):
            unused = set(wanted) - OWN_WORD
        said = " or ".join(WORDS[g] for g in wanted if g not in unused) or "nothing: this rule never allows it"
        why = " No source confirms the rule, so only their own word counts." if unused else ""
        return f"{law_of(rule, channel)} asks that the person {said}.{why}", ("consent",)
    own_word = found[0] in OWN_WORD | {Ground.CUSTOMER}
    if channel is Channel.PHONE and rule.phone_register and not own_word:
        return (
            f"Nobody has checked the number against {rule.phone_register}; {law_of(rule, channel)} asks for it.",
            (f"check of {rule.phone_register}",),
        )
    return None


def countries_of(inquiries: Sequence[Inquiry], snapshot: CrmSnapshot, book: EvidenceBook) -> dict[str, str]:
    """Countries of the person by code, each with its evidence. The account's counts only where no one said more."""
    found: dict[str, str] = {}
    for inquiry in reversed(inquiries):
        if code := country_code(inquiry.country):
            found[code] = cite_inquiry(book, inquiry, "country")
            break
    for record, field in (
        (snapshot.lead, "Country"),
        (snapshot.contact, "MailingCountry"),
        (snapshot.account, "BillingCountry"),
    ):
        if record is None or (field == "BillingCountry" and found):
            continue
        if (code := country_code(record.text(field))) and code not in found:
            found[code] = cite_field(book, record, field)
    return found


def preferred_language(snapshot: CrmSnapshot) -> str:
    """What the CRM says the person reads."""
    records = (snapshot.lead, snapshot.contact)
    return next((v for r in records if r is not None and (v := r.text("Preferred_Language__c"))), "")


def _blocked(detail: str, language: str, missing: tuple[str, ...], channel: Channel) -> ConsentDecision:
    return ConsentDecision(
        allowed=False,
        verdict="Blocked.",
        detail=f"{detail} Missing: {', '.join(missing)}.",
        missing=missing,
        language=language,
        channel=channel,
    )


def recipient_address(inquiries: Sequence[Inquiry], snapshot: CrmSnapshot) -> str:
    """Where an answer goes: the address the CRM holds, so that no form can redirect it; else the newest sent."""
    for record in (snapshot.lead, snapshot.contact):
        if record is not None and mail_address(record.text("Email")):
            return record.text("Email").strip()
    return next((i.email for i in reversed(inquiries) if mail_address(i.email)), "")


def recipient_phone(inquiries: Sequence[Inquiry], snapshot: CrmSnapshot) -> str:
    """Which number would be called, in E.164 where its country is known; the CRM's own first."""
    country = next((c for i in reversed(inquiries) if (c := country_code(i.country))), "")
    for record in (snapshot.lead, snapshot.contact):
        for field in ("Phone", "MobilePhone"):
            if record is not None and (number := phone_number(record.text(field), country)):
                return number
    return next((n for i in reversed(inquiries) if (n := phone_number(i.phone, country))), "")


def _footer(rule: ConsentRule, ground: Ground, language: str, playbook: Playbook) -> str:
    """Says "because of your inquiry" only where there was one."""
    own = ground is Ground.OWN_REQUEST or not playbook.consent.uninvited_footer
    texts = rule.footer if own else playbook.consent.uninvited_footer
    text = texts.get(language) or next(iter(texts.values()))
    return text.replace("{seller}", playbook.seller.name).replace("{address}", playbook.seller.address)
