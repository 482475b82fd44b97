"""CircleCI, versions 1 and 2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .. import yamls
from ..calls import Call
from ..reading import Repo, join
from .steps import Body, Found, calls_of, variables_of


def circleci(body: Body, path: str, repo: Repo) -> Found:
    commands = yamls.mapping(body.get("commands"))
    for name, node in yamls.mapping(body.get("jobs")).items():
        job = yamls.mapping(node)
        variables = variables_of(job.get("environment"))
        here = yamls.scalar(job.get("working_directory"))
        cwd = join("", here) if here and not here.startswith(("~", "/")) and "<<" not in here else ""
        for call in _circle_steps(yamls.sequence(job.get("steps")), commands, path, cwd or "", variables, 0):
            yield name, call
    for section in ("test", "compile"):  # version 1
        old = yamls.mapping(body.get(section))
        for call in calls_of(
            [
                *yamls.sequence(old.get("override")),
                *yamls.sequence(old.get("pre")),
                *yamls.sequence(old.get("post")),
            ],
            path,
        ):
            yield section, call


def _circle_steps(
    steps: list[yamls.Node], commands: Body, path: str, cwd: str, variables: Mapping[str, str], depth: int
) -> Iterator[Call]:
    for node in steps:
        step = yamls.mapping(node)
        run = step.get("run")
        body = yamls.mapping(run)
        folder = yamls.scalar(body.get("working_directory"))
        here = join(cwd, folder) if folder and not folder.startswith(("~", "<")) else cwd
        if (
            run is not None
            and here is not None
            and yamls.scalar(body.get("when")) not in ("on_fail", "always")
        ):
            yield from calls_of(
                body.get("command") if body else run,
                path,
                here,
                {**variables, **variables_of(body.get("environment"))},
            )
        name = yamls.scalar(node) or next((key for key in step if key in commands), "")
        if name in commands and depth < 3:
            yield from _circle_steps(
                yamls.sequence(yamls.mapping(commands[name]).get("steps")),
                commands,
                path,
                cwd,
                variables,
                depth + 1,
            )
