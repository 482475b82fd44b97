"""What waits for a person, across tasks: approvals, questions, requests of agents at work, tasks that cannot go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from agent_baton.app.run.feed import shown
from agent_baton.engine.actions import Failed
from agent_baton.engine.decide import decide
from agent_baton.engine.events import (
    ApprovalRequested,
    QuestionAsked,
    Recorded,
    RequestRaised,
    TaskFailed,
    TaskPaused,
)
from agent_baton.engine.state import Phase, State, Step, Task
from agent_baton.journal.sqlite import SqliteJournal

TEXT_LIMIT = 300


@dataclass(frozen=True)
class Item:
    """One thing a person has to decide, and the commands that decide it."""

    task_id: str
    kind: str  # approval | question | permission | failed | paused
    key: str  # phase, step or request
    since: float
    text: str
    ways: tuple[str, ...]

    def fields(self) -> dict[str, Any]:
        return {
            "task_id": self.task_id,
            "kind": self.kind,
            "key": self.key,
            "since": self.since,
            "text": self.text,
            "ways": list(self.ways),
        }


def waiting(journal: SqliteJournal, task_id: str, now: float) -> list[Item]:
    """What one task waits for a person with, oldest first."""
    state = journal.state(task_id)
    head, phase = state.head, state.current_phase()
    steps = list(state.steps(phase.phase_id, "asking", "dispatched")) if phase else []
    # after the rows: what they say has been said in an event by now
    events = list(journal.events(task_id))
    found = [
        *_approval(head.task_id, phase, events),
        *_of_steps(head.task_id, steps, events),
        *_stuck(state, head, events, now),
    ]
    return sorted(found, key=lambda item: item.since)


def all_waiting(journal: SqliteJournal, now: float) -> list[Item]:
    """The same for every open task of the journal."""
    return [item for task in journal.tasks(open_only=True) for item in waiting(journal, task.task_id, now)]


def _approval(task_id: str, phase: Phase | None, events: list[Recorded]) -> Iterable[Item]:
    if phase is None or phase.approval != "requested":
        return
    since = max(
        i.at for i in events if isinstance(i.event, ApprovalRequested) and i.event.phase_id == phase.phase_id
    )
    command = f"baton approve --task-id {task_id} --phase-id {phase.phase_id}"
    yield Item(
        task_id,
        "approval",
        str(phase.phase_id),
        since,
        shown(f"phase {phase.phase_id} ({phase.name}), risk {phase.risk_level}", TEXT_LIMIT),
        (f"{command} --result approve", f"{command} --result reject"),
    )


def _of_steps(task_id: str, steps: list[Step], events: list[Recorded]) -> Iterable[Item]:
    for step in steps:
        if step.status == "asking":
            yield _question(task_id, step, events)
        for item in events:
            event = item.event
            if isinstance(event, RequestRaised) and _is_open(event, step):
                yield _request(task_id, event, item.at)


def _is_open(event: RequestRaised, step: Step) -> bool:
    return (
        event.step_id == step.step_id and event.attempt == step.attempt and event.request_id in step.requests
    )


def _question(task_id: str, step: Step, events: list[Recorded]) -> Item:
    since = max(
        i.at for i in events if isinstance(i.event, QuestionAsked) and i.event.step_id == step.step_id
    )
    way = f'baton answer --task-id {task_id} --step-id {step.step_id} --text "…"'
    return Item(task_id, "question", step.step_id, since, shown(step.dialogue[-1], TEXT_LIMIT), (way,))


def _request(task_id: str, event: RequestRaised, at: float) -> Item:
    base = f"--task-id {task_id} {event.step_id} {event.request_id}"
    if event.kind == "permission":
        ways: tuple[str, ...] = (f"baton inbox allow {base}", f"baton inbox deny {base}")
    else:
        ways = (f'baton inbox answer {base} "…"',)
    options = f" ({' | '.join(event.options)})" if event.options else ""
    text = shown(f"step {event.step_id}: {event.text}{options}", TEXT_LIMIT)
    return Item(task_id, event.kind, event.request_id, at, text, ways)


def _stuck(state: State, head: Task, events: list[Recorded], now: float) -> Iterable[Item]:
    if head.status == "paused" and head.paused_until is None:
        since = max(item.at for item in events if isinstance(item.event, TaskPaused))
        yield Item(
            head.task_id,
            "paused",
            "",
            since,
            shown(head.reason, TEXT_LIMIT),
            (f"baton execute run --task-id {head.task_id}",),
        )
    if head.status == "failed":
        action = decide(state, now)[0]
        since = max(item.at for item in events if isinstance(item.event, TaskFailed))
        ways = action.ways if isinstance(action, Failed) else ()
        yield Item(head.task_id, "failed", "", since, shown(head.reason, TEXT_LIMIT), ways)
