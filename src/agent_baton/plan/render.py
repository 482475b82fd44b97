"""A plan for people: Markdown, terminal text, a tree, and a page."""

from __future__ import annotations

from agent_baton.plan.difftext import render_diff
from agent_baton.plan.markdown import render_markdown
from agent_baton.plan.page import render_html
from agent_baton.plan.text import render_text, render_tree

__all__ = ["render_diff", "render_html", "render_markdown", "render_text", "render_tree"]
