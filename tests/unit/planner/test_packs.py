"""What a pack's file may hold: everything else is a problem with a name, whoever wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_baton.planner.packs.reading import read_pack

BASE = "name: x\ndescription: d\nwhen: {words: [foo]}\n"
ALIASES = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "gates are no list": (BASE + "then: {gates: 5}", "then.gates is a list"),
    "a gate is a text": (BASE + "then: {gates: [rm]}", "then.gates is a list"),
    "a gate's description is a list": (BASE + "then: {gates: [{command: ls, description: [1]}]}", "then.gates is a list"),
    "a gate of two lines": (BASE + 'then: {gates: [{command: "ls\\u0085rm"}]}', "a command is one line"),
    "a gate with a zero byte": (BASE + 'then: {gates: [{command: "a\\0b"}]}', "a command is one line"),
    "a version in words": (BASE + "version: abc", "version is a whole number"),
    "no version": (BASE + "version: null", "version is a whole number"),
    "a version without end": (BASE + f"version: {'9' * 5000}", "version is a whole number"),
    "a day that is none": (BASE + "version: 2026-99-99", "version is a whole number"),
    "a rubric that is nothing": (BASE + "then: {rubric: null}", "then.rubric is the name of a file"),
    "a rubric that is a list": (BASE + "then: {rubric: [a]}", "then.rubric is the name of a file"),
    "a rubric with a zero byte": (BASE + 'then: {rubric: "a\\0b"}', "there is no file"),
    "a rubric of a very long name": (BASE + f"then: {{rubric: {'a' * 5000}}}", "there is no file"),
    "knowledge outside": (BASE + "then: {knowledge: [/etc/passwd]}", "there is no file '/etc/passwd'"),
    "knowledge that is itself": (BASE + "then: &t {knowledge: *t}", "aliases (*name) are not supported"),
    "enforcement as a list": (BASE + "enforcement: [block]", "enforcement: a list is not one of"),
    "approval as a list": (BASE + "then: {approval: [plan]}", "approval: a list is not one of"),
    "a word from aliases": (ALIASES + BASE + "enforcement: *i", "aliases (*name) are not supported"),
    "demands said twice": (BASE + "then: {approval: plan}\nthen: {approval: none}", "line 5: key 'then' is given more than once"),
    "a program": (BASE + "then: !!python/object/apply:os.system [id]", "is not supported here"),
    "deeper than a stack": ("[" * 20_000, "nested too deeply to be a pack"),
    "bytes": ("\x00\x01", "is not valid YAML"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), HOSTILE.values(), ids=HOSTILE)
def test_what_makes_no_sense_is_named(tmp_path: Path, text: str, words: str) -> None:
    """Never a traceback, never a message longer than a screen, and nothing of it counts."""
    folder = tmp_path / ".claude" / "packs" / "x"
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(text, encoding="utf-8")
    _, problems = read_pack(folder, tmp_path, ["auditor"])
    assert any(words in problem for problem in problems), problems
    assert all(len(problem) < 400 for problem in problems)
