"""The hot verbs of `baton execute`: their options as data, and what each does. Click and the hot path share both."""

from __future__ import annotations

import os
import time

from agent_baton.app import driver
from agent_baton.app.site import find_site, pick_task
from agent_baton.cli.status import status_fields, status_text
from agent_baton.engine import commands as cmd
from agent_baton.engine.actions import Dispatch, Failed
from agent_baton.engine.decide import decide
from agent_baton.engine.events import EvidenceGathered, OutcomeVoided, StepFinished
from agent_baton.engine.protocol import Place, as_fields, as_text
from agent_baton.errors import UserError
from agent_baton.fastjson import dumps
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    from agent_baton.app.site import Site
    from agent_baton.engine.actions import Action
    from agent_baton.engine.ledger import Ledger
    from agent_baton.engine.state import State

    class Powers(Protocol):
        """What the hot path does without: redaction, worktrees, merging."""

        def redact(self, text: str) -> str: ...
        def integrate(self, call: Call) -> None: ...
        def place(self, call: Call, actions: list[Action]) -> dict[str, Place]: ...
        def brief_file(self, call: Call, step_id: str, text: str) -> str: ...
        def run_gate(self, call: Call, phase_id: int) -> tuple[int, str]: ...


class Decline(Exception):
    """This needs more than the hot path has; nothing was written yet."""


class Option(Record):
    name: str
    flags: tuple[str, ...]
    kind: str  # text | int | float | flag
    help: str
    required: bool = False
    default: object = None
    choices: tuple[str, ...] = ()


class Verb(Record):
    name: str
    help: str
    example: str
    options: tuple[Option, ...]
    run: Callable[[Call], tuple[int, str]]


class Call:
    """One command at work: where, on what, when, by whom."""

    def __init__(self, args: dict[str, Any], cwd: str, env: Mapping[str, str], powers: Powers | None) -> None:
        self.args = args
        self.powers = powers
        self.now = round(time.time(), 3)
        self.actor = actor_of(env)
        self.site: Site = find_site(cwd, env)
        self.journal = SqliteJournal(self.site.db_path)
        self.task_id = pick_task(self.journal, args.get("task_id") or "", env)
        self.env = env

    @property
    def json(self) -> bool:
        return self.args.get("output") == "json"

    def state(self) -> State:
        return self.journal.state(self.task_id)

    def need(self) -> Powers:
        """What only the full command has. On the hot path the whole command goes over to it."""
        if self.powers is None:
            raise Decline
        return self.powers


def actor_of(env: Mapping[str, str]) -> str:
    """Who is asking, for the record."""
    return env.get("BATON_ACTOR") or env.get("USER") or env.get("LOGNAME") or f"uid-{os.getuid()}"


def run_verb(
    verb: Verb, args: dict[str, Any], cwd: str, env: Mapping[str, str], powers: Powers | None
) -> tuple[int, str]:
    """Exit code and text of one verb. Raises BatonError, and Decline when `powers` are needed and absent."""
    return verb.run(Call(args, cwd, env, powers))


# -- next -----------------------------------------------------------------------------------------------------


def _next(call: Call) -> tuple[int, str]:
    if call.args["all"] or call.args["brief_file"]:
        call.need()
    return show_next(call, call.state(), 1_000 if call.args["all"] else 1)


def show_next(call: Call, state: State, limit: int = 1) -> tuple[int, str]:
    """The next action as text; exit code 1 when it is FAILED."""
    phase = state.current_phase()
    if phase is not None and phase.unintegrated:
        call.need().integrate(call)
        state = call.state()
    actions = decide(state, call.now, limit)
    places = call.need().place(call, actions) if limit > 1 else {}
    shown = [_place(call, state, action, places) for action in actions]
    code = 1 if isinstance(actions[0], Failed) else 0
    if not call.json:
        return code, "\n\n".join(as_text(action, state, place) for action, place in shown)
    fields = [{"task_id": call.task_id, **as_fields(action, state, place)} for action, place in shown]
    return code, dumps({"task_id": call.task_id, "actions": fields} if limit > 1 else fields[0])


def _place(call: Call, state: State, action: Action, places: dict[str, Place]) -> tuple[Action, Place | None]:
    if not isinstance(action, Dispatch):
        return action, None
    place = places.get(action.step_id)
    if place is None:
        worktree, branch = driver.worktree_of(call.site, call.task_id, action.step_id)
        place = Place(worktree, branch)
    if call.args.get("brief_file"):
        prompt = as_fields(action, state, place)["prompt"]
        place = Place(place.worktree, place.branch, call.need().brief_file(call, action.step_id, prompt))
    return action, place


