"""Commands that are listed at once and imported when they are called: `--help` needs no vendor library.

When do you need to touch this? Hardly ever; a new command is a line in the table of `cli/main.py` or its group.
"""

from importlib import import_module
from typing import Any, ClassVar, NamedTuple

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup


class Late(NamedTuple):
    """`place` is `module:name` of the command's function, or of the `typer.Typer` of a group."""

    place: str
    says: str
    """Its line in the list of commands: the first sentence of its own help."""
    hidden: bool = False


class LateGroup(TyperGroup):
    """Lists `late` from the table alone; the named module is imported once one of its commands is called."""

    late: ClassVar[dict[str, Late]] = {}

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for name, command in self.late.items():
            self.add_command(TyperCommand(name, help=command.says, hidden=command.hidden), name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] in self.late:
            self.commands[args[0]] = loaded(args[0], self.late[args[0]])
        return super().resolve_command(ctx, args)


def loaded(name: str, command: Late) -> Any:
    """The real command: imports its module."""
    module, _, attribute = command.place.partition(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        group = typer.main.get_group(found)
        group.name = name
        return group
    only = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    only.command(name)(found)
    return typer.main.get_command(only)
