"""A policy pack: which tasks it is about, and what their plans must have. Read from `.claude/packs/<name>/pack.yaml`."""

from __future__ import annotations

from typing import Literal

from agent_baton.records import Record

Enforcement = Literal["advise", "require", "block"]
Approval = Literal["none", "phases", "plan"]
FOLDER = ".claude/packs"
FILE = "pack.yaml"


class Signals(Record):
    """The pack is about a task when any of these is true of it."""

    words: tuple[str, ...] = ()  # whole words or phrases of the task's text, whatever their case
    paths: tuple[str, ...] = ()  # globs that a file it names or may change fits
    task_types: tuple[str, ...] = ()
    risk_signals: tuple[str, ...] = ()  # by name, as `baton classify` prints them
    risk_at_least: str = ""


class DemandedGate(Record):
    command: str
    description: str = ""


class Demands(Record):
    agents: tuple[str, ...] = ()  # each judges the whole change, and cannot write
    gates: tuple[DemandedGate, ...] = ()  # run after the last phase's own
    approval: Approval = "none"  # of every phase, or of the plan before anything starts
    evidence: str = ""  # strict
    tampering: str = ""  # strict
    rubric: str = ""  # a file of the pack: what the demanded agents judge by
    knowledge: tuple[str, ...] = ()  # files of the pack that every agent may open


class Pack(Record):
    name: str
    description: str
    enforcement: Enforcement
    when: Signals
    then: Demands
    folder: str = ""  # relative to the repository's root
    version: int = 1


class Subject(Record):
    """What a pack looks at: a task, however far it is planned."""

    text: str
    task_type: str
    risk_level: str
    risk_signals: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
