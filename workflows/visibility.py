"""What ops see of a case in Temporal Web: search attributes and current details.

When do you need to touch this? When ops need to find cases by something new. Search attributes are never
encrypted: codes and numbers only.
"""

from temporalio import workflow
from temporalio.common import SearchAttributeKey

STEP = SearchAttributeKey.for_keyword("CountersignStep")
RISK = SearchAttributeKey.for_keyword("CountersignRisk")
BAND = SearchAttributeKey.for_keyword("CountersignBand")
OUTCOME = SearchAttributeKey.for_keyword("CountersignOutcome")

SEARCH_ATTRIBUTES = (STEP, RISK, BAND, OUTCOME)
"""Registered in the namespace by the workers before they poll; an unknown one would stall every workflow task."""


def show(lines: dict[str, str]) -> None:
    """Set the case's current details, a small table in Markdown."""
    rows = "\n".join(f"| {name} | {value} |" for name, value in lines.items())
    workflow.set_current_details(f"| | |\n|---|---|\n{rows}")
