"""Long outcomes are kept whole in a file; the journal keeps their beginning and the file's name."""

from __future__ import annotations

import os
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent_baton.engine import commands as cmd
    from agent_baton.engine.state import Step

LIMIT_BYTES = 4_096


def with_outcome_kept(
    state_dir: str, task_id: str, step: Step, command: cmd.RecordOutcome
) -> cmd.RecordOutcome:
    """The same with an outcome of a length the journal takes; the whole of a longer one is in a file by then."""
    return command.replace(**spill(state_dir, task_id, step.step_id, step.attempt, command.outcome))


def spill(state_dir: str, task_id: str, step_id: str, attempt: int, outcome: str) -> dict[str, Any]:
    """`outcome` and `outcome_ref` to record. The file is on disk before its name is recorded."""
    whole = outcome.encode("utf-8", "surrogatepass")
    if len(whole) <= LIMIT_BYTES:
        return {"outcome": outcome, "outcome_ref": ""}
    name = os.path.join("outcomes", task_id, f"{step_id}-{attempt}.txt")
    write_durably(os.path.join(state_dir, name), whole)
    start = whole[:LIMIT_BYTES].decode("utf-8", "ignore")
    return {"outcome": f"{start}\n… {len(whole)} bytes in all, whole in {name}", "outcome_ref": name}


def write_durably(path: str, content: bytes) -> None:
    """Write beside, sync, move into place: a reader sees the old file or the new one, never half."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    beside = f"{path}.{os.getpid()}-{get_ident()}.new"
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(fd, view) :]
        os.fsync(fd)
    finally:
        os.close(fd)
    os.replace(beside, path)
