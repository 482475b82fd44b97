"""`baton execute run`: make the task's tree, take over what was left, drive it, tidy up."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent_baton.agents.registry import load_registry
from agent_baton.app.boxes import require_boxes
from agent_baton.app.driver import perform
from agent_baton.app.run.allowance import Allowance
from agent_baton.app.run.checkout import UsersCheckout
from agent_baton.app.run.ends import carry_out, require_end, ways_on
from agent_baton.app.run.feed import Feed, Item, feed_path, shown
from agent_baton.app.run.ground import close_home, make_home
from agent_baton.app.run.lock import Driver, driven, driving
from agent_baton.app.run.loop import Run
from agent_baton.app.run.notify import Notifier
from agent_baton.app.run.orders import End, Orders
from agent_baton.app.run.recover import Recovered, recover
from agent_baton.app.site import Site
from agent_baton.engine import commands as cmd
from agent_baton.engine.events import TaskStarted
from agent_baton.engine.state import Task
from agent_baton.errors import BatonError
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.planner.forecast import read_prices
from agent_baton.trace.history import gather
from agent_baton.trace.retrospective import retrospective
from agent_baton.workspace.worktrees import task_branch

END_LIMIT = 600  # characters: it holds what a person is to type


def execute(site: Site, orders: Orders, listener: Callable[[Item], None]) -> End:
    """Run a started task until it ends, or cannot go on, or we are told to stop."""
    site = site.replace(session="")  # it drives by itself, whatever session it was started in
    require_end(site, orders.wish)
    require_boxes(orders.settings.sandbox, orders.choice.boxes, orders.choice.name)
    notify = orders.settings.notify
    told = Notifier(listener, orders.task_id, notify.webhook, notify.desktop)
    with driving(site, orders.task_id, orders.choice.name) as before:
        journal = SqliteJournal(site.db_path)
        try:
            return _execute(site, journal, orders, before, told)
        finally:
            journal.close()
            told.finish()


def _execute(
    site: Site,
    journal: SqliteJournal,
    orders: Orders,
    before: Driver | None,
    listener: Callable[[Item], None],
) -> End:
    head = journal.state(orders.task_id).head
    feed = Feed(feed_path(site, orders.task_id), orders.clock.now, listener)
    try:
        if head.status in ("complete", "cancelled"):
            return _ended_before(site, journal, orders, head, feed)
        home = make_home(site, head)
        plan = _plan(journal, orders.task_id)
        _open(home, journal, orders, before, plan, feed)
        end = _drive(home, orders, feed, plan, UsersCheckout(site, orders.task_id))
        return _close(site, home, journal, orders, end, feed)
    finally:
        feed.close()


def _ended_before(site: Site, journal: SqliteJournal, orders: Orders, head: Task, feed: Feed) -> End:
    """Nothing is left to run; a finished branch can still be merged, or become a pull request."""
    text = f"task {head.task_id} is {head.status} already"
    if head.status == "complete":
        branch = task_branch(orders.task_id)
        wished = _wished(site, journal, orders, End("complete", text), branch)
        end = replace(wished, branch=branch if orders.wish != "branch" else "")
    else:
        end = End("cancelled", text)
    feed.tell("end", result=end.kind, text=shown(end.text, END_LIMIT))
    return end


def _plan(journal: SqliteJournal, task_id: str) -> dict[str, Any]:
    first = next(journal.events(task_id)).event
    assert isinstance(first, TaskStarted)
    return first.plan


def _open(
    home: Site,
    journal: SqliteJournal,
    orders: Orders,
    before: Driver | None,
    plan: dict[str, Any],
    feed: Feed,
) -> None:
    """Say what begins, and bring in order what an earlier driver left."""
    head = journal.state(orders.task_id).head
    feed.tell(
        "run",
        task=orders.task_id,
        text=shown(head.summary),
        runtime=orders.choice.name,
        branch=task_branch(orders.task_id),
        max_parallel=orders.max_parallel,
    )
    allowance = Allowance(orders.settings.limits, plan)
    clock = orders.clock.now
    found = recover(home, journal, orders.task_id, before, allowance, orders.actor, clock, orders.takes_over)
    _tell_recovered(found, feed)
    _take_up(journal, orders, head, feed)


def _tell_recovered(found: Recovered, feed: Feed) -> None:
    for step_id in found.interrupted:
        feed.tell("recovered", step_id, text="was in flight when its driver went; it is resumed")
    for step_id in found.others:
        feed.tell(
            "foreign",
            step_id,
            text="is with another session; it is waited for, or given up with --take-over",
        )
    for why in found.kept:
        feed.tell("note", text=shown(why))


def _take_up(journal: SqliteJournal, orders: Orders, head: Task, feed: Feed) -> None:
    """A person who starts a run takes a task out of its pause, unless the pause has an end of its own."""
    now = round(orders.clock.now(), 3)
    ends = head.paused_until is not None and head.paused_until > now
    if head.status == "paused" and not ends:
        _perform(journal, orders, cmd.Resume("", "taken up by an unattended run", keep=True), now)
        feed.tell("resumed", text=shown(head.reason))


def _perform(journal: SqliteJournal, orders: Orders, command: cmd.Command, now: float) -> None:
    perform(journal, orders.task_id, command, now, orders.actor)


def _drive(home: Site, orders: Orders, feed: Feed, plan: dict[str, Any], users: UsersCheckout) -> End:
    top = Path(home.state_dir).parent.parent
    registry = load_registry(top, Path.home())
    run = Run(home, orders, feed, plan, read_prices(top), registry, users)

    async def main() -> End:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, run.stop)
        loop.add_signal_handler(signal.SIGTERM, run.stop_now)
        return await run.drive()

    return asyncio.run(main())


def _close(site: Site, home: Site, journal: SqliteJournal, orders: Orders, end: End, feed: Feed) -> End:
    """When the task has ended its tree is put away; the branch holds the work, and goes where it was wished."""
    branch = task_branch(orders.task_id)
    if end.kind in ("complete", "cancelled"):
        kept = close_home(home)
        if kept:
            feed.tell("note", text=shown(kept))
    if end.kind == "complete":
        end = _wished(site, journal, orders, end, branch)
    end = replace(end, branch=branch)
    feed.tell("end", result=end.kind, text=shown(end.text, END_LIMIT), until=end.until, branch=branch)
    return end


def _wished(site: Site, journal: SqliteJournal, orders: Orders, end: End, branch: str) -> End:
    """Merge, or open a pull request. Where that is refused the task is complete all the same, and its branch stays."""
    head = journal.state(orders.task_id).head
    try:
        body = retrospective(gather(journal.events(orders.task_id)))
        came = carry_out(site, orders.wish, orders.task_id, branch, head.branch or "", head.summary, body)
    except BatonError as error:
        ways = ways_on(site, orders.wish, orders.task_id, branch)
        return replace(end, text=f"{end.text}; {error.message}", ways=ways, unmet=True)
    return replace(end, text=f"{end.text}; {came}") if came else end


__all__ = ["driven", "execute"]
