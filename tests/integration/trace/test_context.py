"""What an unattended run hands to its agents, seen from inside one."""

from __future__ import annotations

import json

from tests.integration.run.conftest import Runner, runner
from tests.support.running import wide

__all__ = ["runner"]


def test_an_agent_of_a_run_knows_the_span_of_its_attempt(runner: Runner) -> None:
    """Its TRACEPARENT names the trace and the span that the export of the task gives."""
    task = runner.start(wide(1, 1))
    writes = {"run": 'mkdir -p out && printf %s "$TRACEPARENT" > out/1.1.txt'}
    assert runner.run(task, {"do": [writes, {"say": "STATUS: complete"}]}).kind == "complete"
    version, trace, parent, flags = runner.in_branch(task, "out/1.1.txt").split("-")
    assert (version, flags) == ("00", "01")
    document = json.loads(runner.repo.baton("trace", "export", task, "--format", "otlp").stdout)
    spans = {span["spanId"]: span for span in document["resourceSpans"][0]["scopeSpans"][0]["spans"]}
    assert spans[parent]["traceId"] == trace
    assert spans[parent]["name"].startswith("invoke_agent")
