"""`baton replay` and `baton diff-runs`: a task's history step by step, and two tasks side by side."""

from __future__ import annotations

import os
import sys
import termios
import tty
from typing import Any

import click
from tabulate import tabulate

from agent_baton.cli.common import Desk, answer, output_option, say, task_argument
from agent_baton.cli.status import status_fields, status_text
from agent_baton.engine.decide import decide
from agent_baton.errors import NotFound
from agent_baton.redact import redact
from agent_baton.trace.compare import compare
from agent_baton.trace.history import History, gather
from agent_baton.trace.replay import Frame, frames, line, standing, state_at

CLEAR = "\x1b[H\x1b[2J"
KEYS = "n: next   p: previous   g: first   G: last   q: quit"


@click.command()
@task_argument
@click.option(
    "--at",
    "seq",
    type=click.IntRange(min=1),
    metavar="SEQ",
    help="Show the whole task as it stood after event SEQ.",
)
@output_option
def replay(task_id: str | None, seq: int | None, output: str) -> None:
    """Step through what happened to a task: each event, what it changed, where the task stood after it.

    On a terminal the keys n, p and q step through it; elsewhere it is a list.

    \b
    Examples:
      baton replay task-logging-a3f9
      baton replay task-logging-a3f9 --at 12
    """
    desk = Desk(task_id)
    desk.state()
    if seq is not None:
        _at(desk, seq, output)
        return
    found = list(frames(desk.journal.events(desk.task_id)))
    if output == "text" and sys.stdin.isatty() and sys.stdout.isatty():
        _walk(desk.task_id, found)
        return
    text = "\n".join(f"{line(frame)}\n      {standing(frame)}" for frame in found)
    answer(output, text, {"task_id": desk.task_id, "frames": [frame._asdict() for frame in found]})


def _at(desk: Desk, seq: int, output: str) -> None:
    last = desk.journal.state(desk.task_id).head.seq
    if seq > last:
        raise NotFound(f"task {desk.task_id!r} has {last} events; --at takes 1 to {last}")
    state, at = state_at(desk.journal.events(desk.task_id), seq)
    action = decide(state, at)[0]
    answer(output, status_text(state, action, at, redact), status_fields(state, action, at, redact))


def _walk(task_id: str, found: list[Frame]) -> None:
    """Show a frame a key. The terminal gives keys one by one all the while, so that none typed ahead is lost."""
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)
    place = 0
    try:
        while True:
            say(CLEAR + _screen(task_id, found[place], len(found)))
            key = os.read(terminal, 1).decode("latin-1")
            if key in ("q", "\x1b", "\x04", ""):
                return
            steps = {"n": 1, " ": 1, "\n": 1, "p": -1, "g": -place, "G": len(found)}
            place = max(0, min(len(found) - 1, place + steps.get(key, 0)))
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _screen(task_id: str, frame: Frame, of: int) -> str:
    moves = [f"  {move}" for move in frame.moves]
    head = f"{task_id}   event {frame.seq} of {of}   by {frame.by}"
    return "\n".join([head, "", line(frame._replace(moves=[])), *moves, "", standing(frame), "", KEYS])


@click.command("diff-runs")
@click.argument("task_a")
@click.argument("task_b")
@output_option
def diff_runs(task_a: str, task_b: str, output: str) -> None:
    """Compare two tasks: figures, steps that went otherwise, gate failures of one or both.

    \b
    Example:
      baton diff-runs task-logging-a3f9 task-logging-77c0
    """
    desk = Desk()
    found = compare(_history(desk, task_a), _history(desk, task_b))
    answer(output, "\n".join(_text(found)), found)


def _history(desk: Desk, task_id: str) -> History:
    desk.journal.state(task_id)
    return gather(desk.journal.events(task_id))


def _text(found: dict[str, Any]) -> list[str]:
    lines = [
        f"{name}: {task} ({status}) {summary}"
        for name, task, status, summary in zip(
            "AB", found["tasks"], found["statuses"], found["summaries"], strict=True
        )
    ]
    rows = [
        [row["figure"], _number(row["a"]), _number(row["b"]), _number(row["difference"], "+")]
        for row in found["figures"]
    ]
    lines += [
        "",
        tabulate(rows, ["", "A", "B", "B - A"], disable_numparse=True, colalign=("left", *["right"] * 3)),
    ]
    if found["steps"]:
        steps = [[row["step_id"], _step(row["a"]), _step(row["b"])] for row in found["steps"]]
        lines += ["", tabulate(steps, ["step", "A", "B"], disable_numparse=True)]
    for name, title in (("only_a", "only in A"), ("both", "in both"), ("only_b", "only in B")):
        causes = found["gate_causes"][name]
        lines += ["", f"Gate failures {title}:", *(f"  {cause}" for cause in causes)] if causes else []
    return lines


def _number(value: float | None, sign: str = "") -> str:
    if value is None:
        return "unknown"
    return f"{value:{sign},.0f}" if value == int(value) else f"{value:{sign},.2f}"


def _step(step: dict[str, Any] | None) -> str:
    if step is None:
        return "–"
    return f"{step['agent']} [{step['model']}] {step['status']}, {step['attempts']} tries, {step['seconds']:.0f}s"
