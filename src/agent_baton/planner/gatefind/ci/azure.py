"""Azure Pipelines: stages, jobs, steps, tasks, local templates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import yamls
from ..calls import UNKNOWN, Call
from ..reading import Repo, join
from ..shell import calls_in
from .steps import Body, Found, calls_of


def azure(body: Body, path: str, repo: Repo, depth: int = 0) -> Found:
    """Stages, jobs and steps may stand at any of three levels; local templates are followed."""
    name = (
        yamls.scalar(body.get("displayName"))
        or yamls.scalar(body.get("job"))
        or yamls.scalar(body.get("stage"))
    )
    pool = str(yamls.mapping(body.get("pool")).get("vmImage", ""))
    if "windows" in pool.lower() or "macos" in pool.lower() or depth > 5:
        return
    for step in yamls.sequence(body.get("steps")):
        for call in _azure_step(yamls.mapping(step), path):
            yield name, call
    for level in ("stages", "jobs", "steps"):
        for each in yamls.sequence(body.get(level)):
            inner = yamls.mapping(each)
            yield from _azure_template(inner, path, repo, depth)
            if level != "steps":
                yield from azure(inner, path, repo, depth + 1)


def _azure_template(body: Body, path: str, repo: Repo, depth: int) -> Found:
    template = yamls.scalar(body.get("template"))
    target = (
        join(path.rpartition("/")[0], template.partition("@")[0])
        if template and not template.startswith("/")
        else template.lstrip("/")
    )
    if not template or not target or "@" in template or depth > 4:
        return
    for document in repo.yaml(target)[:1]:
        yield from azure(yamls.mapping(document), target, repo, depth + 1)


def _azure_step(step: Body, path: str) -> Iterator[Call]:
    folder = re.sub(
        r"\$\((?:System\.DefaultWorkingDirectory|Build\.SourcesDirectory)\)/?",
        "",
        yamls.scalar(step.get("workingDirectory")),
    )
    cwd = join("", folder) if folder else ""
    script = step.get("script", step.get("bash"))
    if (
        script is not None
        and cwd is not None
        and not re.search(r"failed\(\)|Windows_NT|Darwin", yamls.scalar(step.get("condition")))
    ):
        yield from calls_of(
            yamls.Scalar.at(re.sub(r"\$\([A-Z][\w.]*\)", UNKNOWN, str(script)), yamls.line_of(script)),
            path,
            cwd,
        )
    task, inputs = yamls.scalar(step.get("task")), yamls.mapping(step.get("inputs"))
    line = yamls.line_of(step.get("task"))
    command = _azure_task(task.partition("@")[0], inputs)
    if command:
        yield from calls_in(command, path, line, "")


def _azure_task(task: str, inputs: Body) -> str:
    def given(name: str) -> str:
        value = yamls.scalar(inputs.get(name))
        return "" if "$(" in value else value

    if task == "DotNetCoreCLI":
        projects = given("projects")
        return (
            f"dotnet {given('command')} {'' if '*' in projects else projects}".strip()
            if given("command") in ("test", "build")
            else ""
        )
    if task == "Maven":
        return f"mvn {given('goals') or 'package'}"
    if task == "Gradle":
        return f"./gradlew {given('tasks') or 'build'}"
    if task == "Npm":
        return f"npm {given('customCommand')}" if given("command") == "custom" else ""
    if task in ("Bash", "CmdLine"):
        return given("script")
    return "" if task != "VSTest" else "dotnet test"
