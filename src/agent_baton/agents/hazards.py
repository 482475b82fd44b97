"""What a shell line of a step's agent would do that is not its to do: destroy work, publish it, drive the task.

A fence for agents that forget, not a jail: a line that computes its commands passes, and the evidence of the step is
compared with git all the same.
"""

from __future__ import annotations

import os
from itertools import dropwhile, pairwise

from agent_baton.agents.shellwords import Operator, commands, tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

DEPTH = 4  # lines within lines that are looked into: sh -c '…', $(…)
WRAPPERS = (
    "timeout",
    "sudo",
    "env",
    "nohup",
    "nice",
    "ionice",
    "time",
    "command",
    "exec",
    "builtin",
    "xargs",
    "then",
    "do",
    "else",
    "!",
    "{",
)
VALUED = {"nice": "n", "ionice": "cn", "sudo": "ugCT", "env": "uC", "xargs": "nIPLsdEa", "timeout": "ks"}  # fmt: skip
STARTERS = {"find": ("-exec", "-execdir", "-ok", "-okdir"), "git": ("foreach", "run")}  # a command follows
SHELLS = ("sh", "bash", "dash", "zsh", "ksh")
REDIRECTIONS = (">", ">>", ">|", "&>", "&>>", "<>")
WRITERS = ("rm", "rmdir", "mv", "cp", "touch", "tee", "truncate", "ln", "install", "shred", "unlink", "mkdir", "dd", "chmod", "chown")  # fmt: skip
LAST_ONLY = ("cp", "ln", "install")  # of these commands only the last name is written
REPORTS = ("status", "list", "next", "note", "notes")  # what an agent may ask of `baton execute`
GIT_VALUED = ("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--config-env", "--attr-source", "--super-prefix")  # fmt: skip
WRITE_OUT = "git aliases made up on the way are not let through: write the command out"
INSTEAD = "say in your report what is left to do (NOTES: warning: …)"


def simple_commands(line: str, depth: int = DEPTH) -> Iterator[list[str]]:
    """Every simple command a line runs, wrappers and assignments taken off, redirections left in."""
    found = tokens(line)
    for part in commands(found or ()):
        words = _bare(part)
        if words:
            yield words
        if depth:
            for inner in _inner(words):
                yield from simple_commands(inner, depth - 1)


def hazard(line: str) -> str:
    """Why a step's agent may not run a line, and what to do instead; empty when it may."""
    for words in simple_commands(line):
        name, args = os.path.basename(words[0]), words[1:]
        reason = _git(args) if name == "git" else _baton(args) if name == "baton" else ""
        if reason:
            return reason
    return ""


def written(line: str, cwd: str) -> Iterator[str]:
    """Absolute paths a line writes, moves or removes, as far as they can be read off it."""
    here = cwd
    for words in simple_commands(line):
        plain = [word for word in _without_redirections(words) if not word.startswith("-")]
        targets = [after for word, after in pairwise(words) if _redirects(word)]
        name = os.path.basename(plain[0]) if plain else ""
        if name == "cd" and len(plain) > 1 and _literal(plain[1]):
            here = os.path.normpath(os.path.join(here, os.path.expanduser(plain[1])))
        elif name in LAST_ONLY:
            targets += plain[-1:] if len(plain) > 2 else []
        elif name in WRITERS:
            targets += [
                word.removeprefix("of=") for word in plain[1:] if name != "dd" or word.startswith("of=")
            ]
        elif name in ("sed", "perl") and any(word.startswith("-i") or word == "-pi" for word in words):
            targets += plain[2:]
        yield from (_absolute(here, target) for target in targets if _literal(target))


def _redirects(word: str) -> bool:
    return isinstance(word, Operator) and word in REDIRECTIONS


def _absolute(here: str, path: str) -> str:
    return os.path.normpath(os.path.join(here, os.path.expanduser(path)))


def _literal(word: str) -> bool:
    """Whether the shell leaves a word as it is."""
    return bool(word) and not isinstance(word, Operator) and not any(char in word for char in "$`*?[{")


