"""The evidence bundle, through the command line: what is in it, and that nothing in it can change unnoticed."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from agent_baton.app.evidence import _file, check
from agent_baton.app.signing import is_signed, public_bytes, signing_key
from agent_baton.trace.bundle import Part, seal, unseal
from tests.support.plans import phase, plan, step
from tests.support.repo import Repo

SECRET = "ghp_" + "a1B2c3D4e5" * 4


@pytest.fixture
def finished(repo: Repo) -> Repo:
    """A task of two steps, with an approval, a gate that was red once, a secret in a diff and in an outcome."""
    # the gate is red until the repair made its file
    gate = "test -f mended.txt || { echo password=hunter2-is-long; exit 1; }"
    repo.save_plan(plan(phase(1, step("1.1"), gate=gate, approval_required=True), task_id="task-x-0001"))
    repo.baton("execute", "start", "--no-baseline")
    repo.baton("execute", "approve", "--phase-id", "1", "--result", "approve", "--feedback", "go")
    repo.baton("execute", "dispatched", "--step-id", "1.1")
    repo.write("app.py", f"TOKEN = '{SECRET}'\n")
    commit = repo.commit("work")
    said = ("--outcome", f"used {SECRET}", "--commit", commit, "--files", "app.py")
    repo.baton("execute", "record", "--step-id", "1.1", "--status", "complete", *said)
    repo.baton("execute", "gate", "--phase-id", "1", "--run", code=1)
    repo.write("mended.txt", "done\n")
    commit = repo.commit("mend")
    repo.baton("execute", "record", "--step-id", "1.r1", "--status", "complete", "--commit", commit)
    repo.baton("execute", "gate", "--phase-id", "1", "--run")
    repo.baton("execute", "complete")
    return repo


def export(repo: Repo, *options: str) -> Path:
    answer = repo.json("evidence", "export", "task-x-0001", *options)
    return Path(answer["file"])


def parts(bundle: Path) -> dict[str, Any]:
    documents = [json.loads(line) for line in bundle.read_text().splitlines()[1:-1]]
    return {document["part"]: document["content"] for document in documents}


def test_all_of_it_is_there(finished: Repo) -> None:
    """Plan, every event, approvals by name, gates with output and tree, the changes, cost, agents and models."""
    found = parts(export(finished))
    events = [
        json.loads(line) for line in finished.baton("journal", "export", "task-x-0001").stdout.splitlines()
    ][1:]
    assert [name for name in found if name.startswith("journal/")] == [
        f"journal/{row['seq']:06d}" for row in events
    ]
    assert found["plan"]["task_id"] == "task-x-0001"
    assert [(item["result"], item["by"], item["feedback"]) for item in found["approvals"]] == [
        ("approve", "ann", "go")
    ]
    runs = found["trace"]["phases"][0]["gate_runs"]
    assert [run["result"] for run in runs] == ["fail", "pass"] and all(run["tree"] for run in runs)
    assert "exit 1" not in found["gates/task-x-0001/1-1.txt"]["text"]
    assert "+done" in found["changes.patch"]["text"]
    assert found["agents"] == [{"agent_name": "dev", "attempts": 2, "models": {"sonnet": 2}}]
    assert found["cost"]["unknown"] == 2


def test_it_is_whole_anywhere(finished: Repo, tmp_path: Path) -> None:
    """Nothing but the file is needed: no repository, no journal, no key."""
    bundle = tmp_path / "elsewhere" / "proof"
    bundle.parent.mkdir()
    bundle.write_bytes(export(finished).read_bytes())
    elsewhere = {"HOME": str(tmp_path / "nobody")}
    said = finished.baton("evidence", "verify", str(bundle), cwd=bundle.parent, **elsewhere).stdout
    assert said.startswith("whole: task task-x-0001")
    assert not (tmp_path / "nobody").exists()


def test_one_changed_byte_is_found_wherever_it_is(finished: Repo) -> None:
    """In every line, at its ends and in the middle: rejected, and the place is named."""
    bundle = export(finished)
    data = bundle.read_bytes()
    chance = random.Random(7)
    start = 0
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        for at in {
            start,
            start + len(line) - 1,
            start + chance.randrange(len(line)),
            start + chance.randrange(len(line)),
        }:
            bundle.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            problems = check(bundle).problems
            assert any(f"line {number}" in problem for problem in problems), (number, at, problems)
        start += len(line) + 1
    bundle.write_bytes(data[:-1])
    assert check(bundle).problems[0] == f"line {number}: cut off, the end of the file is missing"


def test_the_seal_has_one_spelling_too(finished: Repo) -> None:
    """The signature is not over itself: a capital letter in it is a changed byte all the same."""
    data = export(finished).read_bytes()
    number = data.count(b"\n")
    for at in range(len(data) - 400, len(data)):
        changed = data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1 :]
        problems = unseal(changed, is_signed).problems
        assert any(f"line {number}" in problem for problem in problems), (at, problems)


def test_a_bundle_of_another_version_says_what_was_not_checked(finished: Repo) -> None:
    """Its views are shaped by that version; bytes, seal and chain are checked all the same."""
    bundle = export(finished)
    assert "follow from the events" in finished.baton("evidence", "verify", str(bundle)).stdout
    head = {**json.loads(bundle.read_text().splitlines()[0]), "baton": "0.0.9"}
    found = parts(bundle) | {"approvals": [{"of": "another shape"}]}
    key = signing_key(finished.env)
    bundle.write_bytes(seal(head, [Part(*part) for part in found.items()], public_bytes(key), key.sign))
    said = finished.baton("evidence", "verify", str(bundle)).stdout
    assert "only be told by the version that made it, baton 0.0.9" in " ".join(said.split())
    assert finished.json("evidence", "verify", str(bundle))["views_checked"] is False
    found["journal/000003"]["actor"] = "mallory"
    bundle.write_bytes(seal(head, [Part(*part) for part in found.items()], public_bytes(key), key.sign))
    assert "event 3" in finished.baton("evidence", "verify", str(bundle), code=1).stdout


def test_a_forger_with_a_key_of_his_own_is_found(finished: Repo, tmp_path: Path) -> None:
    """Sealing a changed journal anew does not mend its chain, and another key is another key."""
    bundle = export(finished)
    key = finished.json("evidence", "key")["key"]
    assert finished.json("evidence", "verify", str(bundle), "--key", key)["ok"]
    other = finished.json("evidence", "verify", str(bundle), "--key", "0" * 32, code=1)
    assert other["problems"] == [f"sealed by key {key}, not by {'0' * 32}"]


def test_a_changed_approval_does_not_follow_from_the_journal(finished: Repo) -> None:
    """A view that says something else than the events is named, even under a fitting seal."""
    bundle = export(finished)
    head = json.loads(bundle.read_text().splitlines()[0])
    found = parts(bundle)
    found["approvals"][0]["by"] = "mallory"
    key = signing_key(finished.env)
    bundle.write_bytes(seal(head, [Part(*part) for part in found.items()], public_bytes(key), key.sign))
    assert check(bundle).problems == ["approvals: does not follow from the journal"]
    found["journal/000003"]["actor"] = "mallory"
    bundle.write_bytes(seal(head, [Part(*part) for part in found.items()], public_bytes(key), key.sign))
    assert check(bundle).problems == [
        "task-x-0001: event 3 (ApprovalDecided) was changed after it was written"
    ]


def test_secrets_stay_at_home(finished: Repo) -> None:
    """By default no secret leaves: not from outcomes, gate output or the changes."""
    text = export(finished).read_text()
    assert SECRET not in text and "hunter2" not in text
    assert "[redacted:github-token]" in text
    assert SECRET in export(finished, "--plain", "--to", str(finished.path / "open")).read_text()


def test_the_key_is_for_its_owner_alone(finished: Repo) -> None:
    """Made once, never replaced, and nobody else can read it."""
    first = finished.json("evidence", "key")
    assert Path(first["file"]).stat().st_mode & 0o777 == 0o600
    assert finished.json("evidence", "key") == first


@pytest.mark.parametrize(
    "junk",
    [b"", b"\n", b"{}\n{}\n", b"\xff\xfe\n\n", b"[]\n[]\n", b'{"part": 1}\n' * 3, b"[" * 100_000 + b"\n\n"],
)
def test_what_is_no_bundle(repo: Repo, junk: bytes) -> None:
    """Any file gives a verdict and exit 1, never a traceback."""
    path = repo.path / "junk"
    path.write_bytes(junk)
    assert repo.json("evidence", "verify", str(path), code=1)["problems"]


def test_what_is_wrong_is_said_in_few_plain_lines(repo: Repo) -> None:
    """Whatever a file holds, it moves no cursor and fills no terminal."""
    path = repo.path / "x"
    path.write_bytes(b'{}\n{"content":1,"part":"\\u001b]0;evil\\u0007a\\u001b[31mb","sha256":""}\n{}\n')
    said = repo.baton("evidence", "verify", "x", code=1).stdout
    assert "(ab)" in said and "\x1b" not in said and "\x07" not in said
    path.write_bytes(b"x\n" * 5_000)
    said = repo.baton("evidence", "verify", "x", code=1).stdout
    assert said.count("\n") < 50 and "more: baton evidence verify --json" in said
    assert len(repo.json("evidence", "verify", "x", code=1)["problems"]) >= 5_000


def test_a_journal_from_elsewhere_cannot_fetch_files(finished: Repo, tmp_path: Path) -> None:
    """A file name in an event that leads out of the state directory is not followed."""
    (tmp_path / "private").write_text("mine")
    state = finished.path / ".claude/team-context"
    assert "text" not in _file(state, "../../../private", str)


@pytest.mark.parametrize("kind", ["cyclonedx", "spdx"])
def test_the_bill_of_materials_names_agents_and_models(finished: Repo, kind: str) -> None:
    """Both standards say who worked, with which model, and are the same every time."""
    text = finished.baton("evidence", "bom", "task-x-0001", "--format", kind).stdout
    assert "dev" in text and "sonnet" in text
    assert finished.baton("evidence", "bom", "task-x-0001", "--format", kind).stdout == text
