"""Telling people: the activity with its channels, and the schedule that starts it.

When do you need to touch this? When a channel is added, or telling gains a setting.
"""

from datetime import timedelta

from temporalio.client import Client, ScheduleActionStartWorkflow

from activities.telling import TellingActivities
from domain.notices import Channel, Notifier
from gateways.mail.smtp import SmtpMailer
from gateways.notify.mail import MailNotifier
from gateways.notify.webhook import WebhookNotifier
from runtime.schedules import ensure_schedule, remove_schedule
from runtime.settings import MailSettings, NotifySettings, SlackSettings, load
from workers.stores import Stores
from workflows.messages import TaskQueue, TellInput, tell_workflow_id
from workflows.telling import TellPeople


def telling(settings: NotifySettings, stores: Stores) -> TellingActivities:
    """Raises `InputError` where a channel is half configured."""
    return TellingActivities(
        outbox=stores.notices,
        reachable=stores.reachable,
        reviews=stores.reviews,
        playbooks=stores.playbooks,
        notifiers=notifiers(settings, load(SlackSettings), stores),
        public_url=settings.public_url,
        clock=stores.clock,
    )


def notifiers(settings: NotifySettings, slack: SlackSettings, stores: Stores) -> dict[Channel, Notifier]:
    """Every configured channel; none by default."""
    made: dict[Channel, Notifier] = {}
    if settings.notify_from:
        mail = load(MailSettings)
        made[Channel.MAIL] = MailNotifier(
            SmtpMailer(
                mail.smtp_host,
                mail.smtp_port,
                clock=stores.clock,
                starttls=mail.smtp_starttls,
                username=mail.smtp_user,
                password=mail.smtp_password.get_secret_value(),
            ),
            sender=settings.notify_from,
            settings_url=f"{settings.public_url.rstrip('/')}/notifications",
            clock=stores.clock,
        )
    if slack.slack_bot_token.get_secret_value():
        # Its SDK is an extra, needed by those who use it.
        from gateways.notify.slack import SlackNotifier, web_client

        made[Channel.SLACK] = SlackNotifier(
            web_client(slack.slack_bot_token.get_secret_value(), slack.slack_base_url), decides=slack.slack_decisions
        )
    if settings.notify_webhook_url:
        made[Channel.WEBHOOK] = WebhookNotifier(
            settings.notify_webhook_url,
            settings.notify_webhook_secret.get_secret_value().encode(),
            clock=stores.clock,
            allow_private=settings.notify_webhook_private,
        )
    return made


async def schedule_telling(client: Client, org_id: str, settings: NotifySettings) -> None:
    """Tell as often as the settings say; 0 takes the schedule away."""
    name = tell_workflow_id(org_id)
    if not settings.notify_seconds:
        await remove_schedule(client, name)
        return
    action = ScheduleActionStartWorkflow(
        TellPeople.run,
        TellInput(org_id=org_id),
        # Temporal adds the time of each run.
        id=name,
        task_queue=TaskQueue.CASES,
    )
    await ensure_schedule(client, name, action, timedelta(seconds=settings.notify_seconds))
