"""Before an edit or a shell command: nobody's hand on the journal, and a step's agent stays within its step."""

from __future__ import annotations

import os

from agent_baton.agents.guard import refusal
from agent_baton.agents.hazards import hazard, simple_commands, takes_ignored, written
from agent_baton.app.hooks.agents_here import only_reads
from agent_baton.app.hooks.occasion import step_of_agent
from agent_baton.claude.hooks.answers import deny, instead
from agent_baton.plan.globs import Globs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from agent_baton.app.hooks.occasion import Found, Occasion

JOURNAL = "baton.db"
STATE = "team-context"
KEEP_OUT = (
    "the journal is written by baton alone: read it with `baton execute status` or `baton story`, "
    "change the task with baton's own commands"
)
SWEPT = (
    "git ignores baton's journal, so this would take it away with the rest: add `-e .claude/team-context` to "
    "git clean -x, use git stash -u in place of -a"
)
TRANSCRIPTS = "what Claude Code writes down of this session is the proof of who did what: leave it as it is"
NAMED = 8  # patterns told in a refusal
REMOVERS = ("rm", "rmdir", "mv", "shred", "unlink", "truncate", "dd", "sqlite3")
READS_ONLY = "this step's agent only reads: report what you found, with path:line; another step changes it"


def before_edit(occasion: Occasion) -> str:
    """An editing tool."""
    given = occasion.call.given("file_path") or occasion.call.given("notebook_path")
    if not given:
        return ""
    path = _real(os.path.join(occasion.call.text("cwd") or os.getcwd(), given))
    found = step_of_agent(occasion) if occasion.call.agent_id else None
    if found is None:
        return deny(KEEP_OUT) if _is_journal(occasion, path) else ""
    if _given_up(found):
        return deny(_given_up(found))
    if only_reads(occasion, found.step.agent_at_work):
        return deny(READS_ONLY)
    return _answer(_out_of_bounds(occasion, found, (path,)))


def before_shell(occasion: Occasion) -> str:
    """A shell command."""
    command = occasion.call.given("command")
    found = step_of_agent(occasion) if occasion.call.agent_id else None
    cwd = occasion.call.text("cwd") or os.getcwd()
    if _reaches_journal(occasion, command, cwd):
        return deny(KEEP_OUT)
    if found is None:
        swept = "git" in command and any(map(_sweeps_journal, simple_commands(command)))
        return deny(SWEPT) if swept else ""
    if _given_up(found) and refusal(command):
        return deny(_given_up(found))
    if only_reads(occasion, found.step.agent_at_work):
        reason = refusal(command)
        return deny(f"this step's agent only reads: {reason}") if reason else ""
    reason = hazard(command)
    if reason:
        return deny(f"step {found.step.step_id}: {reason}")
    home = found.step.worktree
    strayed = bool(home) and _real(cwd) != _real(home) and _below(_real(cwd), _real(home)) is None
    paths = tuple(map(_real, written(command, home if strayed else cwd)))
    reason = _out_of_bounds(occasion, found, paths)
    if reason or not strayed:
        return _answer(reason)
    # shells of agents begin in the session's directory, every time anew
    return instead({**occasion.call.tool_input, "command": f"cd {_quoted(home)}\n{command}"})


def _given_up(found: Found) -> str:
    """What to tell an agent whose attempt is no longer the one at work, as after a takeover; empty when it is."""
    if found.attempt == found.step.attempt and found.step.status not in ("ready", "failed"):
        return ""
    return (
        f"attempt {found.attempt} of step {found.step.step_id} was given up; another one does the step now. "
        "Change and commit nothing more, and end: your report would be void"
    )


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "'\\''") + "'"


def _answer(reason: str) -> str:
    return deny(reason) if reason else ""


def _real(path: str) -> str:
    """Where a path leads, links in its directories followed; a file need not exist yet."""
    return os.path.realpath(path)


def _is_journal(occasion: Occasion, path: str) -> bool:
    return path.startswith(_real(occasion.site.db_path))


def _is_transcript(occasion: Occasion, path: str) -> bool:
    """Whether a path is the session's own transcript, or below the directory of its agents'."""
    told = occasion.call.text("transcript_path").removesuffix(".jsonl")
    return bool(told) and path.startswith(_real(told))


def _reaches_journal(occasion: Occasion, command: str, cwd: str) -> bool:
    """Whether a command line would write, move or remove the journal, or opens its file with another program."""
    if not any(word in command for word in (JOURNAL, STATE, ".claude")):
        return False
    db = _real(occasion.site.db_path)
    if any(db == path or db.startswith(path + os.sep) for path in map(_real, written(command, cwd))):
        return True
    return any(_opens_journal(words) for words in simple_commands(command)) and refusal(command) is not None


def _opens_journal(words: list[str]) -> bool:
    name = os.path.basename(words[0])
    if name == "baton":
        return False
    swept = name in REMOVERS and any(STATE in word and word.rstrip("/*").endswith(STATE) for word in words)
    return swept or any(JOURNAL in word for word in words[1:])


def _sweeps_journal(words: list[str]) -> bool:
    """Whether a command takes away all that git ignores, and does not except our directory by name."""
    return takes_ignored(words) and not any(STATE in word for word in words)


def _out_of_bounds(occasion: Occasion, found: Found, paths: Iterable[str]) -> str:
    """Why a step's agent may not write one of the paths; empty when it may write all of them."""
    step = found.step
    top = _real(step.worktree or occasion.site.checkout.top)
    spec = found.state.spec(step.step_id)
    allowed = spec.allowed_paths if spec else ()
    blocked = spec.blocked_paths if spec else ()
    for path in paths:
        inside = _below(path, top)
        if inside is None:
            if step.worktree and _below(path, occasion.site.checkout.top) is not None:
                return f"step {step.step_id} works in {top} and nowhere else: use that path instead of {path}"
            if _below(path, _real(occasion.site.state_dir)) is not None or _is_journal(occasion, path):
                return KEEP_OUT
            if _is_transcript(occasion, path):
                return TRANSCRIPTS
            continue  # outside of the repository: not this plan's business
        reason = _inside(inside, allowed, blocked, path, _real(occasion.site.state_dir), step.worktree)
        if reason:
            return f"step {step.step_id}: {reason}"
    return ""


def _inside(
    name: str, allowed: tuple[str, ...], blocked: tuple[str, ...], path: str, state_dir: str, worktree: str
) -> str:
    """The same for a path within the step's own tree; `name` is relative to its top."""
    if not worktree and _below(path, state_dir) is not None:
        return KEEP_OUT
    if name == ".git" or name.startswith(".git/"):
        return "files of git's own are changed by git alone: use its commands"
    if blocked and Globs(blocked).matches(name):
        return f"{name} is not to be changed in this step ({_some(blocked)}): leave it, and say so in your report"
    if allowed and not Globs(allowed).matches(name):
        return (
            f"{name} is outside of what this step may change ({_some(allowed)}): leave it; "
            "if the step cannot be done without, end with STATUS: failed or QUESTION: and say why"
        )
    return ""


def _some(patterns: tuple[str, ...]) -> str:
    return ", ".join(patterns[:NAMED]) + (" …" if len(patterns) > NAMED else "")


def _below(path: str, top: str) -> str | None:
    """A path relative to a directory above it, None when it is not below."""
    return path[len(top) + 1 :] if path.startswith(top + os.sep) else None
