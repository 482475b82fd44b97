"""Plans on disk: nothing a person edited is overwritten unasked."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path
from typing import get_args

from agent_baton.app.outcomes import write_durably
from agent_baton.app.site import Site
from agent_baton.errors import NotFound, Refused, UserError
from agent_baton.hashing import sha256_hex
from agent_baton.plan.markdown import render_markdown
from agent_baton.plan.model import Plan, TaskType
from agent_baton.plan.write import dump_plan
from agent_baton.workspace.locate import prepare_state_dir

PLAN_JSON = ".claude/team-context/plan.json"
READ_LIMIT = 10_000_000


def plan_path(site: Site, file: str | None) -> Path:
    path = Path(file) if file else Path(site.file("plan.json"))
    if not path.is_file():
        raise NotFound(f'no plan at {path}; write one with: baton plan "…" --save')
    return path


def read_bounded(path: Path) -> bytes:
    """The file's bytes; refused unread when it is larger than any plan."""
    size = path.stat().st_size
    if size > READ_LIMIT:
        raise UserError(f"{path} is {size} bytes; a plan or brief is at most {READ_LIMIT}")
    return path.read_bytes()


def save(site: Site, plan: Plan, force: bool) -> None:
    """Write plan.json and plan.md. Refused when the saved plan was edited by hand since baton wrote it."""
    prepare_state_dir(site.state_dir)
    path = Path(site.file("plan.json"))
    mark = Path(site.file(".plan.sha256"))
    if path.is_file() and not force and mark.is_file():
        known = mark.read_text(encoding="ascii", errors="replace").strip()
        if sha256_hex(path.read_text(encoding="utf-8", errors="surrogateescape")) != known:
            raise Refused(
                f"{PLAN_JSON} was edited since baton wrote it; --force replaces it (the old one is kept as plan.json.bak)"
            )
    if path.is_file():
        shutil.copyfile(path, f"{path}.bak")
    content = dump_plan(plan)
    write_durably(str(path), content)
    write_durably(site.file("plan.md"), render_markdown(plan).encode("utf-8", "backslashreplace"))
    write_durably(str(mark), sha256_hex(content.decode("utf-8")).encode("ascii"))


def task_type(text: str | None) -> TaskType | None:
    """A task type of the model's, with a did-you-mean for a near miss."""
    known: dict[str, TaskType] = {name: name for name in get_args(TaskType)}
    if text is None or text in known:
        return known[text] if text else None
    close = difflib.get_close_matches(text, get_args(TaskType), 1)
    hint = f"; did you mean {close[0]!r}?" if close else f"; it is one of {', '.join(get_args(TaskType))}"
    raise UserError(f"no task type {text!r}{hint}")
