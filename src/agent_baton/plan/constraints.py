"""What the texts and names of a plan may be made of, in pydantic's terms.

Imported where documents come in from outside (`plan/contract.py`) and by type checkers; building a plan needs none of it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

__all__ = [
    "MANY_LINES", "ONE_LINE", "SAYS_A_LINE", "SAYS_LINES",
    "AgentName", "Annotated", "Field", "Line", "ModelName", "Path", "StepId", "TaskId", "Text",
]  # fmt: skip

TaskId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$")]
StepId = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,5}\.[1-9][0-9]{0,5}$")]
AgentName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$")]
ModelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/@\[\]-]{0,79}$")]

# Escape sequences, NUL and the like are never part of a plan: they would reach terminals, prompts and
# argument lists. A line break in a one-line field could pass for a protocol line.
ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
MANY_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
# The same with at least one character that can be seen.
SAYS_A_LINE = ONE_LINE[:-1] + r"[^\x00-\x1f\x7f-\x9f\s]" + ONE_LINE[1:]
SAYS_LINES = MANY_LINES[:-1] + r"[^\x00-\x1f\x7f-\x9f\s]" + MANY_LINES[1:]

Line = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=SAYS_A_LINE)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=SAYS_LINES)]
Path = Annotated[str, StringConstraints(min_length=1, max_length=1_000, pattern=SAYS_A_LINE)]
