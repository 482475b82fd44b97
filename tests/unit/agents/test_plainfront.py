"""The plain reading of front matter against the YAML parser it stands in for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.agents import frontmatter, plainfront
from agent_baton.agents.shipped import shipped_dir

KEYS = st.sampled_from(["name", "tools", "hooks", "a", "Pre-Tool", "null", "yes"])
VALUES = st.sampled_from(
    ["Bash", "Read, Grep", "yes", "Null", "a: b", "a:", "a:b", "it's", "x #y", "x#y", "1", "-", "a ", "*b", "[c]", "b | c", "| c",
     'say "no"', "&x", "a\tb", "é", "e1", "y", "!t", "% d", "n: ", "2026-01-01", "#"]
)  # fmt: skip
ROWS = st.lists(
    st.builds(
        lambda indent, dash, key, value: (
            " " * indent + ("- " if dash else "") + key + ":" + (f" {value}" if value else "")
        ),
        st.sampled_from([0, 0, 0, 1, 2, 2, 4]),
        st.booleans(),
        KEYS,
        st.one_of(st.just(""), VALUES),
    ),
    max_size=7,
)


def by_parser(rows: list[str]) -> frontmatter.FrontMatter:
    return frontmatter._from_yaml(rows, "")


@given(ROWS)
def test_what_is_read_plainly_reads_the_same_in_yaml(rows: list[str]) -> None:
    """Keys, values, lines and repetitions are the parser's, or it is asked."""
    plain = frontmatter._from_plain(list(rows), "")
    assert plain is None or plain == by_parser(rows)


@pytest.mark.parametrize(
    "rows",
    [
        ["a: b", "  c: d"], ["a:", "b: c"], ["a:"], ["- a: b"], ["a:", "- b: c"], ["a: b # c"], ["a: true"],
        ["a:", "    b: c", "  d: e"], ["a:", "  b: c", "  b: d"], ["a: [b]"], ["a: 'b'"], ["a: b: c"], ["", "a: b"],
    ],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_the_parser(rows: list[str]) -> None:
    """Anything a reader could take otherwise than YAML does."""
    assert plainfront.entries(rows) is None


def test_every_shipped_agent_is_plain_and_reads_the_same() -> None:
    """A plan reads them all, so none of them may call for the parser."""
    for path in sorted(shipped_dir("agents").glob("*.md")):
        text = path.read_text(encoding="utf-8").splitlines()
        rows = text[1 : text.index("---", 1)]
        plain = frontmatter._from_plain(list(rows), "")
        assert plain is not None, path.name
        assert plain == by_parser(rows), path.name
