"""CI systems whose files hold lists of shell commands: GitLab, Travis, CircleCI, Azure, AppVeyor and their relatives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from .. import yamls
from ..calls import UNKNOWN, Call
from ..danger import is_threatening_name
from ..names import is_special, kind_of
from ..reading import Repo, join
from ..shell import calls_in
from ..sightings import Sighting

_Body = Mapping[str, yamls.Node]
_Found = Iterator[tuple[str, Call]]
_Reader = Callable[[_Body, str, Repo], _Found]
MAX_CALLS = 600
_PRODUCTION = re.compile(r"(?i)deploy|publish|release|production|staging")


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


def _files(repo: Repo) -> Iterator[tuple[str, _Reader, str]]:
    for path, reader, system in _SYSTEMS:
        if repo.is_file(path):
            yield path, reader, system
    for folder, reader, system in (
        (".woodpecker", _steps_of_commands, "Woodpecker"),
        (".semaphore", _semaphore, "Semaphore"),
        (".builds", _sourcehut, "builds.sr.ht"),
        (".gitlab", _gitlab, "GitLab CI"),
        (".azure-pipelines", _azure, "Azure Pipelines"),
        (".buildkite", _buildkite, "Buildkite"),
    ):
        for path in list(repo.under(folder))[:20]:
            if path.endswith((".yml", ".yaml")):
                yield path, reader, system


def _calls(
    node: yamls.Node | None,
    path: str,
    cwd: str = "",
    variables: Mapping[str, str] | None = None,
    depth: int = 0,
) -> Iterator[Call]:
    """The commands of a script: a text, a list of texts, or a list of lists (YAML anchors)."""
    if isinstance(node, list):
        scripts = [each for each in node if isinstance(each, str)]
        if len(scripts) == len(node) and scripts:
            yield from _listed(node, path, cwd, variables)
            return
        for each in node:
            if depth < 4:
                yield from _calls(each, path, cwd, variables, depth + 1)
    elif isinstance(node, yamls.Scalar) and node:
        yield from calls_in(_plain(node), path, node.line, cwd, variables)


def _listed(
    node: Iterable[yamls.Node], path: str, cwd: str, variables: Mapping[str, str] | None
) -> Iterator[Call]:
    """A list of commands is one shell session: `cd` in one line holds for the next."""
    scripts = [each for each in node if isinstance(each, yamls.Scalar) and each]
    lines: dict[int, int] = {}
    parts: list[str] = []
    for script in scripts:
        for offset in range(script.count("\n") + 1):
            lines[sum(part.count("\n") + 1 for part in parts) + offset] = script.line + offset
        parts.append(_plain(script))
    for call in calls_in("\n".join(parts), path, 0, cwd, variables):
        yield replace(call, line=lines.get(call.line, call.line))


def _plain(script: str) -> str:
    script = re.sub(r"<<[-\s]*(?:parameters|pipeline)\.[\w.-]+\s*>>", UNKNOWN, script)
    return re.sub(r"\$\{\{.*?\}\}|\$\[.*?\]", UNKNOWN, script)


def _variables(node: yamls.Node | None) -> dict[str, str]:
    return {
        key: str(value)
        for key, value in yamls.mapping(node).items()
        if isinstance(value, str) and "$" not in value
    }


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


def _gitlab(body: _Body, path: str, repo: Repo) -> _Found:
    shared = _variables(body.get("variables"))
    for name, node in body.items():
        job = yamls.mapping(node)
        if (
            name in _GITLAB_WORDS
            or not job
            or _PRODUCTION.search(yamls.scalar(job.get("stage")))
            or yamls.scalar(job.get("allow_failure")) == "true"
        ):
            continue
        parent = _inherited(job, body)
        variables = {**shared, **_variables(parent.get("variables")), **_variables(job.get("variables"))}
        script = job.get("script", parent.get("script"))
        if yamls.scalar(job.get("when")) == "manual":
            continue
        for call in _calls(script, path, "", variables):
            yield name.lstrip("."), call


def _inherited(job: _Body, body: _Body) -> _Body:
    found: dict[str, yamls.Node] = {}
    waiting = [yamls.scalar(each) for each in yamls.sequence(job.get("extends"))]
    for name in waiting[:5]:
        parent = yamls.mapping(body.get(name))
        found = {**parent, **found}
        waiting += [yamls.scalar(each) for each in yamls.sequence(parent.get("extends"))]
    return found


def _travis(body: _Body, path: str, repo: Repo) -> _Found:
    jobs = body.get("jobs", body.get("matrix"))
    included = [yamls.mapping(each) for each in yamls.sequence(yamls.mapping(jobs).get("include"))]
    script = body.get("script")
    environments = _travis_environments(body.get("env")) or [{}]
    for variables in environments[:12]:
        for call in _calls(script, path, "", variables):
            yield "", call
    for job in included[:30]:
        variables = {**environments[0], **(_travis_environments(job.get("env")) or [{}])[0]}
        if _PRODUCTION.search(yamls.scalar(job.get("stage"))):
            continue
        for call in _calls(job.get("script", script), path, "", variables):
            yield yamls.scalar(job.get("name")) or yamls.scalar(job.get("stage")), call
    if script is None and not included:
        for call in _travis_default(body, path, repo):
            yield "", call


def _travis_environments(node: yamls.Node | None) -> list[dict[str, str]]:
    """`env` as a list of rows, or with `global` and `matrix`/`jobs`."""
    body = yamls.mapping(node)
    rows = yamls.sequence(body.get("matrix", body.get("jobs"))) if body else yamls.sequence(node)
    shared: dict[str, str] = {}
    for each in yamls.sequence(body.get("global")) if body else []:
        shared |= _travis_row(each)
    if body and not rows and "global" not in body:
        return [_variables(node)]
    return [{**shared, **_travis_row(row)} for row in rows] or ([shared] if shared else [])


def _travis_row(node: yamls.Node) -> dict[str, str]:
    if isinstance(node, dict):
        return _variables(node)
    return {
        found[1]: found[3] if found[3] is not None else found[2].strip("'")
        for found in re.finditer(r"(\w+)=(\"([^\"]*)\"|'[^']*'|\S*)", yamls.scalar(node))
    }


_TRAVIS_DEFAULTS = {
    "go": "go test ./...",
    "rust": "cargo test",
    "node_js": "npm test",
    "ruby": "bundle exec rake",
    "perl": "prove -l t",
    "clojure": "lein test",
    "elixir": "mix test",
    "scala": "sbt test",
    "haskell": "cabal test",
    "java": "mvn test",
    "groovy": "gradle check",
    "php": "vendor/bin/phpunit",
    "dart": "dart test",
    "crystal": "crystal spec",
    "r": "R CMD check",
    "julia": "julia --project -e 'using Pkg; Pkg.test()'",
    "erlang": "rebar3 eunit",
}


def _travis_default(body: _Body, path: str, repo: Repo) -> Iterator[Call]:
    """What Travis runs for a language when the file says nothing."""
    language = yamls.scalar(body.get("language"))
    command = _TRAVIS_DEFAULTS.get(language, "")
    if language == "java" and repo.is_file("build.gradle"):
        command = "./gradlew check" if repo.is_file("gradlew") else "gradle check"
    if language == "node_js" and not repo.is_file("package.json"):
        command = "make test"
    if language == "ruby" and not repo.is_file("Gemfile"):
        command = "rake"
    yield from calls_in(command, path, yamls.line_of(body.get("language")))


def _circleci(body: _Body, path: str, repo: Repo) -> _Found:
    commands = yamls.mapping(body.get("commands"))
    for name, node in yamls.mapping(body.get("jobs")).items():
        job = yamls.mapping(node)
        variables = _variables(job.get("environment"))
        here = yamls.scalar(job.get("working_directory"))
        cwd = join("", here) if here and not here.startswith(("~", "/")) and "<<" not in here else ""
        for call in _circle_steps(yamls.sequence(job.get("steps")), commands, path, cwd or "", variables, 0):
            yield name, call
    for section in ("test", "compile"):  # version 1
        old = yamls.mapping(body.get(section))
        for call in _calls(
            [
                *yamls.sequence(old.get("override")),
                *yamls.sequence(old.get("pre")),
                *yamls.sequence(old.get("post")),
            ],
            path,
        ):
            yield section, call


def _circle_steps(
    steps: list[yamls.Node], commands: _Body, path: str, cwd: str, variables: Mapping[str, str], depth: int
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
            yield from _calls(
                body.get("command") if body else run,
                path,
                here,
                {**variables, **_variables(body.get("environment"))},
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


def _azure(body: _Body, path: str, repo: Repo, depth: int = 0) -> _Found:
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
                yield from _azure(inner, path, repo, depth + 1)


def _azure_template(body: _Body, path: str, repo: Repo, depth: int) -> _Found:
    template = yamls.scalar(body.get("template"))
    target = (
        join(path.rpartition("/")[0], template.partition("@")[0])
        if template and not template.startswith("/")
        else template.lstrip("/")
    )
    if not template or not target or "@" in template or depth > 4:
        return
    for document in repo.yaml(target)[:1]:
        yield from _azure(yamls.mapping(document), target, repo, depth + 1)


def _azure_step(step: _Body, path: str) -> Iterator[Call]:
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
        yield from _calls(
            yamls.Scalar.at(re.sub(r"\$\([A-Z][\w.]*\)", UNKNOWN, str(script)), yamls.line_of(script)),
            path,
            cwd,
        )
    task, inputs = yamls.scalar(step.get("task")), yamls.mapping(step.get("inputs"))
    line = yamls.line_of(step.get("task"))
    command = _azure_task(task.partition("@")[0], inputs)
    if command:
        yield from calls_in(command, path, line, "")


def _azure_task(task: str, inputs: _Body) -> str:
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


def _appveyor(body: _Body, path: str, repo: Repo) -> _Found:
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


def _steps_of_commands(body: _Body, path: str, repo: Repo) -> _Found:
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
            for call in _calls(step.get("commands"), path, "", _variables(step.get("environment"))):
                yield name, call


def _bitbucket(body: _Body, path: str, repo: Repo) -> _Found:
    waiting: list[yamls.Node] = [body.get("pipelines") or ""]
    seen = 0
    while waiting and seen < 400:
        node = waiting.pop(0)
        seen += 1
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            if "script" in node:
                for call in _calls(
                    [each for each in yamls.sequence(node["script"]) if isinstance(each, str)], path
                ):
                    yield yamls.scalar(node.get("name")), call
            waiting += [value for key, value in node.items() if key != "script"]


def _cirrus(body: _Body, path: str, repo: Repo) -> _Found:
    for name, node in body.items():
        task = yamls.mapping(node)
        if not (name == "task" or name.endswith("_task")) or any(
            key in task for key in ("windows_container", "macos_instance", "osx_instance")
        ):
            continue
        for key, script in task.items():
            if key == "script" or key.endswith("_script"):
                for call in _calls(script, path, "", _variables(task.get("env"))):
                    yield yamls.scalar(task.get("name")) or name.removesuffix("_task"), call


def _semaphore(body: _Body, path: str, repo: Repo) -> _Found:
    for block in yamls.sequence(body.get("blocks")):
        for job in yamls.sequence(yamls.mapping(yamls.mapping(block).get("task")).get("jobs")):
            for call in _calls(yamls.mapping(job).get("commands"), path):
                yield yamls.scalar(yamls.mapping(job).get("name")), call


def _sourcehut(body: _Body, path: str, repo: Repo) -> _Found:
    """Every task begins in the home folder; the checkout lies below it under its own name."""
    for task in yamls.sequence(body.get("tasks")):
        for name, script in yamls.mapping(task).items():
            if isinstance(script, yamls.Scalar):
                plain = re.sub(r"(?m)^(\s*)cd [\w.-]+/?$", r"\1:", str(script), count=1)
                for call in calls_in(plain, path, script.line):
                    yield name, call


def _buildkite(body: _Body, path: str, repo: Repo) -> _Found:
    for step in yamls.sequence(body.get("steps")):
        node = yamls.mapping(step)
        script = node.get("command", node.get("commands"))
        for call in _calls(script, path, "", _variables(node.get("env"))):
            yield yamls.scalar(node.get("label")), call


_SYSTEMS: tuple[tuple[str, _Reader, str], ...] = (
    (".gitlab-ci.yml", _gitlab, "GitLab CI"),
    (".circleci/config.yml", _circleci, "CircleCI"),
    ("circle.yml", _circleci, "CircleCI"),
    ("azure-pipelines.yml", _azure, "Azure Pipelines"),
    (".azure-pipelines.yml", _azure, "Azure Pipelines"),
    ("azure-pipelines.yaml", _azure, "Azure Pipelines"),
    (".ci/azure-pipelines.yml", _azure, "Azure Pipelines"),
    (".travis.yml", _travis, "Travis CI"),
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
