"""`baton hook EVENT`: what Claude Code calls at each turn of a session. It never fails a session.

Whatever goes wrong here is our own error: it goes to a file under the state directory, which `baton doctor` shows,
and the session goes on as if there were no hook.
"""

from __future__ import annotations

import os
import sys
import time

from agent_baton.app.site import find_site
from agent_baton.claude.hooks.call import AGENT_TOOLS, EDITING_TOOLS, NOTICE, HookCall
from agent_baton.cli.secret_signs import may_hold_secrets
from agent_baton.errors import BatonError, NotFound
from agent_baton.loading import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent_baton.app.site import Site

HOOKS = "agent_baton.app.hooks."
LOOKS = (HOOKS + "occasion:Occasion", "agent_baton.journal.reader:SqliteReader")
WRITES = (HOOKS + "acting:Acting", "agent_baton.journal.sqlite:SqliteJournal")
# event -> what it does. For events about a tool, one entry a kind of tool; what is not here is nothing to us.
EVENTS: dict[str, tuple[str, tuple[str, str]]] = {
    "SessionStart": (HOOKS + "binding:session_start", WRITES),
    "PreToolUse agent": (HOOKS + "dispatching:before_agent", WRITES),
    "PreToolUse edit": (HOOKS + "guarding:before_edit", LOOKS),
    "PreToolUse Bash": (HOOKS + "guarding:before_shell", LOOKS),
    "PostToolUse agent": (HOOKS + "returning:after_agent", WRITES),
    "PostToolUseFailure agent": (HOOKS + "returning:agent_failed", WRITES),
    "UserPromptSubmit notice": (HOOKS + "returning:notified", WRITES),
    "SubagentStop": (HOOKS + "ended:after_subagent", WRITES),
    "Stop": (HOOKS + "stopping:stop", WRITES),
    "StopFailure": (HOOKS + "returning:stop_failed", WRITES),
    "PreCompact": (HOOKS + "stopping:compacting", WRITES),
    "SessionEnd": (HOOKS + "stopping:ended", WRITES),
}
PATIENCE_S = 10.0  # for a journal that another process holds; a session is not kept waiting longer
INSTALLED = "baton.installed.json"
LOG = "hooks.log"
LOG_BYTES = 200_000
READ_AT_ONCE = 1 << 20


def run(event: str, env: Mapping[str, str], elsewhere: bool = False) -> int:
    """Answer one hook call. Exit code 0, whatever happened.

    `elsewhere`: the call is for the projects that have no installation of their own, whose hooks would answer it, too.
    """
    site: Site | None = None
    try:
        raw = read_stdin()
        if elsewhere and _has_its_own(env):
            return 0
        # an agent of an unattended run: who started it records it, and it is no session that drives
        site = None if env.get("BATON_STEP_ID") else journaled_site(env)
        text = answer(event, raw, site, env) if site is not None else ""
    except Exception as error:  # noqa: BLE001 - a hook of ours never fails a session; the error is kept for doctor
        if site is not None:
            keep_error(site.state_dir, event, error)
        return 0
    if text:
        sys.stdout.write(f"{text}\n")  # JSON of ours: ASCII
    return 0


def _has_its_own(env: Mapping[str, str]) -> bool:
    """Whether the session's project has an installation that is not the user's, as that of a home directory is."""
    there = os.path.join(env.get("CLAUDE_PROJECT_DIR", ""), ".claude")
    user = env.get("CLAUDE_CONFIG_DIR") or os.path.join(env.get("HOME", ""), ".claude")
    return os.path.exists(os.path.join(there, INSTALLED)) and os.path.realpath(there) != os.path.realpath(
        user
    )


def answer(event: str, raw: bytes, site: Site, env: Mapping[str, str]) -> str:
    """What to print for one call, journaled before it is returned."""
    call = HookCall(raw, event)
    if event == "SessionStart" and not os.path.exists(site.db_path):
        load(HOOKS + "binding:export")(env, call.session)
        return ""
    place = EVENTS.get(_kind(event, call))
    if place is None or not os.path.exists(site.db_path):
        return ""
    function, (kind, journal) = place
    occasion = load(kind)(
        call,
        site,
        lambda: load(journal)(site.db_path, PATIENCE_S),
        round(time.time(), 3),
        env,
        redacted,
        _actor(env),
    )
    try:
        found: str = load(function)(occasion)
        return found
    finally:
        occasion.close()


def _kind(event: str, call: HookCall) -> str:
    if event == "UserPromptSubmit":  # what a person types is none of our business
        return f"{event} {'notice' if call.text('prompt').startswith(NOTICE) else 'words'}"
    if event not in ("PreToolUse", "PostToolUse", "PostToolUseFailure"):
        return event
    tool = call.tool
    kind = "agent" if tool in AGENT_TOOLS else "edit" if tool in EDITING_TOOLS else tool
    return f"{event} {kind}"


def read_stdin() -> bytes:
    parts = []
    while part := os.read(0, READ_AT_ONCE):
        parts.append(part)
    return b"".join(parts)


def journaled_site(env: Mapping[str, str]) -> Site | None:
    """The repository with a journal: of the directory the call is made in, else of the session's project.

    One without a journal when neither has any, None outside of repositories.
    """
    found = None
    for place in dict.fromkeys((_here(), env.get("CLAUDE_PROJECT_DIR", ""))):
        try:
            site = find_site(place, env) if place else None
        except NotFound:
            continue
        if site is not None and os.path.exists(site.db_path):
            return site
        found = found or site
    return found


def _here() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        return ""  # a directory removed under the session: its project is still there


def redacted(text: str) -> str:
    """Text fit to be stored. The rules are loaded only for text that could hold a secret."""
    if not may_hold_secrets(text):
        return text
    clean: str = load("agent_baton.redact:redact")(text)
    return clean


def _actor(env: Mapping[str, str]) -> str:
    return env.get("BATON_ACTOR") or env.get("USER") or env.get("LOGNAME") or f"uid-{os.getuid()}"


def keep_error(state_dir: str, event: str, error: Exception) -> None:
    """Append an error to the log of this repository's hooks; the log and one before it are kept."""
    path = os.path.join(state_dir, LOG)
    line = f"{round(time.time())} {event}: {describe(error)}\n"
    try:
        if os.path.getsize(path) > LOG_BYTES:
            os.replace(path, path + ".1")
    except OSError:
        pass  # there is none yet
    try:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(line)
    except OSError:
        return  # no state directory, or it is full: there is nowhere left to say so


def describe(error: Exception) -> str:
    """One line; for an error of ours that was not foreseen, with the place in the source."""
    if isinstance(error, BatonError):
        return " ".join(error.message.split())
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code if trace is not None else None
    where = (
        f" at {os.path.basename(code.co_filename)}:{trace.tb_lineno} in {code.co_name}"
        if code and trace
        else ""
    )
    return " ".join(f"{type(error).__name__}: {error}{where}".split())[:1_000]
