"""What an agent is: its definition as read from one Markdown file, and what is wrong with such a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from agent_baton.records import Record

if TYPE_CHECKING:
    from pathlib import Path

Origin = Literal["shipped", "user", "project"]
Severity = Literal["error", "warning"]

EDIT_TOOLS = frozenset({"Edit", "Write", "NotebookEdit", "MultiEdit"})
FLAVOUR_MARK = "--"


class Problem(Record):
    """One fault of one file. An error keeps the file out of the registry; a warning does not."""

    path: str
    line: int  # 1-based; 0 when the whole file is meant
    message: str
    severity: Severity = "error"

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.severity}: {self.message}"


class AgentDefinition(Record):
    """A specialist, ready to be dispatched."""

    name: str
    description: str
    path: Path
    origin: Origin
    body: str
    model: str | None = None  # None: whatever the session uses
    tools: tuple[str, ...] | None = None  # None: every tool there is
    disallowed_tools: tuple[str, ...] = ()
    guarded: bool = False  # its shell lets only reading commands through

    @property
    def role(self) -> str:
        """`backend-engineer` of `backend-engineer--go`."""
        return self.name.partition(FLAVOUR_MARK)[0]

    @property
    def flavour(self) -> str:
        """`go` of `backend-engineer--go`; empty for a base role."""
        return self.name.partition(FLAVOUR_MARK)[2]

    @property
    def can_write(self) -> bool:
        """Whether it gets a tool for changing files. A step that delivers a file needs such an agent."""
        return any(self.may_use(tool) for tool in EDIT_TOOLS)

    @property
    def reads_only(self) -> bool:
        """Whether nothing it may call changes a file: no editing tool, and no shell but a guarded one."""
        return not self.can_write and (self.guarded or not self.may_use("Bash"))

    def may_use(self, tool: str) -> bool:
        """Whether Claude Code offers it this tool."""
        if tool in _names(self.disallowed_tools):
            return False
        return self.tools is None or bool({"*", tool} & set(_names(self.tools)))


def _names(tools: tuple[str, ...]) -> tuple[str, ...]:
    # `Bash(git diff *)` offers the whole of Bash: measured on Claude Code 2.1.329
    return tuple(tool.partition("(")[0] for tool in tools)
