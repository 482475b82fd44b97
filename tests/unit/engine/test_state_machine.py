"""Random commands in random order: no illegal state, the fold equals the state, both journals agree."""

from __future__ import annotations

import tempfile
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agent_baton.engine import commands as cmd
from agent_baton.engine.apply import fold
from agent_baton.engine.decide import decide
from agent_baton.engine.events import decode, encode
from agent_baton.engine.handle import handle
from agent_baton.engine.state import ALL_STATUSES, State
from agent_baton.errors import NotFound, Refused, UserError
from agent_baton.fastjson import dumps, loads
from agent_baton.journal.memory import MemoryJournal
from agent_baton.journal.sqlite import SqliteJournal
from tests.support.invariants import check_invariants
from tests.support.plans import plan, step

STEPS = st.sampled_from(
    ["1.1", "1.2", "1.3", "2.1", "2.2", "3.1", "1.r1", "1.r2", "2.r1", "1.4", "2.3", "4.1", "9.9"]
)
PHASES = st.sampled_from([1, 2, 3, 4, 9])
WORDS = st.sampled_from(["", "x", "because"])


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    """Up to three phases of up to three steps, dependencies backwards only."""
    phases = []
    known: list[str] = []
    for phase_id in range(1, draw(st.integers(1, 3)) + 1):
        steps = []
        for number in range(1, draw(st.integers(1, 3)) + 1):
            step_id = f"{phase_id}.{number}"
            depends = draw(st.lists(st.sampled_from(known), unique=True, max_size=2)) if known else []
            steps.append(
                step(
                    step_id,
                    *depends,
                    max_attempts=draw(st.integers(1, 2)),
                    may_veto=draw(st.booleans()),
                    timeout_s=50,
                )
            )
            known.append(step_id)
        document: dict[str, Any] = {
            "phase_id": phase_id,
            "name": "p",
            "steps": steps,
            "approval_required": draw(st.booleans()),
        }
        if draw(st.booleans()):
            document["gate"] = {"command": "check", "max_repairs": draw(st.integers(0, 2))}
        phases.append(document)
    return plan(*phases, budget=draw(st.sampled_from([None, {"usd": 3.0}])))


ADDED = plan({"phase_id": 1, "name": "n", "steps": [step("1.1")]})["phases"][0]


