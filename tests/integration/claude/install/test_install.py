"""`baton install`, `upgrade`, `uninstall` as they are typed, on real files."""

from __future__ import annotations

import json
import os
import pty
import select
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.repo import Repo

SETTINGS = """{
    // not here: JSON has no comments
}
"""
THEIRS = {
    ".claude/settings.json": b'\xef\xbb\xbf{\r\n\t"model": "opus",\r\n\t"hooks": {\r\n\t\t"PreToolUse": [\r\n\t\t\t{"matcher": "Bash", '
    b'"hooks": [{"type": "command", "command": "./lint.sh"}]}\r\n\t\t]\r\n\t},\r\n\t"permissions": {"allow": ["Bash(ls *)"], "deny": []},'
    b'\r\n\t"statusLine": {"type": "command", "command": "./line.sh"},\r\n\t"zzz": [1,2,   3]\r\n}',
    ".claude/settings.local.json": b'{"env": {"TOKEN": "x"}}',
    ".claude/agents/architect.md": b"---\nname: architect\ndescription: ours, of this team\n---\nDraw.\n",
    ".claude/agents/team/reviewer.md": b"---\nname: code-reviewer\ndescription: ours, too\n---\nRead.\n",
    ".claude/commands/ship.md": b"Ship it.\n",
    "CLAUDE.md": b"# House rules\r\n\r\nBe kind.",
    ".gitignore": b"*.pyc\n/dist",
    "app/main.py": b"print('hello')\n",
    "pyproject.toml": b'[project]\nname = "shop"\ndependencies = ["fastapi"]\n',
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "my projéct", tmp_path / "home of ann")


@pytest.fixture
def lived_in(repo: Repo) -> Repo:
    """A project that has settings, hooks, agents and a CLAUDE.md of its own."""
    for name, content in THEIRS.items():
        path = repo.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (repo.path / "CLAUDE.md").chmod(0o600)
    repo.commit("As it was")
    return repo


def snapshot(top: Path) -> dict[str, tuple[int, bytes]]:
    """Every file and directory outside .git, with mode and content."""
    found = {}
    for path in sorted(top.rglob("*")):
        name = str(path.relative_to(top))
        if name.split(os.sep)[0] != ".git":
            found[name] = (stat.S_IMODE(path.lstat().st_mode), path.read_bytes() if path.is_file() else b"")
    return found


def settings_of(repo: Repo) -> dict[str, Any]:
    text = (repo.path / ".claude" / "settings.json").read_text(encoding="utf-8-sig")
    value: dict[str, Any] = json.loads(text)
    return value


def test_a_dry_run_shows_every_file_and_changes_none(lived_in: Repo) -> None:
    before = snapshot(lived_in.path)
    shown = lived_in.baton("install", "--dry-run").stdout
    assert snapshot(lived_in.path) == before
    for name in (".claude/settings.json", "CLAUDE.md", ".gitignore", ".claude/skills/baton/SKILL.md"):
        assert f"+++ b/{name}" in shown
    assert '-\t"model"' not in shown  # lines of theirs are not touched
    assert "statusLine is kept" in shown
    assert ".claude/agents/architect.md: there is one of yours, and it is kept" in shown


def test_without_a_terminal_yes_must_be_said(repo: Repo) -> None:
    before = snapshot(repo.path)
    assert "--yes" in repo.baton("install", code=2).stderr
    assert snapshot(repo.path) == before


def test_on_a_terminal_it_asks_and_no_means_no(repo: Repo) -> None:
    before = snapshot(repo.path)
    assert ask(repo, "n\n") == 130
    assert snapshot(repo.path) == before
    assert ask(repo, "y\n") == 0
    assert (repo.path / ".claude/skills/baton/SKILL.md").is_file()


def ask(repo: Repo, reply: str) -> int:
    """Run `baton install` on a terminal and answer its question; its exit code."""
    ours, theirs = pty.openpty()
    code = "from agent_baton.cli.entry import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "install"], cwd=repo.path, env=repo.env, stdin=theirs,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, close_fds=True,
    )  # fmt: skip
    os.close(theirs)
    assert process.stderr is not None
    said = b""
    while b"[y/N]" not in said:
        assert select.select([process.stderr], [], [], 60)[0], said
        part = os.read(process.stderr.fileno(), 4096)
        assert part, said
        said += part
    os.write(ours, reply.encode())
    process.communicate(timeout=60)
    os.close(ours)
    return process.returncode


