"""`.claude/baton.yaml`: validated, every key with its default and its reason (`baton config --explain`)."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent_baton.errors import UserError

FILE = ".claude/baton.yaml"
MAX_BYTES = 1_000_000


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    evidence: Literal["note", "strict"] = Field(
        "note", description="what a claim that git contradicts leads to: noted and counted, or refused"
    )
    tampering: Literal["note", "strict"] = Field(
        "note", description="what weakened tests lead to at a gate: reported, or a red gate"
    )
    baseline: bool = Field(
        True, description="run the gates once at start, so that a red gate later means a regression"
    )
    gate_env: list[str] = Field(
        default_factory=list,
        description="environment variables passed to gates beyond the harmless ones (names only)",
    )


def read_settings(top: str) -> Settings:
    """The settings of a repository; all defaults when there is no file. Raises UserError naming the key."""
    path = Path(top, FILE)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Settings()
    if len(raw) > MAX_BYTES:
        raise UserError(f"{FILE} is {len(raw)} bytes; settings are a few lines")
    try:
        data = yaml.safe_load(raw) or {}
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise UserError(f"{FILE} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict):
        raise UserError(f"{FILE} must hold keys and values, as in `evidence: strict`")
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        raise UserError(f"{FILE}: " + "; ".join(_problem(item) for item in error.errors())) from error


def _problem(item: Any) -> str:
    name = ".".join(str(part) for part in item["loc"])
    if item["type"] != "extra_forbidden":
        return f"{name}: {item['msg']}"
    close = difflib.get_close_matches(name, Settings.model_fields, 1)
    return f"unknown key {name!r}" + (f"; did you mean {close[0]!r}?" if close else "")


def explain() -> list[tuple[str, str, str]]:
    """Key, default and meaning of every setting."""
    return [
        (
            name,
            yaml.safe_dump(field.get_default(call_default_factory=True)).removesuffix("...\n").strip(),
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]
