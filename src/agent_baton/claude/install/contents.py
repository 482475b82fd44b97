"""What is installed: the files, each with its text, and the blocks in files of the user's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent_baton.claude.install.blocks import Block

FILES = Path(__file__).resolve().parents[1] / "files"
SKILL = "skills/baton/SKILL.md"
HOMES = ("skills/baton/", "commands/baton-", "agents/")  # all that is wholly ours begins so, in every version
COMMANDS = ("resume", "status", "plan", "review", "retro")
WORKTREES = ".claude/worktrees/"
IGNORED_BY = {
    WORKTREES, f"/{WORKTREES}", WORKTREES[:-1], f"/{WORKTREES[:-1]}", ".claude/", "/.claude/", ".claude", "/.claude",
    ".claude/*", "/.claude/*",
}  # fmt: skip


def card() -> str:
    """The page that teaches the loop: loaded by /baton and /baton-resume, and never otherwise."""
    return _read("card.md")


def skill() -> str:
    """The skill behind /baton."""
    return _read("baton.md").replace("{card}\n", card())


def command(name: str) -> str:
    """The text of /baton-NAME."""
    return _read(f"commands/baton-{name}.md").replace("{card}\n", card())


def _read(name: str) -> str:
    return (FILES / name).read_text(encoding="utf-8")


def own_files(agents: Mapping[str, str], references: Mapping[str, str]) -> dict[str, str]:
    """Path below the Claude directory -> text, for files that are wholly ours. Agents and references: name -> text."""
    files = {SKILL: skill()}
    files |= {f"skills/baton/references/{name}.md": text for name, text in references.items()}
    files |= {f"commands/baton-{name}.md": command(name) for name in COMMANDS}
    return files | {f"agents/{name}.md": text for name, text in agents.items()}


def memory_block() -> Block:
    """What stands in CLAUDE.md."""
    return Block("<!-- baton: begin -->", "<!-- baton: end -->", _read("claude_md.md"))


def ignore_block() -> Block:
    """What stands in .gitignore."""
    return Block("# baton: begin", "# baton: end", WORKTREES)


def ignores_worktrees(text: str) -> bool:
    """Whether a .gitignore of the user's leaves our rule nothing to do."""
    return any(line.strip() in IGNORED_BY for line in text.splitlines())


def always_loaded(text: str) -> str:
    """The part of a skill or command that Claude Code keeps in every session's context: its name and description."""
    head = text.split("---\n", 2)[1]
    if "disable-model-invocation: true" in head:
        return ""
    return "".join(
        line for line in head.splitlines(keepends=True) if line.startswith(("name:", "description:"))
    )