def test_installed_used_upgraded_and_taken_away_it_is_as_before(lived_in: Repo) -> None:
    """Byte for byte, modes and directories included; git's configuration is never touched."""
    before, config = snapshot(lived_in.path), (lived_in.path / ".git/config").read_bytes()
    lived_in.baton("install", "--yes")
    value = settings_of(lived_in)
    assert value["statusLine"] == {"type": "command", "command": "./line.sh"}
    assert value["permissions"]["allow"] == ["Bash(ls *)", "Bash(baton *)"]
    assert value["worktree"] == {"baseRef": "head"}
    assert (lived_in.path / ".claude/agents/architect.md").read_bytes() == THEIRS[
        ".claude/agents/architect.md"
    ]
    assert not (lived_in.path / ".claude/agents/code-reviewer.md").exists()
    assert stat.S_IMODE((lived_in.path / "CLAUDE.md").stat().st_mode) == 0o600
    assert lived_in.git("status", "--short", "app", "pyproject.toml") == ""
    lived_in.baton("plan", "Add a health endpoint to the API", "--save")
    lived_in.baton("install", "--agents", "plan", "--yes")
    aged(lived_in)
    assert "upgraded" in lived_in.baton("upgrade", "--yes").stdout
    assert lived_in.json("doctor", code=None)["checks"]
    lived_in.baton("uninstall", "--yes")
    after = {name: entry for name, entry in snapshot(lived_in.path).items() if "team-context" not in name}
    assert after == before
    assert (lived_in.path / ".git/config").read_bytes() == config


def aged(repo: Repo) -> None:
    """Make the installation one of an older version: an agent with another text, a command that is no more."""
    path = repo.path / ".claude/baton.installed.json"
    listed = json.loads(path.read_text())
    agent, gone = repo.path / ".claude/agents/debugger.md", repo.path / ".claude/commands/baton-old.md"
    agent.write_text("---\nname: debugger\ndescription: as it was\n---\nOld.\n")
    gone.write_text("Old.\n")
    for file in (agent, gone):
        listed["own"][str(file.relative_to(repo.path))] = {"sha256": sha(file)}
    listed["version"] = "0.0.1"
    path.write_text(json.dumps(listed))


def sha(path: Path) -> str:
    return subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True).stdout.split()[0]


def test_a_second_time_there_is_nothing_to_do(lived_in: Repo) -> None:
    lived_in.baton("install", "--yes")
    before = snapshot(lived_in.path)
    assert lived_in.baton("install").stdout.splitlines()[-1] == "nothing to do"
    assert lived_in.baton("upgrade").stdout.splitlines()[-1] == "nothing to do"
    assert snapshot(lived_in.path) == before


def test_an_upgrade_brings_files_up_to_date_and_keeps_what_the_user_changed(repo: Repo) -> None:
    repo.baton("install", "--agents", "debugger,architect", "--yes")
    fresh = (repo.path / ".claude/agents/debugger.md").read_bytes()
    aged(repo)
    edited = repo.path / ".claude/agents/architect.md"
    edited.write_text(edited.read_text() + "\nOur rule.\n")
    doctor = {check["name"]: check for check in repo.json("doctor", code=None)["checks"]}
    assert doctor["installed"]["state"] == "warning"
    assert "baton upgrade" in doctor["installed"]["mend"]
    said = repo.baton("upgrade", "--yes").stdout
    assert (repo.path / ".claude/agents/debugger.md").read_bytes() == fresh
    assert not (repo.path / ".claude/commands/baton-old.md").exists()
    assert edited.read_text().endswith("Our rule.\n")
    assert "architect.md: you changed it, and it is kept as it is" in said
    repo.baton("uninstall", "--yes")
    assert [path.name for path in (repo.path / ".claude").rglob("*") if path.is_file()] == ["architect.md"]


