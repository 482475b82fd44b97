"""Our parts in a settings.json beside those of others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.claude.install.jsontext import BOM, cut, parse
from agent_baton.claude.install.parts import EVENTS, RULE, Wanted, is_our_status_line, is_ours
from agent_baton.claude.install.settings import merge, satisfied, without
from agent_baton.cli import hook
from agent_baton.errors import UserError
from tests.unit.claude.install.test_jsontext import STYLES, written

WANTED = Wanted()
COMMAND = {"type": "command", "command": "npx lint"}
THEIRS = st.fixed_dictionaries(
    {},
    optional={
        "model": st.sampled_from(["opus", "sonnet"]),
        "hooks": st.dictionaries(
            st.sampled_from(["PreToolUse", "Stop", "Notification"]),
            st.lists(st.just({"matcher": "Bash", "hooks": [COMMAND]}), max_size=2),
            max_size=3,
        ),
        "permissions": st.fixed_dictionaries({}, optional={"allow": st.lists(st.just("Bash(ls *)"), max_size=2), "deny": st.just([])}),
        "env": st.dictionaries(st.sampled_from(["A", "BATON_BRIEFS"]), st.just("inline"), max_size=2),
        "statusLine": st.just({"type": "command", "command": "mine.sh"}),
        "worktree": st.fixed_dictionaries({}, optional={"baseRef": st.just("fresh")}),
        "unknownKey": st.just({"deep": [1, {"x": None}]}),
    },
)  # fmt: skip
FILES = st.builds(written, THEIRS, STYLES, st.booleans(), st.booleans(), st.sampled_from(["", "\n"]))


@given(FILES, st.booleans())
def test_what_stands_there_stays_and_can_be_had_back_byte_for_byte(text: str, hooks: bool) -> None:
    wanted = Wanted(hooks=hooks)
    work = merge(text, wanted)
    before, after = parse(text, "x"), parse(work.text, "x")
    assert contains(after, before)
    assert satisfied(work.text, wanted)
    assert cut(work.text, work.splices) == text
    assert RULE in after["permissions"]["allow"]
    assert ("SessionStart" in after.get("hooks", {})) == hooks


@given(FILES)
def test_after_an_edit_only_our_parts_are_taken_out(text: str) -> None:
    """The user adds a key at the end; what is left is their object with that key."""
    work = merge(text, WANTED)
    edited = work.text.rstrip()
    edited = edited[:-1].rstrip() + ', "added": true}'
    assert parse(without(edited, tuple(work.added)), "x") == {**parse(text, "x"), "added": True}


def contains(whole: Any, part: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and contains(whole[key], part[key]) for key in part
        )
    return whole[: len(part)] == part if isinstance(part, list) else bool(whole == part)


def test_what_the_user_set_otherwise_is_kept_and_said() -> None:
    work = merge(
        json.dumps({"statusLine": {"type": "command", "command": "x"}, "worktree": {"baseRef": "fresh"}}),
        WANTED,
    )
    value = parse(work.text, "x")
    assert value["statusLine"]["command"] == "x"
    assert value["worktree"] == {"baseRef": "fresh"}
    assert any("statusLine is kept" in note for note in work.notes)
    assert any("worktree.baseRef stays 'fresh'" in note for note in work.notes)


def test_a_rule_the_user_had_before_is_not_ours_to_remove() -> None:
    text = json.dumps({"permissions": {"allow": [RULE]}})
    work = merge(text, WANTED)
    assert RULE not in work.added
    assert parse(without(work.text + " ", tuple(work.added)), "x")["permissions"] == {"allow": [RULE]}


def test_hooks_of_an_older_version_are_ours_and_replaced() -> None:
    old = {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "/opt/x y/baton hook Stop"}]}], "Gone": [{"hooks": [{"type": "command", "command": "baton", "args": ["hook", "Gone"]}]}]}}  # fmt: skip
    old["hooks"]["Stop"][0]["hooks"][0]["command"] = "'/opt/x y/baton' hook Stop"
    text = json.dumps(old)
    assert not satisfied(text, WANTED)
    value = parse(merge(without(text, ()), WANTED).text, "x")
    assert value["hooks"]["Stop"] == WANTED.groups()["Stop"]
    assert value["hooks"]["Gone"] == []


def test_a_group_that_also_runs_something_else_is_not_ours() -> None:
    ours = {"type": "command", "command": "baton", "args": ["hook", "Stop"]}
    assert is_ours({"hooks": [ours]})
    for other in (
        {"hooks": [ours, COMMAND]},
        {"hooks": []},
        {"hooks": [{"command": "baton-lint hook x"}]},
        {},
        3,
    ):
        assert not is_ours(other)
    assert is_our_status_line({"type": "command", "command": "'/a b/baton' statusline --short"})
    assert not is_our_status_line({"type": "command", "command": "my-line | baton statusline"})


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"hooks": []}, "hooks must be an object"),
        ({"hooks": {"Stop": {}}}, "hooks.Stop must be a list"),
        ({"permissions": {"allow": "x"}}, "permissions.allow must be a list"),
        ({"worktree": "x"}, "worktree must be an object"),
        ({"env": ["x"]}, "env must be an object"),
        ({"hooks": None}, "hooks must be an object"),
        ({"hooks": {"Stop": [], "PreToolUse": None}}, "hooks.PreToolUse must be a list"),
        ({"permissions": None}, "permissions must be an object"),
        ({"statusLine": None}, "statusLine is null"),
        ({"worktree": {"baseRef": None}}, "worktree.baseRef is null"),
    ],
)
def test_a_shape_that_nothing_can_be_added_to_is_refused(value: Any, place: str) -> None:
    with pytest.raises(UserError) as caught:
        merge(json.dumps(value), WANTED)
    assert place in caught.value.message


@pytest.mark.parametrize("text", ["", "  \n", BOM])
def test_an_empty_file_is_refused(text: str) -> None:
    for read in (merge, satisfied):
        with pytest.raises(UserError, match="is empty"):
            read(text, WANTED)


def test_every_hook_that_is_installed_is_answered_and_the_other_way_round() -> None:
    """A hook for nothing costs a process at every occasion; one that is not installed never runs."""
    assert set(EVENTS) == {name.partition(" ")[0] for name in hook.EVENTS}


def test_hooks_start_baton_without_a_shell() -> None:
    for event, groups in Wanted("/home/a b/bin/baton").groups().items():
        for group in groups:
            assert [one["command"] for one in group["hooks"]] == ["/home/a b/bin/baton"]
            assert [one["args"] for one in group["hooks"]] == [["hook", event]]
    assert Wanted(everywhere=True).groups()["Stop"][0]["hooks"][0]["args"] == ["hook", "Stop", "--elsewhere"]
    assert Wanted("/home/a b/bin/baton").status_line()["command"] == "'/home/a b/bin/baton' statusline"
