"""Travis CI: .travis.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import yamls
from ..calls import Call
from ..reading import Repo
from ..shell import calls_in
from .steps import PRODUCTION, Body, Found, calls_of, variables_of


def travis(body: Body, path: str, repo: Repo) -> Found:
    jobs = body.get("jobs", body.get("matrix"))
    included = [yamls.mapping(each) for each in yamls.sequence(yamls.mapping(jobs).get("include"))]
    script = body.get("script")
    environments = _travis_environments(body.get("env")) or [{}]
    for variables in environments[:12]:
        for call in calls_of(script, path, "", variables):
            yield "", call
    for job in included[:30]:
        variables = {**environments[0], **(_travis_environments(job.get("env")) or [{}])[0]}
        if PRODUCTION.search(yamls.scalar(job.get("stage"))):
            continue
        for call in calls_of(job.get("script", script), path, "", variables):
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
        return [variables_of(node)]
    return [{**shared, **_travis_row(row)} for row in rows] or ([shared] if shared else [])


def _travis_row(node: yamls.Node) -> dict[str, str]:
    if isinstance(node, dict):
        return variables_of(node)
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


def _travis_default(body: Body, path: str, repo: Repo) -> Iterator[Call]:
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