def test_chosen_agents_are_added_to_those_there(repo: Repo) -> None:
    repo.baton("install", "--agents", "debugger", "--no-hooks", "--yes")
    assert "hooks" not in settings_of(repo)
    assert settings_of(repo)["env"] == {"BATON_BRIEFS": "file"}
    repo.baton("install", "--agents", "architect", "--yes")
    assert sorted(path.stem for path in (repo.path / ".claude/agents").glob("*")) == ["architect", "debugger"]
    assert "hooks" not in settings_of(repo), "a choice made before is kept"
    repo.baton("install", "--hooks", "--yes")
    assert "SessionStart" in settings_of(repo)["hooks"]
    assert "did you mean 'debugger'" in repo.baton("install", "--agents", "debuger", code=3).stderr


def test_json_says_what_would_be_done(repo: Repo) -> None:
    would = repo.json("install", "--dry-run", "--agents", "all")
    assert would["done"] is False
    assert {change["action"] for change in would["changes"]} == {"create"}
    assert sum("/agents/" in change["path"] for change in would["changes"]) >= 48
    assert repo.json("install", "--yes")["done"] is True
    assert repo.json("install")["changes"] == []


def test_settings_with_comments_are_refused_with_the_place(repo: Repo) -> None:
    repo.write(".claude/settings.json", SETTINGS)
    before = snapshot(repo.path)
    said = repo.baton("install", "--yes", code=2).stderr
    assert ".claude/settings.json is not JSON at line 2, column 5: comments are not JSON" in said
    assert snapshot(repo.path) == before


def test_a_link_inside_is_followed_and_one_outside_refused(repo: Repo, tmp_path: Path) -> None:
    """Dotfiles that are links stay links; nothing is written where the diff does not say."""
    repo.write("config/settings.json", '{"model": "opus"}\n')
    (repo.path / ".claude").mkdir()
    link = repo.path / ".claude/settings.json"
    link.symlink_to("../config/settings.json")
    repo.baton("install", "--yes")
    assert link.is_symlink()
    assert "hooks" in json.loads((repo.path / "config/settings.json").read_text())
    repo.baton("uninstall", "--yes")
    assert link.is_symlink()
    assert (repo.path / "config/settings.json").read_text() == '{"model": "opus"}\n'
    outside = tmp_path / "elsewhere.json"
    outside.write_text("{}\n")
    link.unlink()
    link.symlink_to(outside)
    before = snapshot(repo.path)
    assert "outside" in repo.baton("install", "--yes", code=4).stderr
    assert snapshot(repo.path) == before
    assert outside.read_text() == "{}\n"


