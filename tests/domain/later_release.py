"""The models of a release that is yet to come: a few more fields, each with a default."""

from typing import Annotated, Any, get_args

from pydantic import BaseModel, Field, create_model

from domain.proposals import Action, FieldChange, ProposalContent, SendEmail, UpdateFields


def with_field(model: type[BaseModel], **added: tuple[type, Any]) -> type[BaseModel]:
    """The model as a later release might have it: one more field, with a default."""
    fields: dict[str, Any] = dict(added)
    return create_model(model.__name__, __base__=model, **fields)


def later_content() -> type[ProposalContent]:
    """`ProposalContent` of a release in which e-mails and field changes know more than today."""
    email = with_field(SendEmail, reply_to=(str, ""), attachments=(tuple[str, ...], ()))
    change = with_field(FieldChange, confidence=(float, 1.0))
    update: Any = create_model(
        "UpdateFields",
        __base__=UpdateFields,
        changes=(tuple[change, ...], Field(min_length=1)),  # type: ignore[valid-type]
    )
    kept = [m for m in get_args(get_args(Action)[0]) if m not in (SendEmail, UpdateFields)]
    union: Any = email | update
    for model in kept:
        union = union | model
    actions: Any = tuple[Annotated[union, Field(discriminator="kind")], ...]
    later: type[ProposalContent] = create_model(
        "ProposalContent", __base__=ProposalContent, actions=(actions, Field(min_length=1)), urgency=(str, "normal")
    )
    return later
