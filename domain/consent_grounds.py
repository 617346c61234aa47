"""The grounds on which somebody may be contacted, and the evidence that one of them is there."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import assert_never

from cleanco import basename

from domain.citing import cite_field, cite_inquiry
from domain.consent_rules import OWN_WORD, ConsentRule, Ground
from domain.evidence import EvidenceBook
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.model import Instant
from domain.naming import FREE_MAIL_HOSTS, NOT_PROVIDED, is_role_mailbox, mail_host, registrable_domain
from domain.opt_outs import Channel, concerns, in_force
from domain.playbook import Playbook
from domain.texts import clean

WORDS = {
    Ground.OWN_REQUEST: "asked us themselves",
    Ground.OPT_IN: "gave consent",
    Ground.CUSTOMER: "is a customer",
    Ground.CORPORATE: "is reached at a company that is a legal person",
    Ground.ROLE_MAILBOX: "is reached at a mailbox of nobody in particular",
    Ground.OPT_OUT_REGIME: "the law asks for an opt-out only, and there is none",
}


class Grounds:
    """Looks for grounds in one case. `address` is where the message or call would go."""

    def __init__(
        self,
        inquiries: Sequence[Inquiry],
        snapshot: CrmSnapshot,
        playbook: Playbook,
        book: EvidenceBook,
        *,
        channel: Channel,
        address: str,
        now: Instant,
    ) -> None:
        self._inquiries, self._snapshot, self._playbook, self._book = inquiries, snapshot, playbook, book
        self._channel, self._address, self._now = channel, address, now

    def first(self, rule: ConsentRule) -> tuple[Ground, str] | None:
        """The rule's first ground that is there, with its evidence; empty where the rule itself is the evidence."""
        own_word_only = not source_of(rule, self._channel) or (self._is_bought() and not rule.bought_addresses)
        for ground in grounds_of(rule, self._channel):
            if own_word_only and ground not in OWN_WORD:
                continue
            ref = self._evidence(ground)
            if ref is not None:
                return ground, ref
        return None

    def _is_bought(self) -> bool:
        lead = self._snapshot.lead
        return lead is not None and lead.text("LeadSource").strip() in self._playbook.consent.bought_lead_sources

    def _evidence(self, ground: Ground) -> str | None:
        match ground:
            case Ground.OWN_REQUEST:
                return self._own_request()
            case Ground.OPT_IN:
                return self._opt_in()
            case Ground.CUSTOMER:
                account = self._snapshot.account
                if account is not None and account.text("Type") == "Customer" and self._snapshot.contact is not None:
                    return cite_field(self._book, account, "Type")
                return None
            case Ground.CORPORATE:
                return self._corporate()
            case Ground.ROLE_MAILBOX:
                return "" if self._channel is Channel.EMAIL and is_role_mailbox(self._address) else None
            case Ground.OPT_OUT_REGIME:
                return ""
        assert_never(ground)

    def _own_request(self) -> str | None:
        policy = self._playbook.consent
        oldest = self._now - timedelta(days=policy.own_request_days)
        for inquiry in reversed(self._inquiries):
            if inquiry.received_at < oldest or not (inquiry.message.strip() or inquiry.product_interest.strip()):
                continue
            if inquiry.source.value in policy.own_request_sources:
                return cite_inquiry(self._book, inquiry, "message" if inquiry.message.strip() else "product_interest")
            lead = self._snapshot.lead
            if lead is None or inquiry.source.value != "crm_poll":
                continue
            # Somebody's later edit brings the lead in anew; the person's own request is as old as the lead.
            if lead.text("LeadSource") in policy.own_request_lead_sources and _made_since(lead, oldest):
                return cite_field(self._book, lead, "LeadSource")
        return None

    def _opt_in(self) -> str | None:
        """The form's box is about messages; a call needs a consent record of its own."""
        if self._channel is Channel.EMAIL:
            for inquiry in reversed(self._inquiries):
                if inquiry.consent is True:
                    return cite_inquiry(self._book, inquiry, "consent")
        for consent in self._snapshot.consents:
            if (
                concerns(consent, self._channel, refusing=False)
                and consent.text("PrivacyConsentStatus") == "OptIn"
                and in_force(consent, self._now, refusing=False)
            ):
                return cite_field(self._book, consent, "PrivacyConsentStatus")
        return None

    def _corporate(self) -> str | None:
        """A company whose name carries a legal form, reached at its own domain: never a person trading alone."""
        if self._channel is Channel.EMAIL:
            host = mail_host(self._address)
            domain = registrable_domain(host)
            if not domain or {host, domain} & (FREE_MAIL_HOSTS | set(self._playbook.free_mail_hosts)):
                return None
        for inquiry in reversed(self._inquiries):
            if has_legal_form(inquiry.company):
                return cite_inquiry(self._book, inquiry, "company")
        lead, account = self._snapshot.lead, self._snapshot.account
        if account is not None and has_legal_form(account.text("Name")):
            return cite_field(self._book, account, "Name")
        if lead is not None and has_legal_form(lead.text("Company")):
            return cite_field(self._book, lead, "Company")
        return None


def grounds_of(rule: ConsentRule, channel: Channel) -> tuple[Ground, ...]:
    return rule.grounds if channel is Channel.EMAIL else rule.phone


def source_of(rule: ConsentRule, channel: Channel) -> str:
    """The page that confirms the rule for this channel; empty where nobody found one."""
    return rule.source if channel is Channel.EMAIL else rule.phone_source


def has_legal_form(company: str) -> bool:
    """Whether a name ends in the form of a legal person: Ltd, GmbH, S.L., Oyj, …"""
    name = re.sub(r"[\s.,]+$", "", clean(company.replace(NOT_PROVIDED, ""), 300))
    return bool(name) and re.sub(r"[\s.,]+$", "", str(basename(name))) != name


def _made_since(record: CrmRecord, oldest: Instant) -> bool:
    """Whether it was made then or later; not where the CRM does not say when."""
    try:
        made = datetime.fromisoformat(record.text("CreatedDate"))
    except ValueError:
        return False
    return made.tzinfo is not None and made >= oldest