def test_a_claude_directory_that_leads_outside_is_refused(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (repo.path / ".claude").symlink_to(tmp_path / "shared")
    assert "outside" in repo.baton("install", "--yes", code=4).stderr
    assert list((tmp_path / "shared").iterdir()) == []


def test_a_file_in_the_place_of_a_directory_is_refused_before_anything_is_written(repo: Repo) -> None:
    repo.write(".claude/commands", "a file")
    before = snapshot(repo.path)
    assert "a directory is needed there; nothing was changed" in repo.baton("install", "--yes", code=2).stderr
    assert snapshot(repo.path) == before


FULL_DISK = """
import resource, sys
from pathlib import Path
from agent_baton.app.install_files import Root
from agent_baton.claude.install.change import Change
from agent_baton.errors import UserError
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
changes = [Change("old.md", b"old", b"new"), Change("made/x.md", None, b"x"), Change("big.md", None, b"b" * 9000)]
try:
    Root(Path(sys.argv[1]), Path(sys.argv[1])).apply(changes)
except UserError as error:
    print(error.message)
"""


def test_when_a_write_fails_what_was_written_before_is_put_back(tmp_path: Path) -> None:
    """Nothing half done: as with a full disk, the third file cannot be written."""
    (tmp_path / "old.md").write_bytes(b"old")
    ran = subprocess.run(
        [sys.executable, "-c", FULL_DISK, tmp_path], capture_output=True, text=True, check=True
    )
    assert "File too large; what was written before it was put back" in ran.stdout
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["old.md"]
    assert (tmp_path / "old.md").read_bytes() == b"old"


def test_uninstall_where_nothing_is_installed(repo: Repo) -> None:
    assert "baton install does it" in repo.baton("uninstall", code=3).stderr
    assert "baton install does it" in repo.baton("upgrade", code=3).stderr


def test_for_a_user_hooks_name_baton_by_its_path(repo: Repo) -> None:
    """Any project then finds it, whatever its PATH; the project itself is left alone."""
    home = Path(repo.env["HOME"], ".claude")
    assert "mkdir -p" in repo.baton("install", "--scope", "user", code=3).stderr
    home.mkdir()
    (home / "settings.json").write_text('{"theme": "dark"}')
    before, project = snapshot(home), snapshot(repo.path)
    repo.baton("install", "--scope", "user", "--yes")
    value = json.loads((home / "settings.json").read_text())
    command = value["hooks"]["Stop"][0]["hooks"][0]["command"]
    assert os.path.isabs(command)
    assert os.path.basename(command) == "baton"
    assert (home / "skills/baton/SKILL.md").is_file()
    assert not any("--" in path.stem for path in (home / "agents").glob("*.md"))
    assert snapshot(repo.path) == project
    repo.baton("uninstall", "--scope", "user", "--yes")
    assert snapshot(home) == before


def test_the_users_directory_is_where_claude_code_is_told_it_is(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    repo.baton("install", "--scope", "user", "--yes", CLAUDE_CONFIG_DIR=str(tmp_path / "conf"))
    assert (tmp_path / "conf/skills/baton/SKILL.md").is_file()
    assert not Path(repo.env["HOME"], ".claude").exists()


def test_dotfiles_that_are_links_into_the_home_are_followed_and_named(repo: Repo) -> None:
    home = Path(repo.env["HOME"])
    (home / ".claude").mkdir()
    (home / "dotfiles").mkdir()
    real = home / "dotfiles/claude.json"
    real.write_text('{"theme": "dark"}\n')
    (home / ".claude/settings.json").symlink_to(real)
    said = repo.baton("install", "--scope", "user", "--yes").stdout
    assert f"settings.json is a link; {real} is what changes" in said
    assert "hooks" in json.loads(real.read_text())
    repo.baton("uninstall", "--scope", "user", "--yes")
    assert real.read_text() == '{"theme": "dark"}\n'
    assert (home / ".claude/settings.json").is_symlink()


def test_two_at_once_leave_one_installation(repo: Repo) -> None:
    """The second sees what the first did, or is told that files changed meanwhile; the result is whole."""
    code = "from agent_baton.cli.entry import main; main()"
    runs = [
        subprocess.Popen([sys.executable, "-c", code, "install", "--yes"], cwd=repo.path, env=repo.env,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]  # fmt: skip
    ends = [(run.communicate(timeout=60)[1], run.returncode) for run in runs]
    assert all(code == 0 or "changed meanwhile" in said for said, code in ends)
    assert 0 in [code for _, code in ends]
    assert repo.baton("install").stdout.splitlines()[-1] == "nothing to do"
    repo.baton("uninstall", "--yes")
    assert sorted(snapshot(repo.path)) == ["README.md"]


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ({"own": {"../victim": {"sha256": "X"}}}, "leads outside"),
        ({"own": {"src/main.py": {"sha256": "X"}}}, "which baton never installs"),
        (
            {"shared": {"src/main.py": {"sha256": "X", "made": True, "splices": [], "added": []}}},
            "which baton never installs",
        ),
    ],
)
def test_a_list_from_a_strange_repository_removes_nothing_of_others(
    repo: Repo, listed: dict[str, Any], said: str
) -> None:
    """The list is committed, so anybody may have written it."""
    victims = [repo.write("../victim", "x"), repo.write("src/main.py", "x")]
    whole = {
        "format": 1,
        "version": "0.1.0",
        "hooks": True,
        "agents": [],
        "own": {},
        "shared": {},
        "folders": [],
        "then": None,
    }
    text = json.dumps({**whole, **listed}).replace('"X"', json.dumps(sha(victims[0])))
    repo.write(".claude/baton.installed.json", text)
    assert said in repo.baton("uninstall", "--yes", code=2).stderr
    assert [victim.read_text() for victim in victims] == ["x", "x"]
