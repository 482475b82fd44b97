"""One thing that `baton doctor` looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    name: str
    state: Literal["ok", "warning", "problem"]
    detail: str
    mend: str = ""
