"""`--since`: a date, or so many days or weeks back."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from agent_baton.errors import UserError

UNITS = {"h": 3_600, "d": 86_400, "w": 604_800}
BACK = re.compile(r"(\d{1,6})([hdw])")


def moment(text: str | None, now: float) -> float | None:
    """Seconds since the epoch for `7d`, `36h`, `2w`, `2026-11-01` or a whole ISO time; days begin at midnight UTC."""
    if text is None:
        return None
    back = seconds(text)
    if back is not None:
        return now - back
    try:
        at = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        raise UserError(f"--since {text!r} is no time; say 7d, 36h, 2w or a date as in 2026-11-01") from None
    return (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp()


def seconds(text: str) -> int | None:
    """How long `36h`, `7d` or `2w` is; None for anything else."""
    span = BACK.fullmatch(text.strip())
    return int(span[1]) * UNITS[span[2]] if span else None
