"""Reading a definition: what is taken, what is refused, and on which line."""

# A case of a table is one line.

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_baton.agents.definitions import AgentDefinition
from agent_baton.agents.parse import parse_file, parse_text

WHERE = Path("x.md")
GUARDED = """tools: Read, Bash
hooks:
  PreToolUse:
    - matcher: Bash
      hooks:
        - type: command
          command: baton agents guard || exit 2"""


def read(front: str, body: str = "Work well.") -> tuple[AgentDefinition | None, list[str]]:
    agent, problems = parse_text(f"---\n{front}\n---\n{body}\n", WHERE, "project")
    return agent, [str(problem) for problem in problems]


def taken(front: str, body: str = "Work well.") -> AgentDefinition:
    agent, problems = read(front, body)
    assert problems == []
    assert agent is not None
    return agent


def test_a_whole_definition() -> None:
    """Everything that matters to a dispatch is read: name, description, tools as list or text, model, brief."""
    agent = taken(
        "name: db\ndescription: >\n  Changes\n  schemas.\ntools: [Read, Bash]\nmodel: opus\ndisallowedTools: Write"
    )
    assert (agent.name, agent.description, agent.tools, agent.model) == (
        "db",
        "Changes schemas.",
        ("Read", "Bash"),
        "opus",
    )
    assert (agent.disallowed_tools, agent.body, agent.origin) == (("Write",), "Work well.", "project")
    assert taken("name: db\ndescription: x y\ntools: Read, Agent(a, b), Bash").tools == (
        "Read",
        "Agent(a, b)",
        "Bash",
    )


def test_role_and_flavour() -> None:
    """`role--flavour` is one name with two parts."""
    agent = taken("name: backend-engineer--go\ndescription: Writes Go.")
    assert (agent.role, agent.flavour) == ("backend-engineer", "go")
    assert taken("name: auditor\ndescription: Looks.").flavour == ""


@pytest.mark.parametrize(
    ("front", "writes", "reads_only"),
    [
        ("", True, False),  # no `tools`: every tool
        ("tools: Read, Grep", False, True),
        ("tools: Read, Bash", False, False),
        ("tools: Read, Bash(git diff *)", False, False),  # Claude Code offers the whole shell all the same
        ("tools: Read, Write", True, False),
        ('tools: "*"', True, False),
        ("disallowedTools: Edit, Write, NotebookEdit, MultiEdit", False, False),
        ("disallowedTools: Edit, Write, NotebookEdit, MultiEdit, Bash", False, True),
        (
            GUARDED,
            False,
            True,
        ),
    ],
)
def test_what_an_agent_may_change(front: str, writes: bool, reads_only: bool) -> None:
    """Whether an agent can change files is read off the tools it is really offered."""
    agent, _ = read(f"name: a\ndescription: does things\n{front}")
    assert agent is not None
    assert (agent.can_write, agent.reads_only) == (writes, reads_only)


# What Claude Code 2.1.329 said of the same file under --debug-file: dropped, ignored with a complaint, or taken.
@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "permissionMode: wild",
            "permissionMode must be one of acceptEdits, auto, bypassPermissions, default, dontAsk, plan",
        ),
        ("foo: bar", "unknown key 'foo'; Claude Code ignores it"),
        (
            "disallowed_tools: Bash",
            "unknown key 'disallowed_tools'; Claude Code ignores it; did you mean 'disallowedTools'?",
        ),
        ("background: maybe", "background must be true or false, not 'maybe'"),
        ("hooks: 3", "hooks must map an event's name to a list of {matcher, hooks}"),
        (
            "isolation: wortree",
            "isolation must be one of worktree, remote, not 'wortree'; did you mean 'worktree'?",
        ),
        ("maxTurns: many", "maxTurns must be a whole number above 0, not 'many'"),
        ("memory: all", "memory must be one of user, project, local"),
        ("effort: huge", "effort must be one of low, medium, high, xhigh, max"),
        ("model: sonet", "did you mean 'sonnet'?"),
        ("tools: 3", "tools must be names with commas between, or a list of names, not 3"),
    ],
)
def test_a_wrong_key_or_value_is_an_error_on_its_line(line: str, message: str) -> None:
    """What Claude Code drops without a word is refused, with the file, the line and the nearest right word."""
    agent, problems = read(f"name: a\ndescription: does things\n{line}")
    assert agent is None
    assert len(problems) == 1
    assert problems[0].startswith("x.md:4: error: ")
    assert message in problems[0]


