"""A started task and the session that drives it."""

from __future__ import annotations

import pytest

from tests.support.hooks import Session
from tests.support.plans import phase, plan, step
from tests.support.repo import Repo


@pytest.fixture
def session(repo: Repo) -> Session:
    """A session that drives a task of two steps side by side and one after them."""
    repo.save_plan(plan(phase(1, step("1.1"), step("1.2", agent="tester")), phase(2, step("2.1"))))
    made = Session(repo)
    repo.baton("execute", "start", "--no-baseline", BATON_SESSION=made.name)
    return made
