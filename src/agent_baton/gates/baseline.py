"""How a gate stood before anybody changed anything, and what a red gate later therefore means. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agent_baton.gates.failures import compare, failures
from agent_baton.gates.judge import Verdict
from agent_baton.gates.run import GateRun


@dataclass(frozen=True, slots=True)
class Baseline:
    """A gate's standing at `start`."""

    command: str
    ok: bool
    reason: str
    signature: str
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What a verdict means against the baseline."""

    kind: Literal["green", "fixed", "regression", "known-red", "no-baseline"]
    message: str  # for people, one line
    regressions: tuple[str, ...] = ()  # failing tests that did not fail before
    known: tuple[str, ...] = ()  # failing tests that failed before too

    @property
    def ok(self) -> bool:
        """Whether the work done since the baseline is not to blame for anything."""
        return self.kind in ("green", "fixed", "known-red")


def take(run: GateRun, verdict: Verdict) -> Baseline:
    """Remember how a gate stands now."""
    names = () if verdict.ok else failures(run.output)
    return Baseline(run.command, verdict.ok, verdict.reason, verdict.signature, names)


def weigh(before: Baseline | None, run: GateRun, verdict: Verdict) -> Standing:
    """Tell a regression from what was red before."""
    if verdict.ok:
        was_red = before is not None and not before.ok
        return Standing("fixed", "green, and it was red before") if was_red else Standing("green", "green")
    if before is None:
        return Standing("no-baseline", f"red; how it was before any work is not known: {verdict.reason}")
    if before.ok:
        return Standing("regression", f"red, and it was green before: {verdict.reason}", failures(run.output))
    return _both_red(before, run, verdict)


def _both_red(before: Baseline, run: GateRun, verdict: Verdict) -> Standing:
    names = failures(run.output)
    if not names or not before.failures:
        if verdict.signature == before.signature:
            return Standing("known-red", f"red as it was before: {before.reason}", known=names)
        return Standing(
            "regression", f"red, as before but differently: {verdict.reason}; before: {before.reason}", names
        )
    found = compare(before.failures, names)
    if found.regressions:
        return Standing(
            "regression", f"{_tests(found.regressions)} newly red", found.regressions, found.known
        )
    return Standing("known-red", f"{_tests(found.known)} red, all of them before too", known=found.known)


def _tests(names: Sequence[str]) -> str:
    return f"{len(names)} test{'' if len(names) == 1 else 's'}"


def flaky(verdicts: Sequence[Verdict]) -> bool:
    """Whether runs on the same tree disagree: then red says nothing about the tree."""
    return len({(verdict.ok, verdict.signature) for verdict in verdicts}) > 1
