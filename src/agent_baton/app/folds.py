"""What a view keeps of every task, folded anew only for tasks that have moved on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import orjson

from agent_baton import __version__
from agent_baton.app.site import Site
from agent_baton.errors import JournalError
from agent_baton.hashing import sha256_hex
from agent_baton.journal.bulk import told as told_by
from agent_baton.journal.folds import Fold, FoldCache, SqliteFoldCache
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.loading import load

if TYPE_CHECKING:
    from agent_baton.journal.port import Journal
    from agent_baton.trace.history import History

GATHER = "agent_baton.trace.history:gather_told"  # not needed where every fold is fresh
CHUNK = 50  # tasks
MANY = 300  # tasks: fewer are folded sooner than other processes have begun
MOST_PROCESSES = 8
Head: TypeAlias = tuple[str, int, str]  # task id, number and hash of its last event


class View(NamedTuple):
    """A fold of one task, and the name and version it is kept under."""

    name: str
    fold: Callable[[History], Any]


def view(name: str, fold: Callable[[History], Any]) -> View:
    """Another release may fold the same events otherwise, so its name is part of the view's."""
    return View(f"{name}@{__version__}", fold)


def cache_of(site: Site, env: Mapping[str, str]) -> SqliteFoldCache:
    """The cache of this repository's journal, in the user's cache directory: the state directory is only written by work."""
    home = env.get("XDG_CACHE_HOME") or os.path.join(env.get("HOME") or os.path.expanduser("~"), ".cache")
    journal = sha256_hex(os.path.realpath(site.db_path))[:16]
    return SqliteFoldCache(os.path.join(home, "agent-baton", f"folds-{journal}.db"))


def folded(
    journal: Journal,
    view: View,
    cache: FoldCache,
    told: Callable[[int, int], None] = lambda done, of: None,
    newest: int = 0,
) -> list[Any]:
    """The fold of every task, or of the `newest`, oldest task first. `told` hears how many of how many were folded anew.

    A cache that cannot be written costs time only: everything is folded again the next time.
    """
    heads = list(journal.heads())[-newest:]  # of -0: all of them
    kept = cache.read(view.name)
    stale = [head for head in heads if not _fresh(kept.get(head[0]), head)]
    new: dict[str, Fold] = {}
    for some in _fold_all(journal, view, stale):
        new.update(some)
        told(len(new), len(stale))
    gone = kept.keys() - {head[0] for head in heads}
    if new or gone:
        _keep(cache, view, new, gone)
        kept.update(new)
    return [orjson.loads(kept[task_id].text) for task_id, _, _ in heads]


def keep(site: Site, env: Mapping[str, str], views: Sequence[View], journal: Journal, task_id: str) -> None:
    """Fold a task that has ended into the cache now, so that nobody who looks waits for it."""
    head = next((head for head in journal.heads() if head[0] == task_id), None)
    if head is not None:
        history = _history(journal, head)
        for view in views:
            _keep(cache_of(site, env), view, {task_id: _made(view, history, head)}, set())


def _keep(cache: FoldCache, view: View, new: dict[str, Fold], gone: set[str]) -> None:
    try:
        cache.write(view.name, new, gone)
    except OSError:
        return  # no place to keep it: a read-only home is no reason not to answer


def _fresh(fold: Fold | None, head: Head) -> bool:
    return fold is not None and (fold.seq, fold.hash) == head[1:]


def _fold_all(journal: Journal, view: View, stale: Sequence[Head]) -> Iterator[dict[str, Fold]]:
    """The folds of these tasks, some at a time."""
    left = dict.fromkeys(stale)
    for some in _side_by_side(journal, view, stale):
        for head in [head for head in left if head[0] in some]:
            del left[head]
        yield some
    for chunk in _chunks(list(left)):
        yield _folds(journal, view, chunk)


def _chunks(heads: Sequence[Head]) -> list[Sequence[Head]]:
    return [heads[at : at + CHUNK] for at in range(0, len(heads), CHUNK)]


def _side_by_side(journal: Journal, view: View, stale: Sequence[Head]) -> Iterator[dict[str, Fold]]:
    """The folds of many tasks, from a process a processor; of none or of some where processes cannot be had."""
    processors = min(os.cpu_count() or 1, MOST_PROCESSES)
    if len(stale) < MANY or processors < 2 or not isinstance(journal, SqliteJournal):
        return
    journal.close()  # SQLite's connections do not survive a fork; it opens again when asked
    work = partial(_fold_file, journal.path, view)
    yield from load("agent_baton.app.side_by_side:side_by_side")(work, _chunks(stale), processors)


def _fold_file(path: str, view: View, heads: Sequence[Head]) -> dict[str, Fold]:
    journal = SqliteJournal(path)
    try:
        return _folds(journal, view, heads)
    finally:
        journal.close()


def _folds(journal: Journal, view: View, heads: Sequence[Head]) -> dict[str, Fold]:
    return {head[0]: _made(view, _history(journal, head), head) for head in heads}


def _history(journal: Journal, head: Head) -> History:
    """The events up to the head that was read: what is appended meanwhile belongs to the next fold."""
    try:
        found: History = load(GATHER)(told_by(journal.stored(head[0], head[1])))
    except JournalError as error:
        raise JournalError(f"{head[0]}: {error.message}") from error
    return found


def _made(view: View, history: History, head: Head) -> Fold:
    return Fold(head[1], head[2], _text(view.fold(history)))


def _text(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # a lone surrogate: what somebody's broken output became
        return orjson.dumps(_encodable(value))


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_encodable(name): _encodable(item) for name, item in value.items()}
    return [_encodable(item) for item in value] if isinstance(value, (list, tuple)) else value