def then_next(call: Call, text: str, code: int = 0) -> tuple[int, str]:
    """The answer to a command, followed by the next action when it was asked for."""
    if not call.args.get("next"):
        return code, text
    next_code, action = show_next(call, call.state())
    if call.json:
        return next_code, text[:-1] + ',"next":' + action + "}"
    return next_code, f"{text}\n\n{action}"


# -- dispatched -----------------------------------------------------------------------------------------------


def _dispatched(call: Call) -> tuple[int, str]:
    command = cmd.Dispatched(call.args["step_id"], call.args["agent"] or "", force=call.args["force"])
    driver.dispatched(call.site, call.journal, call.task_id, command, call.now, call.actor)
    return 0, f'{{"status": "dispatched", "step_id": "{call.args["step_id"]}"}}'


# -- record ---------------------------------------------------------------------------------------------------

# at least one of these is in every text that redaction would change; without them it is not loaded
SECRET_SIGNS = (
    "key", "token", "secret", "passw", "pwd", "auth", "bearer", "credential", "cookie", "-----begin", "://", "eyj",
    "akia", "asia", "aiza", "ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat", "glpat", "xox", "sk_", "sk-", "rk_", "pk_",
    "npm_", "pypi-", "sig=",
)  # fmt: skip


def _record(call: Call) -> tuple[int, str]:
    args = call.args
    command = cmd.RecordOutcome(
        step_id=args["step_id"],
        status=args["status"],
        agent_name=args["agent"] or "",
        attempt=args["attempt"],
        outcome=_outcome(call),
        files=tuple(name.strip() for name in (args["files"] or "").split(",") if name.strip()),
        commit=args["commit"] or "",
        verdict=args["verdict"] or "",
        force=args["force"],
        tokens=args["tokens"],
        usd=args["cost_usd"],
    )
    if driver.worktree_of(call.site, call.task_id, command.step_id)[0]:
        call.need()
    ledger = driver.record(call.site, call.journal, call.task_id, command, call.now, call.actor)
    return then_next(call, _recorded(call, command, ledger))


def _outcome(call: Call) -> str:
    outcome: str = call.args["outcome"] or ""
    if call.args["outcome_file"]:
        call.need()
        outcome = _read_outcome(call.args["outcome_file"])
    lowered = outcome.lower()
    if len(outcome) > 4_000 or any(sign in lowered for sign in SECRET_SIGNS):
        outcome = call.need().redact(outcome)
    return outcome


def _read_outcome(path: str) -> str:
    try:
        with open(0 if path == "-" else path, "rb", closefd=path != "-") as stream:
            return stream.read(50_000_000).decode("utf-8", "replace")
    except OSError as error:
        raise UserError(f"cannot read the outcome from {path}: {error.strerror}") from error


def _recorded(call: Call, command: cmd.RecordOutcome, ledger: Ledger) -> str:
    step = ledger.state.step(command.step_id)
    assert step is not None
    agent = command.agent_name or step.agent_at_work or step.agent_name
    voided = any(isinstance(event, OutcomeVoided) for event in ledger.events)
    fresh = any(isinstance(event, StepFinished) for event in ledger.events)
    evidence = next((event for event in ledger.events if isinstance(event, EvidenceGathered)), None)
    if call.json:
        fields: dict[str, Any] = {"recorded": fresh, "void": voided, "step": step.step_id, "agent": agent}
        fields |= {"status": command.status, "attempt": step.attempt}
        if evidence is not None:
            fields |= {"evidence": evidence.verdict, "mismatches": list(evidence.mismatches)}
        return dumps(fields)
    if voided:
        return f"Void: attempt {command.attempt} of step {step.step_id} was given up; its outcome is kept in the story and changes nothing"
    first = f"{'Recorded' if fresh else 'Already recorded'}: step {step.step_id} ({agent}) — {command.status}"
    doubts = evidence.mismatches if evidence is not None else ()
    return "\n".join([first, *(f"  Evidence: {line}" for line in doubts)])


# -- gate -----------------------------------------------------------------------------------------------------


