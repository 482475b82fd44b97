"""Where we are: the repository, its journal, the task a command means."""

from __future__ import annotations

import os

from agent_baton.errors import NotFound, UserError
from agent_baton.records import Record
from agent_baton.workspace.locate import locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agent_baton.engine.state import Task
    from agent_baton.journal.reader import SqliteReader
    from agent_baton.workspace.locate import Checkout


class Site(Record):
    """A checkout and the place of its journal; nothing is opened or made yet."""

    checkout: Checkout
    db_path: str
    session: str  # who drives: a Claude Code session, a runner, or nobody in particular

    @property
    def state_dir(self) -> str:
        return self.checkout.state_dir

    def file(self, *parts: str) -> str:
        """A path under the state directory."""
        return os.path.join(self.checkout.state_dir, *parts)


def find_site(cwd: str, env: Mapping[str, str]) -> Site:
    """The site for a directory: any place inside a repository or one of its linked worktrees."""
    checkout = locate(cwd)
    override = env.get("BATON_DB", "")
    if "://" in override:
        raise UserError(
            f"BATON_DB={override.partition('://')[0]}://… is not a file; this baton keeps its journal in SQLite"
        )
    path = os.path.join(cwd, override) if override else os.path.join(checkout.state_dir, "baton.db")
    return Site(checkout, path, session_of(env))


def session_of(env: Mapping[str, str]) -> str:
    """The session a command is called in; empty at a plain terminal."""
    return env.get("BATON_SESSION") or env.get("CLAUDE_CODE_SESSION_ID") or ""


def pick_task(journal: SqliteReader, wanted: str, env: Mapping[str, str]) -> str:
    """The task a command means: asked for, bound to this shell, driven by this session, or the only open one.

    Never a guess among several. BATON_BOUND is what a hook wrote into BATON_TASK_ID when the session began: as long as
    both agree nobody chose it since, and what the session took up later counts.
    """
    named = wanted or env.get("BATON_TASK_ID", "")
    if wanted or (named and named != env.get("BATON_BOUND")):
        return named
    tasks = journal.tasks(open_only=True)
    driven = driven_by(tasks, session_of(env))
    if driven is not None or named:
        return driven.task_id if driven is not None else named
    if len(tasks) == 1:
        return tasks[0].task_id
    if tasks:
        raise UserError(
            "several tasks are open here; say which with --task-id or BATON_TASK_ID:\n"
            + "\n".join(f"  {task.task_id}  {task.status}  {_short(task)}" for task in tasks)
        )
    ended = journal.tasks()
    if len(ended) == 1:
        return ended[0].task_id
    if ended:
        raise NotFound(
            f"no task is open here; the last one, {ended[-1].task_id}, is {ended[-1].status}: name it with --task-id "
            'to look at it, or begin another with baton plan "…" --save and baton execute start'
        )
    raise NotFound('no task was started here; begin with baton plan "…" --save, then baton execute start')


def driven_by(tasks: Iterable[Task], session: str) -> Task | None:
    """Of several tasks the one a session drives, the one it took up last when there are more."""
    mine = [task for task in tasks if session and task.session == session]
    return max(mine, key=lambda task: task.bound_at) if mine else None


def _short(task: Task) -> str:
    return " ".join(task.summary.split())[:60]
