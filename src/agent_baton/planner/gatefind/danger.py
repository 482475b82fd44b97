"""Words that disqualify a command from being a gate: it would publish, deploy, destroy or reach for production."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent_baton.patterns import lazy

# First word -> what follows makes it a threat; an empty set: always.
_PROGRAMS: dict[str, frozenset[str]] = {
    name: frozenset()
    for name in (
        "kubectl", "helmfile", "skaffold", "argocd", "ansible-playbook", "cdk", "pulumi", "serverless", "sls", "eb",
        "gcloud", "az", "aws", "heroku", "flyctl", "fly", "vercel", "netlify", "wrangler", "firebase", "surge", "cap",
        "goreleaser", "semantic-release", "release-it", "np", "bumpversion", "bump2version", "bump-my-version", "dput",
        "dupload", "debsign", "cargo-release", "mkfs", "dd", "shred", "dropdb", "dropuser", "reboot", "shutdown",
        "scp", "sftp", "ssh", "ftp", "lftp", "gh-pages", "ghp-import", "gitchangelog", "twine", "vsce", "ovsx",
        "ct-install", "tfx", "nexus", "hub", "glab", "svn",
    )
} | {
    "git": frozenset(("push", "clean", "reset", "tag")),
    "docker": frozenset(("push", "login", "rm", "rmi", "system", "volume", "stack")),
    "podman": frozenset(("push", "login", "rm", "rmi", "system", "volume")),
    "npm": frozenset(("publish", "unpublish", "deprecate", "dist-tag", "version", "adduser", "login")),
    "pnpm": frozenset(("publish", "deploy")),
    "yarn": frozenset(("publish",)),
    "bun": frozenset(("publish",)),
    "lerna": frozenset(("publish", "version")),
    "changeset": frozenset(("publish", "version")),
    "cargo": frozenset(("publish", "yank", "release", "login", "owner")),
    "gem": frozenset(("push", "yank", "signin")),
    "poetry": frozenset(("publish", "version")),
    "uv": frozenset(("publish", "version")),
    "pdm": frozenset(("publish",)),
    "hatch": frozenset(("publish", "version")),
    "flit": frozenset(("publish",)),
    "gh": frozenset(("release", "pr", "issue", "api", "workflow")),
    "terraform": frozenset(("apply", "destroy", "import", "taint", "state")),
    "tofu": frozenset(("apply", "destroy", "import", "taint", "state")),
    "terragrunt": frozenset(("apply", "destroy", "run-all")),
    "helm": frozenset(("install", "upgrade", "uninstall", "push", "delete", "rollback")),
    "dotnet": frozenset(("publish", "nuget", "push")),
    "nuget": frozenset(("push", "delete")),
    "mix": frozenset(("hex.publish", "release", "ecto.drop", "ecto.reset", "phx.gen.release")),
    "rebar3": frozenset(("hex",)),
    "dart": frozenset(("publish",)),
    "cabal": frozenset(("upload",)),
    "stack": frozenset(("upload",)),
    "luarocks": frozenset(("upload",)),
    "conan": frozenset(("upload", "remove")),
    "psql": frozenset(("-c",)),
    "mysql": frozenset(("-e",)),
    "redis-cli": frozenset(("flushall", "FLUSHALL", "flushdb", "FLUSHDB")),
    "dzil": frozenset(("release",)),
    "opam": frozenset(("publish",)),
}  # fmt: skip

# Names of tasks, goals and scripts. Not applied to paths and option values: `tests/test_release.py` is harmless.
_TASK = lazy(
    r"""(?xi) (?: ^|[:_./-] )
    (?: deploy | publish | unpublish | releas(?:e|er) | upload | ship | rollback | destroy | undeploy | drop
      | push | promote | provision | teardown | purge | wipe | nuke | sonatype\w* | bintray\w* | ossrh
      | publish\w+ | release\w* | deploy\w+ | upload\w+ )
    (?: $|[:_./-] )"""
)
# Inside a task the words are weaker: `lz4-release` is a way to compile there.
_INNER_TASK = lazy(
    r"(?i)(?:^|[:_.-])(?:deploy|publish|unpublish|upload|rollback|destroy|undeploy|push)(?:$|[:_.-])|^release(?:$|:)"
)
_MIGRATE = lazy(r"(?i)(?:^|[:_.])(?:db:(?:migrate|drop|reset|seed|setup)|migrate|ecto\.migrate)(?:$|:)")
_HARMLESS_INSIDE = frozenset(
    (
        "dd",
        "scp",
        "sftp",
        "ssh",
        "ftp",
        "git",
        "psql",
        "mysql",
        "docker",
        "podman",
        "az",
        "eb",
        "np",
        "cap",
        "sls",
    )
)
_TASK_RUNNERS = frozenset(
    (
        "make", "gmake", "just", "task", "rake", "npm", "pnpm", "yarn", "bun", "deno", "composer", "mix", "gradle",
        "gradlew", "mvn", "mvnw", "ant", "sbt", "lein", "mill", "tox", "nox", "hatch", "pdm", "poe", "invoke", "inv",
        "nx", "turbo", "lerna", "gulp", "grunt", "php", "rails", "bin/rails", "manage.py", "python", "python3", "fab",
        "melos", "bundle", "uv", "poetry", "run-s", "run-p", "npm-run-all", "npm-run-all2", "cake", "nuke", "bb", "wireit", "earthly", "mage", "doit",
    )
)  # fmt: skip
_VALUE_LIKE = lazy(r"[=]|^-|\.(?:py|js|ts|rb|php|go|rs|java|txt|json|ya?ml|toml|cfg|ini|xml)$|/")


def threat_in(argv: Sequence[str]) -> str:
    """The words of a gate's own line that make it dangerous, "" when there are none."""
    for words, name in _commands(argv):
        if name == "rm" and _removes_blindly(words[1:]):
            return "rm " + " ".join(words[1:3])
        threat = _of_program(words, name) or _of_task(words, name, _TASK)
        if threat:
            return threat
    script = next((word for word in argv[:1] if "/" in word or "." in word), "")
    return script if _TASK.search(script.rpartition("/")[2].rpartition(".")[0] or "") else ""


