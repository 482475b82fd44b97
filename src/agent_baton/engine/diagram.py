"""The status diagrams of docs/state-machine.md, drawn from the tables the engine runs on."""

from __future__ import annotations

from agent_baton.engine.transitions import TABLES

INTRO = """# Status diagrams

Generated from `engine/transitions.py` by `scripts/update-generated`. An arrow is the only way from one status to the next; the
words on it are the event, with what decided it behind the dot.
"""


def diagrams() -> str:
    """Markdown with one Mermaid diagram and one table a kind of status."""
    return INTRO + "".join(_section(name, table) for name, table in TABLES.items())


def _section(name: str, table: dict[tuple[str, str], str]) -> str:
    arrows: dict[tuple[str, str], list[str]] = {}
    for (before, happening), after in table.items():
        arrows.setdefault((before, after), []).append(happening)
    drawn = "\n".join(
        f"  {before} --> {after}: {', '.join(names)}" for (before, after), names in arrows.items()
    )
    rows = "\n".join(f"| {before} | {happening} | {after} |" for (before, happening), after in table.items())
    return f"\n## {name.capitalize()}\n\n```mermaid\nstateDiagram-v2\n{drawn}\n```\n\n| status | event | then |\n| --- | --- | --- |\n{rows}\n"
