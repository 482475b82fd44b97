"""Traces in other tools' formats."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import pytest

from agent_baton.journal.chain import recorded
from agent_baton.trace.chrome import chrome_trace
from agent_baton.trace.context import attempt_span, span_id, trace_environment, trace_id, traceparent
from agent_baton.trace.history import History, gather
from agent_baton.trace.otlp import otlp
from agent_baton.trace.spans import spans
from tests.support.histories import made_up
from tests.unit.engine.test_golden_journals import FOLDER, rows_of

HISTORIES = [gather(map(recorded, rows_of(path)[1])) for path in sorted(FOLDER.glob("*.jsonl"))] + [
    gather(task.recorded()) for task in made_up(45, 5, seed=9)
]
IDS = [history.task_id for history in HISTORIES]
every = pytest.mark.parametrize("history", HISTORIES, ids=IDS)


@every
def test_spans_form_a_tree(history: History) -> None:
    """Ids are unique, parents come first, and no child lasts beyond a parent that has ended."""
    seen: dict[str, Any] = {}
    for span in spans(history):
        assert span.span_id not in seen
        if span.parent_id:
            parent = seen[span.parent_id]
            assert span.start >= parent.start - 0.001
            if parent.end is not None and span.end is not None:
                assert span.end <= parent.end + 0.001
        else:
            assert span.kind == "task"
        seen[span.span_id] = span


@every
def test_a_chrome_trace_has_the_shape_viewers_take(history: History) -> None:
    """Complete events with microseconds; within a lane nothing overlaps; every lane has a name."""
    document = chrome_trace(spans(history), history.task_id, history.last_at + 5)
    assert json.loads(json.dumps(document)) == document
    events = document["traceEvents"]
    named = {event["tid"] for event in events if event["ph"] == "M" and event["name"] == "thread_name"}
    drawn = [event for event in events if event["ph"] == "X"]
    assert {event["ph"] for event in events} <= {"M", "X", "i"}
    for event in drawn:
        assert event["tid"] in named
        assert isinstance(event["ts"], int)
        assert isinstance(event["dur"], int)
        assert event["dur"] >= 1
    for lane in named:
        own = sorted((e["ts"], e["ts"] + e["dur"]) for e in drawn if e["tid"] == lane)
        assert all(before[1] <= after[0] + 1 for before, after in pairwise(own)), "viewers would nest them"
    assert sum(event["cat"] == "attempt" for event in drawn) == len(history.attempts)


@every
def test_otlp_is_what_a_collector_takes(history: History) -> None:
    """Read back by OpenTelemetry's own definition of the message."""
    service = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    json_format = pytest.importorskip("google.protobuf.json_format")
    document = otlp(spans(history), history.task_id, history.started_at, "1.0", history.last_at)
    json_format.Parse(json.dumps(document), service.ExportTraceServiceRequest())
    found = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert len(found) == len(spans(history))
    for span in found:
        assert re.fullmatch(r"[0-9a-f]{32}", span["traceId"])
        assert re.fullmatch(r"[0-9a-f]{16}", span["spanId"])
        assert int(span["endTimeUnixNano"]) >= int(span["startTimeUnixNano"])
        assert span["status"].get("code") != 2 or span["status"]["message"]


def test_names_are_the_conventions() -> None:
    """Every gen_ai attribute and operation we use is one that OpenTelemetry's registry knows."""
    known = pytest.importorskip("opentelemetry.semconv._incubating.attributes.gen_ai_attributes")
    names = {
        value for key, value in vars(known).items() if key.startswith("GEN_AI_") and isinstance(value, str)
    }
    operations = {member.value for member in known.GenAiOperationNameValues}
    used = {
        name: value
        for history in HISTORIES
        for span in spans(history)
        for name, value in span.attributes.items()
    }
    assert {name for name in used if name.startswith("gen_ai.")} <= names
    said = {span.attributes.get("gen_ai.operation.name") for h in HISTORIES for span in spans(h)} - {None}
    assert said == {"invoke_workflow", "invoke_agent"} <= operations


def test_an_unknown_cost_has_no_attribute() -> None:
    """Unknown is never 0."""
    for history in HISTORIES:
        for step in history.steps:
            for attempt in step.attempts:
                span = next(
                    s
                    for s in spans(history)
                    if s.span_id == attempt_span(history.task_id, step.step_id, attempt.number)
                )
                assert ("agent_baton.cost.usd" in span.attributes) == (attempt.usd is not None)


def test_an_agent_is_started_below_the_span_of_its_attempt() -> None:
    """`TRACEPARENT` has the W3C form, and names the ids that the export gives later."""
    history = HISTORIES[-1]
    step = next(step for step in history.steps if step.attempts)
    value = traceparent(history.task_id, history.started_at, step.step_id, 1)
    version, trace, parent, flags = value.split("-")
    assert (version, flags) == ("00", "01")
    assert trace == trace_id(history.task_id, history.started_at)
    assert parent in {span.span_id for span in spans(history) if span.kind == "attempt"}
    assert trace_environment(history.task_id, history.started_at, step.step_id, 1) == {"TRACEPARENT": value}


def test_ids_differ_by_task_step_and_attempt() -> None:
    assert len({span_id("t", "attempt", "1.1", 1), span_id("t", "attempt", "1.1", 2), span_id("t", "attempt", "1.11"), span_id("t"),
                span_id("u", "attempt", "1.1", 1), span_id("t", "gate", 1, 1)}) == 6  # fmt: skip
    assert trace_id("t", 1.0) != trace_id("t", 2.0)
