"""The work tree as one value: its hash, what changed since a hash, a commit of it, the list of its files.

The user's index is never written. Hashes leave only directory listings, in an object store of our own under
the state directory; only `snapshot` stores contents of files, in the repository.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from agent_baton.errors import NotFound, Refused
from agent_baton.workspace.changes import status_call, status_paths
from agent_baton.workspace.git import Call, Ran, answer, git, together
from agent_baton.workspace.locate import Checkout, locate, prepare_state_dir, read_head, read_ref, write_whole
from agent_baton.workspace.paths import is_state

# Paths are plain text, as git gives them.

IDENTITY = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Agent Baton"), ("EMAIL", "agent-baton@localhost"))
}
_STORING = ("core.safecrlf=false",)  # a snapshot takes files as they are, mixed line ends included


def tree_hash(top: str) -> str:
    """Hash of everything in the work tree that git does not ignore, new files included.

    A clean work tree has the hash of HEAD's tree. Two or four git processes.
    """
    checkout = locate(top)
    return _tree(checkout, _own_store(checkout), ("--info-only",), ("--missing-ok",))


def unmerged(top: str) -> list[str]:
    """Files whose conflicts nobody has resolved, sorted."""
    entries = answer(git(["ls-files", "-u", "-z"], top)).split(b"\0")
    return sorted({os.fsdecode(entry.partition(b"\t")[2]) for entry in entries if entry})


def changed_tracked(top: str, before: str) -> list[str]:
    """Tracked files whose content, mode or presence differs from a former `tree_hash` or snapshot, sorted."""
    checkout = locate(top)
    store = _own_store(checkout)
    now = tree_hash(top)
    if now == before:
        return []
    diff = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--end-of-options", before, now)
    compared, tracked = together(
        [Call(diff, checkout.top, env=store), Call(("ls-files", "-z"), checkout.top)],
    )
    if compared.code == 128:
        raise NotFound(
            f"tree {before[:12]!r} is not known here; it was not made by this repository's tree_hash"
        )
    known = set(answer(tracked).split(b"\0"))
    names = [os.fsdecode(name) for name in answer(compared).split(b"\0") if name and name in known]
    return sorted(name for name in names if not is_state(name))


def snapshot(top: str, ref: str) -> str:
    """Save the work tree as a commit on HEAD under `refs/baton/…`; its id. Nothing else is touched.

    The same state saved again is the same commit; a clean work tree saves HEAD itself. What was saved under
    the name before stays, as `<ref>-<its id>`.
    """
    if not ref.startswith("refs/baton/"):
        raise Refused(f"{ref!r} is not ours to write; snapshots go under refs/baton/")
    checkout = locate(top)
    head = read_head(checkout).commit
    saved = read_ref(checkout, ref)
    tree = _tree(checkout, {}, (), ())
    known = [commit for commit in (saved, head) if commit and _holds(checkout, commit, tree, head)]
    commit = known[0] if known else commit_tree(checkout, tree, [head] if head else [], f"Saved as {ref}")
    if commit != saved:
        kept = f"create {ref}-{saved[:12]} {saved}\nupdate {ref} {commit} {saved}\n" if saved else ""
        lines = kept or f"create {ref} {commit}\n"
        answer(git(["update-ref", "--stdin"], checkout.top, lines.encode(), write=True))
    return commit


def _holds(checkout: Checkout, commit: str, tree: str, head: str | None) -> bool:
    """Whether a commit has this tree, and is HEAD or stands on it."""
    shown = git(["log", "--no-walk", "--format=%T %P", commit], checkout.top)
    found, *parents = shown.out.decode().split() if shown.code == 0 else [""]
    return found == tree and (commit == head or parents == ([head] if head else []))


def commit_tree(
    checkout: Checkout, tree: str, parents: Sequence[str], message: str, *, as_user: bool = False
) -> str:
    """Make a commit object, in our own name or the user's; no branch moves and no hook runs.

    A user who has not told git a name yet is no reason to fail: then it is ours again.
    """
    args = ["commit-tree", tree, *(part for parent in parents for part in ("-p", parent)), "-F", "-"]
    made = git(args, checkout.top, message.encode(), None if as_user else IDENTITY, write=True)
    if made.code and as_user and b"ident" in made.err:
        made = git(args, checkout.top, message.encode(), IDENTITY, write=True)
    return answer(made).decode().strip()


def list_files(top: str) -> tuple[str, ...]:
    """Every file git tracks or would track, relative to the top, sorted. No submodules, no deleted files."""
    asked = ["ls-files", "-z", "-t", "-s", "-c", "-d", "-o", "--exclude-standard"]
    found: set[bytes] = set()
    gone: set[bytes] = set()
    for entry in answer(git(asked, locate(top).top)).split(b"\0"):
        tag, rest = entry[:1], entry[2:]
        mode, _, path = rest.partition(b"\t") if tag != b"?" else (b"", b"", rest)
        if tag == b"R" or mode.startswith(b"160000"):
            gone.add(path)
        elif path and not path.endswith(b"/"):
            found.add(path)
    return tuple(sorted(path for path in map(os.fsdecode, found - gone) if not is_state(path)))


def list_ignored(top: str) -> tuple[str, ...]:
    """What git ignores in the work tree, sorted: whole directories (with a slash at the end) where all of one is."""
    asked = ["ls-files", "-z", "-o", "-i", "--exclude-standard", "--directory"]
    found = map(os.fsdecode, answer(git(asked, locate(top).top)).split(b"\0"))
    return tuple(sorted(path for path in found if path and not is_state(path)))


def _tree(
    checkout: Checkout, store: Mapping[str, str], updating: tuple[str, ...], writing: tuple[str, ...]
) -> str:
    """The tree of the whole work tree, made in a copy of the index."""
    head = read_head(checkout).commit
    asked = [status_call(checkout)]
    if head:
        asked.append(Call(("log", "--no-walk", "--format=%T", head), checkout.top))
    status, *trees = together(asked)
    dirty = list(status_paths(answer(status)))
    if trees and not dirty:
        return answer(trees[0]).decode().strip()
    with _copied_index(checkout) as index:
        env = {**store, "GIT_INDEX_FILE": index}
        files = b"".join(os.fsencode(path) + b"\0" for path in dirty if not path.endswith("/"))
        update = ["update-index", "--add", "--remove", "--replace", *updating, "-z", "--stdin"]
        _stored(git(update, checkout.top, files, env, settings=_STORING, write=True))
        return _stored(git(["write-tree", *writing], checkout.top, None, env, write=True)).decode().strip()


def _stored(ran: Ran) -> bytes:
    """The answer of a call that hashed the user's files, which may be unreadable."""
    if ran.code and b"Permission denied" in ran.err:
        said = ran.err.decode("utf-8", "replace").splitlines()[0]
        raise Refused(
            f"a file of {ran.cwd!r} cannot be read ({said}); make it readable, or have git ignore it"
        )
    return answer(ran)


