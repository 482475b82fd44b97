"""From what stands there and what is wanted to changes, and back: on files kept in a dictionary."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.claude.install.change import Change, Proposal, Target, manifest_of, propose, propose_removal
from agent_baton.claude.install.contents import ignore_block, memory_block
from agent_baton.claude.install.manifest import Manifest, read_manifest, settled
from agent_baton.claude.install.parts import Wanted
from agent_baton.errors import UserError
from tests.unit.claude.install.test_settings import FILES as SETTINGS

Files = dict[str, bytes]
NAME = ".claude/settings.json"
AGENT, OTHER = ".claude/agents/a.md", ".claude/agents/b.md"
BLOCKS = {"CLAUDE.md": ("memory", memory_block()), ".gitignore": ("ignore", ignore_block())}
TARGET = Target("1.0", Wanted(), {AGENT: "agent a\n", OTHER: "agent b\n"}, NAME, BLOCKS, ("a", "b"))  # type: ignore[arg-type]
NEWER = replace(TARGET, version="2.0", own={AGENT: "agent a, better\n"}, agents=("a",))
ENDS = st.sampled_from(["", "\n", "\n\n", "\r\n"])
TEXTS = st.builds(
    lambda body, end: (body + end).encode(),
    st.sampled_from(["", "\ufeff# Me", "# Me\r\nwe do", "a\n\nb"]),
    ENDS,
)
WORLDS = st.fixed_dictionaries(
    {},
    optional={
        NAME: SETTINGS.map(str.encode),
        "CLAUDE.md": TEXTS,
        ".gitignore": st.sampled_from([b"*.pyc", b"*.pyc\n", b".claude/worktrees/\n", b"x\r\n"]),
        ".claude/agents/b.md": st.just(b"my own b\n"),
        ".claude/agents/mine.md": st.just(b"mine\n"),
    },
)  # fmt: skip


def do(files: Files, changes: list[Change]) -> Files:
    """The files after these changes."""
    after = dict(files)
    for change in changes:
        assert after.get(change.path) == change.before
        if change.after is None:
            del after[change.path]
        else:
            after[change.path] = change.after
    return after


def install(
    files: Files, target: Target = TARGET, old: Manifest | None = None
) -> tuple[Files, Manifest, Proposal]:
    plan = propose(target, old, files.get)
    return do(files, plan.changes), manifest_of(target, plan, ()), plan


def uninstall(files: Files, manifest: Manifest) -> tuple[Files, Proposal]:
    plan = propose_removal(replace(TARGET, own={}), manifest, files.get)
    return do(files, plan.changes), plan


@given(WORLDS)
def test_what_was_there_is_there_again_byte_for_byte(files: Files) -> None:
    after, manifest, _ = install(files)
    assert uninstall(after, read_manifest(manifest.text(), "x"))[0] == files


@given(WORLDS)
def test_a_second_time_there_is_nothing_to_do(files: Files) -> None:
    after, manifest, _ = install(files)
    again, second, plan = install(after, old=manifest)
    assert (again, second, plan.changes) == (after, manifest, [])


@given(WORLDS, st.booleans())
def test_an_upgrade_leads_back_as_well(files: Files, hooks: bool) -> None:
    """Also when it changes what is wanted: other hooks, other files, one file less."""
    after, manifest, _ = install(files)
    newer = replace(NEWER, wanted=Wanted("/x/baton", hooks))
    later, second, _ = install(after, newer, manifest)
    assert later[AGENT] == b"agent a, better\n"
    if OTHER not in files:
        assert OTHER not in later
    assert uninstall(later, second)[0] == files


@given(WORLDS, st.data())
def test_a_kill_between_two_files_is_mended_by_running_again(files: Files, data: st.DataObject) -> None:
    """From nothing, and from an older installation; then everything can be taken away again."""
    older = None
    if data.draw(st.booleans()):
        files_before, older, _ = install(files)
    else:
        files_before = files
    plan = propose(NEWER, older, files_before.get)
    written = plan.changes[: data.draw(st.integers(0, len(plan.changes)))]
    half = do(files_before, written)
    about = replace(older or Manifest("2.0", True), then=manifest_of(NEWER, plan, ()))
    found = settled(read_manifest(about.text(), "x"), half.get)
    assert uninstall(half, found)[0] == files
    after, manifest, _ = install(half, NEWER, found)
    assert after == do(files_before, plan.changes)
    assert uninstall(after, manifest)[0] == files


@given(WORLDS)
def test_edits_made_since_are_kept(files: Files) -> None:
    """Lines added to shared files, a changed agent: uninstall takes only ours, and says what it kept."""
    after, manifest, _ = install(files)
    after["CLAUDE.md"] += b"later\n"
    after[AGENT] += b"my rule\n"
    left, plan = uninstall(after, manifest)
    assert left[AGENT] == b"agent a\nmy rule\n"
    assert left["CLAUDE.md"] == files.get("CLAUDE.md", b"") + b"later\n"
    assert any(AGENT in note and "kept" in note for note in plan.notes)


@given(WORLDS)
def test_an_upgrade_keeps_what_the_user_changed(files: Files) -> None:
    after, manifest, _ = install(files)
    after[AGENT] += b"my rule\n"
    later, second, plan = install(after, NEWER, manifest)
    assert later[AGENT] == b"agent a\nmy rule\n"
    assert any(AGENT in note for note in plan.notes)
    assert uninstall(later, second)[0][AGENT] == b"agent a\nmy rule\n"


@given(WORLDS)
def test_settings_touched_before_an_upgrade_lose_only_ours_after_it(files: Files) -> None:
    """No byte is where the list says; what says the same as what we wrote is still ours."""
    after, manifest, _ = install(files)
    after[NAME] += b"\n"
    later, second, _ = install(after, replace(NEWER, wanted=Wanted("/y z/baton")), manifest)
    left, _ = uninstall(later, second)
    assert (NAME in left) == (NAME in files)
    if NAME in files:
        assert json.loads(left[NAME].decode("utf-8-sig")) == json.loads(files[NAME].decode("utf-8-sig"))


def test_a_file_of_the_same_name_is_kept_and_never_removed() -> None:
    after, manifest, plan = install({AGENT: b"my own\n"})
    assert after[AGENT] == b"my own\n"
    assert f"{AGENT}: there is one of yours, and it is kept" in plan.notes
    assert uninstall(after, manifest)[0] == {AGENT: b"my own\n"}


def test_what_the_user_removed_stays_removed_by_an_upgrade() -> None:
    after, manifest, _ = install({})
    del after[AGENT]
    plan = propose(NEWER, manifest, after.get, restore=False)
    assert AGENT not in do(after, plan.changes)
    assert any("stays removed" in note for note in plan.notes)
    assert AGENT in do(after, propose(NEWER, manifest, after.get, restore=True).changes)


def test_a_block_the_user_wrote_in_is_left_to_them() -> None:
    after, manifest, _ = install({})
    mine = after["CLAUDE.md"].replace(b"/baton <task>", b"/baton <what I want>")
    after["CLAUDE.md"] = mine
    later, second, plan = install(after, NEWER, manifest)
    assert later["CLAUDE.md"] == mine
    assert any("is not ours, and is kept" in note for note in plan.notes)
    left, removal = uninstall(later, second)
    assert left["CLAUDE.md"] == mine
    assert any("take them out by hand" in note for note in removal.notes)


@pytest.mark.parametrize("name", ["CLAUDE.md", ".gitignore"])
def test_a_block_has_the_line_ends_of_its_file(name: str) -> None:
    after, _, _ = install({name: b"one\r\ntwo\r\n"})
    assert after[name].count(b"\n") == after[name].count(b"\r\n") > 3


def test_settings_reordered_by_the_user_lose_only_our_parts() -> None:
    """A formatter rewrote the file: no byte is where it was, and still everything of theirs stays."""
    after, manifest, _ = install({NAME: b'{"model": "opus", "hooks": {"Stop": []}}'})
    value = json.loads(after[NAME])
    after[NAME] = json.dumps(dict(sorted(value.items())), indent="\t").encode()
    left, _ = uninstall(after, manifest)
    assert json.loads(left[NAME]) == {"hooks": {"Stop": []}, "model": "opus"}


def test_text_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(UserError, match=r"CLAUDE\.md is not UTF-8"):
        install({"CLAUDE.md": "größer".encode("latin-1")})


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../b", "", "a\\b"])
def test_a_list_that_names_files_outside_is_refused(path: str) -> None:
    """It may come with a repository: nothing is removed on its word alone."""
    _, manifest, _ = install({})
    text = manifest.text().replace(json.dumps(AGENT), json.dumps(path))
    with pytest.raises(UserError, match="does not read as a list"):
        read_manifest(text, "x")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', '{"format": 99}'])
def test_a_broken_list_is_refused_with_a_way_on(text: str) -> None:
    with pytest.raises(UserError, match=r"restore it from git|newer baton"):
        read_manifest(text, "baton.installed.json")
