"""Ending a task: the trace and the retrospective are written from the journal once it says so."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

from agent_baton.app.driver import perform
from agent_baton.app.folds import keep
from agent_baton.app.leftovers import forget
from agent_baton.app.outcomes import write_durably
from agent_baton.app.site import Site
from agent_baton.app.views import KEPT_AT_THE_END
from agent_baton.engine import commands as cmd
from agent_baton.engine.decide import summary
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.redact import redact
from agent_baton.trace.document import trace_document
from agent_baton.trace.history import gather
from agent_baton.trace.retro_facts import retro_facts
from agent_baton.trace.retrospective import retrospective
from agent_baton.trace.words import redacted


@dataclass(frozen=True)
class Finished:
    task_id: str
    summary: str
    elapsed_s: float
    trace: str
    retrospective: str

    def text(self) -> str:
        return (
            f"Task {self.task_id} completed.\n{self.summary} | Elapsed: {self.elapsed_s:.0f}s\n"
            f"Trace: {self.trace}\nRetrospective: {self.retrospective}"
        )

    def fields(self) -> dict[str, Any]:
        return {
            "task_id": self.task_id,
            "status": "complete",
            "summary": self.summary,
            "elapsed_s": self.elapsed_s,
            "trace": self.trace,
            "retrospective": self.retrospective,
        }


def complete(site: Site, journal: SqliteJournal, task_id: str, now: float, actor: str) -> Finished:
    """Complete the task, or say what is open. Completing twice writes the same files again."""
    ledger = perform(journal, task_id, cmd.CompleteTask(), now, actor, site.session)
    trace, notes = write_views(site, journal, task_id)
    forget(site, task_id)
    keep(site, os.environ, KEPT_AT_THE_END, journal, task_id)
    head = ledger.head
    seconds = max(0.0, (head.ended_at or now) - head.started_at)  # the clock may have been set back
    return Finished(task_id, summary(ledger.state), seconds, trace, notes)


def write_views(site: Site, journal: SqliteJournal, task_id: str) -> tuple[str, str]:
    """Write trace and retrospective, for people and as facts; returns the paths that a person opens from here."""
    history = gather(journal.events(task_id))
    for folder, document in (("traces", trace_document(history)), ("retrospectives", retro_facts(history))):
        text = json.dumps(redacted(document), indent=2, ensure_ascii=False)
        write_durably(site.file(folder, f"{task_id}.json"), text.encode("utf-8", "backslashreplace"))
    text = redact(retrospective(history))
    write_durably(site.file("retrospectives", f"{task_id}.md"), text.encode("utf-8", "backslashreplace"))
    written = site.file("traces", f"{task_id}.json"), site.file("retrospectives", f"{task_id}.md")
    return os.path.relpath(written[0]), os.path.relpath(written[1])
