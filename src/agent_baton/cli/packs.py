"""`baton packs`: policy packs of this repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from agent_baton.app.packs import copy_pack, found_packs, shipped_packs
from agent_baton.app.site import find_site
from agent_baton.cli.common import answer, output_option
from agent_baton.engine.brief import counted
from agent_baton.planner.packs.applying import demands
from agent_baton.planner.packs.pack import Pack


@click.group()
def packs() -> None:
    """What certain tasks must have: agents, gates, approvals, strict evidence. Kept in .claude/packs/.

    \b
    Example:
      baton packs init secure-coding
      baton packs validate
    """


@packs.command(name="list")
@output_option
def list_(output: str) -> None:
    """List the packs in force here, and the examples that could be copied.

    \b
    Example:
      baton packs list --json
    """
    found, problems = found_packs(find_site(os.getcwd(), os.environ))
    lines = [
        f"{pack.name}  {pack.enforcement}  {pack.description}\n  demands {'; '.join(demands(pack))}"
        for pack in found
    ]
    lines += [f"not usable: {problem}" for problem in problems]
    free = [name for name in shipped_packs() if name not in {pack.name for pack in found}]
    lines += [f"baton packs init {name}" for name in free]
    fields = {
        "packs": [_fields(pack) for pack in found],
        "problems": problems,
        "shipped": list(shipped_packs()),
    }
    answer(output, "\n".join(lines), fields)


def _fields(pack: Pack) -> dict[str, Any]:
    return {
        "name": pack.name,
        "enforcement": pack.enforcement,
        "description": pack.description,
        "demands": demands(pack),
        "folder": pack.folder,
    }


@packs.command()
@click.argument("name")
@output_option
def init(name: str, output: str) -> None:
    """Copy an example pack into .claude/packs/ to make it your own. Nothing is overwritten.

    \b
    Example:
      baton packs init personal-data
    """
    path = copy_pack(find_site(os.getcwd(), os.environ), name)
    shown = os.path.relpath(path)
    answer(
        output, f"{shown}: edit pack.yaml, then baton packs validate", {"name": name, "path": str(Path(path))}
    )


@packs.command()
@output_option
def validate(output: str) -> int:
    """Check every pack here. Exit 1 when one cannot be used; plans are refused until it is mended.

    \b
    Example:
      baton packs validate
    """
    found, problems = found_packs(find_site(os.getcwd(), os.environ))
    text = "\n".join(problems) or f"{counted(len(found), 'pack')}, nothing wrong"
    answer(output, text, {"ok": not problems, "packs": len(found), "problems": problems})
    return 1 if problems else 0
