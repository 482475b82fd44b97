"""The screen of `baton watch`. Asks the journal twice a second whether the task moved on, and redraws when it did."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Footer, RichLog, Static

from agent_baton.cli.status import MARKS, cost_text
from agent_baton.engine.brief import title
from agent_baton.engine.decide import decide
from agent_baton.engine.events import Recorded
from agent_baton.engine.protocol import as_fields, clock
from agent_baton.engine.state import ALL_STATUSES, Phase, State, Step
from agent_baton.journal.port import Journal
from agent_baton.trace.amounts import duration
from agent_baton.trace.story import sentence
from agent_baton.trace.words import short

POLL_S = 0.5
TOLD = 500  # events of the past shown at first
COLUMNS = ("", "step", "agent", "status", "try", "time", "what")


class Watching(App[None]):
    """A table of phases and steps, the story below it, the next action and the cost above."""

    CSS = """
    #head { height: auto; padding: 0 1; background: $panel; }
    #steps { height: 1fr; }
    #story { height: 1fr; border-top: solid $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit"),
        Binding("ctrl+c", "quit", show=False, priority=True),
        Binding("s", "focus_next", "Steps / story"),
        Binding("d", "toggle_dark_theme", "Light / dark"),
    ]

    def __init__(self, journal: Journal, task_id: str, clock_s: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.journal = journal
        self.task_id = task_id
        self.clock_s = clock_s
        self.seq = 0
        self.state: State | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="head")
        with Vertical():
            yield DataTable(id="steps", cursor_type="row", zebra_stripes=True)
            yield RichLog(id="story", wrap=True, max_lines=5_000)
        yield Footer()

    def on_mount(self) -> None:
        self.title = self.task_id
        self.steps.add_columns(*COLUMNS)
        self.look()
        self.set_interval(POLL_S, self.look)

    @property
    def steps(self) -> DataTable[Text | str]:
        return self.query_one("#steps", DataTable)

    def action_toggle_dark_theme(self) -> None:
        self.theme = "textual-light" if self.theme == "textual-dark" else "textual-dark"

    def look(self) -> None:
        """Take in what was appended since; times at work move on in any case."""
        new = list(self.journal.events(self.task_id, after=self.seq))
        if new or self.state is None:
            self.state = self.journal.state(self.task_id)
            self._tell(new)
        self._draw(self.state)

    def _tell(self, new: list[Recorded]) -> None:
        log = self.query_one("#story", RichLog)
        for item in new[-TOLD:]:
            log.write(Text(f"{clock(item.at)}  {sentence(item)}"))
        if new:
            self.seq = new[-1].seq

    def _draw(self, state: State) -> None:
        now = self.clock_s()
        self.query_one("#head", Static).update(Text(head_text(state, now)))
        row = self.steps.cursor_row
        self.steps.clear()
        for phase in state.phases():
            self.steps.add_row(
                "",
                Text(str(phase.phase_id), "bold"),
                Text(title(phase.name), "bold"),
                phase_text(phase),
                "",
                "",
                "",
            )
            for step in state.steps(phase.phase_id, *ALL_STATUSES):
                if step.status != "dropped":
                    self.steps.add_row(*step_cells(state, step, now))
        if row:
            self.steps.move_cursor(row=row)


def head_text(state: State, now: float) -> str:
    """Three lines: the task, its standing, what comes next."""
    head = state.head
    action = decide(state, now)[0]
    fields = as_fields(action, state)
    what = next(
        (fields[key] for key in ("message", "summary", "command", "context", "question") if fields.get(key)),
        "",
    )
    elapsed = duration(max(0.0, (head.ended_at or now) - head.started_at))
    return (
        f"{head.task_id}  {title(head.summary)}\n"
        f"{head.status} · {head.steps_done}/{head.steps_total} steps · {head.gates_passed}/{head.gates_total} gates · "
        f"{elapsed} · {cost_text(state)}\n"
        f"Next: {fields['action']} {short(str(what), 200)}"
    )


def phase_text(phase: Phase) -> str:
    parts = [f"gate {phase.gate}"] if phase.gate != "none" else []
    return ", ".join([*parts, *([f"approval {phase.approval}"] if phase.approval != "none" else [])])


def step_cells(state: State, step: Step, now: float) -> list[Text | str]:
    spec = state.spec(step.step_id)
    took = (
        duration(max(0.0, now - step.dispatched_at))
        if step.status == "dispatched" and step.dispatched_at
        else ""
    )
    what = short(step.outcome or (title(spec.task_description) if spec else ""), 120)
    style = {
        "dispatched": "bold",
        "failed": "red",
        "exhausted": "red",
        "vetoed": "red",
        "complete": "green",
    }.get(step.status, "")
    return [
        MARKS[step.status], step.step_id, Text(step.agent_at_work or step.agent_name), Text(step.status, style),
        str(step.attempt or ""), took, Text(what),
    ]  # fmt: skip
