"""Sending spans with OpenTelemetry's own exporter, which knows its endpoints, headers, certificates and retries."""

from __future__ import annotations

from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from agent_baton import __version__
from agent_baton.errors import UserError
from agent_baton.redact import for_others
from agent_baton.trace.context import trace_id
from agent_baton.trace.otlp import SCHEMA, SCOPE, nanoseconds, resource
from agent_baton.trace.spans import Span, Value


def send_spans(
    found: Sequence[Span], task_id: str, started_at: float, now: float, endpoint: str | None
) -> int:
    """Send them and return how many. Raises UserError when the collector does not take them."""
    trace = int(trace_id(task_id, started_at), 16)
    exporter = OTLPSpanExporter(endpoint=endpoint) if endpoint else OTLPSpanExporter()
    result = exporter.export([_readable(span, trace, now) for span in found])
    exporter.shutdown()  # type: ignore[no-untyped-call]
    if result is not SpanExportResult.SUCCESS:
        where = endpoint or "the collector OTEL_EXPORTER_OTLP_ENDPOINT names"
        raise UserError(f"{where} did not take the spans; see whether it runs, then send them again")
    return len(found)


def _context(trace: int, span_id: str) -> SpanContext:
    return SpanContext(trace, int(span_id, 16), is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _readable(span: Span, trace: int, now: float) -> ReadableSpan:
    status = (
        Status(StatusCode.ERROR, for_others(span.error))
        if span.error
        else Status(StatusCode.OK if span.end else StatusCode.UNSET)
    )
    open_ = {} if span.end is not None else {"agent_baton.open": True}
    return ReadableSpan(
        name=span.name,
        context=_context(trace, span.span_id),
        parent=_context(trace, span.parent_id) if span.parent_id else None,
        resource=Resource(resource(__version__)),
        attributes={name: _clean(value) for name, value in {**span.attributes, **open_}.items()},
        events=[Event(name, {"text": for_others(text)}, nanoseconds(at)) for at, name, text in span.events],
        kind=SpanKind.INTERNAL,
        status=status,
        start_time=nanoseconds(span.start),
        end_time=nanoseconds(span.end if span.end is not None else now),
        instrumentation_scope=InstrumentationScope(SCOPE, __version__, SCHEMA),
    )


def _clean(value: Value) -> Value:
    if isinstance(value, str):
        return for_others(value)
    return [for_others(item) for item in value] if isinstance(value, list) else value
