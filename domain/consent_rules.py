"""Who may be contacted, as RevOps writes it down: per country the law, the grounds and what confirms them."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from domain.model import Value

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Texts = dict[str, str]
"""One text per language code."""
Source = Annotated[str, Field(pattern=r"^(https?://\S+)?$")]
"""A public page; empty where there is none."""


class Ground(StrEnum):
    """Why a message or a call to this person would be lawful."""

    OWN_REQUEST = "own_request"
    OPT_IN = "opt_in"
    CUSTOMER = "customer"
    """The soft opt-in: a contact of a customer."""
    CORPORATE = "corporate"
    """A company's own address or number, the company being a legal person: legitimate interest in B2B."""
    ROLE_MAILBOX = "role_mailbox"
    """An address of nobody in particular, such as info@."""
    OPT_OUT_REGIME = "opt_out_regime"


OWN_WORD = frozenset({Ground.OWN_REQUEST, Ground.OPT_IN})
"""Grounds that rest on what the person themselves said."""


class ConsentRule(Value):
    id: str
    countries: tuple[Country, ...] = Field(min_length=1)
    law: str
    grounds: tuple[Ground, ...]
    """For e-mail: any one of these is enough; none means never."""
    phone_law: str = ""
    phone: tuple[Ground, ...] = ()
    """The same for calls."""
    phone_register: str = ""
    """The do-not-call register to be checked before a call that nobody asked for."""
    source: Source = ""
    """What confirms the rule for e-mail. Without one only the person's own word counts, whatever the rule lists."""
    phone_source: Source = ""
    """The same for calls."""
    looked_up: date | None = None
    """When the sources were read."""
    bought_addresses: bool = False
    """True where an address from a bought list may rest on a ground other than the person's own word."""
    footer: Texts = Field(min_length=1)
    """Per language; `{seller}` and `{address}` are filled in. The first is used where the language is not there."""

    @model_validator(mode="after")
    def _sources_are_dated(self) -> "ConsentRule":
        if (self.source or self.phone_source) and self.looked_up is None:
            raise ValueError("a source without the day it was read; set looked_up")
        return self


class ConsentPolicy(Value):
    keeps_individuals: bool = True
    """False for an org that keeps nobody beside its leads and contacts (`Individual`, `ContactPointTypeConsent`): what
    a person refused stands in their lead and contact only. Where the org has them all the same, nothing goes on."""
    own_request_sources: tuple[str, ...] = ()
    """Inquiry sources that are the person's own request."""
    own_request_lead_sources: tuple[str, ...] = ()
    """Values of `LeadSource` that are the same, for leads found in the CRM."""
    own_request_days: int = Field(default=90, ge=1)
    bought_lead_sources: tuple[str, ...] = ()
    """Values of `LeadSource` that mean a bought or scraped list."""
    uninvited_footer: Texts = Field(default_factory=dict)
    """Instead of the rule's, where the e-mail answers no inquiry; the rule's where this is empty."""
    rules: tuple[ConsentRule, ...] = Field(min_length=1)
