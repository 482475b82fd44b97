"""Watching a run from another terminal: its feed, as it grows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from agent_baton.app.run.feed import Follower, Item, feed_path
from agent_baton.app.run.lock import driven
from agent_baton.app.site import Site

POLL_S = 0.5


def follow(site: Site, task_id: str, pause: Callable[[float], None] = time.sleep) -> Iterator[Item]:
    """Items of the latest run, those to come included, until it ends or its driver is gone."""
    follower = Follower(feed_path(site, task_id))
    yield from _latest(list(follower.items()))
    while True:
        alive = driven(site, task_id)
        fresh = list(follower.items())
        yield from fresh
        if alive is None or any(item["kind"] == "end" for item in fresh):
            return
        pause(POLL_S)


def _latest(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    begins = [number for number, item in enumerate(items) if item["kind"] == "run"]
    return items[begins[-1] :] if begins else items
