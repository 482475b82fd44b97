"""`.claude/baton.yaml`: validated, every key with its default and its reason (`baton config --explain`)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent_baton.errors import UserError
from agent_baton.plan.yamldoc import read_yaml

FILE = ".claude/baton.yaml"
MAX_BYTES = 1_000_000


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Limits(_Closed):
    """What an unattended run may use. A plan's own budgets hold as well."""

    usd_per_task: float | None = Field(None, ge=0, description="US dollars a task may cost, all its runs")
    usd_per_step: float | None = Field(None, ge=0, description="US dollars a step may cost, all its attempts")
    usd_per_day: float | None = Field(
        None, ge=0, description="US dollars all tasks here may cost between two local midnights"
    )
    tokens_per_task: int | None = Field(None, ge=0, description="tokens a task may use")
    tokens_per_step: int | None = Field(None, ge=0, description="tokens a step may use")
    tokens_per_day: int | None = Field(None, ge=0, description="tokens all tasks here may use in a day")
    attempts_per_task: int | None = Field(None, ge=1, description="agents a task may start")
    attempts_per_day: int | None = Field(None, ge=1, description="agents all tasks here may start in a day")
    wall_s_per_task: float | None = Field(
        None, gt=0, description="seconds a task may take, its pauses left out"
    )
    turns: int | None = Field(None, ge=1, description="turns of the model an attempt may take")
    unknown_usd: float = Field(
        5.0, ge=0, description="what an attempt of unknown cost counts as when no forecast says more"
    )
    unknown_tokens: int = Field(
        2_000_000, ge=0, description="what an attempt of unknown usage counts as when no forecast says more"
    )
    model_silent_s: float = Field(600, gt=0, description="how long a model may say nothing")
    tool_silent_s: float = Field(
        1_800, gt=0, description="how long a tool may run that neither prints nor uses the processor"
    )
    no_progress_s: float = Field(
        3_600, gt=0, description="how long an agent may go on without a new file, commit or tool call"
    )
    outage_s: float = Field(
        14_400, gt=0, description="how long a model's side may fail before the task is paused"
    )
    unknown_reset_s: float = Field(
        1_800, gt=0, description="how long a usage limit is waited for that does not say when it ends"
    )


class Workspace(_Closed):
    """What a fresh work tree needs before an agent can work in it."""

    setup: str = Field("", description="a shell command run once in each new work tree")
    setup_timeout_s: float = Field(600, gt=0, description="seconds it may take")
    copy_: list[str] = Field(
        default_factory=list, alias="copy", description="files git ignores that a work tree needs: globs"
    )
    share: list[str] = Field(
        default_factory=list, description="directories all work trees use together through a link: caches"
    )


class Approvals(_Closed):
    """What waits for a person during an unattended run."""

    timeout_s: float | None = Field(
        86_400, gt=0, description="seconds until no answer means no; null waits without end"
    )


class Notify(_Closed):
    """Who hears of a run's end, and of what waits for a person."""

    webhook: str = Field("", description="an address that gets a JSON POST")
    desktop: bool = Field(False, description="a notification on this desktop (notify-send)")


class Claude(_Closed):
    """What the hooks of a Claude Code session follow."""

    foreign_agents: Literal["allow", "deny"] = Field(
        "allow",
        description="agents a driving session starts although no step asks for them: allowed and noted, or refused",
    )


class Settings(_Closed):
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
    runtime: str = Field("claude", description="how `baton run` starts agents; see docs/run.md")
    models: dict[str, str] = Field(
        default_factory=dict,
        description="what the runtime calls the models of plans, as in {opus: gpt-6-astra}; see docs/runtimes.md",
    )
    max_parallel: int = Field(4, ge=1, le=256, description="agents at work at the same time")
    permission: Literal["read", "ask", "edit", "full"] = Field(
        "edit", description="what an agent of `baton run` may do without asking"
    )
    sandbox: Literal["off", "auto", "required"] = Field(
        "off",
        description="shut agents of `baton run` into a box: never, where one can be had, or else not at all",
    )
    sandbox_network: bool = Field(
        True,
        description="whether agents in a box reach the network; without it only local models answer them",
    )
    agent_env: list[str] = Field(
        default_factory=list,
        description="environment variables passed to agents beyond the harmless ones (names only)",
    )
    limits: Limits = Field(default_factory=Limits, description="what an unattended run may use")
    workspace: Workspace = Field(default_factory=Workspace, description="what a fresh work tree needs")
    approvals: Approvals = Field(default_factory=Approvals, description="what waits for a person")
    notify: Notify = Field(default_factory=Notify, description="telling people away from the screen")
    claude: Claude = Field(default_factory=Claude, description="what hooks of a Claude Code session follow")


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
        # every value as text, which the fields take for what they are
        data = read_yaml(raw.decode(), FILE, what="settings file")[0] or {}
    except UnicodeDecodeError as error:
        raise UserError(f"{FILE} is not valid YAML: {error}") from error
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
    close = difflib.get_close_matches(name, [key for key, _, _ in explain()], 1)
    return f"unknown key {name!r}" + (f"; did you mean {close[0]!r}?" if close else "")


def explain() -> list[tuple[str, str, str]]:
    """Key, default and meaning of every setting; a key of a group as `group.key`."""
    return list(_explained(Settings, ""))


def _explained(group: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, field in group.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        default = field.get_default(call_default_factory=True)
        if isinstance(default, BaseModel):
            yield from _explained(type(default), f"{key}.")
        else:
            yield key, yaml.safe_dump(default).removesuffix("...\n").strip(), field.description or ""
