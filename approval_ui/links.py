"""Addresses of the same case in Temporal Web and in the CRM."""

from dataclasses import dataclass
from urllib.parse import quote

from approval_ui.dependencies import UiConfig


@dataclass(frozen=True)
class Links:
    """Empty where no address is configured."""

    workflow: str = ""
    lead: str = ""


def temporal_web_link(base_url: str, namespace: str, workflow_id: str) -> str:
    """The workflow's page in Temporal Web. The id's slashes are part of one path segment."""
    if not base_url or not workflow_id:
        return ""
    return f"{base_url.rstrip('/')}/namespaces/{quote(namespace, safe='')}/workflows/{quote(workflow_id, safe='')}"


def crm_link(base_url: str, record_id: str) -> str:
    return f"{base_url.rstrip('/')}/{quote(record_id, safe='')}" if base_url and record_id else ""


def links_of(config: UiConfig, workflow_id: str, lead_id: str) -> Links:
    return Links(
        workflow=temporal_web_link(config.temporal_web_url, config.temporal_namespace, workflow_id),
        lead=crm_link(config.crm_url, lead_id),
    )
