"""So many of so many, and how sure that makes us."""

from __future__ import annotations

import math
from typing import NamedTuple

TOO_FEW = 5  # fewer than this say nothing about the next one
Z95 = 1.96


class Rate(NamedTuple):
    hits: int
    total: int

    @property
    def value(self) -> float | None:
        return self.hits / self.total if self.total else None

    @property
    def says_something(self) -> bool:
        return self.total >= TOO_FEW

    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95% interval (E. B. Wilson, 1927); None when there was nothing to count."""
        if not self.total:
            return None
        z, n, p = Z95, self.total, self.hits / self.total
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def text(self) -> str:
        """`7/9 (78%, 45–94)`, without a percentage while there are too few."""
        interval = self.interval()
        if interval is None:
            return "none yet"
        if not self.says_something:
            return f"{self.hits}/{self.total} (too few to say)"
        digits = (
            0 if interval[1] - interval[0] > 0.03 else 1
        )  # thousands make an interval narrower than one percent
        low, high = (f"{100 * end:.{digits}f}" for end in interval)
        return f"{self.hits}/{self.total} ({100 * self.hits / self.total:.{digits}f}%, {low}–{high})"

    def fields(self) -> dict[str, object]:
        return {"hits": self.hits, "total": self.total, "interval": self.interval()}
