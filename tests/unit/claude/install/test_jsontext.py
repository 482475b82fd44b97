"""Small changes to JSON texts leave everything else where it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.claude.install.jsontext import BOM, add, append, cut, drop, find, parse, put
from agent_baton.errors import UserError

KEYS = st.sampled_from(["a", "b", "hooks", "permissions", "ключ", 'qu"ote', "x.y", ""])
SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=6)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=5)
STYLES = st.sampled_from([None, 1, 2, 4, "\t"])


def written(value: Any, indent: int | str | None, crlf: bool, bom: bool, ending: str) -> str:
    text = json.dumps(value, indent=indent, ensure_ascii=False) + ending
    return (BOM if bom else "") + (text.replace("\n", "\r\n") if crlf else text)


TEXTS = st.builds(written, OBJECTS, STYLES, st.booleans(), st.booleans(), st.sampled_from(["", "\n", "\n\n"]))


@given(TEXTS, VALUES)
def test_a_member_put_in_is_there_and_can_be_cut_out_again(text: str, value: Any) -> None:
    """The object gains that member at its end and nothing else; cutting gives the very text before."""
    splice = add(text, ("new", "deep", "er"), value)
    after = put(text, splice)
    assert parse(after, "x") == {**parse(text, "x"), "new": {"deep": {"er": value}}}
    assert list(parse(after, "x"))[:-1] == list(parse(text, "x"))
    assert cut(after, [splice]) == text
    assert json.loads(drop(after, ("new",)).removeprefix(BOM)) == parse(text, "x")


@given(TEXTS, VALUES, VALUES)
def test_elements_are_appended_and_dropped(text: str, first: Any, second: Any) -> None:
    one = put(text, append(text, ("list", "of"), first))
    both = put(one, append(one, ("list", "of"), second))
    assert parse(both, "x")["list"]["of"] == [first, second]
    assert drop(both, ("list", "of"), 1) == one
    assert parse(drop(both, ("list", "of"), 0), "x")["list"]["of"] == [second]


@given(TEXTS, VALUES)
def test_line_ends_stay_of_one_kind(text: str, value: Any) -> None:
    """A file with CRLF gains no bare line feed, one without gains no CR."""
    if "\n" not in text.rstrip("\r\n"):
        return
    after = put(text, add(text, ("zz",), value))
    bare = after.replace("\r\n", "").count("\n")
    assert bare == (0 if "\r\n" in text else after.count("\n"))


def test_the_indentation_of_a_file_is_taken_over() -> None:
    text = '{\n\t"a": {\n\t\t"b": 1\n\t}\n}\n'
    after = put(text, add(text, ("a", "c"), {"d": "x" * 120}))
    assert after == text.replace("1\n\t}", '1,\n\t\t"c": {\n\t\t\t"d": "' + "x" * 120 + '"\n\t\t}\n\t}')


def test_a_file_in_one_line_stays_in_one_line() -> None:
    text = '{"a": [1]}'
    assert put(text, append(text, ("a",), 2)) == '{"a": [1, 2]}'


def test_of_two_equal_keys_the_last_counts() -> None:
    """As it does for every reader of JSON."""
    text = '{"a": {"n": 1}, "a": {"n": 2}}'
    assert parse(put(text, add(text, ("a", "m"), 3)), "x") == {"a": {"n": 2, "m": 3}}
    assert find(text, ("b",)) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n  // mine\n  "a": 1\n}', "line 2, column 3: comments are not JSON"),
        ('{"a": 1,}', "line 1, column 9"),
        ("[1]", "must hold an object"),
        ('{"a": 1', "line 1"),
        ('{"a": 1,\n', "line 2"),
        ('{"a": "\u2028"\n/* b */}', "line 2, column 1: comments are not JSON"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_not_json_is_refused_with_the_place(text: str, said: str) -> None:
    with pytest.raises(UserError, match=r"settings\.json") as caught:
        parse(text, "settings.json")
    assert said in caught.value.message
