"""Lint of gates: is there one, can its command be found, and can it fail at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from agent_baton.plan.finding import Finding, note, warning
from agent_baton.plan.inert import visible
from agent_baton.plan.model import Gate, Phase, Plan
from agent_baton.plan.shell import Lines, UnreadableError, always_fails, can_fail, programs, read

_WITHOUT_EDITS = ("documentation", "investigation")


def findings(
    plan: Plan, command_exists: Callable[[str], bool] | None, files: frozenset[str] | None
) -> Iterator[Finding]:
    for number, phase in enumerate(plan.phases):
        if phase.gate is None:
            judged_later = any(later.gate for later in plan.phases[number + 1 :])
            yield _no_gate(phase, judged_later or plan.task_type in _WITHOUT_EDITS, judged_later)
        else:
            yield from _command(phase.gate, f"gate of phase {phase.phase_id}", command_exists, files)


def _no_gate(phase: Phase, harmless: bool, judged_later: bool) -> Finding:
    return (note if harmless else warning)(
        "no-gate",
        f"phase {phase.phase_id}",
        "it has no gate" + ("; a later phase's gate is the first to judge its work" if judged_later else ""),
        "add a gate with a command that fails when the work is wrong",
    )


def _command(
    gate: Gate, where: str, command_exists: Callable[[str], bool] | None, files: frozenset[str] | None
) -> Iterator[Finding]:
    shown = visible(gate.command if len(gate.command) <= 80 else gate.command[:80] + "…")
    if "esac" in gate.command:  # its lone parentheses are beyond this reading
        return
    try:
        lines = read(gate.command)
    except UnreadableError as fault:
        yield warning(
            "gate-unreadable", where, f"{shown}: {fault}", "a shell would refuse it; correct the command"
        )
        return
    yield from _outcome(gate, where, shown, lines)
    for program in programs(lines) if command_exists or files is not None else ():
        if not _exists(program, command_exists, files):
            yield warning(
                "gate-not-found",
                where,
                f"{program} cannot be found ({shown})",
                "install it, or correct the command",
            )


def _outcome(gate: Gate, where: str, shown: str, lines: Lines) -> Iterator[Finding]:
    if not gate.fail_on and not can_fail(lines):
        yield warning(
            "gate-cannot-fail",
            where,
            f"it ends with 0 whatever happens: {shown}",
            "let the tests decide its exit code",
        )
    if always_fails(lines):
        yield warning(
            "gate-always-fails", where, f"it can only fail: {shown}", "give it a command that can succeed"
        )


def _exists(program: str, command_exists: Callable[[str], bool] | None, files: frozenset[str] | None) -> bool:
    if program.startswith("./") and files is not None and program[2:] in files:
        return True
    if command_exists is not None:
        return command_exists(program)
    return not program.startswith("./")  # names on PATH are not among the files
