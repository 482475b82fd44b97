"""Fixtures that many tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A fresh repository whose path has a space and a letter beyond ASCII."""
    return Repo(tmp_path / "my projéct", tmp_path / "home")
