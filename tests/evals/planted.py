"""What a product with a fault would have done, for judges to find."""

import asyncio
from typing import Any

from pydantic_evals import Case, Dataset

from evals.suite.cases import EvalCase
from evals.suite.dangers import DANGERS
from evals.suite.judges import JUDGES
from evals.suite.observed import CrmWrite, Observed

GOOD: dict[str, Any] = {
    "outcome": "written",
    "matched": "lead",
    "score": 52,
    "band": "B",
    "fit": "buyer",
    "owner": "javier.montes@acme-routing.example",
    "rule": "territory",
    "language": "en",
    "brief": "Ada wants a demo.",
    "subject": "Your inquiry",
    "body": "Hello Ada, thank you.",
    "mail_to": "ada@engines.example",
    "risk": "medium",
    "gate": "person",
    "actions": ("assign_owner", "send_email"),
    "receipts": 1,
    "writes": (CrmWrite(object="Lead", record="lead", signed_by="person"),),
    "sent": ({"to": "ada@engines.example", "subject": "Your inquiry", "text": "Hello Ada, thank you."},),
}


def case(**fields: Any) -> EvalCase:
    said = {"name": "planted", "about": "A fault.", "inquiries": ({"last_name": "Byron"},), "expect": {}, **fields}
    return EvalCase.model_validate(said)


def verdicts(of: EvalCase, **did: Any) -> dict[str, bool]:
    """What every judge of the suite says of it, run as the suite runs them."""
    seen = Observed.model_validate({**GOOD, **did})
    dataset = Dataset[EvalCase, Observed, None](
        name="planted", cases=[Case(name="planted", inputs=of)], evaluators=[*JUDGES, *DANGERS]
    )
    report = asyncio.run(dataset.evaluate(lambda _: seen, progress=False))
    assert not report.failures
    assert not report.cases[0].evaluator_failures
    return {name: found.value for name, found in report.cases[0].assertions.items()}
