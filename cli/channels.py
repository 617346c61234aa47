"""Whether people can be told: what `countersign doctor` says about mail, Slack and webhook. Sends nothing."""

from domain.errors import InputError, MailError, NotifyError
from domain.notice_spreading import address_of
from domain.permissions import can_decide
from domain.playbook import Playbook
from runtime.clock import SystemClock
from runtime.settings import MailSettings, NotifySettings, SlackDoorSettings, SlackSettings, load


def check_channels(playbook: Playbook) -> str:
    """Every configured channel, and who cannot be reached. Raises `DomainError` that says what to do."""
    notify, slack = load(NotifySettings), load(SlackSettings)
    said: list[str] = []
    if notify.notify_from:
        said.append(_mail(notify, playbook))
    if slack.slack_bot_token.get_secret_value():
        said.append(_slack(slack))
    elif slack.slack_decisions:
        raise InputError("COUNTERSIGN_SLACK_DECISIONS is on, but COUNTERSIGN_SLACK_BOT_TOKEN is not set")
    if notify.notify_webhook_url:
        said.append(_webhook(notify))
    if not said:
        return (
            "nobody is told: set COUNTERSIGN_NOTIFY_FROM, COUNTERSIGN_SLACK_BOT_TOKEN or COUNTERSIGN_NOTIFY_WEBHOOK_URL"
        )
    if not notify.public_url:
        raise InputError(
            "COUNTERSIGN_PUBLIC_URL is not set, so messages would link to nowhere; set it for the notifier"
        )
    if not notify.notify_seconds:
        raise InputError("COUNTERSIGN_NOTIFY_SECONDS is 0, so nothing is ever sent; set it to 30")
    return "; ".join(said)


def _mail(notify: NotifySettings, playbook: Playbook) -> str:
    from gateways.mail.smtp import SmtpMailer

    mail = load(MailSettings)
    server = f"{mail.smtp_host}:{mail.smtp_port}"
    mailer = SmtpMailer(
        mail.smtp_host,
        mail.smtp_port,
        clock=SystemClock(),
        timeout_seconds=10,
        starttls=mail.smtp_starttls,
        username=mail.smtp_user,
        password=mail.smtp_password.get_secret_value(),
    )
    try:
        mailer.check()
    except MailError as failed:
        raise InputError(f"e-mail: {server}: {failed.detail}") from None
    nowhere = [r.login for r in playbook.reviewers if can_decide(r.role) and not address_of(r.login, playbook)]
    missing = f", no address in reviewers.yaml for {', '.join(nowhere)}" if nowhere else ""
    return f"e-mail from {notify.notify_from} through {server}{missing}"


def _slack(slack: SlackSettings) -> str:
    try:
        from gateways.notify.slack import check_token, web_client
    except ImportError:
        raise InputError("Slack is configured, but its SDK is missing; install countersign[slack]") from None
    try:
        where = check_token(web_client(slack.slack_bot_token.get_secret_value(), slack.slack_base_url))
    except NotifyError as failed:
        raise InputError(f"Slack: {failed.detail}; check COUNTERSIGN_SLACK_BOT_TOKEN") from None
    if not slack.slack_decisions:
        return f"Slack {where}, decisions off"
    if not load(SlackDoorSettings).slack_signing_secret.get_secret_value():
        raise InputError(
            "Slack: COUNTERSIGN_SLACK_DECISIONS is on, but COUNTERSIGN_SLACK_SIGNING_SECRET, which the approval UI "
            "needs, is not set"
        )
    return f"Slack {where}, decisions on"


def _webhook(notify: NotifySettings) -> str:
    from gateways.notify.webhook import WebhookNotifier

    WebhookNotifier(
        notify.notify_webhook_url,
        notify.notify_webhook_secret.get_secret_value().encode(),
        clock=SystemClock(),
        allow_private=notify.notify_webhook_private,
    )
    return "webhook, signed" + (", private addresses allowed" if notify.notify_webhook_private else "")
