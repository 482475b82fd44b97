"""The rows a plan starts with."""

from __future__ import annotations

from agent_baton.engine.state import Phase, Spec, Step, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent_baton.engine.events import TaskStarted
    from agent_baton.engine.state import State


def start_rows(state: State, event: TaskStarted, at: float) -> None:
    """Lay out task, phases, steps and specs of a plan that starts at `at`."""
    plan = event.plan
    phases = plan["phases"]
    budget = plan.get("budget") or {}
    steps = [step for phase in phases for step in phase["steps"]]
    state.put(
        Task(
            task_id=plan["task_id"],
            seq=0,
            status="running",
            summary=plan["task_summary"],
            phase_id=phases[0]["phase_id"],
            first_phase_id=phases[0]["phase_id"],
            risk_level=plan["risk_level"],
            budget_tier=plan["budget_tier"],
            execution_mode=plan["execution_mode"],
            git_strategy=plan["git_strategy"],
            evidence=event.settings.get("evidence", "note"),
            session=event.session,
            started_at=at,
            bound_at=at,
            foreign_agents=(event.settings.get("claude") or {}).get("foreign_agents", "allow"),
            base_commit=event.base_commit,
            branch=event.branch,
            tip=event.base_commit or "",
            limit_usd=budget.get("usd"),
            limit_tokens=budget.get("tokens"),
            limit_wall_s=budget.get("wall_s"),
            steps_total=len(steps),
            gates_total=sum(1 for phase in phases if phase.get("gate")),
            last_phase_id=max(phase["phase_id"] for phase in phases),
        )
    )
    followers = [phase["phase_id"] for phase in phases[1:]] + [None]
    for phase, next_id in zip(phases, followers, strict=True):
        state.put(phase_row(phase, next_id))
    unblocks: dict[str, list[str]] = {}
    for step in steps:
        for dependency in step["depends_on"]:
            unblocks.setdefault(dependency, []).append(step["step_id"])
    for phase in phases:
        for position, step in enumerate(phase["steps"], 1):
            waiting = len(set(step["depends_on"]))
            put_step(
                state, step, phase["phase_id"], position, waiting, tuple(unblocks.get(step["step_id"], ()))
            )


def phase_row(phase: dict[str, Any], next_id: int | None) -> Phase:
    row = Phase(
        phase_id=phase["phase_id"],
        name=phase["name"],
        next_id=next_id,
        risk_level=phase["risk_level"],
        approval="needed" if phase["approval_required"] else "none",
        gate="none",
        last_step=max((int(step["step_id"].partition(".")[2]) for step in phase["steps"]), default=0),
    )
    return with_gate(row, phase["gate"]) if phase.get("gate") else row


def with_gate(row: Phase, gate: dict[str, Any]) -> Phase:
    return row.replace(
        gate="pending",
        gate_type=gate["gate_type"],
        gate_command=gate["command"],
        gate_description=gate["description"],
        gate_timeout_s=gate["timeout_s"],
        fail_on=tuple(gate["fail_on"]),
        max_repairs=gate["max_repairs"],
    )


def put_step(
    state: State,
    step: dict[str, Any],
    phase_id: int,
    position: int,
    waiting: int,
    unblocks: tuple[str, ...] = (),
    repair: bool = False,
) -> None:
    """A new step, ready when it waits for nothing."""
    budget = step.get("budget") or {}
    state.put(
        Step(
            step_id=step["step_id"],
            phase_id=phase_id,
            position=position,
            status="pending" if waiting else "ready",
            agent_name=step["agent_name"],
            model=step["model"],
            max_attempts=step["max_attempts"],
            timeout_s=step["timeout_s"],
            waiting=waiting,
            unblocks=unblocks,
            members=tuple(member["agent_name"] for member in step.get("team") or ()),
            may_veto=step.get("may_veto", False),
            limited=bool(step.get("allowed_paths") or step.get("blocked_paths")),
            repair=repair,
            limit_usd=budget.get("usd"),
            limit_tokens=budget.get("tokens"),
        )
    )
    state.put(spec_row(step))


def spec_row(step: dict[str, Any]) -> Spec:
    team = tuple(
        f"{member['agent_name']} ({member['role']}): {member.get('task_description') or member['role']}"
        for member in step.get("team") or ()
    )
    return Spec(
        step_id=step["step_id"],
        task_description=step["task_description"],
        depends_on=tuple(step.get("depends_on") or ()),
        deliverables=tuple(step.get("deliverables") or ()),
        acceptance=tuple(step.get("acceptance") or ()),
        allowed_paths=tuple(step.get("allowed_paths") or ()),
        blocked_paths=tuple(step.get("blocked_paths") or ()),
        context_files=tuple(step.get("context_files") or ()),
        knowledge=tuple(step.get("knowledge") or ()),
        team=team,
    )
