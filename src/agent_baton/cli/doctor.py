"""`baton doctor`: what is wrong here, and how to mend it."""

from __future__ import annotations

import os

import click

from agent_baton.app.doctor import examine
from agent_baton.cli.common import answer, output_option

SIGNS = {"ok": "ok     ", "warning": "WARNING", "problem": "PROBLEM"}


@click.command()
@output_option
def doctor(output: str) -> int:
    """Check git, agents, journal, Claude Code and hooks; say how to mend each. Exit 1 when something is broken.

    \b
    Example:
      baton doctor
    """
    checks = examine(os.getcwd())
    lines = [
        f"{SIGNS[check.state]}  {check.name:<12} {check.detail}"
        + (f"\n         {'':<12} {check.mend}" if check.mend and check.state != "ok" else "")
        for check in checks
    ]
    fields = [{"name": c.name, "state": c.state, "detail": c.detail, "mend": c.mend} for c in checks]
    answer(output, "\n".join(lines), {"checks": fields})
    return 1 if any(check.state == "problem" for check in checks) else 0
