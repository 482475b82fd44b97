"""What every agent can know of itself, whatever its vendor."""

from __future__ import annotations

from collections.abc import Mapping

from agent_baton.runtimes.protocol import Assignment


def identified(env: Mapping[str, str], assignment: Assignment) -> dict[str, str]:
    """The environment with the step, the specialist and the attempt an agent was started for."""
    return {
        **env,
        "BATON_STEP_ID": assignment.step_id,
        "BATON_AGENT": assignment.agent_name,
        "BATON_ATTEMPT": str(assignment.attempt),
    }
