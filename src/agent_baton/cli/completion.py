"""`baton completion`: the script that teaches a shell our commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from agent_baton.cli.common import say

WHERE = {
    "bash": 'eval "$(baton completion bash)" in ~/.bashrc',
    "zsh": 'eval "$(baton completion zsh)" in ~/.zshrc',
    "fish": "baton completion fish > ~/.config/fish/completions/baton.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(sorted(WHERE)))
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Example:
      eval "$(baton completion bash)"
    """
    kind = get_completion_class(shell)
    assert kind is not None
    root = click.get_current_context().find_root()
    say(kind(root.command, {}, "baton", "_BATON_COMPLETE").source())
