"""The e-mail as its recipient will get it. What is shown is what is signed; struck sentences are shown as struck."""

from dataclasses import dataclass

from approval_ui.views.changes import Editor, Scene
from domain.drafting import DraftOrigin, DraftSentence
from domain.proposals import SendEmail


@dataclass(frozen=True)
class MailView:
    key: str
    ticked: bool
    to_line: str
    from_line: str
    subject: str
    first_name: str
    paragraphs: tuple[tuple[DraftSentence, ...], ...]
    footer: str
    language: str
    struck: tuple[DraftSentence, ...]
    subject_editor: Editor
    body_editor: Editor
    by_template: bool

    @property
    def edited(self) -> bool:
        return self.subject_editor.edited or self.body_editor.edited


def mail_of(scene: Scene) -> MailView | None:
    mail = scene.content.mail
    if mail is None:
        return None
    draft = scene.card.draft
    return MailView(
        key=mail.key,
        ticked=scene.is_ticked(mail.key),
        to_line=_address(mail.to_name, mail.to_address),
        from_line=_address(mail.from_name, mail.from_address),
        subject=mail.subject,
        first_name=mail.to_name.split()[0] if mail.to_name.split() else "the recipient",
        paragraphs=_paragraphs(mail, scene),
        footer=mail.footer,
        language=mail.language,
        struck=draft.struck(),
        subject_editor=scene.editor(mail, "subject", mail.subject),
        body_editor=scene.editor(mail, "body", mail.body, kind="textarea", label="Text", maxlength=32_000),
        by_template=draft.origin is DraftOrigin.TEMPLATE,
    )


def _address(name: str, address: str) -> str:
    return f"{name} <{address}>" if name else address


def _paragraphs(mail: SendEmail, scene: Scene) -> tuple[tuple[DraftSentence, ...], ...]:
    """The draft's sentences with their footnotes, but only while they add up to the very text that is signed."""
    if scene.card.draft.body() == mail.body:
        return scene.card.draft.paragraphs
    return tuple((DraftSentence(text=text),) for text in mail.body.split("\n\n") if text.strip())
