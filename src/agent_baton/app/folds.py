"""What a view keeps of every task, folded anew only for tasks that have moved on."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from agent_baton import __version__
from agent_baton.app.site import Site
from agent_baton.hashing import sha256_hex
from agent_baton.journal.folds import Fold, FoldCache, SqliteFoldCache
from agent_baton.loading import load

if TYPE_CHECKING:
    from agent_baton.journal.port import Journal
    from agent_baton.trace.history import History

GATHER = "agent_baton.trace.history:gather"  # not needed where every fold is fresh


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
    for done, (task_id, seq, mark) in enumerate(stale):
        told(done, len(stale))
        new[task_id] = _fold(journal, view, task_id, seq, mark)
    gone = kept.keys() - {head[0] for head in heads}
    if new or gone:
        _keep(cache, view, new, gone)
        kept.update(new)
    return [orjson.loads(kept[task_id].text) for task_id, _, _ in heads]


def _keep(cache: FoldCache, view: View, new: dict[str, Fold], gone: set[str]) -> None:
    try:
        cache.write(view.name, new, gone)
    except OSError:
        return  # no place to keep it: a read-only home is no reason not to answer


def _fresh(fold: Fold | None, head: tuple[str, int, str]) -> bool:
    return fold is not None and (fold.seq, fold.hash) == head[1:]


def _fold(journal: Journal, view: View, task_id: str, seq: int, mark: str) -> Fold:
    """The events up to the head that was read: what is appended meanwhile belongs to the next fold."""
    events = (item for item in journal.events(task_id) if item.seq <= seq)
    return Fold(seq, mark, orjson.dumps(view.fold(load(GATHER)(events))))
