"""What a run writes: dispatches, outcomes, interruptions, requests. Each function blocks, and is durable when it returns."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from agent_baton.app import driver, parallel
from agent_baton.app.finish import Finished, complete
from agent_baton.app.outcomes import spill
from agent_baton.app.run.checkout import UsersCheckout
from agent_baton.app.run.costs import Cost
from agent_baton.app.run.ground import (
    Plot,
    clear,
    commit_rest,
    furnish_home,
    inspect,
    plot_there,
    saved,
    set_home_right,
)
from agent_baton.app.run.verdict import History, Seen, Settlement, settle
from agent_baton.app.run.worker import Worker
from agent_baton.app.settings import Workspace
from agent_baton.app.site import Site
from agent_baton.app.start import refresh_context
from agent_baton.engine import commands as cmd
from agent_baton.engine.events import EvidenceGathered, GateFinished
from agent_baton.engine.ledger import Ledger
from agent_baton.engine.repairs import only_reads
from agent_baton.engine.review import verdict_of
from agent_baton.engine.state import Step
from agent_baton.errors import Refused
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.redact import redact
from agent_baton.runtimes.protocol import Outcome

NAMED = 5  # files in a warning


@dataclass(frozen=True)
class Books:
    """The journal's side of one run."""

    home: Site
    task_id: str
    actor: str
    users: UsersCheckout
    now: Callable[[], float] = time.time

    def perform(self, journal: SqliteJournal, command: cmd.Command) -> Ledger:
        return driver.perform(journal, self.task_id, command, round(self.now(), 3), self.actor)

    def dispatch(
        self, journal: SqliteJournal, step_id: str, ground: Plot, session: str, runtime: str
    ) -> Step:
        """Note that an agent is about to be started, with the session it will have. Raises Refused."""
        made = ground.worktree
        ledger = self.perform(
            journal,
            cmd.Dispatched(
                step_id,
                session=session,
                base_commit=ground.base,
                worktree=made.path,
                branch=made.branch,
                runtime=runtime,
            ),
        )
        step = ledger.state.step(step_id)
        assert step is not None
        return step

    def record(self, journal: SqliteJournal, worker: Worker, outcome: Outcome, cost: Cost) -> Settlement:
        """Look at what an agent left, judge it, and record what came of it."""
        step, ground = worker.step, worker.ground
        seen = inspect(self.home, ground, step, worker.spec)
        past = History(
            resumed=worker.conversation is not None,
            failures=worker.failures,
            failure=worker.failure,
            tree=_last_tree(journal, self.task_id, step) if worker.failures else "",
            wanted="" if worker.wanted == "fenced" else worker.wanted,
            stalled_s=worker.progress.stalled_s(time.monotonic()),
        )
        found = settle(outcome, seen, past)
        if worker.wanted == "fenced":
            self._void(journal, worker, cost)
        elif found.kind in ("complete", "failed"):
            found = self._outcome(journal, worker, found, seen, cost)
        elif found.kind == "question":
            self.perform(journal, cmd.Ask(step.step_id, redact(found.text), charge=True, **cost.fields()))
        else:
            self._interrupted(journal, worker, found, outcome.session_id, cost)
        self._look_at_checkout(journal, step.step_id)
        return found

    def _look_at_checkout(self, journal: SqliteJournal, step_id: str) -> None:
        warning = self.users.changes(step_id)
        if warning:
            self.perform(journal, cmd.Note("warning", redact(warning), step_id))

    def _outcome(
        self,
        journal: SqliteJournal,
        worker: Worker,
        found: Settlement,
        seen: Seen,
        cost: Cost,
    ) -> Settlement:
        verdict, wrong = verdict_of(found.report, worker.step.may_veto, only_reads(worker.step, worker.spec))
        if wrong and found.kind == "complete":
            found = Settlement("failed", f"{wrong}\n{found.text}", "fine", found.report)
        command = cmd.RecordOutcome(
            step_id=worker.step_id,
            status=found.kind,
            attempt=worker.step.attempt,
            outcome=redact(found.text),
            files=found.report.files,
            commit=seen.commit if seen.changed else "",
            verdict=verdict if found.kind == "complete" else "",
            session=worker.step.session,
            source="runtime",
            final=found.final,
            **cost.fields(),
        )
        if found.kind == "complete":
            try:
                if not only_reads(worker.step, worker.spec):
                    commit = commit_rest(self.home, worker.ground, worker.step.attempt)
                    claimed = found.report.commit or (commit if seen.changed else "")
                    command = command.replace(commit=claimed)
                now = round(self.now(), 3)
                ledger = driver.record(self.home, journal, self.task_id, command, now, self.actor)
                refresh_context(self.home, ledger.state)
                return found
            except Refused as refused:
                # evidence: strict, and git disagrees with the claim: this attempt has failed
                found = Settlement("failed", refused.message, "fine", found.report)
        saved(self.home, worker.ground, worker.step.attempt)  # the next attempt works in the same tree
        self._failed(journal, command.replace(status="failed", files=(), verdict=""), found, seen)
        return found

    def _failed(
        self, journal: SqliteJournal, command: cmd.RecordOutcome, found: Settlement, seen: Seen
    ) -> None:
        """Record a failure, with what it left: the same again would be no progress."""
        step_id, attempt = command.step_id, command.attempt or 0
        evidence = {
            "verdict": "unverifiable",
            "commit": seen.commit,
            "changed_count": seen.changed,
            "tree": seen.tree,
        }
        text = spill(self.home.state_dir, self.task_id, step_id, attempt, redact(found.text))
        self.perform(journal, command.replace(evidence=evidence, **text))

    def _interrupted(
        self, journal: SqliteJournal, worker: Worker, found: Settlement, session: str, cost: Cost
    ) -> None:
        step = worker.step
        conversation = (session or step.session) if found.goes_on else ""
        spent = step.conversation_usd if worker.conversation is None else worker.conversation.spent_usd
        self.perform(
            journal,
            cmd.Interrupt(
                step.step_id,
                redact(found.text),
                saved(self.home, worker.ground, step.attempt),
                attempt=step.attempt,
                counts=found.counts,
                conversation=conversation,
                conversation_usd=spent + (cost.usd or 0.0) if conversation else 0.0,
                charge=True,
                **cost.fields(),
            ),
        )

    def _void(self, journal: SqliteJournal, worker: Worker, cost: Cost) -> None:
        """The journal gave this attempt up while its agent was at work: only its cost is still a fact."""
        command = cmd.RecordOutcome(
            worker.step_id,
            "failed",
            attempt=worker.step.attempt,
            outcome="its agent was stopped: the attempt had been given up",
            source="runtime",
            **cost.fields(),
        )
        self.perform(journal, command)

    def merge(self, journal: SqliteJournal, step_ids: list[str]) -> list[tuple[str, str]]:
        """Merge finished steps into the task's branch. (step, what came of it)"""
        merged = parallel.integrate(
            self.home, journal, self.task_id, round(self.now(), 3), self.actor, step_ids
        )
        state = journal.state(self.task_id)
        return [(step_id, what + self._cleared(state.step(step_id), journal)) for step_id, what in merged]

    def _cleared(self, step: Step | None, journal: SqliteJournal) -> str:
        """Take away what a reading step left beside its work, if anything."""
        if step is None:
            return ""
        ground = plot_there(self.home, self.task_id, step)
        spec = journal.state(self.task_id).spec(step.step_id)
        if ground is None or spec is None or not only_reads(step, spec):
            return ""
        return f" (what it wrote is kept at {clear(self.home, ground, step.attempt)})"

    def before_gate(self, journal: SqliteJournal, wanted: Workspace) -> None:
        """A gate judges the branch: what somebody put beside it is set aside, and said."""
        names, ref = set_home_right(self.home, self.task_id)
        if names:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            said = f"files in the task's own tree that no step committed were set aside, to {ref}: "
            self.perform(journal, cmd.Note("warning", redact(f"{said}{', '.join(names[:NAMED])}{more}")))
        furnish_home(self.home, wanted)

    def newly_red(self, journal: SqliteJournal, phase_id: int) -> tuple[str, ...]:
        """Tests that the last run of a phase's gate found red and that were not before."""
        runs = (item.event for task_id, item in journal.of_kind("GateFinished") if task_id == self.task_id)
        found = [
            run.new_failures for run in runs if isinstance(run, GateFinished) and run.phase_id == phase_id
        ]
        return found[-1] if found else ()

    def after_gate(self, _journal: SqliteJournal) -> None:
        """What the gate itself left lying is no work."""
        set_home_right(self.home, self.task_id)

    def complete(self, journal: SqliteJournal) -> Finished:
        return complete(self.home, journal, self.task_id, round(self.now(), 3), self.actor)


def _last_tree(journal: SqliteJournal, task_id: str, step: Step) -> str:
    """What the step's last failed attempt left, as far as it was recorded."""
    tree = ""
    for item in journal.events(task_id):
        event = item.event
        if isinstance(event, EvidenceGathered) and event.step_id == step.step_id:
            tree = event.tree
    return tree
