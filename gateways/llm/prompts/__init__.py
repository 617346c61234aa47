"""Prompts, one versioned file each. A changed prompt is a new file; old versions stay, because cases name them."""

from importlib import resources
from string import Template


def prompt(name: str) -> Template:
    """The prompt called `name`, such as `draft.v1`."""
    return Template(resources.files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8"))
