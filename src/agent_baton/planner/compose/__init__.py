"""From facts, an understanding and a cast of agents to a plan. Pure: the same input gives the same plan."""

from agent_baton.planner.compose.plan import compose
from agent_baton.planner.compose.request import Casting, Options, Request

__all__ = ["Casting", "Options", "Request", "compose"]
