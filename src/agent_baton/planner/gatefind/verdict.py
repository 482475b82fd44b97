"""What one trial run of a gate says: green, red, a tool is missing, or there was nothing to run."""

from __future__ import annotations

import re
from typing import Literal

from agent_baton.patterns import lazy

Verdict = Literal["green", "red", "missing-tool", "no-tests", "timed-out"]

_NO_TESTS = lazy(
    r"""(?xim)
      ^=*\s*no\ tests\ ran\b | ^collected\ 0\ items(?!.*error) | ^Ran\ 0\ tests\ in | no\ tests?\ (?:found|were\ found|to\ run|specified|executed|collected)\b
    | No\ test\ files\ found | ^0\ passing\b(?![\s\S]*\bfailing) | ^\#\ tests\ 0$ | ^ℹ\ tests\ 0$ | ^0\ examples,\ 0\ failures | ^0\ tests,\ 0\ assertions | No\ tests\ executed
    | ^Tests\ run:\ 0,\ Failures:\ 0(?![\s\S]*Tests\ run:\ [1-9]) | There\ are\ no\ tests\ to\ run | ^No\ tests\ were\ found | ^Executed\ 0\ tests | ^1\.\.0(?:\s|$) | \bNOTESTS\b
    | Error:\ no\ test\ specified | ^Files=0,\ Tests=0 | 0\ successes\ /\ 0\ failures | collected\ 0\ items\ $"""
)
_MISSING = lazy(
    r"""(?xim)
      ^(?:/bin/)?(?:[\w./-]*sh|env|dash|bash)?:?\s*(?:\d+:\s*|line\ \d+:\s*)?[^\s:]+:\ (?:command\ )?not\ found\s*$ | command\ not\ found\b | ^/usr/bin/env:\ .+No\ such\ file
    | No\ module\ named\ ['"]?[\w.]+ | ModuleNotFoundError:\ | ImportError:\ No\ module | Cannot\ find\ (?:module|package)\ ['"][^.'"/] | ERR_MODULE_NOT_FOUND
    | could\ not\ find\ gem | Could\ not\ find\ [\w-]+-?[\d.]*\ in\ (?:any|locally) | bundler:\ command\ not\ found | cannot\ load\ such\ file\ --\ [\w-]+(?:/\w+)*\ \(LoadError\)
    | Can't\ locate\ [\w/]+\.pm\ in\ @INC | ^error:\ no\ such\ (?:sub)?command | error:\ toolchain\ .*\ is\ not\ installed | Could\ not\ open\ input\ file:\ vendor
    | vendor/bin/[\w-]+:?\ (?:not\ found|No\ such\ file) | vendor/autoload\.php | Permission\ denied\s*$ | Unable\ to\ locate\ a\ Java\ Runtime | JAVA_HOME\ (?:is\ not\ set|environment\ variable)
    | Unknown\ command:?\ ["']?(?:\w+)["']?\ .*is\ not | ^error:\ unrecognized\ arguments:\ --?[\w-]+ | unrecognized\ arguments:\ --?[\w-]+ | .*:\ error:\ the\ following\ tool\ is\ missing
    | Could\ NOT\ find\ \w+ | ^npm\ ERR!\ missing\ script | No\ CMAKE_C(?:XX)?_COMPILER\ could\ be\ found | error:\ linker\ .cc.\ not\ found | needs?\ to\ be\ installed\b
    | ^make(?:\[\d+\])?:\ \w[\w.-]*:\ No\ such\ file"""
)
_RAN = lazy(
    r"""(?xim) ^=+.*\b\d+\ (?:passed|failed|error) | \b[1-9]\d*\ (?:passing|failing|failures?\b|tests?\ (?:failed|passed)) | ^FAILED\ \( | ^---\ FAIL | ^FAIL\s | ^not\ ok\ \d
    | ^Tests:\s+\d+ | \bTests\ run:\ [1-9] | ^test\ result:\ FAILED | ^Ran\ [1-9]\d*\ tests? | tests\ failed\ out\ of"""
)
_OUTPUT_LIMIT = 400_000


def judge_trial(exit_code: int | None, output: str, timed_out: bool) -> Verdict:
    """The verdict on one run. A red run in which tests did run is red, whatever else the output complains about."""
    text = output[-_OUTPUT_LIMIT:]
    if timed_out:
        return "timed-out"
    if exit_code == 0:
        return "no-tests" if _NO_TESTS.search(text) and not _RAN.search(text) else "green"
    if exit_code in (126, 127):
        return "missing-tool"
    if _is_pytest(text) and exit_code == 5:
        return "no-tests"
    if _collected_nothing_for_want_of_a_module(text):
        return "missing-tool"
    if _RAN.search(text):
        return "red"
    if _NO_TESTS.search(text):
        return "no-tests"
    return "missing-tool" if _MISSING.search(text) else "red"


def _is_pytest(text: str) -> bool:
    return bool(
        re.search(r"(?im)no tests ran|collected 0 items|^=+ test session starts|\d+ deselected|^$", text)
    )


def _collected_nothing_for_want_of_a_module(text: str) -> bool:
    """pytest and unittest report a missing package as an error of each file; no test ran."""
    errors = re.search(
        r"(?m)^=+ (?:\d+ warnings?, )?(\d+) errors? in|^Interrupted: \d+ error|^FAILED \(errors=\d+\)", text
    )
    return bool(errors and _MISSING.search(text) and not re.search(r"\b[1-9]\d* (?:passed|failed)\b", text))
