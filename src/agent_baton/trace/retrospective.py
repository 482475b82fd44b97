"""The retrospective: what went as planned, what did not, what was claimed and not true, and what to do differently.
Counts and facts of one task; no opinion that no event supports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent_baton.engine.brief import counted, one_line
from agent_baton.engine.protocol import clock
from agent_baton.trace.document import cost
from agent_baton.trace.history import Attempt, History, StepHistory
from agent_baton.trace.meetings import predicted, real
from agent_baton.trace.retro_facts import causes, questions, retro_facts, rework
from agent_baton.trace.story import told


def retrospective(history: History) -> str:
    """Markdown for people. Text of agents and gates is quoted line by line."""
    sections = [
        _head(history),
        _against_plan(history),
        _section("As planned", as_planned(history)),
        _section("Not as planned", surprises(history)),
        _section("Gate failures and their causes", _causes(history)),
        _section("Rework", _rework(history)),
        _section("Claims that were not true", false_claims(history)),
        _section("Taken on trust", on_trust(history)),
        _section("Conflicts, predicted and real", _conflicts(history)),
        _section("Briefs that led to questions", _questions(history)),
        "\n## Time and cost per agent\n\n" + _agents(history),
        _section("What to do differently", advice(history)),
    ]
    return "\n".join(section for section in sections if section) + "\n"


def _head(history: History) -> str:
    end = history.ended_at or history.last_at
    steps = [step for step in history.steps if step.status != "removed"]
    done = sum(step.status in ("complete", "skipped") for step in steps)
    return (
        f"# Retrospective: {one_line(history.plan['task_summary'])[:120]}\n\n"
        f"Task `{history.task_id}` · {history.status} · {history.plan['task_type']}, risk {history.plan['risk_level']} · "
        f"{clock(history.started_at)} to {clock(end)} ({end - history.started_at:.0f} s)\n\n"
        f"{done}/{len(steps)} steps, {len(history.attempts)} attempts, {len(history.gate_runs)} gate runs."
    )


def _section(name: str, lines: list[str]) -> str:
    return f"\n## {name}\n\n" + ("\n".join(f"- {line}" for line in lines) if lines else "Nothing.")


def _against_plan(history: History) -> str:
    """A table of plan and record; a row only for what both can say."""
    facts = retro_facts(history)
    planned, happened = facts["planned"], facts["happened"]
    rows = [(name, planned[name], happened[name]) for name in ("phases", "steps")]
    rows += [
        (
            f"{row['figure']} of {counted(int(row['steps']), 'step')}",
            _neat(row["likely"]),
            _neat(row["actual"]),
        )
        for row in facts["forecast"]
    ]
    lines = [f"| {name} | {before} | {after} |" for name, before, after in rows]
    return "\n".join(
        ["\n## Planned against what happened\n", "| | planned | happened |", "| --- | ---: | ---: |", *lines]
    )


def _neat(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _causes(history: History) -> list[str]:
    return [
        f"{counted(row['runs'], 'red run')} in {_named('phase', row['phases'])}: {row['cause']}"
        for row in causes(history)
    ]


def _rework(history: History) -> list[str]:
    return [
        f"step {row['step_id']}: {counted(row['attempts'], 'more attempt')}, {row['why']}"
        for row in rework(history)
    ]


def _conflicts(history: History) -> list[str]:
    return [
        f"predicted: {' and '.join(row['steps'])} may both change {one_line(row['path'])}"
        for row in predicted(history)
    ] + [
        f"real: {' and '.join(row['steps'])}, {row['how']}: {', '.join(map(one_line, row['files']))}"
        for row in real(history)
    ]


def _questions(history: History) -> list[str]:
    return [
        f"step {row['step_id']} ({row['agent']}), asked “{row['question']}” of the brief “{row['brief']}”"
        + (f"; answered “{row['answer']}”" if row["answer"] else "; not answered")
        for row in questions(history)
    ]


def as_planned(history: History) -> list[str]:
    smooth = [
        step.step_id
        for step in history.steps
        if not step.repair and [attempt.end for attempt in step.attempts] == ["complete"]
    ]
    green = [
        phase.phase_id
        for phase in history.phases
        if phase.gates and phase.gates[0].finished and phase.gates[0].finished.ok
    ]
    lines = (
        [f"{counted(len(smooth), 'step')} complete at the first attempt: {', '.join(smooth)}"]
        if smooth
        else []
    )
    return lines + ([f"gate green at its first run in {_named('phase', green)}"] if green else [])


def _named(noun: str, names: Sequence[object]) -> str:
    """`phase 1`, `phases 1, 2`."""
    return f"{noun}{'' if len(names) == 1 else 's'} {', '.join(map(str, names))}"


def surprises(history: History) -> list[str]:
    lines = [
        f"the gate of phase {event.phase_id} was red before any work: {one_line(event.reason)}"
        for event in history.baseline
        if not event.ok
    ]
    for phase in history.phases:
        for run in phase.gates:
            if run.finished is not None and not run.finished.ok:
                lines.append(
                    f"gate of phase {phase.phase_id} red at run {run.run}: {one_line(run.finished.reason)[:200]}"
                )
        if phase.waived:
            lines.append(
                f"gate of phase {phase.phase_id} waived by {one_line(phase.waived_by)}: {one_line(phase.waived)}"
            )
    lines += [line for step in history.steps for line in _step_surprises(step)]
    lines += [
        f"plan amended by {one_line(item['by'])} ({', '.join(map(told, item['ops']))}): "
        f"{one_line(item['reason']) or 'no reason given'}"
        for item in history.amendments
    ]
    return lines + [f"stuck: {one_line(item['reason'])}" for item in history.failures]


def _step_surprises(step: StepHistory) -> list[str]:
    lines = [f"step {step.step_id} was a repair ({one_line(step.cause)[:160]})"] if step.repair else []
    for attempt in step.attempts:
        if attempt.end in ("failed", "veto", "interrupted"):
            lines.append(
                f"step {step.step_id} attempt {attempt.number} {attempt.end}: {one_line(attempt.outcome)[:200]}"
            )
    lines += [f"step {step.step_id} asked: {one_line(question)[:200]}" for question, _ in step.questions]
    return lines + ([f"step {step.step_id} skipped: {one_line(step.skipped)}"] if step.skipped else [])


def false_claims(history: History) -> list[str]:
    lines = [
        f"step {step.step_id} attempt {attempt.number} ({attempt.agent_name}): {line}"
        for step in history.steps
        for attempt in step.attempts
        if attempt.evidence is not None
        for line in attempt.evidence.mismatches
    ]
    tampered = {line for run in history.gate_runs if run.finished for line in run.finished.tampering}
    return lines + [f"tests weakened: {one_line(line)}" for line in sorted(tampered)]


def on_trust(history: History) -> list[str]:
    lines = [
        f"gate of phase {phase.phase_id} was reported, not run here"
        for phase in history.phases
        if phase.gates and (last := phase.gates[-1].finished) is not None and last.source == "reported"
    ]
    unchecked = [
        f"{step.step_id}"
        for step in history.steps
        if step.attempts
        and step.attempts[-1].end == "complete"
        and (e := step.attempts[-1].evidence, e is None or e.verdict == "unverifiable")[1]
    ]
    return lines + ([f"nothing to check against git in {_named('step', unchecked)}"] if unchecked else [])


def _agents(history: History) -> str:
    by_agent: dict[str, list[Attempt]] = {}
    for attempt in history.attempts:
        by_agent.setdefault(attempt.agent_name, []).append(attempt)
    rows = [
        "| agent | attempts | failed | time | tokens | cost |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for agent, attempts in sorted(by_agent.items()):
        spent = cost(attempts)
        seconds = sum(attempt.seconds or 0 for attempt in attempts)
        time = f"{seconds:.0f} s" if seconds else "unknown"  # recorded in the moment it was dispatched
        failed = sum(attempt.end in ("failed", "veto") for attempt in attempts)
        tokens, usd = _spent(spent, "tokens", ",.0f"), _spent(spent, "usd", ",.4f")
        rows.append(f"| {one_line(agent)} | {len(attempts)} | {failed} | {time} | {tokens} | {usd} |")
    return "\n".join(rows)


def _spent(spent: dict[str, Any], kind: str, form: str) -> str:
    """As in `$0.3100 + $0.1000 estimated + 2 unknown`: what is measured, what is not, and attempts nobody reported on."""
    estimated, unknown = spent[f"{kind}_estimated"], spent[f"{kind}_unknown_attempts"]
    measured, sign = spent[kind] - estimated, "$" if kind == "usd" else ""
    parts = [f"{sign}{measured:{form}}"] if measured or not (estimated or unknown) else []
    parts += [f"{sign}{estimated:{form}} estimated"] if estimated else []
    return " + ".join(parts + ([f"{unknown} unknown"] if unknown else []))


def advice(history: History) -> list[str]:
    """What the record supports doing otherwise next time."""
    lines: list[str] = []
    for phase in history.phases:
        red = [run.finished for run in phase.gates if run.finished is not None and not run.finished.ok]
        if red:
            names = sorted({name for run in red for name in run.new_failures})
            what = f" ({', '.join(names[:5])})" if names else ""
            lines.append(
                f"have the agent of phase {phase.phase_id} run `{one_line(red[0].command)}` before reporting{what}"
            )
    for step in history.steps:
        if step.questions:
            lines.append(
                f"put the answer to “{one_line(step.questions[0][0])[:120]}” into the plan: step {step.step_id} had to ask"
            )
        if sum(attempt.end == "failed" for attempt in step.attempts) >= 2:
            lines.append(f"split step {step.step_id} or give it to another agent: it failed more than once")
    if false_claims(history):
        lines.append("set `evidence: strict` in .claude/baton.yaml: a claim was not true")
    if any(event.ok is False for event in history.baseline):
        lines.append("make the gates green before starting: a red baseline hides regressions")
    return lines
