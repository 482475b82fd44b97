"""Which of the models an ACP agent offers is the one a plan asks for. Pure.

Two forms are in use: an option of the session whose category is "model" (codex, opencode), and a list of models of its
own (gemini, codex as well). What is offered can be set; a name that is not offered is never sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NAMED = 5  # models in a remark


@dataclass(frozen=True, slots=True)
class Offer:
    """The models of a session: id → what people call it, in the vendor's order."""

    models: Mapping[str, str]
    current: str
    option: str = ""  # the option's id; "" for the form of its own

    def find(self, wanted: str) -> str:
        """The id a name stands for: itself, or the one at work, else the first, with that word in it. "" for none."""
        if wanted in self.models:
            return wanted
        word = re.compile(rf"(?<![a-z0-9]){re.escape(wanted.lower())}(?![a-z0-9])")
        order = sorted(self.models, key=lambda model: model != self.current)
        return next((m for m in order if word.search(f"{m} {self.models[m]}".lower())), "")

    def request(self, model: str) -> tuple[str, dict[str, str]]:
        """The method that sets a model, and its parameters."""
        if self.option:
            return "session/set_config_option", {"configId": self.option, "value": model}
        return "session/set_model", {"modelId": model}

    def __str__(self) -> str:
        names = list(self.models)
        return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


def offered(session: Mapping[str, Any]) -> Offer:
    """What the answer to a request for a session offers; nothing, when it says nothing of models."""
    for option in _mappings(session.get("configOptions")):
        if option.get("category") == "model" and option.get("type") == "select":
            names = _names(option.get("options"), "value")
            return Offer(names, str(option.get("currentValue") or ""), str(option.get("id")))
    models = session.get("models")
    if not isinstance(models, Mapping):
        return Offer({}, "")
    return Offer(_names(models.get("availableModels"), "modelId"), str(models.get("currentModelId") or ""))


def _names(items: object, key: str) -> dict[str, str]:
    return {str(item[key]): str(item.get("name") or "") for item in _mappings(items) if item.get(key)}


def _mappings(items: object) -> list[Mapping[str, Any]]:
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
