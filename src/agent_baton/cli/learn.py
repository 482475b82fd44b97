"""`baton learn` and `baton scores`: what past tasks suggest, decided on by people."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from agent_baton.app import learning
from agent_baton.app.learned_file import FILE, Entry, read_learned
from agent_baton.cli.common import Desk, answer, output_option
from agent_baton.redact import redact
from agent_baton.trace.learning.lessons import Lesson
from agent_baton.trace.learning.proposal import Proposal
from agent_baton.trace.learning.scores import AgentScore, agent_scores
from agent_baton.trace.learning.scoring import Score


def _lessons(desk: Desk) -> list[Lesson]:
    return learning.lessons_of(desk.site, desk.journal, os.environ)


@click.group(invoke_without_command=True)
@click.option(
    "--auto", is_flag=True, help="Apply what only calibrates forecasts; everything else waits for you."
)
@output_option
@click.pass_context
def learn(ctx: click.Context, auto: bool, output: str) -> None:
    """Say what past tasks suggest for the next plans. Nothing changes until you apply it.

    \b
    Example:
      baton learn
      baton learn show routing-3fa9c1
      baton learn apply routing-3fa9c1
    """
    if ctx.invoked_subcommand is not None:
        return
    desk = Desk()
    lessons = _lessons(desk)
    found = learning.open_proposals(desk.site, lessons)
    applied = [item for item in found if item.automatic] if auto else []
    for item in applied:
        learning.decide(desk.site, item, "applied", learning.AUTOMATIC_BY, desk.now)
    waiting = [item for item in found if item not in applied]
    lines = [f"applied {item.proposal_id}: {item.title}" for item in applied]
    lines += [line for item in waiting for line in _told(item)]
    text = "\n".join(lines) or f"nothing to propose from {len(lessons)} ended tasks"
    answer(
        output,
        text,
        {
            "tasks": len(lessons),
            "applied": [_fields(p) for p in applied],
            "proposals": [_fields(p) for p in waiting],
        },
    )


def _told(item: Proposal) -> list[str]:
    return [f"{item.proposal_id}  {item.title}", *(f"  {line}" for line in item.evidence)]


def _fields(item: Proposal) -> dict[str, Any]:
    return {
        "id": item.proposal_id,
        "kind": item.kind,
        "title": item.title,
        "evidence": list(item.evidence),
        "effect": dict(item.effect),
    }


@learn.command()
@click.argument("proposal_id")
@click.option(
    "--replay", "tasks", type=click.IntRange(1, 1_000), default=10, help="Over so many newest tasks."
)
@output_option
def show(proposal_id: str, tasks: int, output: str) -> None:
    """Show a proposal's evidence, and what it would have changed in the newest plans.

    \b
    Example:
      baton learn show gate-slow-1b2c3d --replay 20
    """
    desk = Desk()
    item = learning.the_proposal(learning.open_proposals(desk.site, _lessons(desk)), proposal_id)
    replayed = learning.replay(desk.site, desk.journal, item.effect, tasks)
    changed = [past for past in replayed if past.changes]
    lines = [*_told(item), f"would have changed {len(changed)} of the newest {len(replayed)} plans:"]
    for past in changed:
        lines += [f"  {past.task_id}", *(f"    {line}" for line in past.changes)]
    past_fields = [
        {"task_id": p.task_id, "changes": list(p.changes), "left_out": p.left_out} for p in replayed
    ]
    answer(output, "\n".join(lines), {**_fields(item), "replay": past_fields})


@learn.command()
@click.argument("proposal_id")
@output_option
def apply(proposal_id: str, output: str) -> None:
    """Apply a proposal to all plans from now on. Written to .claude/baton.learned.yaml, to be committed.

    \b
    Example:
      baton learn apply brief-9d8e7f
    """
    _decide(proposal_id, "applied", "", output)


@learn.command()
@click.argument("proposal_id")
@click.option("--reason", required=True, help="Why not; kept in the file.")
@output_option
def reject(proposal_id: str, reason: str, output: str) -> None:
    """Turn a proposal down. It is not made again.

    \b
    Example:
      baton learn reject review-5f6a7b --reason "the review is for the juniors"
    """
    _decide(proposal_id, "rejected", reason, output)


def _decide(proposal_id: str, status: str, reason: str, output: str) -> None:
    desk = Desk()
    item = learning.the_proposal(learning.open_proposals(desk.site, _lessons(desk)), proposal_id)
    entry = learning.decide(desk.site, item, status, desk.actor, desk.now, redact(reason))
    answer(output, f"{status} {entry.id}: {entry.title}", {"id": entry.id, "status": status, "file": FILE})


@learn.command()
@click.argument("proposal_id")
@click.option("--reason", default="", help="Why; kept in the file.")
@output_option
def revert(proposal_id: str, reason: str, output: str) -> None:
    """End the effect of something applied.

    \b
    Example:
      baton learn revert routing-3fa9c1 --reason "the model was updated"
    """
    desk = Desk()
    entry = learning.revert(desk.site, proposal_id, desk.actor, desk.now, redact(reason))
    answer(
        output, f"reverted {entry.id}: {entry.title}", {"id": entry.id, "status": "reverted", "file": FILE}
    )


@learn.command(name="list")
@output_option
def list_(output: str) -> None:
    """List what was decided, and whether what was applied helped since.

    \b
    Example:
      baton learn list
    """
    desk = Desk()
    scored = {entry.id: score for entry, score in learning.scores_of(desk.site, _lessons(desk), _seconds)}
    last = {entry.id: entry for entry in read_learned(Path(desk.site.checkout.top))}
    fields = [_decided(entry, scored.get(entry.id)) for entry in last.values()]
    text = "\n".join(line for entry in last.values() for line in _decided_lines(entry, scored.get(entry.id)))
    answer(output, text or "nothing was decided yet", {"learned": fields, "file": FILE})


def _decided_lines(entry: Entry, score: Score | None) -> list[str]:
    lines = [f"{entry.id}  {entry.status} {entry.at[:10]} by {entry.by}: {entry.title}"]
    if score:
        lines.append(
            f"  {score.of}: before {score.before.text()}, since {score.since.text()} — {score.verdict}"
        )
    return lines


def _decided(entry: Entry, score: Score | None) -> dict[str, Any]:
    told = {
        "of": score.of, "before": score.before.fields(), "since": score.since.fields(), "verdict": score.verdict
    } if score else None  # fmt: skip
    return {"id": entry.id, "status": entry.status, "at": entry.at, "by": entry.by, "score": told}


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp()


@click.command()
@output_option
def scores(output: str) -> None:
    """Say how each agent's work held, with intervals. In alphabetical order: fewer than five say nothing.

    \b
    Example:
      baton scores --json
    """
    found = agent_scores(_lessons(Desk()))
    answer(
        output,
        "\n".join(_score_line(item) for item in found) or "no finished task yet",
        {"agents": [_score_fields(i) for i in found]},
    )


def _score_line(item: AgentScore) -> str:
    return f"{item.agent}  {item.of}: {item.rate.text()}"


def _score_fields(item: AgentScore) -> dict[str, Any]:
    return {"agent": item.agent, "of": item.of, **item.rate.fields(), "enough": item.rate.says_something}
