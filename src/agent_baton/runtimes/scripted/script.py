"""The script of a scripted agent: which deeds it does for which step, specialist and attempt.

    rules:
      - step: "1.*"
        attempt: [1]
        do:
          - write: {app.py: "x = 1\\n"}
          - commit: Add x
          - result: {ok: false, text: tests are red}
      - do: [{say: done}]

The first rule that fits is played; without one the agent says "done" and succeeds. Strings may hold {{step}},
{{agent}}, {{attempt}} and {{prompt}}.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agent_baton.errors import UserError


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(_Closed):
    question: str
    options: list[str] = Field(default_factory=list)


class Request(_Closed):
    """Something the agent may not do by itself."""

    tool: str = "Bash"
    input: dict[str, Any] = Field(default_factory=dict)


class Tokens(_Closed):
    """What one answer of the model took."""

    input_tokens: int = 100
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 20
    usd: float = 0.001
    times: int = Field(1, ge=1, description="how often it is reported: some clients repeat themselves")


class Spam(_Closed):
    lines: int = 10_000
    bytes: int = 100


class Limit(_Closed):
    """The account's usage limit."""

    text: str = "You've hit your usage limit"
    resets_at: int | None = Field(None, description="seconds since 1970, UTC")


class ApiError(_Closed):
    status: int = 500
    text: str = "scripted API error"


class Result(_Closed):
    """The agent's last word."""

    ok: bool = True
    text: str | None = Field(None, description="what it said last, if not given")
    structured: Any = None
    times: int = Field(1, ge=1, description="how many results end the run")


class Deed(_Closed):
    """One thing an agent does: exactly one of these."""

    say: str | None = None
    write: dict[str, str] | None = Field(None, description="path, from the working directory → content")
    append: dict[str, str] | None = None
    delete: list[str] | None = None
    run: str | None = Field(None, description="a shell command, as the agent's tool would run it")
    commit: str | None = Field(None, description="everything, with this message")
    ask: Question | None = None
    permission: Request | None = None
    spend: Tokens | None = None
    wait: str | None = Field(None, description="what the vendor's client waits for before it tries again")
    hang: Literal["model", "tool"] | None = Field(None, description="for ever, and whose silence it is")
    spam: Spam | None = None
    giant: int | None = Field(None, description="a message of so many bytes")
    raw: str | None = Field(None, description="a line that is no message")
    stderr: str | None = None
    leak: int | None = Field(None, description="so many processes stay behind, in sessions of their own")
    limit: Limit | None = None
    error: ApiError | None = None
    result: Result | None = None
    linger: bool | None = Field(None, description="after its last word the process does not end")
    exit: int | None = Field(None, description="the process ends with this code and no result")
    kill: int | None = Field(None, description="the process ends by this signal")

    @model_validator(mode="after")
    def _one(self) -> Deed:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"a deed is exactly one thing, not {sorted(self.model_fields_set)}")
        return self


class Rule(_Closed):
    step: str = Field("*", description="glob")
    agent: str = Field("*", description="glob")
    attempt: list[int] = Field(default_factory=list, description="empty: any")
    prompt: str = Field("", description="regular expression")
    resumed: bool | None = None
    do: list[Deed]

    @model_validator(mode="after")
    def _expression(self) -> Rule:
        re.compile(self.prompt)
        return self


class Script(_Closed):
    version: Literal[1] = 1
    rules: list[Rule] = Field(default_factory=list)

    def deeds(self, situation: Situation) -> list[Deed]:
        """What to do in a situation, with its names filled in."""
        rule = next((rule for rule in self.rules if _fits(rule, situation)), None)
        deeds = rule.do if rule else [Deed(say="done")]
        return [
            Deed.model_validate(_filled(deed.model_dump(exclude_unset=True), situation)) for deed in deeds
        ]


@dataclass(frozen=True, slots=True)
class Situation:
    step: str = ""
    agent: str = ""
    attempt: int = 1
    prompt: str = ""
    resumed: bool = False


def _fits(rule: Rule, situation: Situation) -> bool:
    return (
        fnmatch.fnmatchcase(situation.step, rule.step)
        and fnmatch.fnmatchcase(situation.agent, rule.agent)
        and (not rule.attempt or situation.attempt in rule.attempt)
        and (rule.resumed is None or rule.resumed == situation.resumed)
        and re.search(rule.prompt, situation.prompt) is not None
    )


def _filled(value: Any, situation: Situation) -> Any:
    if isinstance(value, str):
        names = {name: str(getattr(situation, name)) for name in ("step", "agent", "attempt", "prompt")}
        return re.sub(r"\{\{(\w+)\}\}", lambda m: names.get(m[1], m[0]), value)
    if isinstance(value, list):
        return [_filled(item, situation) for item in value]
    if isinstance(value, Mapping):
        return {_filled(key, situation): _filled(item, situation) for key, item in value.items()}
    return value


def parse(text: str, where: str = "the script") -> Script:
    """Read a script from YAML or JSON. Raises UserError, with the place."""
    try:
        read = yaml.safe_load(text)
        return Script.model_validate({} if read is None else read)
    except yaml.YAMLError as fault:
        raise UserError(f"{where} is not YAML: {fault}") from fault
    except ValidationError as fault:
        places = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors()[:5])
        raise UserError(f"{where} is not a script: {places}") from fault
    except re.error as fault:
        raise UserError(f"{where} has a prompt that is not a regular expression: {fault}") from fault


def load(path: str) -> Script:
    try:
        return parse(Path(path).read_text(encoding="utf-8"), path)
    except (OSError, UnicodeDecodeError) as fault:
        raise UserError(f"cannot read the script {path!r}: {fault}") from fault
