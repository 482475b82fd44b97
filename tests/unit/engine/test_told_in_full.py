"""Whole transcripts: every command with its events, what they changed in the state, and what is next.

The goldens say what the engine does where a sentence of a test would say only that it does something. One that is
missing is written anew; read the difference before you commit it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent_baton.engine import commands as cmd
from agent_baton.engine.amend import amended
from agent_baton.engine.decide import decide
from agent_baton.engine.events import PlanAmended, encode
from agent_baton.engine.handle import handle
from agent_baton.engine.protocol import as_text
from agent_baton.engine.state import State
from agent_baton.errors import BatonError
from agent_baton.records import Record
from tests.support.plans import phase, plan, step

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "engine" / "transcripts"
NOISE = ("seq", "last_at", "reminded")  # move with every event

RICH = step(
    "1.1", agent="ann", model="opus", may_veto=True, max_attempts=2, timeout_s=60, budget={"usd": 2.0, "tokens": 900},
    deliverables=["a.py"], acceptance=["works"], allowed_paths=["a/**"], blocked_paths=["b/**"], context_files=["c.md"],
    knowledge=["k.md"], team=[{"agent_name": "qa", "role": "tests"}, {"agent_name": "ux", "role": "look", "task_description": "Look"}],
)  # fmt: skip


def gate(command: str = "check", **fields: Any) -> dict[str, Any]:
    return {"gate_type": "lint", "command": command, "description": "why", "timeout_s": 9, "fail_on": ["boom"], "max_repairs": 1, **fields}  # fmt: skip


def op(kind: str, **fields: Any) -> cmd.Amend:
    return cmd.Amend(({"op": kind, **fields},), "so", ("said",))


def new_step(step_id: str, *depends_on: str) -> dict[str, Any]:
    return dict(plan(phase(int(step_id[0]), step(step_id, *depends_on)))["phases"][0]["steps"][0])


def new_phase(phase_id: int, *steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return dict(plan(phase(phase_id, *steps, **fields))["phases"][0])


def done(step_id: str, **fields: Any) -> cmd.RecordOutcome:
    return cmd.RecordOutcome(step_id, "complete", outcome=f"did {step_id}", **fields)


def failed(step_id: str, outcome: str = "broke", **fields: Any) -> cmd.RecordOutcome:
    return cmd.RecordOutcome(step_id, "failed", outcome=outcome, **fields)


def red(phase_id: int = 1, **fields: Any) -> cmd.RecordGate:
    return cmd.RecordGate(phase_id, False, "verified", **fields)


def green(phase_id: int = 1, source: str = "verified") -> cmd.RecordGate:
    return cmd.RecordGate(phase_id, True, source)


CHAIN = phase(1, step("1.1"), step("1.2", "1.1"), step("1.3", "1.2"), step("1.4"), gate=None)
PAIR = phase(1, step("1.1"), step("1.2", "1.1"), gate="check")
LONE = phase(1, step("1.1", max_attempts=2), gate="check")
AFTER = phase(2, step("2.1"), gate="check two", risk_level="HIGH")
STARTED_WITH = {"evidence": "strict"}

FOUND = "VERDICT: changes\nFINDINGS:\n- minor b.md a typo\n- major a.py:40 the name is not bound\n- blocker c.py it does not start"
IN_WORDS = (
    "every field of a plan",
    "changes asked for",
    "unattended",
    "questions",
    "what stands between a task and its end",
)
SCENARIOS: dict[str, tuple[dict[str, Any], list[cmd.Command]]] = {
    "every field of a plan": (
        plan(phase(1, RICH, step("1.3", "1.1"), gate="check", gate_fields={"gate_type": "lint", "description": "why", "timeout_s": 9, "fail_on": ["boom"], "max_repairs": 1}), phase(4, step("4.2", "1.1", "1.3"), approval_required=True, gate=None),
             risk_level="HIGH", budget={"usd": 5.0, "tokens": 5_000, "wall_s": 500}, git_strategy="task-branch", budget_tier="full", execution_mode="phased"),
        [
            cmd.Baseline(1, False, "2 failed", 1.5, ("t::a",), "sig"),
            cmd.Dispatched("1.1", "ann", "s1", "b0", "/w", "br", "tool"),
            cmd.Dispatched("1.1"), cmd.Dispatched("1.1", "bob"),
            done("1.1", agent_name="qa", files=("a.py",), commit="abcdef1", tip="t1", tokens=10, usd=0.5, cost_source="estimated",
                 evidence={"verdict": "mismatch", "commit": "abcdef1234", "changed_files": ("a.py",), "changed_count": 1, "mismatches": ("no", "not so"), "tree": "tr"}),
            cmd.Integrate("1.1", "m1", "merged"), cmd.Integrate("1.1", "m1"),
            done("1.3"), green(), cmd.Approve(4, "approve-with-feedback", "mind it"), done("4.2"), cmd.CompleteTask(), cmd.CompleteTask(), done("4.2"),
        ],
    ),
    "outcomes said twice, late and wrong": (
        plan(PAIR, AFTER),
        [
            cmd.RecordOutcome("1.1", "done"), done("1.1", verdict="maybe"), done("1.1", verdict="veto"), done("1.1", attempt=2), done("1.1", agent_name="eve"),
            cmd.Dispatched("1.1"), cmd.Interrupt("1.1", "hangs", "refs/x"), failed("1.1", attempt=1), cmd.Dispatched("1.1", "eve"), cmd.Dispatched("1.1", "eve", force=True),
            failed("1.1", attempt=1), failed("1.1"), failed("1.1"), failed("1.1", attempt=2), done("1.1", attempt=2), done("1.1", agent_name="zoe", force=True, commit="abcdef1"),
            done("1.1"), done("1.1", commit="abcdef123"), done("1.1", commit="fff0000"), failed("1.1"), done("2.1"), done("9.9"), done("1.2"), done("1.2"),
        ],
    ),
    "attempts used up": (
        plan(LONE, AFTER),
        [
            failed("1.1", "no\nwhy"), failed("1.1", "x" * 3_000), failed("1.1"), done("1.1"), cmd.Dispatched("1.1"),
            cmd.Retry("again", "1.1"), cmd.Retry("again", "1.1"), cmd.Dispatched("1.1"), cmd.Retry("again", "1.1"), failed("1.1", "1"), failed("1.1", "2"),
            cmd.Reassign("1.1", "bob", " "), cmd.Reassign("1.1", "dev", "x"), cmd.Reassign("1.1", "bob", "better"), cmd.Dispatched("1.1"), cmd.Reassign("1.1", "zoe", "x"),
            failed("1.1", "1"), cmd.Retry("once more", "1.1"), failed("1.1", "1"), failed("1.1", "2"), cmd.Skip("1.1", "later"), green(), done("2.1"), cmd.Skip("2.1", "x"), cmd.Retry("x", "1.1"),
        ],
    ),
    "a chain runs again": (
        plan(CHAIN),
        [
            done("1.1"), cmd.Skip("1.2", ""), cmd.Skip("1.2", "by hand"), cmd.Skip("1.2", "by hand"), cmd.Dispatched("1.3"), cmd.Retry("wrong", "1.1"),
            cmd.Interrupt("", "all"), done("1.3"), cmd.Retry("wrong", "1.1"), cmd.Retry("wrong", "1.3"), failed("1.1"), done("1.1"), done("1.2"), cmd.Retry("x", "1.2"), done("1.2"),
            done("1.3"), cmd.Dispatched("1.4"), cmd.Cancel("enough"), cmd.Cancel("again"), cmd.Note("decision", "x"),
        ],
    ),
    "a red gate": (
        plan(LONE, AFTER),
        [
            green(2), green(9), green(), cmd.StartGate(1), done("1.1"), cmd.StartGate(1), cmd.StartGate(1),
            red(reason="1 failed", exit_code=1, duration_s=2.5, output="E boom\nlast", output_ref="o.txt", signature="a", failures=("t::a",), new_failures=("t::n",), tree="tr",
                changed_files=("x.py",), tampering=("t.py",)),
            red(), cmd.StartGate(1), cmd.Waive("x", phase_id=1), cmd.Waive("", phase_id=1),
            cmd.Retry("x", phase_id=1), cmd.Retry("x", phase_id=1), cmd.Retry("x", phase_id=2),
        ],
    ),
    "repairs used up": (
        plan(phase(1, step("1.1", blocked_paths=["z/**"], allowed_paths=["a/**"]), gate="check", gate_fields={"max_repairs": 2}), AFTER),
        [
            done("1.1"), red(signature="a"), done("1.r1"), red(signature="b", output="x" * 3_000), cmd.Dispatched("1.r2"), failed("1.r2"), done("1.r2"), red(signature="c"),
            red(signature="c"), cmd.StartGate(1), green(), cmd.CompleteTask(), cmd.Retry("flaky", phase_id=1), cmd.Retry("flaky", phase_id=1), red(signature="c"), done("1.r3"), red(signature="c"),
            cmd.Waive("known", phase_id=1), cmd.Waive("known", phase_id=1), cmd.Waive("x", phase_id=2), done("2.1"), green(2, "reported"), green(2), red(2), cmd.Waive("x", phase_id=2), cmd.Retry("x", phase_id=2),
        ],
    ),
    "repairs dropped": (
        plan(LONE),
        [done("1.1"), red(signature="a"), cmd.Dispatched("1.r1"), cmd.Waive("fine", phase_id=1), cmd.CompleteTask(), cmd.Note("decision", "afterwards"), cmd.Resume("s9")],
    ),
    "vetoed": (
        plan(phase(1, step("1.1", may_veto=True), step("1.2", "1.1"), gate="check"), AFTER),
        [
            cmd.Waive("x", step_id="1.1"), done("1.1", verdict="veto"), done("1.1", verdict="veto"), done("1.1"), cmd.Skip("1.1", "x"), cmd.Reassign("1.1", "bob", "x"), cmd.Dispatched("1.1"),
            cmd.Retry("x", "1.1"), done("1.1", verdict="veto"), cmd.Waive(" ", step_id="1.1"), cmd.Waive("accepted", step_id="1.1"), cmd.Waive("accepted", step_id="1.1"), done("1.2"), green(),
        ],
    ),
    "approvals": (
        plan(phase(1, step("1.1"), approval_required=True, gate="check"), phase(2, step("2.1"), approval_required=True, gate=None)),
        [
            done("1.1"), cmd.Approve(2, "approve"), cmd.Approve(1, "maybe"), cmd.Approve(1, "approve-with-feedback", " "), cmd.Approve(1, "approve", subject="0" * 12), cmd.Approve(1, "approve", subject="1"),
            cmd.Approve(1, "reject", "no"), cmd.Approve(1, "approve"), cmd.Approve(1, "reject"), op("change_step", step_id="1.1", fields={"model": "opus"}),
            cmd.Approve(1, "approve"), cmd.Approve(1, "approve-with-feedback", "x"), cmd.Approve(1, "reject"), done("1.1"), green(), op("add_step", phase_id=2, step=new_step("2.2")),
            cmd.Approve(2, "approve-with-feedback", "careful"), op("change_phase", phase_id=2, fields={"approval_required": False}), done("2.1"),
        ],
    ),
    "questions": (
        plan(PAIR),
        [
            cmd.Ask("1.1", " "), cmd.Ask("1.2", "may I?"), cmd.Ask("1.1", "Which port?"), cmd.Ask("1.1", "Which port?"), cmd.Ask("1.1", "Which host?"), done("1.1"), cmd.Retry("x", "1.1"),
            cmd.Answer("1.1", " "), cmd.Answer("1.1", "8080"), cmd.Answer("1.1", "8080"), cmd.Answer("1.1", "9090"), cmd.Dispatched("1.1"), cmd.Ask("1.1", "Sure?"), cmd.Skip("1.1", "unsure"), cmd.Answer("1.1", "yes"), cmd.Ask("1.1", "x"),
        ],
    ),
    "money and time": (
        plan(phase(1, step("1.1", budget={"tokens": 100}), step("1.2", budget={"usd": 0.5}), step("1.3"), gate=None), budget={"usd": 1.0, "tokens": 1_000}),
        [
            failed("1.1", tokens=100), cmd.Dispatched("1.1"), failed("1.2", usd=0.5), cmd.Dispatched("1.2"), failed("1.3"), failed("1.3", usd=0.5), op("change_task", fields={"budget": {"usd": 3.0, "tokens": 300, "wall_s": 90}}),
            op("change_step", step_id="1.1", fields={"budget": {"tokens": 200}}), op("change_step", step_id="1.2", fields={"budget": None}), done("1.1", tokens=150), done("1.2"), done("1.3"),
        ],
    ),
    "pauses, sessions and notes": (
        plan(PAIR, AFTER),
        [
            cmd.Pause("freeze", 9_000.0), cmd.Pause("again"), cmd.Dispatched("1.1"), cmd.Resume("s1"), cmd.Resume("s1"), cmd.Dispatched("1.1"), cmd.Resume("s1"), cmd.Resume("s2"), cmd.Dispatched("1.1", session="s3"), cmd.Resume("s2"),
            cmd.Dispatched("1.1"), cmd.Resume(""), cmd.Interrupt("", "none left"), cmd.Note("decision", "UTC\neverywhere"), cmd.Note("warning", "slow"), cmd.Note("convention", "tabs"), cmd.Note("discovery", "x", "1.1", "agent"),
            cmd.Note("decision", " "), cmd.Note("decision", "x", "9.9"), cmd.Pause("x"), cmd.Cancel("enough"), cmd.Resume("s2"), cmd.CompleteTask(),
        ],
    ),
    "deadlines": (
        plan(phase(1, step("1.1", timeout_s=2, max_attempts=2), step("1.2", timeout_s=50), gate=None)),
        [cmd.Dispatched("1.1"), cmd.Dispatched("1.2"), cmd.Note("discovery", "a second later"), cmd.Dispatched("1.1"), cmd.Note("discovery", "x"), cmd.Note("discovery", "x"), cmd.Dispatched("1.1"), done("1.1", attempt=1)],
    ),
    "branches": (
        plan(phase(1, step("1.1", agent="ann", allowed_paths=["a/**"], blocked_paths=["z/**"]), step("1.2", agent="bob"), step("1.3"), gate="check"), AFTER),
        [
            cmd.Dispatched("1.1", branch="b/1.1", worktree="/w1"), cmd.Dispatched("1.2", branch="b/1.2", worktree="/w2"), cmd.Dispatched("1.3", branch="b/1.3", worktree="/w3"), done("1.1"), done("1.2"), cmd.Interrupt("1.3", "x"),
            cmd.Skip("1.3", "x"), green(), cmd.StartGate(1), cmd.Integrate("1.1", conflict_files=("x.py", "y.py"), detail="<<<\n>>>"), cmd.Integrate("1.1", "late"), cmd.Integrate("1.2", "m2", "fast-forward"), done("1.r1"), red(signature="q"), done("1.r2"), green(),
        ],
    ),
    "steps amended": (
        plan(phase(1, RICH, step("1.2", "1.1"), step("1.3"), step("1.4", "1.2", "1.3"), gate="check"), AFTER),
        [
            cmd.Amend((), ""), op("change_step", step_id="1.4", fields={"depends_on": ["1.3"]}), op("change_step", step_id="1.1", fields={"agent_name": "eve", "model": "haiku", "max_attempts": 5, "timeout_s": 7, "may_veto": False}),
            op("change_step", step_id="1.1", fields={"allowed_paths": [], "blocked_paths": []}), op("change_step", step_id="1.1", fields={"team": [{"agent_name": "ops", "role": "runs", "task_description": "Run"}]}),
            op("change_step", step_id="1.1", fields={"task_description": "Other", "deliverables": ["d"], "acceptance": ["e"], "context_files": ["f"], "knowledge": ["g"]}),
            op("add_step", phase_id=1, step=new_step("1.5", "1.1", "1.3")), op("add_step", phase_id=1, step=new_step("1.5")), op("add_step", phase_id=1, step=new_step("2.9")), op("add_step", phase_id=1, step=new_step("1.9", "8.8")),
            op("add_step", phase_id=1, step=new_step("1.9", "2.1")), op("remove_step", step_id="1.3"), op("remove_step", step_id="1.5"), op("remove_step", step_id="1.5"), op("add_step", phase_id=1, step=new_step("1.5")),
            cmd.Dispatched("1.1"), op("change_step", step_id="1.1", fields={"depends_on": ["1.4"]}), op("change_step", step_id="1.1", fields={"depends_on": ["1.2"]}), op("change_step", step_id="1.3", fields={"depends_on": ["1.1"]}),
            done("1.1"), op("change_step", step_id="1.1", fields={"model": "x"}), op("remove_step", step_id="1.1"), failed("1.2"), op("change_step", step_id="1.2", fields={"model": "opus"}), cmd.Ask("1.2", "eh?"),
            op("change_step", step_id="1.2", fields={"depends_on": ["1.1", "1.3"]}), cmd.Dispatched("1.3"), op("remove_step", step_id="1.4"), op("add_step", phase_id=1, step=new_step("1.6", "1.1")), done("1.3"), done("1.2"), done("1.6"), green(),
            op("add_step", phase_id=1, step=new_step("1.7")), op("add_step", phase_id=2, step=new_step("2.2", "1.1", "2.1")), done("2.1"), done("2.2"),
        ],
    ),
    "steps of a failed task amended": (
        plan(phase(1, step("1.1", max_attempts=1), step("1.2", "1.1"), gate=None)),
        [failed("1.1"), op("change_step", step_id="1.1", fields={"max_attempts": 2}), failed("1.1"), failed("1.1"), op("remove_step", step_id="1.1"), op("change_step", step_id="1.2", fields={"depends_on": []}), op("remove_step", step_id="1.1"), done("1.2")],
    ),
    "phases amended": (
        plan(PAIR, AFTER),
        [
            op("change_phase", phase_id=1, fields={"name": "New", "risk_level": "LOW"}), op("change_phase", phase_id=1, fields={"gate": gate("other")}), op("change_phase", phase_id=2, fields={"gate": None}), op("change_phase", phase_id=2, fields={"gate": gate("two")}),
            op("add_phase", after=1, phase=new_phase(3, step("3.1"), step("3.2", "3.1", "1.1"), approval_required=True)), op("add_phase", after=1, phase=new_phase(2, step("2.1"))), op("add_phase", after=1, phase=new_phase(4, step("5.1"))),
            op("add_phase", after=1, phase=new_phase(4, step("4.1", "2.1"), gate=None)), op("add_phase", after=8, phase=new_phase(4, step("4.1"))), op("remove_phase", phase_id=3), op("change_step", step_id="2.1", fields={"depends_on": ["1.2"]}), op("remove_phase", phase_id=1),
            done("1.1"), op("remove_phase", phase_id=1), done("1.2"), red(signature="a"), op("change_phase", phase_id=1, fields={"gate": gate("third", max_repairs=0)}), op("change_step", step_id="1.r1", fields={"model": "x"}), done("1.r1"), red(signature="a"),
            op("change_phase", phase_id=1, fields={"gate": gate("fourth")}), green(), op("change_phase", phase_id=1, fields={"name": "x"}), op("remove_phase", phase_id=1), op("add_phase", after=1, phase=new_phase(4, step("4.1"))),
            op("remove_phase", phase_id=2), op("add_phase", after=1, phase=new_phase(5, step("5.1", "1.1"), gate=None)), op("remove_phase", phase_id=5),
        ],
    ),
    "the first phase removed": (
        plan(PAIR, AFTER),
        [op("remove_phase", phase_id=1), op("remove_phase", phase_id=2), done("2.1"), green(2), op("add_phase", after=2, phase=new_phase(3, step("3.1"), gate=None)), done("3.1"), cmd.CompleteTask()],
    ),
    "sessions and their agents": (
        plan(PAIR, AFTER),
        [
            cmd.Bind("s1", "h/1", "began"), cmd.Bind("s1"), cmd.Bind("s1", "h/1"), cmd.NoteSession("s1", "reminded", "x"), cmd.Dispatched("1.1", session="s2"), done("1.1", session="s2"), cmd.Dispatched("1.1", session="s1"),
            cmd.Dispatched("1.1", session="s1", tool_id="t1"), cmd.Dispatched("1.1", session="s1", tool_id="t1"), cmd.Dispatched("1.1", session="s1", tool_id="t2"), cmd.Spawned("Explore", "t3", "s1", "1.1"), cmd.Spawned("x", "t4", "s1"), cmd.Spawned("x", "t5", "s1", "9.9"),
            cmd.ReturnReport("1.1", ("no STATUS",)), cmd.ReturnReport("1.1", ("again",)), cmd.ReturnReport("1.2", ("early",)), cmd.NoteSession("s9", "ended", "other"), cmd.NoteSession("s1", "ended"), cmd.NoteSession("s1", "ended", "twice"), cmd.Bind("s1", "h/2"),
            cmd.Dispatched("1.1", session="s1"), cmd.NoteSession("s1", "interrupted", "esc"), cmd.Bind("s1", "h/3"), cmd.Dispatched("1.1", session="s1"), cmd.Bind("s2", "h/4", "took over"), cmd.ChargeSession("s2", 0, None), cmd.ChargeSession("s2", 100, 0.5, ({"model": "m"},), 10, "m1"),
            cmd.ChargeSession("s2", 50, None, (), 20, "m2"), cmd.Dispatched("1.1", session="s2", runtime="claude"), cmd.Bind("s3", "h/5"), cmd.Pause("lunch"), cmd.Resume("s4", "back", keep=True), cmd.Resume("s5", keep=True), cmd.Resume("s5"), cmd.Pause("x"), cmd.Bind("s6"), cmd.Resume("s6"),
            done("1.1", source="runtime", session="zz"), done("1.2"), green(), done("2.1"), green(2), cmd.CompleteTask(), cmd.NoteSession("s6", "ended", "logout"), cmd.ChargeSession("s6", 5, 0.1), cmd.Bind("s7"),
        ],
    ),
    "outcomes told by hooks": (
        plan(phase(1, step("1.1", max_attempts=4), step("1.2"), gate=None)),
        [
            cmd.Dispatched("1.1", session="s1", tool_id="t1"), failed("1.1", source="hook", session="s1", tokens=5, measured={"agent_id": "a", "edits": ("a.py",), "tool_uses": 2, "duration_s": 1.5}), failed("1.1", "said again", session="s1"), done("1.1", session="s1"),
            failed("1.1", session="s1", attempt=1), done("1.1", session="s1", attempt=1), failed("1.1", "a person says so"), cmd.TopUp("1.1", 2, 4), cmd.TopUp("1.1", 9, 90), cmd.Dispatched("1.1", session="s1", tool_id="t2"), cmd.TopUp("1.1", 3, 90), cmd.Interrupt("1.1", "gone"),
            done("1.1", session="s1"), done("1.1", session="s1", attempt=3), cmd.Dispatched("1.1", session="s1", tool_id="t3"), done("1.1", source="hook", session="s1", tokens=10, usd=0.25), cmd.TopUp("1.1", 4, 10, 0.25), cmd.TopUp("1.1", 4, 30, 0.75, measured={"agent_id": "a"}),
            cmd.TopUp("1.1", 4, 31, 0.5), cmd.TopUp("1.1", 4, 40), done("1.2", outcome_ref="o.txt"), cmd.TopUp("1.2", 1, 7, 0.1), done("1.1", attempt=2, tokens=3), done("1.1", attempt=1, usd=0.5),
        ],
    ),
    "unattended": (
        plan(phase(1, step("1.1", max_attempts=3), step("1.2"), gate=None), budget={"usd": 1.0, "tokens": 1_000, "wall_s": 60}),
        [
            cmd.RaiseRequest("1.1", 1, "q0", "permission", "early"), cmd.Dispatched("1.1", runtime="claude", session="r1"), cmd.RaiseRequest("1.1", 2, "q1", "permission", "rm?"), cmd.RaiseRequest("1.1", 1, "q1", "permission", "rm?", ("yes", "no")),
            cmd.RaiseRequest("1.1", 1, "q1", "permission", "rm?"), cmd.RaiseRequest("1.1", 1, "q2", "choice", "which?"), cmd.SettleRequest("1.1", "q9", True), cmd.SettleRequest("1.1", "q1", False, "no", "policy"), cmd.SettleRequest("1.1", "q1", True), cmd.CompleteTask(),
            cmd.Ask("1.1", "port?", True, 5, 0.1, measured={"agent_id": "a"}), cmd.CompleteTask(), cmd.Answer("1.1", "80"), cmd.Dispatched("1.1", runtime="claude", session="r1"), cmd.RaiseRequest("1.1", 2, "q3", "permission", "rm?"), cmd.Interrupt("1.1", "x", attempt=7),
            cmd.Interrupt("1.1", "late", "refs/s", 2, True, "c1", 0.2, True, None, None, 0.5, 90), cmd.Dispatched("1.1", runtime="claude"), cmd.Interrupt("1.1", "slow", counts=True, charge=True, tokens=3), cmd.Dispatched("1.2", runtime="codex"), cmd.Ask("1.2", "sure?"), cmd.Pause("night"),
            cmd.CompleteTask(), cmd.Note("discovery", "a second"), cmd.Resume("s1"), cmd.Answer("1.2", "yes"), done("1.2", upper_usd=0.6, upper_tokens=10), cmd.Dispatched("1.1"), op("change_task", fields={"budget": {"usd": 9.0, "wall_s": 27}}), cmd.Dispatched("1.1"), cmd.Note("discovery", "x"), cmd.Note("discovery", "x"), cmd.Note("discovery", "x"),
        ],
    ),
    "changes asked for": (
        plan(phase(1, step("1.1", agent="coder", acceptance=["names are bound"]), step("1.2", "1.1", agent="judge", blocked_paths=["**"]), gate="check"), AFTER),
        [
            done("1.1", verdict="changes"), done("1.1"), cmd.RecordOutcome("1.2", "failed", outcome="x", verdict="changes"), cmd.RecordOutcome("1.2", "complete", outcome="nothing named", verdict="changes"), cmd.RecordOutcome("1.2", "complete", outcome=FOUND, verdict="changes"),
            cmd.RecordOutcome("1.2", "complete", outcome=FOUND, verdict="changes"), cmd.Dispatched("1.2"), cmd.Skip("1.2", "enough"), cmd.Retry("again", "1.2"), cmd.Reassign("1.2", "other", "x"), cmd.Interrupt("1.2", "x"), done("1.r1"), cmd.RecordOutcome("1.2", "complete", outcome=FOUND, verdict="changes"),
            done("1.r2"), cmd.RecordOutcome("1.2", "complete", outcome=FOUND, verdict="changes"), cmd.Retry("a person looked", "1.2"), done("1.2", verdict="approve"), green(), done("2.1"), green(2), cmd.CompleteTask(),
        ],
    ),
    "notes of agents": (
        plan(phase(1, step("1.1"), step("1.2"), gate=None)),
        [cmd.RecordOutcome("1.1", "complete", outcome="STATUS complete\nNOTES:\n- warning: slow\n- gossip: no\n- decision: UTC"), cmd.Note("decision", "kept", "", "person", 5_000.0, "task-o-0001")],
    ),
    "what stands between a task and its end": (
        plan(phase(1, step("1.1"), gate="check"), phase(2, step("2.1"), step("2.2", "2.1"), approval_required=True, gate=None)),
        [cmd.CompleteTask(), cmd.Dispatched("1.1"), cmd.CompleteTask(), cmd.Ask("1.1", "x?"), cmd.CompleteTask(), cmd.Answer("1.1", "y"), done("1.1"), cmd.CompleteTask(), green(), cmd.CompleteTask(), cmd.Pause("x"), cmd.CompleteTask()],
    ),
    "what is at work is amended away": (
        plan(phase(1, step("1.1"), step("1.2", max_attempts=9), step("1.3"), gate=None), phase(2, step("2.1", "1.2"), step("2.2", "1.3"))),
        [
            cmd.Dispatched("1.1"), op("remove_step", step_id="1.1"), failed("1.2", "x" * 200), failed("1.2", "x" * 201, attempt=2), op("remove_phase", phase_id=1), op("change_step", step_id="2.1", fields={"depends_on": []}), cmd.Ask("1.3", "x?"), op("remove_phase", phase_id=1),
            op("change_step", step_id="2.2", fields={"depends_on": []}), op("remove_phase", phase_id=1),
        ],
    ),
    "two amendments at once": (
        plan(phase(1, step("1.1"), step("1.2", max_attempts=1), gate=None), phase(2, step("2.1", "1.2"), gate=None)),
        [
            cmd.Amend(({"op": "change_step", "step_id": "1.1", "fields": {"model": "opus"}}, {"op": "change_phase", "phase_id": 2, "fields": {"name": "Last"}}), "so", ("one", "two")),
            cmd.Dispatched("1.1", runtime="claude"), cmd.Interrupt("1.1", "x", conversation="c1"), cmd.Reassign("1.1", "bob", "better"), failed("1.2"), op("remove_phase", phase_id=1),
        ],
    ),
    "long last words": (
        plan(phase(1, step("1.1", max_attempts=1), gate=None)),
        [failed("1.1", "x" * 200), cmd.Retry("x", "1.1"), failed("1.1", "y" * 201)],
    ),
}  # fmt: skip


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves of nested data by their path; rows without what has its default."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in NOISE:
                yield from flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, (list, tuple)) and any(isinstance(item, dict) for item in value):
        for number, item in enumerate(value):
            yield from flat(item, f"{name}[{item.get('step_id') or item.get('phase_id') or number}]")
    elif value not in ("", 0, None, (), False, []):
        yield name, value


def said(record: Record) -> str:
    fields = ", ".join(f"{name}={value!r}" for name, value in flat(record.as_dict()) if name != "plan")
    return f"{type(record).__name__}({short(fields)})"


def short(text: str) -> str:
    return text if len(text) <= 700 else f"{text[:340]} … {text[-340:]} ({len(text)})"


def differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old != new:
            yield f"    {name}: {short(repr(old))} → {short(repr(new))}"


def rows(state: State) -> dict[str, Any]:
    return dict(flat(state.as_dict())) if state.task() is not None else {}


def told(document: dict[str, Any], commands: list[cmd.Command], full: bool, whole: bool) -> Iterator[str]:
    state, now = State(), 1_000.0
    for command in [cmd.Start(document, STARTED_WITH, "s1", "c0", "main"), *commands]:
        now += 1
        before = rows(state)
        yield f"> {said(command) if not isinstance(command, cmd.Start) else 'Start'}"
        try:
            ledger = handle(state, command, now)
        except BatonError as error:
            yield f"  ! {type(error).__name__}: {error}"
            assert rows(state) == before, "a refusal changes nothing"
            continue
        state = ledger.state
        for event in ledger.events:
            yield f"  {said(event)}" if encode(event)[0] != "TaskStarted" else "  TaskStarted"
            if isinstance(event, PlanAmended):
                outline = dict(flat(document["phases"])), document.get("budget")
                document = amended(document, event.ops)
                yield from differences(outline[0], dict(flat(document["phases"])))
                if document.get("budget") != outline[1]:
                    yield f"    budget: {document['budget']}"
        if before or full:
            yield from differences(before, rows(state))
        for action in decide(state, now, 9):
            yield f"  → {said(action)}"
            if whole:
                yield from (f"  | {line}" for line in as_text(action, state).splitlines())


@pytest.mark.parametrize("name", SCENARIOS)
def test_it_is_told_as_it_was(name: str) -> None:
    """Events, state and decisions after each command are those on file."""
    text = "\n".join(told(*SCENARIOS[name], name == IN_WORDS[0], name in IN_WORDS)) + "\n"
    path = GOLDEN / f"{name}.txt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
