"""Small repositories for tests, built from a table of paths and contents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def build(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write the files below `root` and return it."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root
