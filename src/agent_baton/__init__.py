"""Agent Baton: the durable part of working with coding agents."""

__version__ = "0.1.0"
