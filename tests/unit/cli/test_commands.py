"""What every command of the tree has, found by walking it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from agent_baton.cli.app import baton

# These print what has a form of its own, talk with a program, or play before a person's eyes.
OWN_FORM = {
    "plan edit", "plan schema", "trace export", "trace send", "watch", "agents create", "agents reference", "agents guard",
    "journal export", "evidence bom", "mcp", "hook", "statusline", "demo", "completion",
}  # fmt: skip


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def test_every_command_has_an_example_and_json() -> None:
    """A person copies the first, a program reads the second."""
    for name, command in leaves(baton):
        assert "Example" in (command.help or ""), name
        flags = {flag for option in command.params for flag in option.opts}
        assert name in OWN_FORM or "--json" in flags, name
