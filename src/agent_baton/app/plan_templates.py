"""Templates of plans, kept in the repository."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

from agent_baton.app.outcomes import write_durably
from agent_baton.app.plan_files import read_bounded
from agent_baton.app.site import Site
from agent_baton.errors import NotFound, UserError
from agent_baton.ids import new_task_id
from agent_baton.plan.model import Plan
from agent_baton.plan.templates import from_template, to_template

TEMPLATES = ".claude/plan-templates"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,60}")


def _template_path(site: Site, name: str) -> Path:
    if not NAME.fullmatch(name):
        raise UserError(f"a template's name is lower case letters, digits, '.', '_' and '-', not {name!r}")
    return Path(site.checkout.top, TEMPLATES, f"{name}.yaml")


def template_names(site: Site) -> list[str]:
    return sorted(path.stem for path in Path(site.checkout.top, TEMPLATES).glob("*.yaml"))


def save_template(site: Site, name: str, plan: Plan) -> str:
    path = _template_path(site, name)
    write_durably(str(path), to_template(plan))
    return f"{TEMPLATES}/{name}.yaml"


def from_saved_template(site: Site, name: str, task: str, now: str) -> Plan:
    path = _template_path(site, name)
    if not path.is_file():
        close = difflib.get_close_matches(name, template_names(site), 1)
        raise NotFound(
            f"no template {name!r}"
            + (f"; did you mean {close[0]!r}?" if close else "; `baton plan templates` lists them")
        )
    return from_template(read_bounded(path), str(path), task, new_task_id(task, os.urandom(8)), now)
