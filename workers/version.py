"""What acted: code, rules and writer in one short text, on every proposal, audit entry and CRM write."""

from importlib.metadata import version


def agent_version(playbook_digest: str, writer: str) -> str:
    """`countersign 0.1.0, playbook 1a2b3c4d, template/1`; two that differ may behave differently."""
    return f"countersign {version('countersign')}, playbook {playbook_digest[:8]}, {writer}"
