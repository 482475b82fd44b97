"""Generated from prices.yaml by scripts/update-generated."""

from __future__ import annotations

from typing import Any

PRICES: dict[str, Any] = {
    "date": "2026-11-21",
    "source": "what Claude Code 2.1.329 itself reports for requests of known usage",
    "models": {
        "haiku": {"input": 0.1, "output": 0.5, "cache_read": 0.01},
        "sonnet": {"input": 2.0, "output": 10.0, "cache_read": 0.1},
        "opus": {"input": 4.0, "output": 20.0, "cache_read": 0.2},
        "fable": {"input": 8.0, "output": 40.0, "cache_read": 0.2},
    },
}
