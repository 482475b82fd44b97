"""Maven, Gradle, Ant, sbt, Mill, Leiningen, Clojure."""

from __future__ import annotations

import re

from agent_baton.patterns import lazy
from agent_baton.records import replace

from ..arguments import has_option, option, positionals, without_options
from ..calls import Call
from ..danger import is_threatening_inside
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from ..names import is_special, kind_of
from ..reading import join
from .testing import no_tests

_MAVEN_VALUES = (
    "-pl",
    "--projects",
    "-P",
    "--activate-profiles",
    "-f",
    "--file",
    "-T",
    "--threads",
    "-s",
    "--settings",
    "-rf",
    "-gs",
    "-l",
    "--log-file",
    "-t",
    "--toolchains",
)
_SKIPS = lazy(
    r"-D(?:skipTests|maven\.test\.skip|skipUnitTests|skip\.?[tT]ests?|surefire\.skip|skip\.surefire\w*)(?:=true)?$"
)


def any_jvm_tests(inspector: Inspector, folder: str) -> bool:
    return any(inspector.suites.of(language, folder) for language in ("Java", "Scala", "Clojure"))


def _maven(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    pom = option(argv, "-f", "--file") or "pom.xml"
    target = join(call.cwd, pom)
    if target is None or not inspector.repo.is_file(
        target if target.endswith(".xml") else f"{target}/pom.xml".lstrip("/")
    ):
        return faulty("there is no pom.xml in this tree")
    goals = positionals(argv, _MAVEN_VALUES)
    phases = [goal for goal in goals if ":" not in goal]
    run = call.with_words(*_local_maven(call.words))
    if any(
        re.search(r"(?:^|:)(?:check|verify|validate|lint)$|checkstyle:|spotbugs:|pmd:", goal)
        for goal in goals
    ) and not set(phases) & {"test", "verify", "install", "package"}:
        return checks("lint", "Java", narrow=True, run=run)
    skips = any(_SKIPS.match(word) for word in argv)
    tests = bool(set(phases) & {"test", "verify", "install", "package", "integration-test"}) and not skips
    if tests:
        if not any_jvm_tests(inspector, call.cwd):
            return no_tests("Java")
        profiles = option(argv, "-P", "--activate-profiles")
        return checks(
            "test", "Java", narrow=has_option(argv, "-pl", "--projects") or is_special(profiles), run=run
        )
    if set(phases) & {"compile", "package", "install", "verify", "test-compile"}:
        return checks("build", "Java", run=run)
    return NOTHING


# Plugins that report, document or publish: the verdict does not need them.
_REPORT_GOAL = lazy(
    r"(?:[\w.-]+:)*(?:javadoc|source|jacoco|coveralls|sonar|site|japicmp|dependency|versions)(?:-maven-plugin)?:[\w@.-]+(?::\w+)?$"
)


def _local_maven(words: tuple[str, ...]) -> tuple[str, ...]:
    """`install` also writes to the user's repository; `verify` checks the same."""
    kept = without_options(
        words,
        (
            "--no-transfer-progress",
            "-ntp",
            "-U",
            "--update-snapshots",
            "--show-version",
            "-V",
            "--errors",
            "-e",
            "--fail-at-end",
            "-fae",
        ),
        ("-s", "--settings", "-gs", "-T", "--threads", "-l", "--log-file", "-t", "--toolchains"),
    )
    return tuple(
        "verify" if word == "install" else word
        for word in kept
        if word not in ("clean", "site")
        and not _REPORT_GOAL.match(word)
        and not word.startswith(("-Dmaven.wagon", "-Dorg.slf4j", "-Dhttp.", "-Djava.version", "-Dmaven.repo"))
    )


_GRADLE_BUILDS = ("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts")
_GRADLE_TAKING = (
    "-p",
    "-b",
    "-x",
    "--exclude-task",
    "--max-workers",
    "--tests",
    "-I",
    "--init-script",
    "-c",
    "--console",
)
_GRADLE_DROP = (
    "--scan", "--info", "--stacktrace", "--no-daemon", "--continue", "--build-cache", "--parallel", "-s", "-i", "--console=*", "--refresh-dependencies",
    "--no-build-cache", "--warning-mode=*", "--max-workers=*", "--profile", "--rerun-tasks", "clean",
)  # fmt: skip
_GRADLE_TEST = lazy(
    r"(?:check|build|test(?!Classes|Fixtures|Compile)\w*|allTests|jvmTest|buildNeeded|\w+Test)$"
)
_GRADLE_LINT = lazy(r"(?i)lint|spotless\w*check|checkstyle|detekt|ktlint|pmd|spotbugs|apicheck|codenarc")
_GRADLE_BUILD = lazy(r"assemble|build|classes|compile\w*|jar|testClasses")


def _gradle(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if not any(inspector.repo.is_file(f"{call.cwd}/{name}".lstrip("/")) for name in _GRADLE_BUILDS):
        return faulty("there is no Gradle build in this tree")
    tasks = positionals(argv, _GRADLE_TAKING)
    threat = next((task for task in tasks if is_threatening_inside(_dashed(task))), "")
    if threat:
        return faulty(f"it could do harm: {threat!r}")
    names = [task.rpartition(":")[2] for task in tasks]
    words = without_options(call.words, _GRADLE_DROP, ("--max-workers", "--console", "--warning-mode"))
    run = call.with_words(*words)
    if any(map(_GRADLE_TEST.match, names)) and not _GRADLE_TESTS & _excluded(argv):
        if not any_jvm_tests(inspector, call.cwd):
            return no_tests("Java")
        special = all(is_special(_dashed(name)) for name in names)
        one_project = all(":" in task.lstrip(":") for task in tasks)
        return checks("test", "Java", narrow=special or one_project, run=run)
    if any(map(_GRADLE_LINT.search, names)):
        return checks("lint", "Java", run=run)
    return checks("build", "Java", run=run) if any(map(_GRADLE_BUILD.match, names)) else NOTHING


_GRADLE_TESTS = frozenset(("test", "check"))


def _excluded(argv: tuple[str, ...]) -> set[str]:
    """The tasks behind `-x`."""
    return {argv[index + 1] for index, word in enumerate(argv[:-1]) if word in ("-x", "--exclude-task")}


def _dashed(name: str) -> str:
    """ "publishToMaven" -> "publish-To-Maven"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name)


def _ant(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    name = option(argv, "-f", "-buildfile", "-file") or "build.xml"
    path = join(call.cwd, name) or ""
    if not inspector.repo.is_file(path):
        return faulty("there is no build.xml in this tree")
    goals = [
        word
        for word in positionals(argv, ("-f", "-buildfile", "-file", "-lib", "-logger"))
        if "=" not in word
    ]
    text = inspector.repo.text(path)
    for goal in goals:
        if f'name="{goal}"' not in text and "<import" not in text:
            return faulty(f"build.xml has no target {goal!r}")
    if any(re.search(r"(?i)test|check|junit", goal) for goal in goals):
        return checks("test", "Java") if any_jvm_tests(inspector, call.cwd) else no_tests("Java")
    return (
        checks("build", "Java") if any(kind_of(goal) == "build" for goal in goals or ["build"]) else NOTHING
    )


def _sbt(call: Call, inspector: Inspector) -> Meaning:
    commands = [word.lstrip("+ ;") for word in call.argv[1:] if not word.startswith(("-", "++"))]
    text = " ".join(commands)
    if is_threatening_inside(text.replace(" ", ":")) or re.search(r"(?i)publish|release|deploy", text):
        return faulty("it could do harm: it publishes")
    if not any(
        inspector.repo.is_file(f"{call.cwd}/{name}".lstrip("/"))
        for name in (
            "build.sbt",
            "build.sc",
            "build.mill",
            "project/Build.scala",
            "project/build.properties",
            "mill",
        )
    ):
        return faulty("there is no sbt or Mill build in this tree")
    if re.search(
        r"(?i)(?:^|[\s/:._])(?:tests?\b|testOnly|testJVM|validate\w*|check(?!Format|Fix)\b|verify)|\btest$|__\.test|\bTest/test|tests?JVM",
        text,
    ):
        if not any_jvm_tests(inspector, call.cwd):
            return no_tests("Scala")
        words = [word for word in call.words if not word.startswith(("++", "coverage", '"++'))]
        return checks("test", "Scala", run=call.with_words(*words))
    if re.search(
        r"(?i)scalafmt\w*check|scalafix\w*\s+--check|headerCheck|checkFormat|fmtCheck|scalafixCheck|mimaReport",
        text,
    ):
        return checks("lint", "Scala", narrow="mima" in text)
    return checks("build", "Scala") if re.search(r"(?i)compile", text) else NOTHING


def _clojure(call: Call, inspector: Inspector) -> Meaning:
    text = " ".join(call.argv[1:])
    repo = inspector.repo
    if call.program in ("lein", "lein2") and not repo.is_file(f"{call.cwd}/project.clj".lstrip("/")):
        return faulty("there is no project.clj in this tree")
    if (
        re.search(r"\b(?:test\w*|midje|kaocha|eftest|cloverage)\b|:test|:\S*\btest", text)
        and "check" not in text.split()[:1]
    ):
        return checks("test", "Clojure") if inspector.suites.of("Clojure") else no_tests("Clojure")
    if re.search(r"\b(?:eastwood|kibit|cljfmt check|clj-kondo|bikeshed)\b|:lint|:kondo", text):
        return checks("lint", "Clojure")
    return checks("build", "Clojure") if re.search(r"\b(?:compile|uberjar|jar|check)\b", text) else NOTHING


def _wrapped(reader: Reader) -> Reader:
    """`./gradlew`, `./mvnw`: the wrapper must be in the tree, else the installed program serves."""

    def read(call: Call, inspector: Inspector) -> Meaning:
        wrapper = join(call.cwd, call.argv[0])
        here = wrapper is not None and inspector.repo.is_file(wrapper)
        plain = {"gradlew": "gradle", "mvnw": "mvn"}[call.program]
        return reader(call if here else replace(call, words=(plain, *call.words[1:])), inspector)

    return read


PROGRAMS: dict[str, Reader] = {
    "mvn": _maven,
    "mvnw": _wrapped(_maven),
    "gradle": _gradle,
    "gradlew": _wrapped(_gradle),
    "ant": _ant,
    **dict.fromkeys(("sbt", "sbtx", "mill", "millw", "bleep", "scala-cli"), _sbt),
    **dict.fromkeys(("lein", "lein2", "clojure", "clj", "boot", "bb", "kaocha"), _clojure),
}
