"""An inquiry as it arrives from outside, and what makes it hard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class HardCase(StrEnum):
    """Why an inquiry is in the sample, where it is more than an ordinary one."""

    HOT_DEMO = "hot_demo"
    EXISTING_CUSTOMER = "existing_customer"
    STRATEGIC_ACCOUNT = "strategic_account"
    OPTED_OUT = "opted_out"
    STUDENT = "student"
    COMPETITOR = "competitor"
    MISSING_COUNTRY = "missing_country"
    PROMPT_INJECTION = "prompt_injection"
    SPANISH = "spanish"
    GERMAN = "german"
    CONVERTS_WHILE_WAITING = "converts_while_waiting"
    DUPLICATE_DELIVERY = "duplicate_delivery"
    SECOND_INQUIRY = "second_inquiry"
    NO_COMPANY = "no_company"
    CONFLICTING_ROUTES = "conflicting_routes"


@dataclass(frozen=True)
class Inquiry:
    """`received_offset` counts from the first inquiry; `country` is ISO 3166 alpha-2; `language` ISO 639-1.

    `source` is web_form, webhook, csv or salesforce; the last carries the `lead_id` of a row in the
    sample org. `consent` is None where nobody asked.
    """

    event_id: str
    source: str
    received_offset: timedelta
    last_name: str
    first_name: str | None = None
    email: str | None = None
    phone: str | None = None
    company: str | None = None
    title: str | None = None
    website: str | None = None
    country: str | None = None
    message: str = ""
    product_interest: str | None = None
    consent: bool | None = None
    language: str | None = None
    lead_id: str | None = None
    hard_case: HardCase | None = None