def threat_inside(argv: Sequence[str]) -> str:
    """The same for a command that a task file runs: clearing up after itself is no threat there."""
    for words, name in _commands(argv):
        if name == "rm" and any(
            re.fullmatch(r"/|~/?|\.|\./?\*|\.\./?.*|\$HOME/?", word) for word in words[1:]
        ):
            return " ".join(words[:3])
        threat = (
            ""
            if name in _HARMLESS_INSIDE and not {"push", "login"} & set(words)
            else _of_program(words, name)
        )
        threat = threat or _of_task(words, name, _INNER_TASK)
        if threat:
            return threat
    return ""


def _commands(argv: Sequence[str]) -> Iterator[tuple[Sequence[str], str]]:
    for start in _starts(argv):
        yield argv[start:], argv[start].rpartition("/")[2]


def _of_program(words: Sequence[str], name: str) -> str:
    known = _PROGRAMS.get(name)
    if known is None or (known and not known & set(words[1:])):
        return ""
    return " ".join([name, *(word for word in words[1:] if word in known)])


def _of_task(words: Sequence[str], name: str, pattern: re.Pattern[str]) -> str:
    if name not in _TASK_RUNNERS:
        return ""
    tasks = (word for word in words[1:] if not _VALUE_LIKE.search(word))
    return next((word for word in tasks if pattern.search(word) or _MIGRATE.search(word)), "")


def is_threatening_name(name: str) -> bool:
    """Whether a job, stage or script says by its name that it publishes, deploys or destroys."""
    return bool(_TASK.search(name) or _MIGRATE.search(name))


def is_threatening_inside(name: str) -> bool:
    """The same for a task that other tasks go through."""
    return bool(_INNER_TASK.search(name) or _MIGRATE.search(name))


def _starts(argv: Sequence[str]) -> list[int]:
    """Where a command may begin: at the front and behind the launchers that take a command as arguments."""
    starts = [0] if argv else []
    launchers = (
        "sudo",
        "exec",
        "run",
        "npx",
        "bunx",
        "pnpx",
        "uvx",
        "env",
        "xargs",
        "-m",
        "--",
        "time",
        "dlx",
        "&&",
    )
    starts.extend(index + 1 for index, word in enumerate(argv[:-1]) if word in launchers)
    return starts


_BUILD_FOLDERS = lazy(
    r"(?:\./)?(?:[\w.@-]+/)*(?:build|dist|out|coverage|\.coverage|htmlcov|target|tmp|temp|\.tmp|\.nyc_output|lib|esm|cjs|es|umd|output|_build|"
    r"\.cache|\.tox|\.pytest_cache|\.mypy_cache|\.eggs|types|\*\.egg-info|\.turbo|reports?|logs?|node_modules/\.cache|"
    r"[\w-]+\.(?:log|xml|tgz|tsbuildinfo|db|sqlite3?))/?\**"
)


def _removes_blindly(words: Sequence[str]) -> bool:
    """Whether `rm` goes beyond what a build writes."""
    recursive = any(word.startswith("-") and ("r" in word or "R" in word) for word in words)
    targets = [word for word in words if not word.startswith("-")]
    return recursive and not all(_BUILD_FOLDERS.fullmatch(target) for target in targets)
