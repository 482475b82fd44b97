"""Spans as OTLP/JSON: the body of an ExportTraceServiceRequest, which every OpenTelemetry collector takes.

Format: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding (ids in hex, 64-bit numbers as strings).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent_baton.trace.context import trace_id
from agent_baton.trace.spans import Span, Value

INTERNAL = 1
OK, ERROR = 1, 2
SCHEMA = "https://opentelemetry.io/schemas/1.41.0"
SCOPE = "agent_baton.trace"


def otlp(found: Sequence[Span], task_id: str, started_at: float, version: str, now: float) -> dict[str, Any]:
    """One request. A span that is not over yet ends `now` and says so (`agent_baton.open`)."""
    trace = trace_id(task_id, started_at)
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": attributes(resource(version))},
                "scopeSpans": [
                    {
                        "scope": {"name": SCOPE, "version": version},
                        "spans": [_span(span, trace, now) for span in found],
                        "schemaUrl": SCHEMA,
                    }
                ],
            }
        ]
    }


def resource(version: str) -> dict[str, Value]:
    return {"service.name": "agent-baton", "service.version": version}


def nanoseconds(at: float) -> int:
    """Journal times have milliseconds; a float's own last digits would show as invented nanoseconds."""
    return round(at * 1_000) * 1_000_000


def attributes(values: dict[str, Value]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: Value) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [{"stringValue": item} for item in value]}}
    return {"stringValue": value}


def _span(span: Span, trace: str, now: float) -> dict[str, Any]:
    status = {"code": ERROR, "message": span.error} if span.error else {"code": OK} if span.end else {}
    values = {**span.attributes, **({} if span.end is not None else {"agent_baton.open": True})}
    return {
        "traceId": trace,
        "spanId": span.span_id,
        **({"parentSpanId": span.parent_id} if span.parent_id else {}),
        "name": span.name,
        "kind": INTERNAL,
        "startTimeUnixNano": str(nanoseconds(span.start)),
        "endTimeUnixNano": str(nanoseconds(span.end if span.end is not None else now)),
        "attributes": attributes(values),
        "events": [
            {"timeUnixNano": str(nanoseconds(at)), "name": name, "attributes": attributes({"text": text})}
            for at, name, text in span.events
        ],
        "status": status,
    }