@st.composite
def amendments(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(
        st.sampled_from(
            [
                "add_step",
                "change_step",
                "remove_step",
                "add_phase",
                "change_phase",
                "remove_phase",
                "change_task",
            ]
        )
    )
    phase_id, step_id = draw(PHASES), draw(STEPS)
    if kind == "add_step":
        number, after = draw(st.integers(2, 5)), draw(st.lists(STEPS, max_size=1))
        fields = {**ADDED["steps"][0], "step_id": f"{phase_id}.{number}", "depends_on": after}
        return {"op": kind, "phase_id": phase_id, "step": fields}
    if kind == "add_phase":
        new = draw(st.integers(2, 5))
        steps = [{**ADDED["steps"][0], "step_id": f"{new}.1"}]
        return {"op": kind, "after": phase_id, "phase": {**ADDED, "phase_id": new, "steps": steps}}
    if kind == "change_step":
        some = [{"model": "opus"}, {"depends_on": draw(st.lists(STEPS, max_size=2, unique=True))}]
        return {"op": kind, "step_id": step_id, "fields": draw(st.sampled_from(some))}
    if kind == "change_phase":
        gate = {
            "gate_type": "test",
            "command": "other",
            "description": "",
            "timeout_s": 5,
            "fail_on": [],
            "max_repairs": 1,
        }
        some = [
            {"name": "renamed"},
            {"gate": gate},
            {"gate": None},
            {"approval_required": True},
            {"approval_required": False},
        ]
        return {"op": kind, "phase_id": phase_id, "fields": draw(st.sampled_from(some))}
    if kind == "change_task":
        return {
            "op": kind,
            "fields": {
                "budget": {"usd": draw(st.sampled_from([0.0, 100.0])), "tokens": None, "wall_s": None}
            },
        }
    return {"op": kind, "step_id": step_id} if kind == "remove_step" else {"op": kind, "phase_id": phase_id}


COMMANDS: st.SearchStrategy[cmd.Command] = st.one_of(
    st.builds(cmd.Dispatched, STEPS, session=WORDS, branch=st.sampled_from(["", "b"])),
    st.builds(
        cmd.RecordOutcome,
        STEPS,
        st.sampled_from(["complete", "complete", "failed"]),
        outcome=WORDS,
        attempt=st.sampled_from([None, None, 1, 2]),
        usd=st.sampled_from([None, 1.0]),
        verdict=st.sampled_from(["", "", "veto"]),
    ),
    st.builds(cmd.Interrupt, st.one_of(STEPS, st.just("")), WORDS),
    st.builds(cmd.StartGate, PHASES),
    st.builds(
        cmd.RecordGate, PHASES, st.booleans(), st.just("verified"), signature=st.sampled_from(["", "a", "b"])
    ),
    st.builds(cmd.Waive, WORDS, phase_id=PHASES),
    st.builds(cmd.Waive, WORDS, step_id=STEPS),
    st.builds(cmd.Skip, STEPS, WORDS),
    st.builds(cmd.Retry, WORDS, step_id=STEPS),
    st.builds(cmd.Retry, WORDS, phase_id=PHASES),
    st.builds(cmd.Reassign, STEPS, st.sampled_from(["dev", "qa"]), WORDS),
    st.builds(
        cmd.Approve, PHASES, st.sampled_from(["approve", "approve", "reject", "approve-with-feedback"]), WORDS
    ),
    st.builds(cmd.Ask, STEPS, WORDS),
    st.builds(cmd.Answer, STEPS, WORDS),
    st.builds(cmd.Amend, st.lists(amendments(), min_size=1, max_size=2).map(tuple), WORDS),
    st.builds(cmd.Integrate, STEPS, commit=WORDS, conflict_files=st.sampled_from([(), ("f.py",)])),
    st.builds(cmd.Pause, WORDS),
    st.builds(cmd.Resume, st.sampled_from(["s1", "s2"])),
    st.builds(cmd.Note, st.just("decision"), WORDS),
    st.builds(cmd.CompleteTask),
)


class Tasks(RuleBasedStateMachine):
    """One task, driven at random on both journals at once."""

    @initialize(document=plans())
    def start(self, document: dict[str, Any]) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.journals = [MemoryJournal(), SqliteJournal(f"{self.folder.name}/baton.db")]
        self.task_id = document["task_id"]
        self.now = 1_000.0
        self.play(cmd.Start(document, {}, "s1"))

    def play(self, command: cmd.Command) -> None:
        said = []
        for journal in self.journals:
            try:
                journal.commit(self.task_id, lambda state: handle(state, command, self.now), self.now, "t")
                said.append("taken")
            except (Refused, NotFound, UserError) as error:
                said.append(f"{type(error).__name__}: {error}")
        assert said[0] == said[1]

    @rule(command=COMMANDS, wait=st.sampled_from([1.0, 1.0, 1.0, 60.0]))
    def command(self, command: cmd.Command, wait: float) -> None:
        self.now += wait
        self.play(command)

    @rule()
    def do_what_is_said(self) -> None:
        """A driver that obeys: it makes runs get far."""
        self.now += 1
        action = decide(self.journals[0].state(self.task_id), self.now)[0]
        fields = action.as_dict()
        obey: dict[str, cmd.Command] = {
            "Dispatch": cmd.RecordOutcome(fields.get("step_id", ""), "complete"),
            "Gate": cmd.RecordGate(fields.get("phase_id", 0), True, "verified"),
            "Approval": cmd.Approve(fields.get("phase_id", 0), "approve"),
            "Question": cmd.Answer(fields.get("step_id", ""), "so"),
            "Complete": cmd.CompleteTask(),
        }
        self.play(obey.get(type(action).__name__, cmd.Resume("s1")))

    @rule(
        data=st.data(),
        kind=st.sampled_from(["add_step", "remove_step", "change_step", "add_phase", "remove_phase"]),
    )
    def amend_what_is_there(self, data: st.DataObject, kind: str) -> None:
        """Amendments with ids that exist, or are the next to be given out, so that most of them are taken."""
        self.now += 1
        state = self.journals[0].state(self.task_id)
        phases = list(state.phases())
        steps = [row.step_id for phase in phases for row in state.steps(phase.phase_id, *ALL_STATUSES)]
        phase = data.draw(st.sampled_from(phases))
        op: dict[str, Any] = {"op": kind}
        if kind == "add_step":
            after = data.draw(st.lists(st.sampled_from(steps), max_size=1)) if steps else []
            new = {
                **ADDED["steps"][0],
                "step_id": f"{phase.phase_id}.{phase.last_step + 1}",
                "depends_on": after,
            }
            op |= {"phase_id": phase.phase_id, "step": new}
        elif kind == "add_phase":
            new_id = state.head.last_phase_id + 1
            new = {**ADDED, "phase_id": new_id, "steps": [{**ADDED["steps"][0], "step_id": f"{new_id}.1"}]}
            op |= {"after": phase.phase_id, "phase": new}
        elif kind == "remove_phase":
            op |= {"phase_id": phase.phase_id}
        elif steps:
            op |= {"step_id": data.draw(st.sampled_from(steps)), "fields": {"model": "haiku"}}
        else:
            return
        self.play(cmd.Amend((op,), "so"))

    @rule(when=st.integers(0, 30))
    def cancel(self, when: int) -> None:
        if when == 0:
            self.play(cmd.Cancel("enough"))

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "journals"):
            return
        memory, stored = (journal.state(self.task_id) for journal in self.journals)
        check_invariants(memory, self.now)
        assert memory.as_dict() == stored.as_dict()

    def teardown(self) -> None:
        if not hasattr(self, "journals"):
            return
        items = list(self.journals[0].events(self.task_id))
        again = [
            item.replace(event=decode(*encode(item.event)[:2], loads(dumps(item.event.as_dict()))))
            for item in items
        ]
        assert fold(State(), again).as_dict() == self.journals[0].state(self.task_id).as_dict()
        assert self.journals[1].verify() == []
        self.journals[1].close()
        self.folder.cleanup()


TestTasks = Tasks.TestCase
TestTasks.settings = settings(
    max_examples=120,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
