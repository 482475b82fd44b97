"""Which side of a repository a task is about, and who works on that side."""

from __future__ import annotations

import re

from agent_baton.agents.paths import (
    CODE_PATH,
    DOC_PATH,
    INFRA_PATH,
    MOBILE_PATH,
    TEST_PATH,
    UI_FOR_CERTAIN,
    UI_PATH,
)
from agent_baton.agents.scene import Scene, Side
from agent_baton.patterns import lazy

Pick = tuple[str, str]  # role, reason

SIDE_ROLE: dict[Side, str] = {
    "frontend": "frontend-engineer",
    "backend": "backend-engineer",
    "mobile": "mobile-engineer",
    "infra": "devops-engineer",
    "database": "database-engineer",
    "data": "data-engineer",
    "ml": "data-scientist",
    "analysis": "data-analyst",
    "docs": "technical-writer",
}

MAINLY: dict[Side, str] = {
    "frontend": "a user interface",
    "backend": "code without a user interface",
    "mobile": "a mobile app",
    "infra": "delivery and configuration",
    "database": "a database",
    "data": "data pipelines",
    "ml": "models",
    "analysis": "analysis of data",
    "docs": "documentation",
}


def implementers(scene: Scene) -> list[Pick]:
    """The sides that the task touches; what the repository mainly is, when nothing tells."""
    return touched_sides(scene) or [_default(scene)]


def _default(scene: Scene) -> Pick:
    return SIDE_ROLE[scene.main_side], f"this repository is mainly {MAINLY[scene.main_side]}"


def touched_sides(scene: Scene, without: str = "") -> list[Pick]:
    """The sides that named files or the task's words point at, the served one before the shown one."""
    touched: list[tuple[Side, str]] = []
    by_path = _sides_of_paths(scene)
    if by_path:
        touched = by_path
    elif scene.has_mobile and scene.has_server:
        touched = _mobile_or_server(scene)
    elif scene.has_ui and scene.serves and scene.main_side in ("backend", "frontend"):
        touched = _browser_or_server(scene)
    elif scene.main_side == "backend" and not scene.has_ui and NEW_UI.search(scene.text):
        touched = [("frontend", f"the task asks for a user interface ({found(NEW_UI, scene.text)})")]
    return [(SIDE_ROLE[side], reason) for side, reason in touched if side != without]


NEW_UI = lazy(
    r"\b(web (ui|frontend|interface|dashboard)|admin (ui|panel)|react (app|frontend|component)"
    r"|vue (app|component)|single[- ]page app|html report|landing page|css)\b",
    re.IGNORECASE,
)


def found(pattern: re.Pattern[str], text: str) -> str:
    """What a pattern finds in a text, empty if nothing."""
    match = pattern.search(text)
    return match[0] if match else ""


def _sides_of_paths(scene: Scene) -> list[tuple[Side, str]]:
    """Named files decide, where they are of a side that the repository has."""
    sides: dict[Side, str] = {}
    for path in scene.paths:
        if TEST_PATH.search(path) or DOC_PATH.search(path):
            continue
        side = _side_of_path(scene, path)
        if side:
            sides.setdefault(side, f"the task names {path}")
    return list(sides.items())


def _side_of_path(scene: Scene, path: str) -> Side | None:
    if INFRA_PATH.search(path):
        return "infra"
    if path.lower().endswith(".ipynb"):
        return "ml" if scene.says("ml") else "analysis"
    if scene.main_side in ("mobile", "data", "ml"):
        return scene.main_side
    if scene.has_mobile and MOBILE_PATH.search(path):
        return "mobile"
    if UI_PATH.search(path) and (scene.has_ui or UI_FOR_CERTAIN.search(path)):
        return "frontend"
    if path.lower().endswith(".sql"):
        return "database"
    if CODE_PATH.search(path):
        return "frontend" if scene.main_side == "frontend" else "backend"
    return None


# somebody outside is given something to do: it has to be offered, and answered
LETS = lazy(r"\b(let|lets|allow|allows|enable|enables) (the |our |all )?(?!us\b)[a-z]{3,}s\b", re.IGNORECASE)
PUSHED = lazy(r"\bpush notification|推送通知|プッシュ通知|푸시 알림", re.IGNORECASE)


def _mobile_or_server(scene: Scene) -> list[tuple[Side, str]]:
    app, server = scene.words("mobile") + scene.words("ui"), scene.words("server")
    for_people = scene.says("fullstack") or found(LETS, scene.text)
    if for_people and scene.kind == "new-feature":
        return [
            ("mobile", f"a feature for users ({for_people})"),
            ("backend", f"a feature for users ({for_people})"),
        ]
    sides: list[tuple[Side, str]] = []
    if app:
        sides.append(("mobile", f"the task says {app[0]}"))
    pushed = PUSHED.search(scene.text) if not scene.says("fault") else None
    if pushed:
        sides.append(("backend", f"a server has to send it ({pushed[0]})"))
    elif server and (not app or len(server) > 1):
        sides.append(("backend", f"the task says {server[0]}"))
    return sides


def _browser_or_server(scene: Scene) -> list[tuple[Side, str]]:
    seen, served = scene.words("ui"), scene.words("server")
    both = scene.says("fullstack") or found(LETS, scene.text)
    if both and scene.kind == "new-feature":
        return [("backend", f"a feature for users ({both})"), ("frontend", f"a feature for users ({both})")]
    sides: list[tuple[Side, str]] = []
    if served and (not seen or _needs_both(scene, seen, served)):
        sides.append(("backend", f"the task says {served[0]}"))
    if seen:
        sides.append(("frontend", f"the task says {seen[0]}"))
    return sides


def _needs_both(scene: Scene, seen: list[str], served: list[str]) -> bool:
    """Something new is served and shown. A fault or a change of looks has one side: the one people see."""
    return scene.kind in ("new-feature", "security", "migration") or len(served) > len(seen)
