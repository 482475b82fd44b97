"""Say whether a gate is red, and why."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agent_baton.gates.failures import Comparison, compare, failures
from agent_baton.gates.notests import no_tests_ran
from agent_baton.gates.patterns import SearchTooSlowError, check_patterns, first_match
from agent_baton.gates.run import GateRun
from agent_baton.gates.signature import signature

__all__ = [
    "Comparison", "Verdict", "check_patterns", "compare", "failures", "judge", "no_tests_ran", "signature",
]  # fmt: skip

Kind = Literal[
    "passed", "stopped", "timeout", "signal", "not-found", "no-tests", "exit", "fail-on", "changed-files"
]
SHOWN = 5  # names of tests or files in a reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """Red or green."""

    ok: bool
    reason: str  # for people, one line
    signature: str  # of the failure, equal when it failed the same way; "" when green
    kind: Kind = "passed"


def judge(run: GateRun, fail_on: Sequence[str] = (), changed_files: Sequence[str] = ()) -> Verdict:
    """Red but for a clean end, tests really run, no `fail_on` match, no tracked file changed.

    Deterministic in its arguments, but for a `fail_on` expression that backtracks longer than its limit: red
    too. Raises UserError for a `fail_on` that is not a regular expression.
    """
    faults = [*_faults_of_the_end(run), *_fail_on(run, fail_on), *_changed(changed_files)]
    if not faults:
        return Verdict(True, _passed(run, fail_on), "")
    reason = "; ".join(fault for _, fault in faults)
    kind = faults[0][0]
    how = reason if kind in ("fail-on", "changed-files") else kind  # not told by the output itself
    return Verdict(False, reason, signature(f"gate failed: {how}\n{run.output}"), kind)


def _passed(run: GateRun, fail_on: Sequence[str]) -> str:
    notes = ["exit code 0"]
    if run.killed_children:
        notes.append(f"{_count(run.killed_children, 'process')} it left running had to be ended")
    if fail_on and "\n[… " in run.output and " bytes cut …]\n" in run.output:
        notes.append("fail_on was not looked for in the part of the output that was cut")
    return "; ".join(notes)


def _faults_of_the_end(run: GateRun) -> list[tuple[Kind, str]]:
    if run.stopped:
        return [("stopped", "it was stopped before it could end")]
    if run.timed_out:
        return [("timeout", f"it did not end in time and was killed after {run.duration_s:.0f} s")]
    if run.signal is not None or run.exit_code is None:
        return [("signal", _signalled(run.signal))]
    if run.exit_code in (126, 127):
        return [
            (
                "not-found",
                f"exit code {run.exit_code}: {_last_line(run.output) or 'the command cannot be run'}",
            )
        ]
    if no_tests_ran(run.output):
        return [("no-tests", f"no tests ran (exit code {run.exit_code}): {_last_line(run.output)}")]
    if run.exit_code != 0:
        return [("exit", f"exit code {run.exit_code}{_failing(failures(run.output))}")]
    return []


def _signalled(number: int | None) -> str:
    if number is None:
        return "how it ended is not known: its supervisor was killed"
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    return f"ended by {name}" + (": often the machine ran out of memory" if name == "SIGKILL" else "")


def _failing(names: Sequence[str]) -> str:
    return f": {_count(len(names), 'failing test')}: {_some(names)}" if names else ""


def _fail_on(run: GateRun, patterns: Sequence[str]) -> list[tuple[Kind, str]]:
    try:
        found = first_match(patterns, run.output)
    except SearchTooSlowError as error:
        return [("fail-on", f"its fail_on could not be searched for ({error}): simplify the expression")]
    return [("fail-on", f"fail_on {found[0]!r} matches: {found[1]}")] if found else []


def _changed(files: Sequence[str]) -> list[tuple[Kind, str]]:
    if not files:
        return []
    restore = " ".join(map(shlex.quote, files[:SHOWN])) + (" …" if len(files) > SHOWN else "")
    reason = (
        f"it changed {_count(len(files), 'tracked file')} ({_some(files)}); a gate may only read; "
        f"restore with: git checkout -- {restore}"
    )
    return [("changed-files", reason)]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 'es' if what.endswith('s') else 's'}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _last_line(output: str) -> str:
    lines = [line.strip(" =\t") for line in output[-4000:].split("\n")]
    return next((line[:200] for line in reversed(lines) if line), "")