@contextmanager
def _copied_index(checkout: Checkout) -> Iterator[str]:
    """A private copy of the index: it knows which files are unchanged, so only changed ones are hashed."""
    with tempfile.TemporaryDirectory(prefix="baton-index-") as place:
        copy = os.path.join(place, "index")
        original = os.path.join(checkout.git_dir, "index")
        if os.path.exists(original):
            shutil.copy2(original, copy)  # with its time: git tells racily written files by it
        yield copy


def _own_store(checkout: Checkout) -> dict[str, str]:
    """The environment that makes git store objects beside our journal, and find the repository's own too."""
    prepare_state_dir(checkout.state_dir)
    store = os.path.join(checkout.state_dir, "objects")
    alternates = os.path.join(store, "info", "alternates")
    wanted = _quoted(os.path.join(checkout.common_dir, "objects")) + b"\n"
    try:
        with open(alternates, "rb") as file:
            known = file.read()
    except FileNotFoundError:
        known = b""
    if known != wanted:
        os.makedirs(os.path.dirname(alternates), exist_ok=True)
        write_whole(alternates, wanted)
    return {"GIT_OBJECT_DIRECTORY": store}


def _quoted(path: str) -> bytes:
    """A line of an alternates file; git reads one that starts with a quote as a C string."""
    raw = os.fsencode(path)
    if b"\n" not in raw and not raw.startswith((b'"', b"#")):
        return raw
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
