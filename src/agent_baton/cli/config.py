"""`baton config`: the settings in force."""

from __future__ import annotations

import os

import click

from agent_baton.app.settings import FILE, explain, read_settings
from agent_baton.app.site import find_site
from agent_baton.cli.common import answer, output_option


@click.command()
@click.option("--explain", "explained", is_flag=True, help="Every key with its default and what it is for.")
@output_option
def config(explained: bool, output: str) -> None:
    """Show the settings in force here (.claude/baton.yaml), or explain every key.

    \b
    Example:
      baton config --explain
    """
    if explained:
        rows = explain()
        text = "\n".join(f"{key}: {default}\n    {meaning}" for key, default, meaning in rows)
        answer(
            output,
            f"# {FILE}\n{text}",
            {key: {"default": default, "meaning": meaning} for key, default, meaning in rows},
        )
        return
    settings = read_settings(find_site(os.getcwd(), os.environ).checkout.top).model_dump(mode="json")
    answer(output, "\n".join(f"{key}: {value}" for key, value in settings.items()), settings)