def _bare(part: Sequence[str]) -> list[str]:
    """A command without what stands in front of it: assignments, `sudo`, `env`, `timeout 60` and their options."""
    words = list(part)
    wrapper = ""
    while words and not isinstance(words[0], Operator):
        first = words[0]
        name, equals, _ = first.partition("=")
        if (equals and name.replace("_", "a").isalnum()) or first in WRAPPERS:
            wrapper = wrapper if equals else first
            words = words[1:]
        elif wrapper and first.startswith("-"):
            valued = len(first) == 2 and first[1] in VALUED.get(wrapper, "")
            words = words[2 if valued else 1 :]
        elif wrapper == "timeout" and first[:1].isdecimal():
            words = words[1:]
        else:
            break
    return words


def _without_redirections(words: Sequence[str]) -> list[str]:
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif isinstance(word, Operator):
            skip = True
        else:
            kept.append(word)
    return kept


def _inner(words: Sequence[str]) -> Iterator[str]:
    """Lines a command runs in turn: behind `sh -c`, `eval`, `find -exec`, `git bisect run`, in `$(…)`."""
    name = os.path.basename(words[0]) if words else ""
    if name in SHELLS:
        flags = [at for at, word in enumerate(words) if word.startswith("-") and "c" in word[1:]]
        yield from words[flags[0] + 1 : flags[0] + 2] if flags else ()
    elif name == "eval":
        yield " ".join(words[1:])
    for at, word in enumerate(words):
        if word in STARTERS.get(name, ()):
            yield " ".join(dropwhile(lambda option: option.startswith("-"), words[at + 1 :]))
        if "$(" in word or "`" in word:
            yield word.replace("$(", " ; ").replace("`", " ; ").replace(")", " ; ")


# -- git ------------------------------------------------------------------------------------------------------


def takes_ignored(words: Sequence[str]) -> bool:
    """Whether a simple command takes files away that git ignores, as the journal is."""
    if os.path.basename(words[0]) != "git":
        return False
    _, verb, args = _parsed(words[1:])
    if verb == "clean":
        return _has(args, "-x", "-X", valued="e") and not _only_tells(args)
    making = args[:1] in (["push"], ["save"]) or "".join(args).startswith("-")
    return verb == "stash" and making and _has(args, "-a", "--all", valued="m")


def _git(args: Sequence[str]) -> str:
    settings, verb, tail = _parsed(args)
    if any(setting.lower().startswith("alias.") for setting in settings):
        return WRITE_OUT
    check = GIT.get(verb)
    return check(tail) if check else ""


def _parsed(args: Sequence[str]) -> tuple[list[str], str, list[str]]:
    """Settings for this one call, the command, its arguments."""
    rest = list(args)
    settings: list[str] = []
    while rest and rest[0].startswith("-"):
        option, _, value = rest.pop(0).partition("=")
        if option in GIT_VALUED and not value and rest:
            value = rest.pop(0)
        settings += [value] if option in ("-c", "--config-env") else []
    return settings, *((rest[0], rest[1:]) if rest else ("", []))


def _push(args: Sequence[str]) -> str:
    return "publishing is the person's decision: commit here and name the commit in your report, do not push"


def _has(args: Sequence[str], *wanted: str, valued: str = "") -> bool:
    """Whether one of some options is given; after a letter of `valued` comes its value."""
    return any(option in wanted for option in _options(args, valued))


def _options(args: Sequence[str], valued: str) -> Iterator[str]:
    """Options one by one, `-fdx` as three, up to `--`."""
    rest = iter(args)
    for arg in rest:
        if arg == "--":
            return
        if arg.startswith("--"):
            yield arg
            continue
        for at, letter in enumerate(arg[1:] if arg.startswith("-") else "", 2):
            yield f"-{letter}"
            if letter in valued:
                if at == len(arg):
                    next(rest, "")
                break


def _reset(args: Sequence[str]) -> str:
    if _has(args, "--hard", "--merge", "--keep"):
        return "git reset --hard would destroy work that may not be yours: undo your own change by editing, or git revert"
    return ""


