"""What environment each part of a local stack starts with: the settings that it needs, and nobody else's secrets.

When do you need to touch this? When a setting holds a secret, or a part needs one that it was not given before.
"""

from collections.abc import Mapping, MutableMapping

from pydantic_settings import BaseSettings

from runtime.settings import (
    CrmSettings,
    EnrichmentSettings,
    LinkSettings,
    MailSettings,
    MetricsSettings,
    NotifySettings,
    OidcSettings,
    SlackDoorSettings,
    SlackSettings,
    UiSettings,
    variables_of,
)

UI, CASES, CRM, SIGNER, MAIL = "ui", "worker-cases", "worker-crm", "worker-signer", "mail"
OURS = frozenset({UI, CASES, CRM, SIGNER, MAIL})
"""The parts that read our settings; Temporal and the embedded CRM read none of them."""

_PREFIXES = ("COUNTERSIGN_", "TEMPORAL_", "OPENAI_")
_READERS: dict[type[BaseSettings], frozenset[str]] = {
    CrmSettings: frozenset({CRM}),
    MailSettings: frozenset({CRM}),
    NotifySettings: frozenset({CRM}),
    SlackSettings: frozenset({CRM, UI}),
    SlackDoorSettings: frozenset({UI}),
    OidcSettings: frozenset({UI}),
    UiSettings: frozenset({UI}),
    LinkSettings: frozenset({CRM}),
    EnrichmentSettings: frozenset({CASES}),
    MetricsSettings: frozenset({CASES}),
}
"""Who reads these. What stands in no such group every part of ours reads."""
_MODEL_KEY = "OPENAI_API_KEY"
_MODEL_ADDRESS = "OPENAI_BASE_URL"
_USUAL_MODEL_ADDRESS = "https://api.openai.com/v1"


def environment_of(part: str, given: Mapping[str, str]) -> dict[str, str]:
    """What of the environment `given` this part may see."""
    if part not in OURS:
        return {name: value for name, value in given.items() if not name.startswith(_PREFIXES)}
    readers = _readers()
    seen = {name: value for name, value in given.items() if part in readers.get(name.upper(), OURS)}
    if given.get(_MODEL_KEY) and part != CASES:
        # Every part names the agent by its model; only the one that asks it needs the key.
        seen.setdefault(_MODEL_ADDRESS, _USUAL_MODEL_ADDRESS)
    return seen


def set_aside(environment: MutableMapping[str, str]) -> tuple[str, ...]:
    """Remove every setting of a real installation, and name them: a demo must reach none of it.

    A model stays where one is set, and so does the port for metrics.
    """
    kept = variables_of(MetricsSettings)
    found = sorted(
        name for name in environment if name.startswith(("COUNTERSIGN_", "TEMPORAL_")) and name.upper() not in kept
    )
    for name in found:
        del environment[name]
    return tuple(found)


def _readers() -> dict[str, frozenset[str]]:
    readers: dict[str, frozenset[str]] = {_MODEL_KEY: frozenset({CASES})}
    for group, parts in _READERS.items():
        for name in variables_of(group):
            readers[name] = readers.get(name, frozenset()) | parts
    return readers
