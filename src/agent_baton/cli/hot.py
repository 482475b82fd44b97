"""The hot path: `baton execute next|record|gate|dispatched|status` without click, from the same option tables.

Anything unusual (an unknown option, help, work that needs more than the standard library's cheap parts) is left to
click, which is built from the same tables and calls the same functions: both print the same bytes.
"""

from __future__ import annotations

import os
import sys

from agent_baton.cli.call import Decline
from agent_baton.cli.output import as_unusable, emit, report
from agent_baton.cli.verbs import DIGITS, VERBS, run_verb
from agent_baton.errors import BatonError, NotFound
from agent_baton.loading import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from agent_baton.cli.verbs import Verb


def try_hot(argv: list[str]) -> int | None:
    """Run a hot command; None when the arguments are for click."""
    if len(argv) < 2 or argv[0] != "execute" or argv[1] not in VERBS:
        return None
    verb = VERBS[argv[1]]
    args = parse(verb, argv[2:])
    if args is None:
        return None
    try:
        code, text = run_verb(verb, args, os.getcwd(), os.environ, None)
        emit(text, sys.stdout)
    except (Decline, NotFound):
        return None
    except BatonError as error:
        return report(error, args["output"] == "json")
    except BrokenPipeError:
        return 141
    except Exception as error:  # noqa: BLE001 - as in cli.app: anything unexpected becomes a report
        if (unusable := as_unusable(error)) is not None:
            return report(unusable, args["output"] == "json")
        emit(load("agent_baton.cli.app:bug_report")(error), sys.stderr)
        return 70
    return code


def parse(verb: Verb, words: list[str]) -> dict[str, Any] | None:
    """Option values by name, defaults filled in; None when click should have a look."""
    args: dict[str, Any] = {option.name: option.default for option in verb.options}
    known = {flag: option for option in verb.options for flag in option.flags}
    rest = iter(words)
    for word in rest:
        flag, equals, value = word.partition("=")
        option = known.get(flag)
        if option is None or (option.kind == "flag" and equals):
            return None
        if option.kind == "flag":
            args[option.name] = True
            continue
        if not equals:
            following = next(rest, None)
            if following is None:
                return None
            value = following
        if option.kind == "int" and not (value.isdecimal() and len(value) <= DIGITS):
            return None
        if option.kind == "float" or (option.choices and value not in option.choices):
            return None
        args[option.name] = int(value) if option.kind == "int" else value
    if any(option.required and args[option.name] is None for option in verb.options):
        return None
    return args
