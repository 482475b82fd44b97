"""`baton install`, `baton upgrade`, `baton uninstall`: what Claude Code sees of us."""

from __future__ import annotations

import os
import sys
from typing import Any, Literal

import click

from agent_baton.app import install as installing
from agent_baton.app.install import Choice, Place, Prepared
from agent_baton.cli.common import F, output_option, say
from agent_baton.errors import UserError
from agent_baton.fastjson import dumps

scope_option = click.option(
    "--scope",
    type=click.Choice(["project", "user"]),
    default="project",
    help="This repository (default), or all projects of this user.",
)
dry_option = click.option("--dry-run", is_flag=True, help="Show the diff and change nothing.")
yes_option = click.option("--yes", "-y", is_flag=True, help="Do it without asking.")


def _common(command: F) -> F:
    return output_option(scope_option(dry_option(yes_option(command))))


@click.command()
@click.option(
    "--agents",
    metavar="WHICH",
    help="Names with commas, `all`, or `plan` (those of the saved plan). Default: those this repository can use.",
)
@click.option(
    "--hooks/--no-hooks", default=None, help="With or without the hooks; with, unless chosen before."
)
@_common
def install(
    agents: str | None,
    hooks: bool | None,
    scope: Literal["project", "user"],
    dry_run: bool,
    yes: bool,
    output: str,
) -> int:
    """Install agents, the /baton skill, commands, hooks and settings for Claude Code.

    The diff of every file is shown first. Files of yours get additions only; `baton uninstall` takes them out again.

    \b
    Example:
      baton install --dry-run
      baton install --agents plan --yes
    """
    place = installing.place_of(scope, os.getcwd())
    prepared = installing.prepare_install(place, Choice(agents, hooks), os.getcwd())
    return _carry_out(prepared, "installed", dry_run, yes, output)


@click.command()
@_common
def upgrade(scope: Literal["project", "user"], dry_run: bool, yes: bool, output: str) -> int:
    """Bring what was installed for Claude Code to this version. What you changed is kept, and said.

    \b
    Example:
      baton upgrade --dry-run
    """
    place = installing.place_of(scope, os.getcwd())
    return _carry_out(installing.prepare_upgrade(place), "upgraded", dry_run, yes, output)


@click.command()
@_common
def uninstall(scope: Literal["project", "user"], dry_run: bool, yes: bool, output: str) -> int:
    """Take away what was installed for Claude Code. Journals and plans stay.

    \b
    Example:
      baton uninstall --yes
    """
    place = installing.place_of(scope, os.getcwd())
    return _carry_out(installing.prepare_removal(place), "uninstalled", dry_run, yes, output)


def _carry_out(prepared: Prepared, verb: str, dry_run: bool, yes: bool, output: str) -> int:
    """Show, ask, do. Exit 0 also when there was nothing to do."""
    as_json = output == "json"
    if not as_json:
        say(_shown(prepared))
    done = not prepared.nothing and not dry_run and (yes or _agreed(prepared, as_json))
    if done:
        installing.perform(prepared)
    if as_json:
        say(dumps(_fields(prepared, done)))
    elif done:
        say(f"{verb}: {_where(prepared.place)}\n{_afterwards(prepared)}".rstrip())
    return 0


def _agreed(prepared: Prepared, as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        raise UserError("nothing was changed; say --yes to do it, or --dry-run to look only")
    if not click.confirm("Go on?", err=True):
        raise click.Abort
    return True


def _shown(prepared: Prepared) -> str:
    diff = installing.diff_of(prepared.changes)
    summary = "nothing to do" if prepared.nothing else installing.summary(prepared)
    notes = "\n".join(f"note: {text}" for text in prepared.proposal.notes)
    return "\n".join(part for part in (diff, notes, summary) if part)


def _where(place: Place) -> str:
    return f"{place.root.top / place.prefix}".rstrip("/")


def _afterwards(prepared: Prepared) -> str:
    if prepared.keep is None:
        return ""
    lines = [
        "Start a new Claude Code session: agents, hooks and settings are read when one starts. Then: /baton <task>"
    ]
    if prepared.place.scope == "project" and prepared.keep.hooks:
        lines.append(
            "The hooks call `baton` by name, so that a team can share .claude/: it must be on everyone's PATH."
        )
    lines.append("Check with: baton doctor")
    return "\n".join(lines)


def _fields(prepared: Prepared, done: bool) -> dict[str, Any]:
    return {
        "scope": prepared.place.scope,
        "root": str(prepared.place.root.top),
        "done": done,
        "changes": [
            {"path": one.path, "action": installing.action_of(one), "diff": installing.diff_of([one])}
            for one in prepared.changes
        ],
        "notes": prepared.proposal.notes,
    }
