"""Policy packs at work: found in the repository, applied to new plans, held against plans that are to be started."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

from agent_baton.agents.registry import load_registry
from agent_baton.app.site import Site
from agent_baton.errors import NotFound, Refused, UserError
from agent_baton.plan.model import Plan
from agent_baton.planner.packs.applying import applied, lacking
from agent_baton.planner.packs.matching import about
from agent_baton.planner.packs.pack import FOLDER, Pack, Subject
from agent_baton.planner.packs.reading import packs_in
from agent_baton.planner.understand.risk import assess


def packs_of(site: Site) -> list[Pack]:
    """The repository's packs. One that cannot be relied on is refused: a policy that is not read protects nobody."""
    packs, problems = found_packs(site)
    if problems:
        raise UserError("a policy pack cannot be used:\n" + "\n".join(f"  {problem}" for problem in problems))
    return packs


def found_packs(site: Site) -> tuple[list[Pack], list[str]]:
    top = Path(site.checkout.top)
    return packs_in(top, load_registry(top, Path.home()).names)


def with_packs(site: Site, plan: Plan) -> Plan:
    """A new plan with what the packs that are about it demand."""
    subject = subject_of(plan)
    return applied(plan, [(pack, reason) for pack in packs_of(site) if (reason := about(pack, subject))])


def subject_of(plan: Plan) -> Subject:
    steps = [step for phase in plan.phases for step in phase.steps]
    paths = [
        path for step in steps for path in (*step.allowed_paths, *step.expected_files, *step.context_files)
    ]
    _, signals = assess(plan.task_summary, plan.task_type, None)
    return Subject(
        plan.task_summary,
        plan.task_type,
        plan.risk_level,
        tuple(signal.name for signal in signals),
        tuple(dict.fromkeys(paths)),
    )


def require_packs(site: Site, plan: Plan) -> dict[str, str]:
    """Refused when a blocking pack's demands are not met. Returns the settings that packs make strict."""
    subject = subject_of(plan)
    fitting = [(pack, reason) for pack in packs_of(site) if (reason := about(pack, subject))]
    missing = [
        f"pack {pack.name} (as {reason}) demands {demand}"
        for pack, reason in fitting
        if pack.enforcement == "block"
        for demand in lacking(plan, pack)
    ]
    if missing:
        raise Refused(
            "the plan is blocked:\n"
            + "\n".join(f"  {line}" for line in missing)
            + "\nplan it anew with baton plan, or add what is missing"
        )
    strict = [pack.then for pack, _ in fitting if pack.enforcement != "advise"]
    return {
        name: "strict" for name in ("evidence", "tampering") if any(getattr(then, name) for then in strict)
    }


def shipped_packs() -> dict[str, Path]:
    """The examples that come with baton, by name."""
    folder = Path(str(files("agent_baton"))) / "_shipped" / "packs"
    if not folder.is_dir():
        folder = Path(__file__).resolve().parents[3] / "packs"
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_dir()}


def copy_pack(site: Site, name: str) -> Path:
    """Put a shipped pack into the repository, to be edited. Never overwrites."""
    source = shipped_packs().get(name)
    if source is None:
        raise NotFound(f"no pack {name!r} is shipped; there are {', '.join(shipped_packs())}")
    target = Path(site.checkout.top, FOLDER, name)
    if target.exists():
        raise Refused(f"{target} is there already")
    shutil.copytree(source, target)
    return target
