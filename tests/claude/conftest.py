"""A world for one test: a scripted model, a repository Claude Code trusts, the CLI at the pinned version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.claude import MISSING, World, find
from tests.support.model_server import ModelServer


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    binary = find()
    if not binary:
        pytest.skip(MISSING)
    with ModelServer() as server:
        yield World(tmp_path, server, binary)
