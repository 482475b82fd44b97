"""The short procedures that agents open when they need them."""

from __future__ import annotations

from agent_baton.agents.registry import nearest
from agent_baton.agents.shipped import shipped_dir
from agent_baton.errors import NotFound


def reference_names() -> tuple[str, ...]:
    """All procedures, by name."""
    return tuple(sorted(path.stem for path in shipped_dir("references").glob("*.md")))


def read_reference(name: str) -> str:
    """One procedure's text. An unknown name raises NotFound with the nearest ones."""
    names = reference_names()
    if name not in names:
        near = nearest(name, names) or names
        raise NotFound(f"no reference {name!r}; there are {', '.join(near)}", name=name, near=near)
    return (shipped_dir("references") / f"{name}.md").read_text(encoding="utf-8").rstrip()
