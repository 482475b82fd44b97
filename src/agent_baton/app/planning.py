"""Planning a task: look at the repository, understand the task, choose agents and gates, compose, forecast."""

from __future__ import annotations

import datetime
import os
from collections.abc import Collection, Mapping
from pathlib import Path

from agent_baton.agents.registry import Registry, load_registry
from agent_baton.agents.roles import part_of
from agent_baton.agents.route import route
from agent_baton.agents.scene import Scene
from agent_baton.app.knowledge import find_knowledge
from agent_baton.app.policy import reckoned, shaped
from agent_baton.app.runnable import adapt, runnable
from agent_baton.app.site import Site
from agent_baton.errors import UserError
from agent_baton.ids import new_task_id
from agent_baton.loading import load
from agent_baton.patterns import lazy
from agent_baton.plan.model import Plan
from agent_baton.planner.compose import Casting, Options, Request, compose
from agent_baton.planner.compose.plain import fits, task_text
from agent_baton.planner.facts import Facts, GateCandidate, Understanding
from agent_baton.planner.forecast import Past, forecast, read_prices
from agent_baton.planner.gatefind import MissingTests, choose_gates, find_gates, missing_tests
from agent_baton.planner.look import look
from agent_baton.planner.look.imports import import_graph
from agent_baton.planner.look.symbols import symbols_in
from agent_baton.planner.understand import understand
from agent_baton.records import Record, replace
from agent_baton.workspace.evidence import changed_since
from agent_baton.workspace.history import cochanges
from agent_baton.workspace.locate import read_head
from agent_baton.workspace.tree import list_files

PLANNER_TIMEOUT_S = 300.0  # for each answer of a model that plans
MODEL = lazy(r"[A-Za-z0-9][A-Za-z0-9_.:/@\[\]-]{0,79}")


class Planned(Record):
    plan: Plan
    facts: Facts
    task: Understanding
    registry: Registry


def facts_of(site: Site) -> Facts:
    """The repository as it stands, its gates included."""
    root = Path(site.checkout.top)
    facts = look(root, list_files(site.checkout.top))
    return replace(facts, gates=find_gates(facts))


def make_plan(
    site: Site, text: str, options: Options, now: float | None = None, entropy: bytes | None = None
) -> Planned:
    """A plan for a task in this repository. Raises UserError for an empty task; never refuses an ordinary one."""
    if not text.strip():
        raise UserError('what is the task? baton plan "Add request logging to the API" --save')
    options = _checked(options)
    facts = facts_of(site)
    definitions: dict[str, str] = {}
    task = _understood(facts, task_text(text), options, definitions)
    registry = load_registry(Path(site.checkout.top), Path.home())
    cast = cast_for(facts, task, registry, options)
    gates = _gates(facts, task, definitions)
    base = read_head(site.checkout).commit or ""
    missing = missing_tests(facts) if "test" not in gates else None
    request = Request(
        task_id=new_task_id(text, entropy if entropy is not None else os.urandom(8)),
        created_at=_iso(now),
        facts=facts,
        task=task,
        cast=cast,
        gates=gates,
        missing_tests=_setup(missing) if missing else "",
        test_setup_command=adapt(missing.command, Path(facts.root)) if missing else "",
        base_commit=base,
        unsaved=tuple(changed_since(site.checkout, base))
        if base and task.task_type == "investigation"
        else (),
        definitions={name: path for name, path in definitions.items() if name in task.symbols},
        imports=lambda files: _importing(facts, task, files),
        cochanges=cochanges(site.checkout.top) if task.complexity != "light" else {},
        knowledge=find_knowledge(Path(site.checkout.top), text),
        options=options,
    )
    plan = shaped(site, compose(request))
    plan.forecast = forecast(plan, _past(site), read_prices(Path(site.checkout.top)))
    return Planned(reckoned(site, plan), facts, task, registry)


def _past(site: Site) -> list[Past]:
    """What finished steps took. Where nothing was ever run, the journal and its views are not even loaded."""
    past: list[Past] = load("agent_baton.app.past:past_steps")(site) if os.path.exists(site.db_path) else []
    return past


def _importing(facts: Facts, task: Understanding, files: Collection[str]) -> Mapping[str, frozenset[str]]:
    return import_graph(Path(facts.root), facts, files) if files and task.complexity != "light" else {}


def _setup(missing: MissingTests) -> str:
    return f"{missing.reason} Set up {missing.framework} in {missing.folder}/, beginning with {missing.example}; run with `{missing.command}`."


def _iso(now: float | None) -> str:
    moment = (
        datetime.datetime.now(datetime.timezone.utc)
        if now is None
        else datetime.datetime.fromtimestamp(now, datetime.timezone.utc)
    )
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _understood(facts: Facts, text: str, options: Options, definitions: dict[str, str]) -> Understanding:
    """`definitions` is filled with the symbols that were looked up and the files that define them."""

    def find(names: Collection[str]) -> dict[str, str]:
        definitions.update(symbols_in(Path(facts.root), facts, names))
        return definitions

    task = understand(text, facts, find)
    if options.task_type:
        task = replace(task, task_type=options.task_type)
    return replace(task, complexity=options.complexity) if options.complexity else task


def _gates(facts: Facts, task: Understanding, definitions: Mapping[str, str]) -> dict[str, GateCandidate]:
    touched = list(dict.fromkeys([*task.files, *(definitions[name] for name in task.symbols)]))
    chosen = {str(kind): candidate for kind, candidate in choose_gates(facts, touched).items()}
    return runnable(chosen, Path(facts.root), facts.gates)


def _checked(options: Options) -> Options:
    """Raises UserError for what a plan cannot hold."""
    if options.model is not None and not MODEL.fullmatch(options.model):
        raise UserError(f"--model is a model's name, as in sonnet or opus, not {options.model!r}")
    for path in options.knowledge:
        if not fits(path):
            raise UserError(f"--knowledge is the path of a document, not {path[:80]!r}")
    return options


def cast_for(facts: Facts, task: Understanding, registry: Registry, options: Options) -> tuple[Casting, ...]:
    """The specialists for a task, by name or chosen; every one of them exists."""
    if options.agents:
        return tuple(
            Casting(role, name, "asked for", registry.get(name).model or "", part_of(role))
            for name in dict.fromkeys(options.agents)
            for role in [name.partition("--")[0]]
        )
    crew = route(scene_of(facts, task), registry.names).crew
    return tuple(
        Casting(
            one.role,
            one.agent_name,
            f"{one.reason}; {one.flavour_reason}" if one.flavour_reason else one.reason,
            registry.get(one.agent_name).model or "",
            one.part,
        )
        for one in crew
    )


def scene_of(facts: Facts, task: Understanding) -> Scene:
    """What routing looks at."""
    return Scene(
        task_type=task.task_type,
        text=task.text,
        languages=[language.name for language in facts.languages],
        frameworks=list(dict.fromkeys(framework.name for framework in facts.frameworks)),
        paths=task.files,
        risk=task.risk_level,
        complexity=task.complexity,
        files=facts.files,
        signals=[signal.name for signal in task.risk_signals],
    )
