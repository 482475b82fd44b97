"""Which gate judges a phase: the maintainers' own where one suits, else a check of git that can fail."""

from __future__ import annotations

import shlex

from agent_baton.plan.model import Gate, GateType
from agent_baton.planner.compose.plain import UNFIT, fits, line
from agent_baton.planner.compose.request import Request
from agent_baton.planner.facts import GateCandidate

GATE_TYPES: dict[str, GateType] = {"test": "test", "lint": "lint", "types": "lint", "build": "build"}
MOST_COMMAND = 1_900


def gate_of(request: Request, kinds: tuple[str, ...]) -> Gate:
    """The first of these kinds that exists here; there is always one that can fail."""
    for kind in kinds:
        gate = _one(request, kind)
        if gate is not None:
            return gate
    return _whitespace(request)


def _one(request: Request, kind: str) -> Gate | None:
    if kind == "setup":
        return _made(request, "the tests this phase makes")
    if kind == "untouched":
        return _untouched(request)
    if kind == "whitespace":
        return _whitespace(request)
    if kind == "full":
        return _full(request)
    candidate = request.gates.get(kind)
    if candidate is None or not _fits(candidate):
        return _made(request, "the tests made in the first phase") if kind == "test" else None
    if kind != "test" and candidate.confidence == "low":
        return None  # a guessed build or lint that stops sound work costs more than it finds
    return Gate(
        gate_type=GATE_TYPES.get(kind, "custom"), command=candidate.command, description=_source(candidate)
    )


def _full(request: Request) -> Gate:
    """What the maintainers' pipeline asks of finished work: their lint and types where they are sure, and the tests."""
    test = gate_of(request, ("test", "build"))
    sure = [
        request.gates[kind]
        for kind in ("lint", "types")
        if kind in request.gates and request.gates[kind].confidence == "high" and _fits(request.gates[kind])
    ]
    # `make lint` may be the lint and the types
    commands = dict.fromkeys((*(gate.command for gate in sure), test.command))
    command = " && ".join(f"({one})" for one in commands)
    if len(commands) == 1 or len(command) > MOST_COMMAND:
        return test
    said = "; ".join(dict.fromkeys(_source(gate) for gate in sure))
    return Gate(
        gate_type=test.gate_type, command=command, description=line(f"{said}; {test.description}", 1_500)
    )


def _fits(candidate: GateCandidate) -> bool:
    return len(candidate.command) <= MOST_COMMAND and not UNFIT.search(candidate.command)


def _source(candidate: GateCandidate) -> str:
    place = candidate.evidence
    where = f"{place.path}:{place.line}" if place.line else place.path
    return line(f"{candidate.reason} ({where})" if where else candidate.reason, 700)


def _made(request: Request, description: str) -> Gate | None:
    if not (request.missing_tests and request.test_setup_command):
        return None
    return Gate(command=line(request.test_setup_command, MOST_COMMAND), description=description)


def _since(request: Request) -> str:
    return request.base_commit[:12] or "HEAD"


def _untouched(request: Request) -> Gate:
    """Compares with the plan's commit; what the user had changed before is left out, or the gate were red at once."""
    before = [path for path in request.unsaved if fits(path)]
    left_out = " ".join(shlex.quote(f":(exclude,literal){path}") for path in before)
    command = f"git diff --exit-code {_since(request)} --"
    if before and len(before) == len(request.unsaved) and len(command) + len(left_out) < MOST_COMMAND:
        command = f"{command} . {left_out}"
    return Gate(
        gate_type="custom",
        command=command,
        description="no tracked file changed, neither committed nor in the work tree"
        + (f"; {len(before)} that had unsaved changes at planning are not compared" if before else ""),
    )


def _whitespace(request: Request) -> Gate:
    return Gate(
        gate_type="custom",
        # Markdown means something by blanks at the end of a line
        command=f"git -c core.whitespace=-blank-at-eol diff --check {_since(request)} --",
        description="no conflict markers and no damaged whitespace in what was changed",
    )
