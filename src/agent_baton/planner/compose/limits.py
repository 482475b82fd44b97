"""Models and money: which model does a step, and what the task may cost at most."""

from __future__ import annotations

from agent_baton.plan.model import Budget, BudgetTier
from agent_baton.planner.compose.request import Casting, Request

# upper limits of a whole task; a plan may be edited to raise them
TIERS: dict[BudgetTier, Budget] = {
    "lean": Budget(usd=3.0, tokens=1_500_000, wall_s=3_600.0),
    "standard": Budget(usd=15.0, tokens=8_000_000, wall_s=14_400.0),
    "full": Budget(usd=60.0, tokens=32_000_000, wall_s=43_200.0),
}
CAREFUL = ("architect", "security-reviewer", "auditor")
PLAIN = ("technical-writer",)


def tier_of(request: Request) -> BudgetTier:
    """Lean for small safe work, full where the work is heavy or the risk is high."""
    if request.options.budget_tier:
        return request.options.budget_tier
    if request.task.complexity == "heavy" or request.task.risk_level in ("HIGH", "CRITICAL"):
        return "full"
    return "lean" if request.task.complexity == "light" else "standard"


def model_of(request: Request, casting: Casting, tier: str) -> str:
    """The person's choice, else the definition's own, else by what a mistake of this role would cost."""
    if request.options.model:
        return request.options.model
    if casting.role in CAREFUL and tier != "lean":
        return "opus"
    if casting.role in PLAIN and tier == "lean":
        return "haiku"
    return casting.model if casting.model not in ("", "inherit") else "sonnet"
