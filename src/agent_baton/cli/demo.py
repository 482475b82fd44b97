"""`baton demo`: the whole walk in a scratch repository."""

from __future__ import annotations

import click

from agent_baton.app.demo import play_demo
from agent_baton.cli.common import say


@click.command()
@click.option("--keep", is_flag=True, help="Leave the scratch repository to look at.")
def demo(keep: bool) -> int:
    """Play the whole walk in a scratch repository with a scripted agent: real commits, a real gate that fails once.

    \b
    Example:
      baton demo --keep
    """
    left = play_demo(keep, say)
    say(
        f"\nThe repository is at {left}"
        if left
        else "\nThe scratch repository is gone again; --keep leaves it to look at."
    )
    return 0
