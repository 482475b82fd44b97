"""Which step a prompt is about: the heading of our brief, the one-line hand-over, the stamp hooks put on a brief."""

from __future__ import annotations

from agent_baton.records import Record

HEADING = "# Agent Task: "
HAND_OVER = "baton step "
TASK = "Task "
BRIEFS = "/briefs/"
STAMP = "[baton "
SCANNED = 200_000  # characters of a prompt that are looked at
ID_LIMIT = 40


class Stamp(Record):
    """What an agent was started for."""

    task_id: str
    step_id: str
    attempt: int


def stamp_line(task_id: str, step_id: str, attempt: int) -> str:
    return f"{STAMP}{task_id} {step_id} #{attempt}]"


def find_stamp(text: str) -> Stamp | None:
    """The last stamp in a prompt: ours is put at its end, whatever stands before."""
    text = text[-SCANNED:]
    at = text.rfind(STAMP)
    words = text[at + len(STAMP) :].partition("]")[0][:200].split() if at >= 0 else []
    if len(words) != 3 or not (words[2].startswith("#") and words[2][1:].isdecimal()):
        return None
    return Stamp(words[0], words[1], int(words[2][1:]))


def marked_step(prompt: str) -> str:
    """The step a driver's prompt names, or nothing."""
    for line in prompt[:SCANNED].splitlines():
        bare = line.strip()
        if bare.startswith(HEADING):
            return _id(bare[len(HEADING) :].split(" ", 1)[0])
        if bare.lower().startswith(HAND_OVER):
            return _id(bare[len(HAND_OVER) :].split(" ", 1)[0].rstrip(":,."))
        if BRIEFS in bare and ".md" in bare:
            return _id(bare.partition(BRIEFS)[2].partition(".md")[0].rpartition("/")[2])
    return ""


def marked_task(prompt: str) -> str:
    """The task a driver's prompt names, by the brief's file or the brief's own line; nothing when it does not."""
    for line in prompt[:SCANNED].splitlines():
        bare = line.strip()
        if BRIEFS in bare and ".md" in bare:
            return _id(bare.partition(BRIEFS)[2].partition("/")[0])
        if bare.startswith(TASK) and ":" in bare:
            return _id(bare[len(TASK) :].partition(":")[0])
    return ""


def _id(text: str) -> str:
    return text if 0 < len(text) <= ID_LIMIT and all(c.isalnum() or c in "._-" for c in text) else ""


def same_words(brief: str, prompt: str) -> bool:
    """Whether a prompt holds the whole brief, whatever became of its line breaks."""
    return " ".join(brief.split()) in " ".join(prompt[: len(brief) * 4 + SCANNED].split())


def bare_name(agent_type: str) -> str:
    """An agent's name without the plugin it comes from: `baton:code-reviewer` is `code-reviewer`."""
    return agent_type.rpartition(":")[2]
