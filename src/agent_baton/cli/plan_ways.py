"""Other ways to come by a plan than composing one: a file, a template, a model. Each is loaded when it is asked for."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from agent_baton.app.model_planner import plan_with
from agent_baton.app.plan_files import read_bounded
from agent_baton.app.plan_templates import from_saved_template, save_template
from agent_baton.app.planning import Planned
from agent_baton.app.site import Site
from agent_baton.cli.common import note
from agent_baton.errors import NotFound
from agent_baton.plan.imports import import_plan
from agent_baton.plan.model import Plan
from agent_baton.planner.compose import Options


def imported(source: str) -> Plan:
    """The plan in a brief or another file."""
    path = Path(source)
    if not path.is_file():
        raise NotFound(f"no file {str(path)!r} to import")
    return import_plan(read_bounded(path), str(path), _now(), None)


def from_template(site: Site, name: str, task: str) -> Plan:
    """A saved template, filled with the task."""
    return from_saved_template(site, name, task, _now())


def as_template(site: Site, name: str, plan: Plan) -> None:
    """Keep the plan's shape for other tasks."""
    note(f"template saved: {save_template(site, name, plan)}")


def by_model(site: Site, made: Planned, options: Options, wanted: dict[str, Any]) -> Plan:
    """The plan that a model makes of the composed one."""
    return plan_with(site, made, options, wanted["planner"], note, wanted["planner_timeout"])


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
