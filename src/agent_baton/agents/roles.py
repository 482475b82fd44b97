"""Who a task needs: those who build it, and those who design, review or audit it because of its risk.

Fewer is better: a specialist is added only with a reason that a senior engineer would give.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from agent_baton.agents.builders import builders
from agent_baton.agents.scene import Scene
from agent_baton.agents.sides import Pick, found
from agent_baton.patterns import lazy

Part = Literal["design", "build", "review", "audit", "steer"]

PARTS: dict[str, Part] = {
    "architect": "design",
    "subject-matter-expert": "design",
    "code-reviewer": "review",
    "security-reviewer": "review",
    "auditor": "audit",
    "orchestrator": "steer",
}
PROGRAMMERS = frozenset(
    {
        "backend-engineer", "frontend-engineer", "mobile-engineer", "data-engineer", "database-engineer",
        "devops-engineer", "performance-engineer", "data-scientist",
    }
)  # fmt: skip
GRAVE = ("HIGH", "CRITICAL")
# Risk signals whose remedy is a look with an attacker's eyes.
SECURITY_SIGNALS = frozenset(
    {
        "money", "secret", "secret-exposed", "account", "login", "who-may-do-what", "cryptography", "personal-data", "health-data",
        "vulnerability", "laid-open", "door-left-open", "kept-in-clear", "protection-off", "protection-removed", "protection-changed",
        "untrusted-accepted", "everyone-made-administrator", "mass-reset-of-access",
    }
)  # fmt: skip
DESIGN_FIRST = lazy(
    r"\b(re-?architect\w*|split\w* (the |our )?(\w+ )?(monolith|service|module)|monolith|micro-?services"
    r"|plugin (system|architecture)|multi-?tenan\w+|event sourcing"
    r"|redesign the (?!page|ui|landing|home|login|settings|button|layout)\w+"
    r"|extract \w+ into (a|its own) (package|service|library))\b",
    re.IGNORECASE,
)


def part_of(role: str) -> Part:
    """What a role contributes to a plan: design comes before building, review and audit after."""
    return PARTS.get(role, "build")


def choose_roles(
    task_type: str,
    text: str,
    languages: Sequence[str],
    frameworks: Sequence[str],
    paths: Sequence[str],
    risk: str,
    *,
    complexity: str = "medium",
    files: Sequence[str] = (),
    signals: Sequence[str] = (),
) -> list[Pick]:
    """The roles a task needs, each with its reason: designers, builders (the first one leads), reviewers."""
    return roles_for(Scene(task_type, text, languages, frameworks, paths, risk, complexity, files, signals))


def roles_for(scene: Scene) -> list[Pick]:
    """The same for a scene at hand."""
    built = builders(scene)
    picks: dict[str, str] = {}
    for role, reason in (*designers(scene, built), *built, *reviewers(scene, built)):
        picks.setdefault(role, reason)
    return list(picks.items())


def designers(scene: Scene, built: Sequence[Pick]) -> list[Pick]:
    """Who has to think before anybody builds. Light work is thought through by whoever does it."""
    roles = {role for role, _ in built}
    if scene.complexity == "light" or not roles & PROGRAMMERS:
        return []
    picks: list[Pick] = []
    word = scene.says("domain")
    if word and scene.risk != "LOW":
        picks.append(("subject-matter-expert", f"the rules lie outside the code ({word})"))
    if scene.kind in ("documentation", "test", "investigation", "dependency"):
        return picks
    if scene.complexity == "heavy":
        picks.append(("architect", "the work is heavy: its shape is decided first"))
    elif DESIGN_FIRST.search(scene.text):
        picks.append(("architect", f"the structure changes ({found(DESIGN_FIRST, scene.text)})"))
    return picks


def reviewers(scene: Scene, built: Sequence[Pick]) -> list[Pick]:
    """Who looks at it afterwards: one review, sized by risk; an auditor where nothing can be undone."""
    roles = {role for role, _ in built}
    changes = scene.kind not in ("data-analysis", "investigation", "documentation")
    picks = _review(scene) if roles & PROGRAMMERS and changes else []
    if scene.risk == "CRITICAL" and "auditor" not in roles:
        picks.append(("auditor", "CRITICAL: what cannot be undone needs an independent look, with a veto"))
    return picks


def _review(scene: Scene) -> list[Pick]:
    word = next((name for name in scene.signals if name in SECURITY_SIGNALS), "") or scene.says("security")
    hole = scene.says("hole")
    if scene.kind == "security" or (hole and scene.risk != "LOW"):
        return [("security-reviewer", f"a matter of security ({hole or word or 'security'})")]
    if not word and scene.task_type == "security":
        word = "its type"
    if word and scene.risk in GRAVE:
        return [("security-reviewer", f"{scene.risk} risk, and about security ({word})")]
    if scene.risk in GRAVE:
        return [("code-reviewer", f"{scene.risk} risk")]
    if (scene.risk == "MEDIUM" and scene.complexity != "light") or scene.complexity == "heavy":
        return [("code-reviewer", f"{scene.risk} risk, {scene.complexity} work")]
    return []
