"""Where e-mail to leads goes from here: what `countersign doctor` says about the list of a sandbox. Sends nothing."""

from collections.abc import Iterator

from domain.organisation import Organisation
from gateways.mail.message import ascii_address
from runtime.settings import MailSettings


def lead_mail_notes(org: Organisation, mail: MailSettings) -> Iterator[str]:
    """What keeps e-mail from leaving, or does not hold it as it seems to; without a server none leaves anyhow."""
    if not org.sandbox or "smtp_host" not in mail.model_fields_set:
        return
    listed = [entry.strip() for entry in mail.sandbox_mail_to.split(",") if entry.strip()]
    sink = mail.sandbox_mail_sink.strip()
    if not listed and not sink:
        yield (
            "the org is a sandbox, so every e-mail to a lead is refused; set COUNTERSIGN_SANDBOX_MAIL_TO or "
            "COUNTERSIGN_SANDBOX_MAIL_SINK"
        )
    unfit = [entry for entry in listed if entry != "*" and not _is_address(f"any{entry}" if entry[0] == "@" else entry)]
    if unfit:
        yield f"COUNTERSIGN_SANDBOX_MAIL_TO: {', '.join(unfit)} reaches nobody: it is no address and no @domain"
    if sink and not _is_address(sink):
        yield f"COUNTERSIGN_SANDBOX_MAIL_SINK: {sink} is no address, so what should go there is refused"


def _is_address(text: str) -> bool:
    try:
        return bool(ascii_address(text))
    except ValueError:
        return False