@pytest.mark.parametrize(
    "line",
    [
        "model: opus[1m]", "model: claude-sonnet-4-5", "model: us.anthropic.claude-opus-4-1-v1:0", "model: inherit", "effort: 3",
        "effort: high", "maxTurns: 12", "background: true", "isolation: worktree", "memory: project", "color: blue",
        "permissionMode: plan", "skills: [a, b]", "initialPrompt: go", "omitClaudeMd: true", "tools: Read, mcp__db__query",
        "disallowedTools:",
    ],
)  # fmt: skip
def test_known_keys_are_taken(line: str) -> None:
    """Every key and value that Claude Code takes is taken here, without a warning."""
    taken(f"name: a\ndescription: does things\n{line}")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("tools: Read, Gerp", "tool 'Gerp' is not one of Claude Code's own; did you mean 'Grep'?"),
        ("tools:", "tools is empty, so the agent gets no tool at all"),
        ("color: mauve", "color must be one of"),
        (f"model: opus\n# {'x' * 10}", None),
    ],
)
def test_doubtful_things_are_warnings(line: str, message: str | None) -> None:
    """What Claude Code takes, but hardly anybody means, is said without refusing the file."""
    agent, problems = read(f"name: a\ndescription: does things\n{line}")
    assert agent is not None
    assert [message in problem and ": warning: " in problem for problem in problems] == (
        [True] if message else []
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x.md:1: error: no front matter"),
        ("Just prose.", "x.md:1: error: no front matter"),
        ("---\nname: a\ndescription: b c", "x.md:1: error: the front matter is not closed"),
        ("---\n---\nbody", "x.md:1: error: the front matter is empty"),
        ("---\n- a\n---\nbody", "x.md:2: error: the front matter must be `key: value` lines"),
        ("---\nname: a\n---\nbody", "x.md:1: error: missing required key 'description'"),
        ("---\ndescription: does it\n---\nbody", "x.md:1: error: missing required key 'name'"),
        ("---\nname: a\ndescription: [1, 2]\n---\nbody", "x.md:3: error: description must be text"),
        ("---\nname: a\ndescription:\n---\nbody", "x.md:3: error: description must be text"),
        ("---\nname: ../a\ndescription: does it\n---\nbody", "x.md:2: error: name must be"),
        ("---\nname: a\nname: b\ndescription: does it\n---\nbody", "x.md:3: error: key 'name' stands twice"),
        (
            "---\nname: &n a\ndescription: *n\n---\nbody",
            "x.md:1: warning: not valid YAML (aliases are not taken here)",
        ),
    ],
)
def test_a_broken_file_says_where_and_what(text: str, message: str) -> None:
    """Each way to break a file has a message with the place and the rule."""
    _, problems = parse_text(text, WHERE, "user")
    assert str(problems[0]).startswith(message)


def test_an_unquoted_colon_is_read_as_claude_code_reads_it() -> None:
    """A description with a colon is no valid YAML, common in the field, and taken with a warning."""
    agent, problems = read("name: a\ndescription: Use it when: tests fail: always")
    assert agent is not None
    assert agent.description == "Use it when: tests fail: always"
    assert len(problems) == 1
    assert problems[0].startswith("x.md:3: warning: not valid YAML")


def test_an_empty_brief_is_a_warning() -> None:
    """An agent without a brief is loaded, as Claude Code does, but not silently."""
    agent, problems = read("name: a\ndescription: does things", body="")
    assert agent is not None
    assert "without a brief" in problems[0]


def test_unreadable_files(tmp_path: Path) -> None:
    """Bytes that are no text, a file too large and a directory in its place are problems, never exceptions."""
    (tmp_path / "latin.md").write_bytes(b"---\nname: a\ndescription: gr\xfc\xdfe\n---\n")
    (tmp_path / "huge.md").write_bytes(b"x" * 200_000)
    (tmp_path / "dir.md").mkdir()
    said = [
        str(parse_file(tmp_path / name, "user")[1][0])
        for name in ("latin.md", "huge.md", "dir.md", "none.md")
    ]
    assert "latin.md:3: error: is not UTF-8" in said[0]
    assert "has 200000 bytes" in said[1]
    assert "cannot be read" in said[2]
    assert "cannot be read" in said[3]


@given(st.text(max_size=300), st.text(max_size=300))
def test_reading_never_raises(front: str, body: str) -> None:
    """Any text is either a definition or a list of reasons why not."""
    for text in (front, f"---\n{front}\n---\n{body}", f"---\nname: a\ndescription: {front}\n---\n{body}"):
        agent, problems = parse_text(text, WHERE, "project")
        assert agent is not None or problems


@pytest.mark.parametrize(
    "text", ["[" * 5_000, "{a: " * 3_000, "a: &x [*x]", "? " * 500, "!!python/object:os.system x"]
)
def test_hostile_yaml_is_survived(text: str) -> None:
    """Nesting without end, references to themselves and tags that would run code come to nothing."""
    agent, problems = parse_text(f"---\nname: a\ndescription: b\nhooks: {text}\n---\nbody", WHERE, "project")
    assert agent is None or problems
