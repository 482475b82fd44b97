"""`.claude/baton.yaml` at its door."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_baton.app.settings import FILE, read_settings
from agent_baton.errors import UserError


@pytest.mark.parametrize("value", [".inf", "-.inf", ".nan", "1e400", "-1"])
@pytest.mark.parametrize(
    "key", ["usd_per_task", "usd_per_day", "wall_s_per_task", "model_silent_s", "unknown_usd"]
)
def test_a_limit_is_a_number_that_limits(tmp_path: Path, key: str, value: str) -> None:
    """Infinity and what is no number are refused with the key's name: nothing could hold them, and no journal write them."""
    (tmp_path / ".claude").mkdir()
    Path(tmp_path, FILE).write_text(f"limits: {{{key}: {value}}}\n")
    with pytest.raises(UserError, match=rf"limits\.{key}"):
        read_settings(str(tmp_path))
