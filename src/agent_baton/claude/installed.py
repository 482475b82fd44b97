"""Which Claude Code is installed, if any, and what its own files say of this project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TESTED = ("2.1.191", "2.1.329", "2.1.330")  # by this repository's own tests, or by hand; the newest last
TIMEOUT_S = 20


@dataclass(frozen=True, slots=True)
class ClaudeCode:
    path: str
    version: str  # "" when it would not say

    @property
    def newer_than_tested(self) -> bool:
        return numbers(self.version) > numbers(TESTED[-1])

    @property
    def older_than_tested(self) -> bool:
        return numbers(self.version) < numbers(TESTED[0])


def find_claude(path: str | None = None) -> ClaudeCode | None:
    """The `claude` on PATH (or at `path`), None when there is none."""
    program = path or shutil.which("claude")
    return None if program is None else ClaudeCode(program, version_of(program))


def version_of(program: str) -> str:
    """What a program's `--version` says, "" when it says none."""
    try:
        ran = subprocess.run(
            [program, "--version"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"\d+\.\d+\.\d+", ran.stdout)
    return found.group() if found and ran.returncode == 0 else ""


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


@dataclass(frozen=True, slots=True)
class Layer:
    """One settings file. `value` is None when it is there and cannot be read as settings."""

    path: Path
    value: Mapping[str, Any] | None


def config_home(env: Mapping[str, str]) -> Path:
    """Claude Code's own directory of this user."""
    return Path(env.get("CLAUDE_CONFIG_DIR") or Path(env.get("HOME", "")) / ".claude")


def settings_layers(top: Path, env: Mapping[str, str]) -> list[Layer]:
    """The settings files that are there, the strongest first: local, project, user."""
    places = [
        top / ".claude/settings.local.json",
        top / ".claude/settings.json",
        config_home(env) / "settings.json",
    ]
    return [Layer(path, _object(path)) for path in places if path.is_file()]


def setting(layers: list[Layer], *path: str) -> Any:
    """The value in force at a path, None when no file sets it."""
    for layer in layers:
        value: Any = layer.value
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None:
            return value
    return None


def enabled_plugins(layers: list[Layer], name: str) -> list[str]:
    """Ids `NAME@marketplace` of the enabled plugins of a name."""
    found: dict[str, Any] = {}
    for layer in reversed(layers):
        plugins = (layer.value or {}).get("enabledPlugins")
        found.update(plugins if isinstance(plugins, Mapping) else {})
    return sorted(key for key, on in found.items() if on is True and key.partition("@")[0] == name)


def is_trusted(top: Path, env: Mapping[str, str]) -> bool | None:
    """Whether the user accepted the trust dialog for a directory or one above it; None when Claude Code keeps no list."""
    home = env.get("CLAUDE_CONFIG_DIR")
    listed = _object(Path(home) / ".claude.json" if home else Path(env.get("HOME", "")) / ".claude.json")
    projects = (listed or {}).get("projects")
    if not isinstance(projects, Mapping):
        return None
    entries = [projects.get(str(place)) for place in (top, *top.parents)]
    return any(
        isinstance(entry, Mapping) and entry.get("hasTrustDialogAccepted") is True for entry in entries
    )


def _object(path: Path) -> Mapping[str, Any] | None:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def last_lines(path: str, count: int) -> list[str]:
    """The end of a log, [] when there is none."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.path.getsize(path) - 4_096))
            return file.read().decode("utf-8", "replace").splitlines()[-count:]
    except OSError:
        return []
