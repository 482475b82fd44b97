"""The hot verbs as click commands, made from the same tables as the fast path."""

from __future__ import annotations

import os
from typing import Any

import click

from agent_baton.cli.common import FINITE, json_option, say
from agent_baton.cli.powers import FullPowers
from agent_baton.cli.verbs import DIGITS, VERBS, Option, Verb, run_verb


def _click_option(option: Option) -> Any:
    kinds: dict[str, Any] = {"int": click.IntRange(min=0, max=10**DIGITS - 1), "float": FINITE, "text": str}
    if option.kind == "flag":
        return click.option(*option.flags, option.name, is_flag=True, help=option.help)
    kind = click.Choice(list(option.choices)) if option.choices else kinds[option.kind]
    # an explicit default, even None, would make click take a required option for given
    absent = {"required": True} if option.required else {"default": option.default}
    return click.option(*option.flags, option.name, type=kind, help=option.help, **absent)


def verb_command(verb: Verb) -> click.Command:
    def body(**args: Any) -> int:
        code, text = run_verb(verb, args, os.getcwd(), os.environ, FullPowers())
        say(text)
        return code

    command = click.command(verb.name, help=f"{verb.help}\n\n\b\nExample:\n  {verb.example}")(body)
    command = json_option(command)
    for option in reversed(verb.options):
        command = _click_option(option)(command)
    return command


next_ = verb_command(VERBS["next"])
dispatched = verb_command(VERBS["dispatched"])
record = verb_command(VERBS["record"])
gate = verb_command(VERBS["gate"])
status = verb_command(VERBS["status"])
