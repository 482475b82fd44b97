"""CI systems whose files hold lists of shell commands: GitLab, Travis, CircleCI, Azure, AppVeyor and their relatives."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import yamls
from ..danger import is_threatening_name
from ..names import is_special, kind_of
from ..reading import Repo
from ..shell import calls_in
from ..sightings import Sighting
from .azure import azure
from .circleci import circleci
from .steps import PRODUCTION, Body, Found, Reader, calls_of, variables_of
from .travis import travis

MAX_CALLS = 600


def sightings(repo: Repo) -> Iterator[Sighting]:
    """The commands of every file of these systems that the repository has."""
    for path, reader, system in _files(repo):
        count = 0
        for document in repo.yaml(path)[:12]:
            for name, call in reader(yamls.mapping(document), path, repo):
                count += 1
                if count > MAX_CALLS:
                    break
                weight = (3 if kind_of(name) == "test" else 0) - (
                    10 if any(is_special(word) for word in name.split()) else 0
                )
                if not is_threatening_name(name):
                    yield Sighting(call, "ci", f"{system} job {name!r}" if name else system, weight)


def _files(repo: Repo) -> Iterator[tuple[str, Reader, str]]:
    for path, reader, system in _SYSTEMS:
        if repo.is_file(path):
            yield path, reader, system
    for folder, reader, system in (
        (".woodpecker", _steps_of_commands, "Woodpecker"),
        (".semaphore", _semaphore, "Semaphore"),
        (".builds", _sourcehut, "builds.sr.ht"),
        (".gitlab", _gitlab, "GitLab CI"),
        (".azure-pipelines", azure, "Azure Pipelines"),
        (".buildkite", _buildkite, "Buildkite"),
    ):
        for path in list(repo.under(folder))[:20]:
            if path.endswith((".yml", ".yaml")):
                yield path, reader, system


_GITLAB_WORDS = frozenset(
    (
        "stages",
        "variables",
        "include",
        "default",
        "image",
        "services",
        "before_script",
        "after_script",
        "cache",
        "workflow",
        "pages",
        "spec",
    )
)


def _gitlab(body: Body, path: str, repo: Repo) -> Found:
    shared = variables_of(body.get("variables"))
    for name, node in body.items():
        job = yamls.mapping(node)
        if (
            name in _GITLAB_WORDS
            or not job
            or PRODUCTION.search(yamls.scalar(job.get("stage")))
            or yamls.scalar(job.get("allow_failure")) == "true"
        ):
            continue
        parent = _inherited(job, body)
        variables = {**shared, **variables_of(parent.get("variables")), **variables_of(job.get("variables"))}
        script = job.get("script", parent.get("script"))
        if yamls.scalar(job.get("when")) == "manual":
            continue
        for call in calls_of(script, path, "", variables):
            yield name.lstrip("."), call


def _inherited(job: Body, body: Body) -> Body:
    found: dict[str, yamls.Node] = {}
    waiting = [yamls.scalar(each) for each in yamls.sequence(job.get("extends"))]
    for name in waiting[:5]:
        parent = yamls.mapping(body.get(name))
        found = {**parent, **found}
        waiting += [yamls.scalar(each) for each in yamls.sequence(parent.get("extends"))]
    return found


def _appveyor(body: Body, path: str, repo: Repo) -> Found:
    for key in ("build_script", "test_script"):
        for node in yamls.sequence(body.get(key)):
            script = (
                node
                if isinstance(node, str)
                else next(
                    (value for name, value in yamls.mapping(node).items() if name in ("cmd", "sh", "bash")),
                    None,
                )
            )
            if isinstance(script, yamls.Scalar) and "%" not in script:
                for call in calls_in(str(script).replace("\\", "/"), path, script.line):
                    yield "", call


def _steps_of_commands(body: Body, path: str, repo: Repo) -> Found:
    """Drone, Woodpecker: steps with a name and commands."""
    for key in ("steps", "pipeline"):
        steps = body.get(key)
        named = (
            yamls.mapping(steps).items()
            if isinstance(steps, dict)
            else ((yamls.scalar(yamls.mapping(each).get("name")), each) for each in yamls.sequence(steps))
        )
        for name, node in named:
            step = yamls.mapping(node)
            for call in calls_of(step.get("commands"), path, "", variables_of(step.get("environment"))):
                yield name, call


def _bitbucket(body: Body, path: str, repo: Repo) -> Found:
    waiting: list[yamls.Node] = [body.get("pipelines") or ""]
    seen = 0
    while waiting and seen < 400:
        node = waiting.pop(0)
        seen += 1
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            if "script" in node:
                for call in calls_of(
                    [each for each in yamls.sequence(node["script"]) if isinstance(each, str)], path
                ):
                    yield yamls.scalar(node.get("name")), call
            waiting += [value for key, value in node.items() if key != "script"]


def _cirrus(body: Body, path: str, repo: Repo) -> Found:
    for name, node in body.items():
        task = yamls.mapping(node)
        if not (name == "task" or name.endswith("_task")) or any(
            key in task for key in ("windows_container", "macos_instance", "osx_instance")
        ):
            continue
        for key, script in task.items():
            if key == "script" or key.endswith("_script"):
                for call in calls_of(script, path, "", variables_of(task.get("env"))):
                    yield yamls.scalar(task.get("name")) or name.removesuffix("_task"), call


def _semaphore(body: Body, path: str, repo: Repo) -> Found:
    for block in yamls.sequence(body.get("blocks")):
        for job in yamls.sequence(yamls.mapping(yamls.mapping(block).get("task")).get("jobs")):
            for call in calls_of(yamls.mapping(job).get("commands"), path):
                yield yamls.scalar(yamls.mapping(job).get("name")), call


def _sourcehut(body: Body, path: str, repo: Repo) -> Found:
    """Every task begins in the home folder; the checkout lies below it under its own name."""
    for task in yamls.sequence(body.get("tasks")):
        for name, script in yamls.mapping(task).items():
            if isinstance(script, yamls.Scalar):
                plain = re.sub(r"(?m)^(\s*)cd [\w.-]+/?$", r"\1:", str(script), count=1)
                for call in calls_in(plain, path, script.line):
                    yield name, call


def _buildkite(body: Body, path: str, repo: Repo) -> Found:
    for step in yamls.sequence(body.get("steps")):
        node = yamls.mapping(step)
        script = node.get("command", node.get("commands"))
        for call in calls_of(script, path, "", variables_of(node.get("env"))):
            yield yamls.scalar(node.get("label")), call


_SYSTEMS: tuple[tuple[str, Reader, str], ...] = (
    (".gitlab-ci.yml", _gitlab, "GitLab CI"),
    (".circleci/config.yml", circleci, "CircleCI"),
    ("circle.yml", circleci, "CircleCI"),
    ("azure-pipelines.yml", azure, "Azure Pipelines"),
    (".azure-pipelines.yml", azure, "Azure Pipelines"),
    ("azure-pipelines.yaml", azure, "Azure Pipelines"),
    (".ci/azure-pipelines.yml", azure, "Azure Pipelines"),
    (".travis.yml", travis, "Travis CI"),
    ("appveyor.yml", _appveyor, "AppVeyor"),
    (".appveyor.yml", _appveyor, "AppVeyor"),
    (".drone.yml", _steps_of_commands, "Drone"),
    (".woodpecker.yml", _steps_of_commands, "Woodpecker"),
    (".woodpecker.yaml", _steps_of_commands, "Woodpecker"),
    ("bitbucket-pipelines.yml", _bitbucket, "Bitbucket Pipelines"),
    (".cirrus.yml", _cirrus, "Cirrus CI"),
    (".build.yml", _sourcehut, "builds.sr.ht"),
    (".buildkite/pipeline.yml", _buildkite, "Buildkite"),
    ("wercker.yml", _steps_of_commands, "Wercker"),
)
