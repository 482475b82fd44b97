"""What people and agents noted, across tasks: found again, brought into new tasks, made into knowledge.

A note is an event of the task it was made in. Those of earlier tasks that fit a new one are noted there again at its
start, with where they come from, so that its briefs need nothing but its own journal.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent_baton.app.knowledge import FOLDER
from agent_baton.app.outcomes import write_durably
from agent_baton.app.site import Site
from agent_baton.engine import commands as cmd
from agent_baton.engine.brief import one_line
from agent_baton.engine.events import NoteAdded
from agent_baton.engine.protocol import clock
from agent_baton.errors import NotFound, UserError
from agent_baton.journal.port import Journal
from agent_baton.planner.compose.predict import words_of
from agent_baton.redact import redact

KINDS = ("decision", "discovery", "warning", "convention")
LASTS_S = 180 * 86_400.0  # a person's note, when nothing else was said
BUDGET_CHARS = 1_200  # about 300 tokens of notes from other tasks in a new one
MOST_RECALLED = 8
OTHER_LETTERS = re.compile(r"[^\W\d_a-zA-Z]{2,}")


@dataclass(frozen=True, slots=True)
class Note:
    """`note_id` is `<task id>#<event number>`."""

    note_id: str
    kind: str
    text: str
    source: str  # person | agent
    by: str
    at: float
    expires_at: float | None
    step_id: str = ""

    def fields(self) -> dict[str, object]:
        ends = clock(self.expires_at) if self.expires_at is not None else None
        return {
            "id": self.note_id, "kind": self.kind, "text": self.text, "source": self.source, "by": self.by,
            "at": clock(self.at), "expires_at": ends, "step_id": self.step_id,
        }  # fmt: skip


def all_notes(journal: Journal, now: float, task_id: str = "", expired: bool = False) -> list[Note]:
    """Oldest first; of one task or of all, without those whose time is over unless `expired`.

    What was only brought over from another task is left out: it stands where it was noted first.
    """
    found = []
    for owner, item in journal.of_kind("NoteAdded"):
        event = item.event
        assert isinstance(event, NoteAdded)
        over = event.expires_at is not None and event.expires_at <= now
        if event.origin or (over and not expired) or (task_id and owner != task_id):
            continue
        by = f"an agent in {event.step_id}" if event.source == "agent" else item.actor
        found.append(
            Note(
                f"{owner}#{item.seq}",
                event.kind,
                redact(event.text),
                event.source,
                by,
                item.at,
                event.expires_at,
                event.step_id,
            )
        )
    return found


def terms(text: str) -> set[str]:
    """What a note is found by: its telling words, and pairs of letters where words are not set apart by blanks."""
    runs = OTHER_LETTERS.findall(text)
    return {*words_of(text), *(run[at : at + 2] for run in runs for at in range(max(len(run) - 1, 1)))}


def search(notes: Iterable[Note], text: str) -> list[Note]:
    """Those that share words with the text, the most shared first, the newer before the older."""
    wanted = terms(text)
    scored = [(len(wanted & terms(note.text)), note.at, note) for note in notes]
    return [note for score, _, note in sorted(scored, key=lambda item: (-item[0], -item[1])) if score]


def recalled(journal: Journal, summary: str, now: float) -> tuple[cmd.Note, ...]:
    """Notes of earlier tasks for a new one: the fitting ones, as many as the budget holds."""
    wanted = terms(summary)
    enough = 2 if len(wanted) > 2 else 1
    found = search(all_notes(journal, now), summary)
    fitting = [note for note in found if len(wanted & terms(note.text)) >= enough]
    taken: list[cmd.Note] = []
    left = BUDGET_CHARS
    for note in fitting[:MOST_RECALLED]:
        left -= len(note.text)
        if left < 0:
            break
        origin = note.note_id.partition("#")[0]
        taken.append(cmd.Note(note.kind, note.text, "", note.source, note.expires_at, origin))
    return tuple(taken)


def promote(site: Site, notes: Sequence[Note], note_id: str, pack: str) -> Path:
    """Write a note into a knowledge pack's `notes.md`, from where it reaches plans without ever expiring."""
    note = next((note for note in notes if note.note_id == note_id), None)
    if note is None:
        raise NotFound(f"no note {note_id!r}; `baton note list` names them")
    if not pack or Path(pack).name != pack or pack.startswith("."):
        raise UserError(f"a pack is a folder's name below {FOLDER}, not {pack!r}")
    path = Path(site.checkout.top, FOLDER, pack, "notes.md")
    line = f"- {note.kind}: {one_line(note.text)} (noted by {note.by}, {clock(note.at)[:10]})\n"
    before = path.read_text(encoding="utf-8") if path.exists() else f"# Notes: {pack}\n\n"
    if line not in before:
        os.makedirs(path.parent, exist_ok=True)
        write_durably(str(path), (before + line).encode("utf-8", "backslashreplace"))
    return path