def _clean(args: Sequence[str]) -> str:
    if _only_tells(args):
        return ""
    return "git clean would delete files that may not be yours: remove the files you made by name"


def _only_tells(args: Sequence[str]) -> bool:
    return _has(args, "-n", "--dry-run", valued="e")


def _checkout(args: Sequence[str]) -> str:
    named = [arg for arg in args if not arg.startswith("-")]
    new = _has(args, "-b", "-B", "--orphan", "--track", "-t")
    if "--" in args or "." in named or _has(args, "-f", "--force") or (len(named) > 1 and not new):
        return (
            "git checkout of files throws changes away that may not be yours: undo your own change by editing"
        )
    return ""


def _switch(args: Sequence[str]) -> str:
    if _has(args, "-f", "--force", "--discard-changes", "-C", "--force-create"):
        return "a forced switch throws changes away: commit where you are"
    return ""


def _restore(args: Sequence[str]) -> str:
    if _has(args, "-S", "--staged") and not _has(args, "-W", "--worktree"):
        return ""
    return "git restore throws changes away that may not be yours: undo your own change by editing"


def _branch(args: Sequence[str]) -> str:
    if _has(args, "-D", "-d", "--delete", "-M", "-f", "--force", "-C"):
        return f"branches are not yours to delete or move: {INSTEAD}"
    return ""


def _stash(args: Sequence[str]) -> str:
    if args[:1] and args[0] in ("drop", "clear"):
        return f"stashes are not yours to drop: {INSTEAD}"
    if takes_ignored(("git", "stash", *args)):
        return "git stash -a takes what git ignores away, baton's journal too: use git stash -u"
    return ""


def _config(args: Sequence[str]) -> str:
    named = [arg for arg in args if not arg.startswith("-") and arg != "set"]
    return WRITE_OUT if len(named) > 1 and named[0].lower().startswith("alias.") else ""


def _worktree(args: Sequence[str]) -> str:
    if args[:1] and args[0] in ("remove", "prune", "move"):
        return f"work trees are baton's to remove: {INSTEAD}"
    return ""


def _rebase(args: Sequence[str]) -> str:
    if _has(args, "--abort", "--continue", "--skip", "--quit", "--show-current-patch"):
        return ""
    return "rewriting commits loses what others build on: add a commit on top; baton merges branches itself"


def _rewrite(args: Sequence[str]) -> str:
    return "rewriting history is not part of a step: add a commit on top"


def _reflog(args: Sequence[str]) -> str:
    return _rewrite(args) if args[:1] and args[0] in ("expire", "delete", "drop") else ""


def _tag(args: Sequence[str]) -> str:
    return (
        f"tags are not yours to delete or move: {INSTEAD}"
        if _has(args, "-d", "--delete", "-f", "--force")
        else ""
    )


def _gc(args: Sequence[str]) -> str:
    return _rewrite(args) if any(arg.startswith("--prune") for arg in args) else ""


GIT: dict[str, Callable[[Sequence[str]], str]] = {
    "push": _push, "reset": _reset, "clean": _clean, "checkout": _checkout, "switch": _switch, "restore": _restore,
    "branch": _branch, "stash": _stash, "worktree": _worktree, "rebase": _rebase, "filter-branch": _rewrite,
    "filter-repo": _rewrite, "update-ref": _rewrite, "reflog": _reflog, "replace": _rewrite, "prune": _rewrite,
    "gc": _gc, "tag": _tag, "config": _config, "send-pack": _push, "http-push": _push,
}  # fmt: skip


def _baton(args: Sequence[str]) -> str:
    words = [arg for arg in args if not arg.startswith("-")]
    if words[:1] == ["execute"] and words[1:2] and words[1] not in REPORTS:
        return f"baton execute {words[1]} is the driver's: end with your report, it is recorded from that"
    if words[:1] and words[0] in ("install", "uninstall", "upgrade"):
        return f"baton {words[0]} is the person's decision: {INSTEAD}"
    return ""
