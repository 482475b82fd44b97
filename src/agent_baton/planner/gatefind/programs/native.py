"""C and C++: builds whose tests need a configured tree."""

from __future__ import annotations

import re

from ..arguments import has_option, option, positionals
from ..calls import Call
from ..meaning import NOTHING, Inspector, Meaning, Reader, checks, faulty
from .testing import tested


def _ctest(call: Call, inspector: Inspector) -> Meaning:
    """ctest alone needs a configured build folder; conventions give the whole line."""
    if has_option(call.argv, "-N", "--show-only", "-S", "-D"):
        return NOTHING
    return Meaning(frozenset(("test",)), "C", fault="it needs a build folder that is not in a checkout")


def _build_folder(kind_goal: bool, call: Call, inspector: Inspector) -> Meaning:
    kind = "test" if kind_goal else "build"
    return Meaning(frozenset((kind,)), "C", fault="it needs a build folder that is not in a checkout")  # type: ignore[arg-type]


def _cmake(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if has_option(argv, "--build"):
        return _build_folder(
            option(argv, "--target", "-t") in ("test", "check", "tests", "RUN_TESTS"), call, inspector
        )
    if has_option(argv, "--workflow"):
        return checks("build", "C")
    return NOTHING


def _ninja(call: Call, inspector: Inspector) -> Meaning:
    return _build_folder(any(word in ("test", "check") for word in call.argv[1:]), call, inspector)


def _meson(call: Call, inspector: Inspector) -> Meaning:
    verb = next((word for word in call.argv[1:] if not word.startswith("-")), "")
    return _build_folder(verb == "test", call, inspector) if verb in ("test", "compile") else NOTHING


def _bazel(call: Call, inspector: Inspector) -> Meaning:
    verb = next((word for word in call.argv[1:] if not word.startswith("-")), "")
    targets = [word for word in positionals(call.argv, ("--config",)) if word.startswith(("/", ":", "@"))]
    if verb == "test":
        if not inspector.suites.any():
            return faulty("there are no tests in this tree")
        return checks("test", "", narrow=not any("..." in target for target in targets))
    return checks("build") if verb == "build" else NOTHING


def _scons(call: Call, inspector: Inspector) -> Meaning:
    goal = " ".join(call.argv[1:])
    if not inspector.repo.named("SConstruct", "wscript", "xmake.lua", "premake5.lua", "waf"):
        return faulty(f"{call.program} has no configuration in this tree")
    if re.search(r"\b(?:test|check)\w*\b", goal):
        return tested(call, inspector, "C")
    return checks("build", "C", narrow=True) if re.search(r"^$|\bbuild\b", goal) else NOTHING


PROGRAMS: dict[str, Reader] = {
    "ctest": _ctest,
    "cmake": _cmake,
    "ninja": _ninja,
    "meson": _meson,
    **dict.fromkeys(("bazel", "bazelisk", "bazelw"), _bazel),
    **dict.fromkeys(("scons", "waf", "xmake"), _scons),
}
