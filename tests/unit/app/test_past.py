"""What past steps took, read anew only where something was added."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent_baton.app.folds import cache_of
from agent_baton.app.past import RECENT_TASKS, STEPS, past_steps
from agent_baton.app.site import Site
from agent_baton.workspace.locate import Checkout
from tests.support.histories import write_journal


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = write_journal(tmp_path / "baton.db", 4, steps=3)
    return Site(Checkout(*[str(tmp_path)] * 4, False), str(path), "")


def test_what_is_kept_says_the_same_as_what_is_read(site: Site) -> None:
    """The second time, from the cache, the figures are those of the first time; without the cache as well."""
    first = past_steps(site)
    assert first
    assert len(cache_of(site, os.environ).read(STEPS.name)) == 4
    assert past_steps(site) == first
    os.remove(cache_of(site, os.environ).path)
    assert past_steps(site) == first


def test_only_the_newest_tasks_are_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long history does not make a plan slow: older tasks are left out, and forgotten by the cache."""
    everything = past_steps(site)
    assert RECENT_TASKS == 200
    monkeypatch.setattr("agent_baton.app.past.RECENT_TASKS", 2)
    newest = past_steps(site)
    assert 0 < len(newest) < len(everything)
    assert newest == everything[-len(newest) :]
    assert len(cache_of(site, os.environ).read(STEPS.name)) == 2
