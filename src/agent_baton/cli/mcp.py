"""`baton mcp`: the commands as tools of the Model Context Protocol."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from contextlib import closing
from typing import Any

import click

from agent_baton import __version__
from agent_baton.app.hooks.alive import process_of
from agent_baton.app.site import find_site
from agent_baton.claude.mcp.offer import Offer, Parameter, Resource, Tool
from agent_baton.cli.app import baton
from agent_baton.errors import BatonError, UserError
from agent_baton.journal.reader import SqliteReader

TEXT: dict[str, Any] = {"type": "string"}
LIST: dict[str, Any] = {"type": "array"}
ACTION = {"task_id": TEXT, "action": TEXT, "then": TEXT, "call": {"type": "object"}}
# tool -> (the command it is, whether it only reads, what to expect in its answer)
TOOLS: dict[str, tuple[str, bool, dict[str, Any]]] = {
    "plan": ("plan new", False, {"task_id": TEXT, "phases": LIST}),
    "start": ("execute start", False, {**ACTION, "session_binding": TEXT}),
    "next": ("execute next", True, {**ACTION, "actions": LIST}),
    "dispatched": ("execute dispatched", False, {"status": TEXT, "step_id": TEXT}),
    "record": ("execute record", False, {"recorded": {"type": "boolean"}, "next": {"type": "object"}}),
    "gate": ("execute gate", False, {"result": TEXT, "source": TEXT, "reason": TEXT}),
    "approve": ("execute approve", False, {"result": TEXT, "by": TEXT}),
    "answer": ("execute answer", False, {"step": TEXT, "status": TEXT}),
    "status": ("execute status", True, {"task_id": TEXT, "status": TEXT, "phases": LIST}),
    "story": ("story", True, {"task_id": TEXT, "events": LIST}),
    "note": ("note add", False, {"noted": TEXT, "id": TEXT}),
    "notes": ("note list", True, {"notes": LIST}),
    "resume": ("execute resume", False, {**ACTION, "session_binding": TEXT}),
    "complete": ("execute complete", False, {"task_id": TEXT, "status": TEXT, "summary": TEXT}),
}
JSON = "application/json"
STORY = ("story", "--output=json")
PLAN = ("plan", "show", "--json")
RESOURCES = (
    Resource(
        "baton://plan", "plan", "The plan under way, amendments included; else the saved one.", JSON,
        ((*PLAN, "--running"), PLAN),
    ),
    Resource(
        "baton://task/{task_id}/plan", "plan of a task", "Its plan, amendments included.", JSON,
        ((*PLAN, "--task-id={task_id}"),),
    ),
    Resource("baton://story", "story", "What happened to the task, in order.", JSON, (STORY,)),
    Resource(
        "baton://task/{task_id}/story", "story of a task", "What happened to it, in order.", JSON,
        ((*STORY, "--", "{task_id}"),),
    ),
)  # fmt: skip
# as `baton`, but with nothing of the repository we stand in on the import path
PROGRAM = (
    "import sys; sys.path[:1] == [''] and sys.path.pop(0); sys.argv[0] = 'baton'; "
    "from agent_baton.cli.entry import main; main()"
)
OURS = {"output", "as_json", "outcome_file"}  # how to print is settled, and texts come in the call
INSTRUCTIONS = (
    "Agent Baton keeps a plan, its gates and a journal of what happened. The loop: `next` says one action; do what "
    "it says; `call` in its answer is the tool to call then, with what is left open (…, SHA, a|b) filled in. "
    "Gates are run by the engine (`gate` with run), never by you. Stop at COMPLETE, or when a person must decide."
)


@click.command()
@click.option(
    "--directory",
    type=click.Path(exists=True, file_okay=False),
    help="The repository; else where it is started.",
)
def mcp(directory: str | None) -> int:
    """Serve the commands to an MCP client, on stdin and stdout. Needs the extra: agent-baton[mcp].

    \b
    Example:
      claude mcp add baton -- baton mcp
    """
    if importlib.util.find_spec("mcp") is None:
        raise UserError("the MCP server needs the official SDK: pip install 'agent-baton[mcp]'")
    if directory:
        os.chdir(directory)
    # the SDK takes most of a second to import, and is an extra: only this command ever loads it
    importlib.import_module("agent_baton.claude.mcp.server").serve(offer(), __version__)
    return 0


def offer() -> Offer:
    """Every tool, its schema read from its command's options."""
    tools = tuple(_tool(name) for name in TOOLS)
    return Offer((sys.executable, "-c", PROGRAM), tools, RESOURCES, INSTRUCTIONS, session_of_client)


def session_of_client() -> dict[str, str]:
    """BATON_SESSION of the task that our client's process drives, if it is Claude Code and drives one.

    Our own environment names the session that the client began with; after /clear it has another one.
    """
    if "BATON_SESSION" in os.environ or "CLAUDE_CODE_SESSION_ID" not in os.environ:
        return {}
    process = process_of({"CLAUDE_PID": str(os.getppid())})
    try:
        site = find_site(os.getcwd(), os.environ)
        with closing(SqliteReader(site.db_path)) as journal:
            tasks = [task for task in journal.tasks(open_only=True) if task.process == process]
    except BatonError:
        return {}  # the command itself will say what is wrong
    return {"BATON_SESSION": max(tasks, key=lambda task: task.bound_at).session} if tasks else {}


def _tool(name: str) -> Tool:
    words, reads_only, outputs = TOOLS[name]
    command = _command(words.split())
    taken = [_parameter(param) for param in command.params if param.name not in OURS]
    taken.sort(key=lambda parameter: not parameter.required)
    description = " ".join((command.help or "").partition("\b")[0].split())
    return Tool(name, description, tuple(words.split()), tuple(taken), reads_only, outputs)


def _command(words: list[str]) -> click.Command:
    found: click.Command = baton
    for word in words:
        assert isinstance(found, click.Group)
        inner = found.get_command(click.Context(found), word)
        assert inner is not None, f"no command {words}"
        found = inner
    return found


def _parameter(param: click.Parameter) -> Parameter:
    flag = next((name for name in param.opts if name.startswith("--")), "")
    name = flag[2:].replace("-", "_") or str(param.name)
    text = getattr(param, "help", None)
    schema = _schema(param) | ({"description": text} if text else {})
    return Parameter(name, flag, schema, param.required)


def _schema(param: click.Parameter) -> dict[str, Any]:
    if getattr(param, "is_flag", False):
        return {"type": "boolean"}
    kind = {"integer": "integer", "integer range": "integer", "float": "number", "float range": "number"}
    schema: dict[str, Any] = {"type": kind.get(param.type.name, "string")}
    if isinstance(param.type, click.Choice):
        schema["enum"] = list(param.type.choices)
    return {"type": "array", "items": schema} if param.multiple or param.nargs == -1 else schema