def _gate(call: Call) -> tuple[int, str]:
    args = call.args
    if args["run"] == (args["result"] is not None):
        raise UserError("say either --run (the engine runs the gate) or --result pass|fail (you report it)")
    if args["run"]:
        code, text = call.need().run_gate(call, args["phase_id"])
        return then_next(call, text, code)
    output = (args["output_text"] or "").strip()
    if output:
        output = call.need().redact(output)
    ok = args["result"] == "pass"
    command = cmd.RecordGate(args["phase_id"], ok, "reported", output=output)
    driver.perform(call.journal, call.task_id, command, call.now, call.actor)
    return then_next(call, gate_recorded(call, args["phase_id"], ok, "reported"), 0 if ok else 1)


def gate_recorded(call: Call, phase_id: int, ok: bool, source: str, reason: str = "") -> str:
    result = "PASS" if ok else "FAIL"
    if call.json:
        return dumps({"phase": phase_id, "result": result.lower(), "source": source, "reason": reason})
    return f"Gate recorded: phase {phase_id} — {result}" + (f" ({reason})" if reason else "")


# -- status ---------------------------------------------------------------------------------------------------


def _status(call: Call) -> tuple[int, str]:
    state = call.state()
    actions = decide(state, call.now, 1)
    return 0, dumps(status_fields(state, actions[0], call.now)) if call.json else status_text(state, actions[0], call.now)


# -- the tables -----------------------------------------------------------------------------------------------

TASK = Option("task_id", ("--task-id",), "text", "the task meant; else BATON_TASK_ID, else the only open one")
OUTPUT = Option("output", ("--output",), "text", "text or json", default="text", choices=("text", "json"))
NEXT = Option("next", ("--next",), "flag", "print the next action too", default=False)
STEP = Option("step_id", ("--step-id", "--step"), "text", "the step, as the action named it", required=True)
FORCE = Option("force", ("--force",), "flag", "accept another agent than the plan's; recorded as forced", default=False)

VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "next",
            "Say what to do next. A query: asking twice gives the same answer.",
            "baton execute next --all",
            (
                Option("all", ("--all",), "flag", "every step that can run now, each with a worktree of its own", default=False),
                Option("brief_file", ("--brief-file",), "flag", "put the brief in a file and print its path", default=False),
                TASK,
                OUTPUT,
            ),
            _next,
        ),
        Verb(
            "dispatched",
            "Note that an agent was started on a step.",
            "baton execute dispatched --step-id 1.1 --agent backend-engineer--python",
            (STEP, Option("agent", ("--agent",), "text", "the agent that was started"), FORCE, TASK, OUTPUT),
            _dispatched,
        ),
        Verb(
            "record",
            "Record a step's outcome; claims are checked against git.",
            'baton execute record --step-id 1.1 --status complete --outcome "added the middleware" --commit 3fa9c1d --next',
            (
                STEP,
                Option("status", ("--status",), "text", "complete or failed", required=True),
                Option("agent", ("--agent",), "text", "the agent that did it"),
                Option("outcome", ("--outcome",), "text", "what was done, or why it failed"),
                Option("outcome_file", ("--outcome-file",), "text", "read the outcome from a file, - for standard input"),
                Option("files", ("--files",), "text", "changed files, separated by commas"),
                Option("commit", ("--commit",), "text", "the commit that holds the work"),
                Option("attempt", ("--attempt",), "int", "which attempt this answers"),
                Option("verdict", ("--verdict",), "text", "veto, from a step that may veto"),
                Option("tokens", ("--tokens",), "int", "tokens the attempt used"),
                Option("cost_usd", ("--cost-usd",), "float", "what the attempt cost"),
                FORCE,
                NEXT,
                TASK,
                OUTPUT,
            ),
            _record,
        ),
        Verb(
            "gate",
            "Run a phase's gate, or report its result.",
            "baton execute gate --phase-id 1 --run --next",
            (
                Option("phase_id", ("--phase-id", "--phase"), "int", "the phase", required=True),
                Option("run", ("--run",), "flag", "run the command here and record what happened: verified", default=False),
                Option("result", ("--result",), "text", "report pass or fail: marked as reported", choices=("pass", "fail")),
                Option("output_text", ("--gate-output", "--notes"), "text", "output to hand to the repairing agent"),
                NEXT,
                TASK,
                OUTPUT,
            ),
            _gate,
        ),
        Verb("status", "Show where the task stands.", "baton execute status", (TASK, OUTPUT), _status),
    )
}
