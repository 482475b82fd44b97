"""Power lost between any two writes: what a command said was recorded is there, and the chain is whole.

Every write to the journal's files is read off the system calls of real commands. Then, for each moment, the files are made
as a disk may leave them: what was synced is there; what was not is there, torn, or missing.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from agent_baton.engine.events import StepFinished
from agent_baton.journal.sqlite import SqliteJournal
from tests.support.plans import phase, plan, step
from tests.support.repo import Repo

TASK = "task-power-0001"
STEPS = ("1.1", "1.2", "1.3")
SECTOR = 512
WAYS = ("all lost", "some lost or torn", "some lost or torn, and deleted files are back")
CALLS = "trace=pwrite64,ftruncate,fsync,fdatasync,unlink,unlinkat"
CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += (\d+)$")
OF_JOURNAL = re.compile(r"<[^>]*/(baton\.db(?:-wal)?)>")
WRITTEN = re.compile(r'"((?:\\x[0-9a-f]{2})*)", \d+, (\d+)$')
DELETED = re.compile(r'"[^"]*/(baton\.db-wal)"')


def _traceable() -> bool:
    strace = shutil.which("strace")
    return bool(strace) and subprocess.run([str(strace), "-f", "true"], capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(not _traceable(), reason="no strace here, or nothing may be traced")


class Op(NamedTuple):
    """One thing done to a file of the journal; `said` is a command's end, with how many steps are recorded by then."""

    kind: str
    name: str = ""
    at: int = 0
    data: bytes = b""


def _ops(log: Path) -> Iterator[Op]:
    for line in log.read_text().splitlines():
        call = CALL.match(line)
        if call is None:
            continue
        kind, args = call[1], call[2]
        if deleted := DELETED.search(args) if kind.startswith("unlink") else None:
            yield Op("delete", deleted[1])
        elif of_journal := OF_JOURNAL.search(args):
            if kind == "pwrite64":
                data, at = WRITTEN.search(args).groups()  # type: ignore[union-attr]
                yield Op("write", of_journal[1], int(at), bytes.fromhex(data.replace("\\x", "")))
            elif kind == "ftruncate":
                yield Op("cut", of_journal[1], int(args.rpartition(", ")[2]))
            else:
                yield Op("sync", of_journal[1])


def _traced(repo: Repo, log: Path, *args: str) -> Iterator[Op]:
    strace = ["strace", "-f", "-y", "-xx", "-s", "100000", "-e", CALLS, "-o", str(log)]
    baton = [sys.executable, "-c", "from agent_baton.cli.entry import main; main()", *args]
    ran = subprocess.run([*strace, *baton], cwd=repo.path, env=repo.env, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    readable = re.sub(r"(?<=[<\"])((?:\\x[0-9a-f]{2})+)(?=[>\"])", _path, log.read_text())
    log.write_text(readable)
    return _ops(log)


def _path(found: re.Match[str]) -> str:
    """`-xx` writes paths in hexadecimal too; only what looks like one of ours is made readable again."""
    text = bytes.fromhex(found[1].replace("\\x", ""))
    return os.fsdecode(text) if text.startswith(b"/") and b"baton.db" in text[-16:] else found[1]


def _apply(file: bytearray, op: Op, sectors: range | None = None) -> None:
    if op.kind == "cut":
        del file[op.at :]
        return
    file.extend(bytes(max(0, op.at + len(op.data) - len(file))))
    for start in sectors if sectors is not None else range(0, len(op.data), SECTOR):
        file[op.at + start : op.at + start + SECTOR] = op.data[start : start + SECTOR]


def _after(before: dict[str, bytes], done: list[Op], way: str, chance: random.Random) -> dict[str, bytearray]:
    """The files as the disk has them when power is lost after `done`."""
    files = defaultdict(bytearray, {name: bytearray(data) for name, data in before.items()})
    waiting: dict[str, list[Op]] = defaultdict(list)
    for op in done:
        if op.kind in ("write", "cut"):
            waiting[op.name].append(op)
        elif op.kind == "sync":
            for each in waiting.pop(op.name, []):
                _apply(files[op.name], each)
        elif op.kind == "delete" and way != WAYS[2]:
            files.pop(op.name, None)
            waiting.pop(op.name, None)
    for op in (each for name in sorted(waiting) for each in waiting[name]):
        if way != WAYS[0] and chance.random() < 0.7:
            torn = chance.random() < 0.5 and len(op.data) > SECTOR
            first = chance.randrange(0, len(op.data), SECTOR) if torn else 0
            _apply(files[op.name], op, range(first, len(op.data), SECTOR))
    return files


def _recorded(place: Path, files: dict[str, bytearray]) -> list[str]:
    """The steps that are recorded in a journal of these files, whose chain must be whole."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for name, data in files.items():
        (place / name).write_bytes(data)
    journal = SqliteJournal(str(place / "baton.db"))
    try:
        assert journal.verify() == []
        ends = [each.event for each in journal.events(TASK)]
        return [event.step_id for event in ends if isinstance(event, StepFinished)]
    finally:
        journal.close()


@pytest.mark.parametrize("watched", [False, True], ids=["alone", "while another process looks on"])
def test_what_was_said_to_be_recorded_survives_the_loss_of_power(
    watched: bool, repo: Repo, tmp_path: Path
) -> None:
    """At every moment between two writes, in three ways a disk may lose what was not synced.

    The last process to leave brings the log into the database; while another has it open, the log alone must do.
    """
    repo.save_plan(plan(phase(1, *map(step, STEPS)), task_id=TASK))
    repo.baton("execute", "start", "--no-baseline")
    path = repo.path / ".claude" / "team-context" / "baton.db"
    before = {path.name: path.read_bytes()}
    watcher = SqliteJournal(str(path))
    if watched:
        watcher.verify()
    try:
        ops = _drive(repo, tmp_path / "calls")
    finally:
        watcher.close()
    assert any(op.kind == "sync" for op in ops), "nothing of the journal was seen"
    chance = random.Random(7)  # any number will do; the same one each time
    for moment in range(len(ops) + 1):
        said = max((op.at for op in ops[:moment] if op.kind == "said"), default=0)
        for way in WAYS:
            found = _recorded(tmp_path / "after", _after(before, ops[:moment], way, chance))
            assert found in (list(STEPS[:said]), list(STEPS[: said + 1])), (moment, way, said)


def _drive(repo: Repo, log: Path) -> list[Op]:
    """All steps recorded, one command each."""
    ops: list[Op] = []
    for number, step_id in enumerate(STEPS, 1):
        words = ("--step-id", step_id, "--status", "complete", "--outcome", f"made {step_id}")
        ops += _traced(repo, log, "execute", "record", *words)
        ops.append(Op("said", at=number))
        ops += _traced(repo, log, "execute", "next")
    return ops
