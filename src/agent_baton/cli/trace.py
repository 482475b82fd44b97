"""`baton trace`: the spans of a task, shown, exported, or sent to a collector."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from agent_baton import __version__
from agent_baton.cli.common import Desk, answer, note, output_option, put, say, task_argument
from agent_baton.cli.extras import load
from agent_baton.redact import for_others, redact
from agent_baton.trace.chrome import chrome_trace
from agent_baton.trace.document import trace_document
from agent_baton.trace.history import History, gather
from agent_baton.trace.otlp import otlp
from agent_baton.trace.spans import spans
from agent_baton.trace.tree import tree
from agent_baton.trace.words import redacted


@click.group()
def trace() -> None:
    """Show, export and send the trace of a task: what ran when, how it ended, what it cost.

    \b
    Example:
      baton trace export task-logging-a3f9 --format chrome --to trace.json
    """


def _history(task_id: str | None) -> tuple[Desk, History]:
    desk = Desk(task_id)
    desk.state()
    return desk, gather(desk.journal.events(desk.task_id))


@trace.command()
@task_argument
@output_option
def show(task_id: str | None, output: str) -> None:
    """Show a task's phases, steps, attempts and gate runs with how long each took.

    \b
    Example:
      baton trace show task-logging-a3f9
    """
    _, history = _history(task_id)
    answer(output, redact("\n".join(tree(spans(history)))), redacted(trace_document(history)))


def _json(history: History, now: float) -> dict[str, Any]:
    return trace_document(history)


def _chrome(history: History, now: float) -> dict[str, Any]:
    return chrome_trace(spans(history), history.task_id, now)


def _otlp(history: History, now: float) -> dict[str, Any]:
    return otlp(spans(history), history.task_id, history.started_at, __version__, now)


FORMATS: dict[str, Callable[[History, float], dict[str, Any]]] = {
    "json": _json, "chrome": _chrome, "otlp": _otlp,
}  # fmt: skip


@trace.command()
@task_argument
@click.option(
    "--format", "kind", type=click.Choice(list(FORMATS)), default="json",
    help="json: our own document. chrome: for Perfetto. otlp: for an OpenTelemetry collector.",
)  # fmt: skip
@click.option("--to", "target", type=click.Path(dir_okay=False), help="A file; else standard output.")
def export(task_id: str | None, kind: str, target: str | None) -> None:
    """Write a task's trace for another tool. Secrets and e-mail addresses are taken out.

    \b
    Examples:
      baton trace export --format chrome --to trace.json     open it at ui.perfetto.dev
      baton trace export --format otlp | curl -d @- -H 'Content-Type: application/json' http://localhost:4318/v1/traces
    """
    desk, history = _history(task_id)
    text = json.dumps(redacted(FORMATS[kind](history, desk.now), for_others), ensure_ascii=False, indent=2)
    if target is None:
        say(text)
        return
    put(target, f"{text}\n".encode("utf-8", "backslashreplace"))
    note(f"wrote {target}")


@trace.command()
@task_argument
@click.option(
    "--endpoint", metavar="URL", help="The collector; else OTEL_EXPORTER_OTLP_ENDPOINT, else localhost:4318."
)
def send(task_id: str | None, endpoint: str | None) -> None:
    """Send a task's spans to an OpenTelemetry collector (OTLP over HTTP). Needs the extra `otel`.

    \b
    Example:
      baton trace send task-logging-a3f9 --endpoint http://localhost:4318/v1/traces
    """
    send_spans = load("agent_baton.cli.otel:send_spans", "otel", "baton trace send")
    desk, history = _history(task_id)
    count = send_spans(spans(history), history.task_id, history.started_at, desk.now, endpoint)
    say(f"sent {count} spans of {history.task_id}")
