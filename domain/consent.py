"""Whether an e-mail to this person is allowed, under which law and on what ground. Unknown means no."""

from collections.abc import Sequence
from datetime import timedelta

from domain.citing import cite_field, cite_inquiry, cite_playbook
from domain.evidence import EvidenceBook
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.model import Instant, Value
from domain.naming import country_code, mail_address
from domain.playbook import ConsentPolicy, ConsentRule, Ground, Playbook
from domain.reading import language_of

_GROUND_WORDS = {
    Ground.OWN_REQUEST: "asked us themselves",
    Ground.OPT_IN: "gave consent to e-mail",
    Ground.CUSTOMER: "is a customer",
    Ground.OPT_OUT_REGIME: "the law asks for an opt-out only, and there is none",
}


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


def may_contact(
    inquiries: Sequence[Inquiry], snapshot: CrmSnapshot, playbook: Playbook, book: EvidenceBook, *, now: Instant
) -> ConsentDecision:
    """Opt-outs first, then the address, the country and its rule. It never blocks internal work."""
    language = language_of(inquiries, playbook, preferred_language(snapshot))
    refusals = _opt_outs(inquiries, snapshot, book, now)
    if refusals:
        return ConsentDecision(
            allowed=False,
            verdict="Blocked.",
            detail="; ".join(text for text, _ in refusals),
            language=language,
            evidence=tuple(ref for _, ref in refusals),
        )
    if not mail_address(recipient_address(inquiries, snapshot)):
        return _blocked("No usable e-mail address.", language, ("e-mail address",))
    countries = countries_of(inquiries, snapshot, book)
    if not countries:
        return _blocked("The country is not known, so no rule can be applied.", language, ("country",))
    allowed: list[tuple[ConsentRule, str, str]] = []
    for country, source in countries.items():
        rule = next((r for r in playbook.consent.rules if country in r.countries), None)
        if rule is None:
            return _blocked(
                f"The playbook has no consent rule for {country}.", language, (f"consent rule for {country}",)
            )
        ground = _ground(rule, inquiries, snapshot, playbook.consent, book, now)
        rule_ref = cite_playbook(book, "consent", rule.id, rule.law, now=now)
        if ground is None:
            wanted = " or ".join(_GROUND_WORDS[g] for g in rule.grounds) or "nothing: this rule never allows it"
            return ConsentDecision(
                allowed=False,
                verdict="Blocked.",
                rule=rule.id,
                law=rule.law,
                detail=f"{rule.law} asks that the person {wanted}.",
                missing=("consent",),
                language=language,
                evidence=(source, rule_ref),
            )
        allowed.append((rule, ground[0], ground[1] or rule_ref))
    rule = allowed[0][0]
    refs = (
        *countries.values(),
        *(ref for _, _, ref in allowed),
        cite_playbook(book, "consent", rule.id, rule.law, now=now),
    )
    return ConsentDecision(
        allowed=True,
        verdict="Allowed.",
        rule=rule.id,
        law=rule.law,
        detail=f"{', '.join(countries)}: {'; '.join(dict.fromkeys(why for _, why, _ in allowed))}; {rule.law}.",
        footer=_footer(rule, language, playbook),
        language=language,
        evidence=tuple(dict.fromkeys(refs)),
    )


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


def _blocked(detail: str, language: str, missing: tuple[str, ...]) -> ConsentDecision:
    return ConsentDecision(
        allowed=False,
        verdict="Blocked.",
        detail=f"{detail} Missing: {', '.join(missing)}.",
        missing=missing,
        language=language,
    )


def recipient_address(inquiries: Sequence[Inquiry], snapshot: CrmSnapshot) -> str:
    """Where an answer goes: the address the CRM holds, so that no form can redirect it; else the newest sent."""
    for record in (snapshot.lead, snapshot.contact):
        if record is not None and mail_address(record.text("Email")):
            return record.text("Email").strip()
    return next((i.email for i in reversed(inquiries) if mail_address(i.email)), "")


