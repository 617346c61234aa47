"""What to do about what an org says when it refuses.

When do you need to touch this? When Salesforce refuses a sign-in or a call by a name that people cannot act on.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import CrmError

_NEXT_STEPS = (
    ("invalid_client_id:", "the consumer key is unknown there; copy it again from the connected app"),
    ("invalid_client:", "the consumer secret is wrong, or the app may not use client credentials; copy it again"),
    ("ip restricted", "add this machine's address to the IP ranges of the connected app and of the user's profile"),
    ("not supported on this domain", "give the org's My Domain as the address (Setup, My Domain)"),
    ("audience is invalid", "set COUNTERSIGN_CRM_AUDIENCE to https://test.salesforce.com, or login. for production"),
    (
        "invalid_grant:",
        "for JWT bearer: approve the app for this user (Permitted Users: admin approved, and its permission set), see "
        "that the certificate belongs to the key, and that this machine's clock is right",
    ),
    ("invalid_app_access:", "the user is not admitted to the connected app; assign its permission set to them"),
    ("inactive_user:", "activate the integration user"),
    ("unsupported_grant_type:", "switch this flow on in the connected app's OAuth settings"),
    ("no answer from", "see that this is the org's My Domain (Setup, My Domain), and that this machine reaches it"),
    (
        "REQUEST_LIMIT_EXCEEDED",
        "the org's API calls of the last 24 hours are used up; try again when some of them are older. Nothing was "
        "written",
    ),
    ("without a token", "give the address of the org alone, without a page behind it (Setup, My Domain)"),
    ("API_DISABLED_FOR_ORG", "this edition has no API; use a sandbox of Enterprise Edition or above"),
    ("API_CURRENTLY_DISABLED", "give the integration user the permission API Enabled"),
)
"""What the org says, and what to do about it; the first that fits."""


@contextmanager
def next_step_told() -> Iterator[None]:
    """What the org refuses within, told with what to do about it."""
    try:
        yield
    except CrmError as refused:
        step = next((step for said, step in _NEXT_STEPS if said in refused.detail), "")
        raise CrmError(f"{refused.detail}{'. Next: ' if step else ''}{step}", code=refused.code) from None
