"""Worlds for one test: a scripted model, a repository Claude Code trusts, baton installed in it by `baton install`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.claude.shop import Shop, founded
from tests.support.claude import MISSING, World, find
from tests.support.model_server import ModelServer
from tests.support.repo import Repo


@pytest.fixture
def binary() -> str:
    """The CLI at the pinned version; a test that is parametrized with versions overrides it."""
    found = find()
    if not found:
        pytest.skip(MISSING)
    return found


@pytest.fixture
def world(tmp_path: Path, binary: str) -> Iterator[World]:
    with ModelServer() as server:
        yield World(tmp_path, server, binary)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project with baton installed, made once; each test has a copy."""
    directory = tmp_path_factory.mktemp("installed")
    repo = Repo(directory / "shop", directory / "home")
    founded(repo)
    return repo.path


@pytest.fixture
def shop(tmp_path: Path, binary: str, installed: Path) -> Iterator[Shop]:
    shutil.copytree(installed, tmp_path / "my projéct", symlinks=True)
    with ModelServer() as server:
        yield Shop(tmp_path, server, binary)
