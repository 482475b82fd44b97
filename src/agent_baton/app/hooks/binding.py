"""SessionStart: which task this session drives, told to the model and to its shell."""

from __future__ import annotations

from agent_baton.app.hooks.alive import is_alive, process_of
from agent_baton.app.hooks.telling import driven_elsewhere, several_open, where
from agent_baton.claude.hooks.answers import context
from agent_baton.engine import commands as cmd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent_baton.app.hooks.acting import Acting
    from agent_baton.engine.state import Task


def session_start(occasion: Acting) -> str:
    """Take up the task this session drives, or the one that waits for a driver; only tell of one driven elsewhere."""
    tasks = occasion.open_tasks()
    task = occasion.driven() or _waiting(tasks, occasion.env.get("BATON_TASK_ID", ""))
    if task is None:
        export(occasion.env, occasion.call.session)
        return context(occasion.call.event, several_open(tasks)) if tasks else ""
    if task.session != occasion.call.session and is_alive(task, occasion.now):
        export(occasion.env, occasion.call.session)
        return context(occasion.call.event, driven_elsewhere(task, occasion.now))
    bind(occasion, task, f"session {occasion.call.text('source') or 'start'}")
    export(occasion.env, occasion.call.session, task.task_id)
    return context(occasion.call.event, where(occasion.journal.state(task.task_id), occasion.now))


def bind(occasion: Acting, task: Task, reason: str) -> None:
    """Have the journal name this session as the driver, if it does not yet."""
    process = process_of(occasion.env)
    if task.session == occasion.call.session and process in ("", task.process):
        return
    occasion.perform(task.task_id, cmd.Bind(occasion.call.session, process, reason))


def _waiting(tasks: list[Task], named: str) -> Task | None:
    if named:
        return next((task for task in tasks if task.task_id == named), None)
    return tasks[0] if len(tasks) == 1 else None


def export(env: Mapping[str, str], session: str, task_id: str = "") -> None:
    """Variables for the session's shell, which forgets its own from call to call."""
    path = env.get("CLAUDE_ENV_FILE", "")
    if not path or not session.replace("-", "").replace("_", "").isalnum():
        return
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"export BATON_SESSION={session}\nexport BATON_BRIEFS=hooks\n")
        if task_id:
            file.write(f"export BATON_TASK_ID={task_id}\nexport BATON_BOUND={task_id}\n")
