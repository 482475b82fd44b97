"""Parts that need an optional dependency: loaded when their command is used, with advice when it is not installed."""

from __future__ import annotations

import importlib
from typing import Any

from agent_baton.errors import UserError


def load(target: str, extra: str, command: str) -> Any:
    """`module:object`, whose module imports what only the extra installs. Raises UserError naming the extra."""
    module, _, name = target.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("agent_baton"):
            raise
        raise UserError(
            f"{command} needs {error.name}, which is not installed: pip install 'agent-baton[{extra}]'"
        ) from error
