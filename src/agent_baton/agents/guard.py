"""Which shell commands only read. The shell of agents that only read passes through this, so that least tools are
more than a request: without a shell they could not see a diff, and with a free one they could write.

It errs towards refusal: what is not known to read is refused, with the reason, and the agent asks for less.
It is a fence for honest agents, not a jail: the evidence of a step is still compared with git.
"""

from __future__ import annotations

from agent_baton.agents.shellwords import Operator, tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Commands that read whatever their arguments are.
READERS = frozenset(
    {
        "basename", "cat", "cd", "cksum", "cmp", "column", "comm", "cut", "df", "diff", "dirname", "du",
        "echo", "egrep", "expand", "false", "fgrep", "file", "fmt", "fold", "grep", "head", "hexdump",
        "jq", "ls", "md5sum", "nl", "nproc", "od", "paste", "printf", "pwd", "readlink", "realpath",
        "rg", "seq", "sha1sum", "sha256sum", "shasum", "stat", "strings", "sum", "tac", "tail", "test",
        "tr", "tree", "true", "type", "uname", "uniq", "wc", "which", "xxd", "zcat",
    }
)  # fmt: skip
GIT_READERS = frozenset(
    {
        "annotate", "blame", "branch", "cat-file", "cherry", "count-objects", "describe", "diff", "diff-tree",
        "for-each-ref", "grep", "help", "log", "ls-files", "ls-tree", "merge-base", "name-rev",
        "range-diff", "reflog", "remote", "rev-list", "rev-parse", "shortlog", "show", "show-ref",
        "status", "tag", "verify-commit", "version", "whatchanged", "worktree", "stash", "notes",
    }
)  # fmt: skip
# Of these git commands only the listing forms read.
GIT_LISTS: dict[str, Callable[[Sequence[str]], bool]] = {
    "branch": lambda args: _only_flags(
        args,
        "-a -r -v -vv --all --list --show-current --remotes --verbose --contains --merged --no-merged",
    ),
    "tag": lambda args: _only_flags(args, "-l --list -n --contains --merged --points-at --sort"),
    "remote": lambda args: list(args) in ([], ["-v"]) or args[0] in ("show", "get-url"),
    "reflog": lambda args: not args or args[0] not in ("expire", "delete", "drop", "write"),
    "worktree": lambda args: args[:1] == ["list"],
    "stash": lambda args: args[:1] in (["list"], ["show"]),
    "notes": lambda args: args[:1] in (["list"], ["show"]),
}
BATON_READERS = frozenset(
    {
        "why", "story", "status", "list", "detect", "gates", "classify", "agents", "route", "doctor",
        "dashboard", "usage", "retro", "replay", "diff-runs", "--version", "--help",
    }
)  # fmt: skip
BATON_WRITES = frozenset(
    {
        "try", "create", "repair", "recover", "import", "restore",
    }
)  # fmt: skip
# Options that make a reading command write, run something, or page interactively: whole, and as beginnings.
RISKY: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "git": (
        ("--output", "--ext-diff", "--textconv", "--paginate"),
        ("--output=", "-O", "--open-files-in-pager", "--exec-path=", "--upload-pack"),
    ),
    "baton": ((), ("--html",)),
    "rg": (("--pre",), ("--pre=", "--hostname-bin")),
    "sort": ((), ("-o", "--output", "--compress-program")),
    "tree": (("-o",), ("--output",)),
    "find": (
        ("-exec", "-execdir", "-ok", "-okdir", "-delete", "-fprint", "-fprint0", "-fprintf", "-fls"),
        (),
    ),
    "sed": ((), ("-i", "--in-place", "-f", "--file", "-s")),
    "xxd": ((), ("-r",)),
    "date": ((), ("-s", "--set")),
    "file": ((), ("--compile",)),
    "printf": ((), ("-v",)),
}
WRITES_SECOND_FILE = ("uniq", "xxd")
QUOTED = {"$": "\x01", "`": "`"}  # what double quotes leave alive


def refusal(command: str) -> str | None:
    """Why a command line is not let through, None if it only reads."""
    bare = _outside_quotes(command)
    if _expands(bare):
        return "variables, $(…), `…`, <(…) and {a,b} are not let through; write them out, or quote with '…'"
    found = tokens(command.replace("\\\n", " ").strip())
    if found is None:
        return "the quotes are not closed"
    part: list[str] = []
    for token in (*found, Operator(";")):
        if isinstance(token, Operator) and token in ("|", "||", "&&", ";", "|&"):
            reason = _part_refusal(part)
            if reason:
                return reason
            part = []
        else:
            part.append(token)
    return None


def _expands(bare: str) -> bool:
    """Whether the shell would put something else in the place of a part: a variable, an output, alternatives."""
    for at, char in enumerate(bare):
        following = bare[at + 1 : at + 2]
        if char in "`\0":
            return True
        if char in "$\x01" and following and (following.isalnum() or following in "_({@*#?!$-"):
            return True
        if char == "$" and following and following in "'\"":
            return True
        if char in "<>" and following == "(":
            return True
        if char == "{" and _alternatives(bare[at + 1 :]):
            return True
    return False


def _alternatives(rest: str) -> bool:
    inside, closed, _ = rest.partition("}")
    return bool(closed) and "{" not in inside and ("," in inside or ".." in inside)


