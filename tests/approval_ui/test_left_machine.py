"""What left the machine, in a person's words."""

from datetime import UTC, datetime

from approval_ui.views.left_machine import sent_questions
from domain.model_budget import ModelCall


def test_fields_are_sorted_by_where_they_come_from_and_said_once() -> None:
    call = ModelCall(
        call_id="c1", case_id="c", purpose="draft", model="m", agent_version="v", at=datetime(2026, 3, 3, tzinfo=UTC),
        ended="model_rate_limited",
        sent_fields=(
            "recipient.name", "company", "inquiry.message", "inquiry:message", "inquiry:product_interest",
            "crm:NumberOfEmployees", "playbook:one_depot", "context:last_contact", "context:call_transcript.text",
            "call_transcript.text", "transcript", "findings", "made_up:thing",
        ),
    )  # fmt: skip
    (question,) = sent_questions((call,))
    assert question.failed == "model rate limited"
    assert [(o.name, o.fields) for o in question.origins] == [
        ("Recipient", ("name", "company")),
        ("Inquiry", ("message", "product interest")),
        ("Salesforce", ("employees",)),
        ("Calls and contact", ("last contact", "words of the call")),
        ("Playbook", ("one depot",)),
        ("Our check", ("what it struck",)),
        ("Other", ("thing",)),
    ]
