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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("evidence: strict\nevidence: report\n", "line 2: key 'evidence' is given more than once"),
        ("limits: {usd_per_day: 5}\nlimits: {}\n", "line 2: key 'limits' is given more than once"),
        ("evidence: [\n", "is not valid YAML"),
    ],
)
def test_a_setting_said_twice_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """The later of two limits must not silently replace the earlier; values are read as what their field is."""
    path = tmp_path / FILE
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(UserError) as refused:
        read_settings(str(tmp_path))
    assert said in refused.value.message
    path.write_text("limits: {usd_per_day: 5, unknown_usd: 0.5}\nbaseline: no\n")
    settings = read_settings(str(tmp_path))
    assert (settings.limits.usd_per_day, settings.limits.unknown_usd, settings.baseline) == (5, 0.5, False)