def _outside_quotes(command: str) -> str:
    """The command with what quotes protect from the shell blanked out."""
    bare: list[str] = []
    quote = ""
    escaped = False
    for char in command:
        if escaped or (quote == "'" and char != "'"):
            bare.append("_")
            escaped = False
        elif char == "\\":
            bare.append("_")
            escaped = True
        elif char == quote or (not quote and char in "'\""):
            quote = "" if quote else char
            bare.append(char)
        else:
            bare.append(QUOTED.get(char, "_") if quote else char)
    return "".join(bare)


def _part_refusal(words: list[str]) -> str | None:
    words, reason = _without_redirections(words)
    if reason or not words:
        return reason
    name, args = words[0], words[1:]
    if "=" in name:
        return f"setting a variable in front of a command ({name}) is not let through"
    check = CHECKS.get(name)
    if check is None and name not in READERS:
        return (
            f"{name!r} is not one of the reading commands (git, rg, grep, find, cat, head, ls, jq, baton, …)"
        )
    bad = next((arg for arg in args if _risky(name, arg)), None)
    if bad is not None:
        return f"{name} {bad} can write or start something"
    if name in WRITES_SECOND_FILE and len([arg for arg in args if not arg.startswith("-")]) > 1:
        return f"{name} with a second file writes it"
    return check(args) if check else None


def _risky(name: str, arg: str) -> bool:
    whole, beginnings = RISKY.get(name, ((), ()))
    if name == "file" and arg.startswith("-") and "C" in arg[1:].partition("-")[0]:
        return True
    return arg in whole or arg.startswith(beginnings)


def _without_redirections(words: list[str]) -> tuple[list[str], str | None]:
    """Drop what only silences or reads (`2>/dev/null`, `2>&1`, `< file`); refuse the rest."""
    kept: list[str] = []
    position = 0
    while position < len(words):
        word = words[position]
        target = words[position + 1] if position + 1 < len(words) else ""
        if not isinstance(word, Operator):
            kept.append(word)
            position += 1
            continue
        if isinstance(target, Operator):
            return [], f"{word}{target} is not let through"
        if word in (">", ">>", "&>", ">|", "&>>"):
            if target != "/dev/null":
                return [], f"writing to {target or 'a file'} is not let through"
        elif word == ">&":
            if target not in ("1", "2"):
                return [], f"writing to {target or 'a file'} is not let through"
        elif word != "<":
            return [], f"{str(word)!r} is not let through"
        position += 2
    return kept, None


def _git(args: Sequence[str]) -> str | None:
    rest = list(args)
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option == "-C" and rest:
            rest.pop(0)
        elif option not in ("--no-pager", "--no-optional-locks", "-P", "--version", "--literal-pathspecs"):
            return f"git {option} in front of the command is not let through"
    if not rest:
        return None
    verb, tail = rest[0], rest[1:]
    if verb not in GIT_READERS or not _lists(verb, tail):
        return f"git {' '.join(rest[:2])} can change the repository"
    return None


def _lists(verb: str, args: Sequence[str]) -> bool:
    check = GIT_LISTS.get(verb)
    return check is None or check(args)


def _only_flags(args: Sequence[str], flags: str) -> bool:
    """Only listing options; a plain word is a pattern, or a commit, only beside one of them."""
    known = flags.split()
    listing = any(arg.partition("=")[0] in known for arg in args)
    return all(arg.partition("=")[0] in known or (listing and not arg.startswith("-")) for arg in args)


def _baton(args: Sequence[str]) -> str | None:
    words = [arg for arg in args if not arg.startswith("-")]
    if words[:1] == ["execute"]:
        return (
            None
            if words[1:2] in (["status"], ["list"], ["next"])
            else "baton execute: only status, list and next read"
        )
    if words[:2] in (["plan", "show"], ["plan", "check"], ["journal", "verify"], ["trace", "show"]):
        return None
    known = (args[:1] or ["--help"])[0] in BATON_READERS and not BATON_WRITES & set(words[1:2])
    return None if known else f"baton {' '.join(words[:2])} may change something"


def _sed(args: Sequence[str]) -> str | None:
    quiet = any(arg in ("-n", "--quiet", "-nE", "-En", "-nr") for arg in args)
    script = next((arg for arg in args if not arg.startswith("-")), "")
    fine = quiet and all(_prints(piece.strip()) for piece in script.split(";"))
    return None if fine else "sed is let through only to print lines: sed -n '10,20p' FILE"


def _prints(piece: str) -> bool:
    """Whether a piece of a sed script prints lines by number or by a pattern, and does nothing else."""
    if not piece.endswith("p"):
        return False
    address = piece[:-1]
    if len(address) > 1 and address[0] == address[-1] == "/":
        return "/" not in address[1:-1]
    first, comma, second = address.partition(",")
    return _is_line(first, empty=True) and (not comma or _is_line(second.removeprefix("+"), empty=False))


def _is_line(text: str, *, empty: bool) -> bool:
    return text == "$" or (text.isascii() and text.isdecimal()) or (empty and not text)


def _nothing_more(_args: Sequence[str]) -> str | None:
    return None


CHECKS: dict[str, Callable[[Sequence[str]], str | None]] = {
    "git": _git,
    "baton": _baton,
    "sed": _sed,
    "find": _nothing_more,
    "sort": _nothing_more,
    "date": _nothing_more,
}
