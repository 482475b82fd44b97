"""GitHub Actions (and Gitea's and Forgejo's): workflows, matrices, composite actions, reusable workflows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from agent_baton.patterns import lazy
from agent_baton.records import replace

from .. import yamls
from ..calls import UNKNOWN
from ..danger import is_threatening_name
from ..names import is_special, kind_of
from ..reading import Repo, join
from ..shell import calls_in
from ..sightings import Sighting
from . import expressions

_FOLDERS = (".github/workflows/", ".gitea/workflows/", ".forgejo/workflows/")
_WORKFLOW = lazy(r"\.ya?ml$")
_NO_TESTS = lazy(
    r"(?i)stale|label|codeql|scorecard|dependabot|release-?(?:please|drafter)|greetings|triage|lock|backport|cla\b|auto-?merge|welcome|assign|pages"
)
MAX_WORKFLOWS = 40
MAX_CALLS = 600
MAX_JOBS = 60  # of one workflow
MAX_STEPS = 60  # of one job

# What well-known actions run: action name without owner and version -> command, with `{input}` from `with`.
_ACTIONS = {
    "golangci/golangci-lint-action": "golangci-lint run {args}",
    "pre-commit/action": "pre-commit run --all-files",
    "j178/prek-action": "prek run --all-files",
    "actions-rs/cargo": "cargo {command} {args}",
    "actions-rs/clippy-check": "cargo clippy {args}",
    "houseabsolute/actions-rust-cross": "cargo {command} {args}",
    "clechasseur/rs-cargo": "cargo {command} {args}",
    "EmbarkStudios/cargo-deny-action": "cargo deny check",
    "psf/black": "black --check .",
    "chartboost/ruff-action": "ruff check {args}",
    "astral-sh/ruff-action": "ruff {args|check}",
    "jakebailey/pyright-action": "pyright",
    "ludeeus/action-shellcheck": "",
    "crate-ci/typos": "typos",
    "codespell-project/actions-codespell": "codespell",
    "DavidAnson/markdownlint-cli2-action": "markdownlint-cli2 {globs}",
    "dominikh/staticcheck-action": "staticcheck ./...",
    "gradle/gradle-build-action": "./gradlew {arguments}",
    "gradle/actions/setup-gradle": "./gradlew {arguments}",
    "eskatos/gradle-command-action": "./gradlew {arguments}",
    "burrunan/gradle-cache-action": "./gradlew {arguments}",
    "nick-invision/retry": "{command}",
    "nick-fields/retry": "{command}",
    "coactions/setup-xvfb": "xvfb-run -a {run}",
    "GabrielBB/xvfb-action": "xvfb-run -a {run}",
    "borales/actions-yarn": "yarn {cmd}",
    "bahmutov/npm-install": "",
    "julia-actions/julia-runtest": "julia --project -e 'using Pkg; Pkg.test()'",
    "r-lib/actions/check-r-package": "Rscript -e 'rcmdcheck::rcmdcheck()'",
    "php-actions/phpunit": "vendor/bin/phpunit",
    "php-actions/composer": "composer {command}",
    "cachix/pre-commit-action": "pre-commit run --all-files",
    "nvim-neorocks/nvim-busted-action": "busted",
    "lunarmodules/luacheck": "luacheck .",
    "lunarmodules/busted": "busted",
    "JohnnyMorganz/stylua-action": "stylua {args}",
    "biomejs/setup-biome": "",
    "paambaati/codeclimate-action": "{coverageCommand}",
    "wagoid/commitlint-github-action": "",
    "wntrblm/nox": "",
    "excitedleigh/setup-nox": "",
    "ymyzk/run-tox-gh-actions": "tox",
    "fedora-python/tox-github-action": "tox -e {tox_env}",
}


def workflows(repo: Repo) -> list[str]:
    """The workflow files, those that are likely to test first."""
    found = [
        path
        for folder in _FOLDERS
        for path in repo.under(folder.rstrip("/"))
        if _WORKFLOW.search(path) and path.count("/") == 2
    ]
    kept = [path for path in found if not _NO_TESTS.search(path.rpartition("/")[2])]
    return sorted(kept, key=lambda path: (-_file_weight(path), path))[:MAX_WORKFLOWS]


def sightings(repo: Repo) -> Iterator[Sighting]:
    """The commands of every job that could run on a Linux machine on a push."""
    count = 0
    for path in workflows(repo):
        text = repo.text(path)
        if "run:" not in text and "uses:" not in text:
            continue
        for document in repo.yaml(path)[:1]:
            for sighting in _Workflow(repo, path, yamls.mapping(document)).sightings({}, 0):
                count += 1
                if count > MAX_CALLS:
                    return
                yield sighting


def _file_weight(path: str) -> int:
    stem = path.rpartition("/")[2].rpartition(".")[0].lower()
    if re.search(
        r"release|publish|deploy|docs?\b|website|nightly|cron|schedule|benchmark|perf|fuzz|docker|image|wheels?|package|cd\b|version|changelog|audit|security|windows|macos|mac\b",
        stem,
    ):
        return -12
    return (
        4
        if re.search(r"^(?:ci|tests?|main|build|python|node|go|rust|check|checks|unit|test.*|ci.*)$", stem)
        else 0
    )


class _Workflow:
    """One workflow file, or a reusable one with what its caller passed."""

    def __init__(self, repo: Repo, path: str, body: Mapping[str, yamls.Node]) -> None:
        self._repo = repo
        self._path = path
        self._body = body
        self._env = _strings(body.get("env"))

    def sightings(self, inputs: Mapping[str, str], depth: int) -> Iterator[Sighting]:
        weight = _file_weight(self._path) + self._trigger_weight()
        for name, node in list(yamls.mapping(self._body.get("jobs")).items())[:MAX_JOBS]:
            job = yamls.mapping(node)
            if is_threatening_name(name) or is_threatening_name(yamls.scalar(job.get("name"))):
                continue
            for sighting in self._job(name, job, inputs, depth):
                yield replace(sighting, weight=sighting.weight + weight)

    def _trigger_weight(self) -> int:
        """A workflow that no push starts is not what maintainers go by."""
        triggers = self._body.get("on", self._body.get("true"))
        names = (
            {triggers}
            if isinstance(triggers, str)
            else {str(each) for each in triggers}
            if isinstance(triggers, (list, dict))
            else set()
        )
        return (
            0
            if not names
            or names & {"push", "pull_request", "workflow_call", "pull_request_target", "merge_group"}
            else -15
        )

    def _job(
        self, name: str, job: Mapping[str, yamls.Node], inputs: Mapping[str, str], depth: int
    ) -> Iterator[Sighting]:
        runner = str(job.get("runs-on", ""))
        combinations = expressions.matrix(job.get("strategy") or "")
        combinations = [
            each for each in combinations if _is_linux(expressions.github(runner, {**each, **inputs}))
        ] or combinations[:1]
        weight = _job_weight(name, job, runner)
        for index, combination in enumerate(combinations):
            values = {**inputs, **combination}
            values |= {
                f"env.{key}": expressions.github(value, values)
                for key, value in (self._env | _strings(job.get("env"))).items()
            }
            for sighting in self._steps_of(job, values, depth):
                # later combinations only matter for what they run differently
                where = f"{_system(self._path)} job {name!r}"
                yield replace(sighting, where=where, weight=sighting.weight + weight - (1 if index else 0))

    def _steps_of(
        self, job: Mapping[str, yamls.Node], values: dict[str, str], depth: int
    ) -> Iterator[Sighting]:
        used = yamls.scalar(job.get("uses"))
        if used.startswith("./") and depth < 3:
            yield from self._reusable(used, _strings(job.get("with")), values, depth)
            return
        defaults = [
            yamls.scalar(
                yamls.mapping(yamls.mapping(each.get("defaults")).get("run")).get("working-directory")
            )
            for each in (job, self._body)
        ]
        folder = next((each for each in defaults if each), "")
        soft = yamls.scalar(job.get("continue-on-error")) == "true"
        for sighting in self._steps(yamls.sequence(job.get("steps")), values, folder, depth):
            yield replace(sighting, call=replace(sighting.call, soft=sighting.call.soft or soft))

    def _reusable(
        self, used: str, passed: dict[str, str], values: dict[str, str], depth: int
    ) -> Iterator[Sighting]:
        path = used.partition("@")[0].removeprefix("./")
        documents = self._repo.yaml(path)
        body = yamls.mapping(documents[0] if documents else None)
        triggers = yamls.mapping(body.get("on", body.get("true")))
        defaults = _defaults(yamls.mapping(triggers.get("workflow_call")).get("inputs"))
        inputs = {
            f"inputs.{key}": expressions.github(value, values)
            for key, value in {**defaults, **passed}.items()
        }
        yield from _Workflow(self._repo, path, body).sightings(inputs, depth + 1)

    def _steps(
        self, steps: list[yamls.Node], values: dict[str, str], folder: str, depth: int
    ) -> Iterator[Sighting]:
        for node in steps[:MAX_STEPS]:
            step = yamls.mapping(node)
            if _is_skipped(step):
                continue
            known = values | {
                f"env.{key}": expressions.github(value, values)
                for key, value in _strings(step.get("env")).items()
            }
            here = yamls.scalar(step.get("working-directory")) or folder
            soft = yamls.scalar(step.get("continue-on-error")) == "true"
            for sighting in self._step(step, known, expressions.github(here, known), depth):
                yield replace(sighting, call=replace(sighting.call, soft=sighting.call.soft or soft))

    def _step(
        self, step: Mapping[str, yamls.Node], values: dict[str, str], folder: str, depth: int
    ) -> Iterator[Sighting]:
        cwd = join("", folder or ".") if UNKNOWN not in folder else None
        if cwd is None:
            return
        script = yamls.scalar(step.get("run"))
        line = yamls.line_of(step.get("run"))
        used = yamls.scalar(step.get("uses"))
        if used.startswith("./") and depth < 3:
            yield from self._composite(used, _strings(step.get("with")), values, depth)
            return
        if used:
            script, line = _action_command(used, _strings(step.get("with"))), yamls.line_of(step.get("uses"))
        elif yamls.scalar(step.get("shell")) in ("pwsh", "powershell", "cmd", "python"):
            return
        variables = {
            key[4:]: value for key, value in values.items() if key.startswith("env.") and UNKNOWN not in value
        }
        for call in calls_in(expressions.github(script, values), self._path, line, cwd, variables):
            yield Sighting(call, "ci", "")

    def _composite(
        self, used: str, passed: dict[str, str], values: dict[str, str], depth: int
    ) -> Iterator[Sighting]:
        folder = used.partition("@")[0].removeprefix("./").rstrip("/")
        path = next(
            (
                f"{folder}/{name}"
                for name in ("action.yml", "action.yaml")
                if self._repo.is_file(f"{folder}/{name}")
            ),
            "",
        )
        documents = self._repo.yaml(path) if path else []
        body = yamls.mapping(documents[0] if documents else None)
        inputs = {
            f"inputs.{key}": expressions.github(value, values)
            for key, value in {**_defaults(body.get("inputs")), **passed}.items()
        }
        steps = yamls.sequence(yamls.mapping(body.get("runs")).get("steps"))
        yield from _Workflow(self._repo, path, body)._steps(steps, {**values, **inputs}, "", depth + 1)


def _system(path: str) -> str:
    return "GitHub Actions" if path.startswith(".github/") else "Actions"


def _strings(node: object) -> dict[str, str]:
    return {key: str(value) for key, value in yamls.mapping(node).items() if isinstance(value, str)}


def _defaults(node: object) -> dict[str, str]:
    return {
        key: yamls.scalar(yamls.mapping(each).get("default")) for key, each in yamls.mapping(node).items()
    }


def _is_linux(runner: str) -> bool:
    return not re.search(r"(?i)windows|macos|mac-|win32", runner)


def _is_skipped(step: Mapping[str, yamls.Node]) -> bool:
    """Steps that only run for a tag, a schedule, a failure or another operating system."""
    condition = yamls.scalar(step.get("if"))
    return bool(
        re.search(
            r"failure\(\)|cancelled\(\)|refs/tags|'release'|== 'schedule'|workflow_dispatch|== 'windows|== 'Windows|== 'macos|== 'macOS|== 'deploy",
            condition,
        )
        or condition == "false"
    )


def _job_weight(name: str, job: Mapping[str, yamls.Node], runner: str) -> int:
    title = f"{name} {yamls.scalar(job.get('name'))}"
    weight = 3 if kind_of(name) == "test" else 0
    if any(is_special(word) for word in re.split(r"[\s/]+", title)):
        weight -= 10
    if not _is_linux(runner):
        weight -= 8
    if job.get("services"):
        weight -= 4
    condition = yamls.scalar(job.get("if"))
    if re.search(r"schedule|refs/tags|release|workflow_dispatch", condition) and not re.search(
        r"!=", condition
    ):
        weight -= 12
    return weight


def _action_command(used: str, options: Mapping[str, str]) -> str:
    name = used.partition("@")[0]
    template = _ACTIONS.get(name, "")

    def value(found: re.Match[str]) -> str:
        key, _, default = found[1].partition("|")
        given = options.get(key, default)
        return "" if "${{" in given and key != "command" else given

    return re.sub(r"\{([\w|]+)\}", value, template)