def _opt_outs(
    inquiries: Sequence[Inquiry], snapshot: CrmSnapshot, book: EvidenceBook, now: Instant
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for record in (snapshot.lead, snapshot.contact):
        if record is None:
            continue
        if record.flag("HasOptedOutOfEmail"):
            found.append((f"opted out of e-mail ({record.object})", cite_field(book, record, "HasOptedOutOfEmail")))
        if record.text("EmailBouncedDate") or record.text("EmailBouncedReason"):
            field = "EmailBouncedReason" if record.text("EmailBouncedReason") else "EmailBouncedDate"
            found.append(("the address bounced", cite_field(book, record, field)))
    person = snapshot.individual
    if person is not None:
        for field, text in (
            ("HasOptedOutSolicit", "asked not to be solicited"),
            ("HasOptedOutProcessing", "objected to processing"),
            ("ShouldForget", "asked to be forgotten"),
        ):
            if person.flag(field):
                found.append((text, cite_field(book, person, field)))
    found.extend(
        ("opted out of e-mail (consent record)", cite_field(book, consent, "PrivacyConsentStatus"))
        for consent in snapshot.consents
        if _concerns_mail(consent) and _in_force(consent, now) and consent.text("PrivacyConsentStatus") == "OptOut"
    )
    newest = next((i for i in reversed(inquiries) if i.consent is not None), None)
    if newest is not None and newest.consent is False:
        found.append(("said no to messages on the form", cite_inquiry(book, newest, "consent")))
    return found


def _concerns_mail(consent: CrmRecord) -> bool:
    return consent.object == "ContactPointTypeConsent" and consent.text("ContactPointType") in {"", "Email"}


def _in_force(consent: CrmRecord, now: Instant) -> bool:
    """Dates travel as ISO text in UTC, so the first ten characters compare as days."""
    today = now.date().isoformat()
    since, until = consent.text("EffectiveFrom")[:10], consent.text("EffectiveTo")[:10]
    return (not since or since <= today) and (not until or until >= today)


def _ground(
    rule: ConsentRule,
    inquiries: Sequence[Inquiry],
    snapshot: CrmSnapshot,
    policy: ConsentPolicy,
    book: EvidenceBook,
    now: Instant,
) -> tuple[str, str] | None:
    for ground in rule.grounds:
        ref: str | None = None
        match ground:
            case Ground.OWN_REQUEST:
                ref = _own_request(inquiries, snapshot, policy, book, now)
            case Ground.OPT_IN:
                ref = _opt_in(inquiries, snapshot, book, now)
            case Ground.CUSTOMER:
                account = snapshot.account
                if account is not None and account.text("Type") == "Customer" and snapshot.contact is not None:
                    ref = cite_field(book, account, "Type")
            case Ground.OPT_OUT_REGIME:
                ref = ""
        if ref is not None:
            return _GROUND_WORDS[ground], ref
    return None


def _own_request(
    inquiries: Sequence[Inquiry], snapshot: CrmSnapshot, policy: ConsentPolicy, book: EvidenceBook, now: Instant
) -> str | None:
    oldest = now - timedelta(days=policy.own_request_days)
    for inquiry in reversed(inquiries):
        if inquiry.received_at < oldest or not (inquiry.message.strip() or inquiry.product_interest.strip()):
            continue
        if inquiry.source.value in policy.own_request_sources:
            return cite_inquiry(book, inquiry, "message" if inquiry.message.strip() else "product_interest")
        lead = snapshot.lead
        polled = lead is not None and inquiry.source.value == "crm_poll"
        if lead is not None and polled and lead.text("LeadSource") in policy.own_request_lead_sources:
            return cite_field(book, lead, "LeadSource")
    return None


def _opt_in(inquiries: Sequence[Inquiry], snapshot: CrmSnapshot, book: EvidenceBook, now: Instant) -> str | None:
    for inquiry in reversed(inquiries):
        if inquiry.consent is True:
            return cite_inquiry(book, inquiry, "consent")
    for consent in snapshot.consents:
        if _concerns_mail(consent) and _in_force(consent, now) and consent.text("PrivacyConsentStatus") == "OptIn":
            return cite_field(book, consent, "PrivacyConsentStatus")
    return None


def _footer(rule: ConsentRule, language: str, playbook: Playbook) -> str:
    text = rule.footer.get(language) or next(iter(rule.footer.values()))
    return text.replace("{seller}", playbook.seller.name).replace("{address}", playbook.seller.address)
