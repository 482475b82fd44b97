"""The command tree. Each command's module is imported when the command is used, not before."""

from __future__ import annotations

import difflib
import gc
import importlib
import os
import platform
import sys
import traceback
from typing import TYPE_CHECKING, Any

import click

from agent_baton import __version__
from agent_baton.cli.output import as_unusable, emit, report
from agent_baton.errors import BatonError, UserError
from agent_baton.loading import load

if TYPE_CHECKING:
    from collections.abc import Mapping

# command -> (module:object, one line for the list, so that listing loads nothing)
COMMANDS = {
    "plan": ("agent_baton.cli.plan:plan", "Write, check, show and change plans."),
    "execute": (
        "agent_baton.cli.execute:execute",
        "Drive a task: start, next, record, gate, approve, complete …",
    ),
    "run": ("agent_baton.cli.run:run_new", "Plan a task and drive it unattended."),
    "inbox": ("agent_baton.cli.inbox:inbox", "List what waits for a person, in every open task."),
    "approve": ("agent_baton.cli.decisions:approve", "Decide a phase's approval."),
    "answer": ("agent_baton.cli.decisions:answer_", "Answer an agent's question."),
    "why": ("agent_baton.cli.look:why", "Say why nothing moves, and what would."),
    "story": ("agent_baton.cli.look:story", "Tell what happened to a task, in order."),
    "replay": ("agent_baton.cli.replay:replay", "Step through what happened to a task."),
    "diff-runs": ("agent_baton.cli.replay:diff_runs", "Compare two tasks."),
    "trace": ("agent_baton.cli.trace:trace", "Show, export and send the trace of a task."),
    "dashboard": ("agent_baton.cli.dashboard:dashboard", "Show metrics across tasks."),
    "watch": ("agent_baton.cli.watch:watch", "Watch a task live, in the terminal."),
    "usage": ("agent_baton.cli.usage:usage", "Show tokens and money by day, task, agent, model or person."),
    "retro": ("agent_baton.cli.retro:retro", "List, show and search retrospectives, and sum them up."),
    "detect": ("agent_baton.cli.detect:detect", "Say what a repository is made of."),
    "gates": ("agent_baton.cli.gates:gates", "List the gates a repository offers, or try them."),
    "forecast": (
        "agent_baton.cli.forecast:forecast",
        "Say what a plan is expected to take, and how such forecasts did.",
    ),
    "classify": ("agent_baton.cli.classify:classify", "Say what a task asks for, and how risky it is."),
    "agents": ("agent_baton.cli.agents:agents", "List, show, check and create agents."),
    "route": ("agent_baton.cli.route:route", "Say which agents a task would get, and why."),
    "journal": ("agent_baton.cli.journal:journal", "Verify, export and recover the journal."),
    "learn": ("agent_baton.cli.learn:learn", "Say what past tasks suggest, and apply what convinces you."),
    "scores": ("agent_baton.cli.learn:scores", "Say how each agent's work held."),
    "note": ("agent_baton.cli.note:note", "Keep what later agents and tasks should know."),
    "packs": ("agent_baton.cli.packs:packs", "Say what certain tasks must have: policy packs."),
    "evidence": (
        "agent_baton.cli.evidence:evidence",
        "Seal a task's evidence into one file, and verify such a file.",
    ),
    "config": ("agent_baton.cli.config:config", "Show the settings in force, or explain them."),
    "install": (
        "agent_baton.cli.install:install",
        "Install agents, skill, commands and hooks for Claude Code.",
    ),
    "upgrade": ("agent_baton.cli.install:upgrade", "Bring what was installed to this version."),
    "uninstall": ("agent_baton.cli.install:uninstall", "Take away what was installed."),
    "doctor": ("agent_baton.cli.doctor:doctor", "Check the installation, and say how to mend it."),
    "mcp": ("agent_baton.cli.mcp:mcp", "Serve the commands to an MCP client."),
    "hook": ("agent_baton.cli.hook_command:hook", "Answer a hook of Claude Code (JSON on stdin)."),
    "statusline": (
        "agent_baton.cli.hook_command:statusline",
        "Print one line about the task, for Claude Code's status line.",
    ),
    "demo": ("agent_baton.cli.demo:demo", "Play the whole walk in a scratch repository."),
    "completion": ("agent_baton.cli.completion:completion", "Print the completion script of a shell."),
}


def loaded(target: str) -> Any:
    """What a table names as `module:object`; the module is imported now."""
    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute)


class LazyGroup(click.Group):
    """A group that knows its commands by name and loads one when it is used."""

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]] | None = None, **named: Any) -> None:
        super().__init__(*args, **named)
        self.lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.lazy:
            return super().get_command(ctx, name)
        command: click.Command = loaded(self.lazy[name][0])
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            close = difflib.get_close_matches(name, self.list_commands(ctx), 3, 0.5)
            hint = f" Did you mean {', '.join(map(repr, close))}?" if close else ""
            raise click.UsageError(f"No such command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, self.lazy[name][1]) for name in self.list_commands(ctx) if name in self.lazy]
        for name in super().list_commands(ctx):
            command = super().get_command(ctx, name)
            if command is not None and not command.hidden:
                rows.append((name, command.get_short_help_str(70)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog='Begin with: baton plan "Add request logging" --save, then baton execute start.',
)
@click.version_option(__version__, prog_name="baton")
@click.option("--no-color", is_flag=True, help="Plain output; NO_COLOR in the environment does the same.")
def baton(no_color: bool) -> None:
    """The durable part of working with coding agents: a plan with gates, one journal, one driver."""
    if no_color:
        os.environ["NO_COLOR"] = "1"


def run() -> int:
    """Run the command line and return its exit code."""
    # a command is over before its garbage matters; looking for cycles as often as usual is a tenth of a large plan's cost
    gc.set_threshold(50_000, 20, 20)
    as_json = wants_json(sys.argv)
    try:
        result = baton.main(standalone_mode=False)
    except BatonError as error:
        return report(error, as_json)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.Abort:
        emit("interrupted", sys.stderr)
        return 130
    except click.ClickException as error:
        if as_json:
            return report(UserError(error.format_message()), as_json)
        error.show()
        return 2
    except BrokenPipeError:
        return 141
    except Exception as error:  # noqa: BLE001 - the one place where anything unexpected becomes a report
        if (unusable := as_unusable(error)) is not None:
            return report(unusable, as_json)
        emit(bug_report(error), sys.stderr)
        return 70
    return result if isinstance(result, int) else 0


def wants_json(argv: list[str]) -> bool:
    following = argv[argv.index("--output") + 1 :][:1] if "--output" in argv else []
    return "--json" in argv or "--output=json" in argv or following == ["json"]


def bug_report(error: BaseException) -> str:
    """A report to paste into an issue: versions, the command, the traceback, without secrets."""
    clean = load("agent_baton.redact:redact")
    trace = "".join(traceback.format_exception(error))
    return (
        "This is a bug in Agent Baton; what was recorded before is safe. Please report the lines below.\n"
        f"--- baton {__version__}, Python {platform.python_version()}, {platform.system()} {platform.release()}\n"
        f"--- command: {clean(' '.join(sys.argv[1:]))[:500]}\n{clean(trace)}---"
    )
