"""Whatever stands in a repository's files, the search ends, raises nothing, and offers nothing harmful."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from agent_baton.planner.gatefind import choose_gates, find_gates, missing_tests
from agent_baton.planner.gatefind.danger import threat_in
from tests.unit.planner.gatefind.synthetic import facts_of

NAMES = [
    ".github/workflows/ci.yml", ".gitlab-ci.yml", ".circleci/config.yml", "azure-pipelines.yml", ".travis.yml", "appveyor.yml", "Jenkinsfile",
    "bitbucket-pipelines.yml", ".drone.yml", ".woodpecker.yml", ".cirrus.yml", ".build.yml", ".semaphore/semaphore.yml", "tox.ini", "tox.toml",
    "noxfile.py", "setup.cfg", "pyproject.toml", "hatch.toml", "Pipfile", "Makefile", "Makefile.am", "justfile", "Taskfile.yml", "package.json",
    "composer.json", "Rakefile", "mix.exs", "deno.json", ".cargo/config.toml", "Cargo.toml", "build.gradle", "build.xml", "pom.xml", "CMakeLists.txt",
    "meson.build", "meson_options.txt", "configure.ac", "project.clj", "deps.edn", "build.zig", "a.cabal", "CONTRIBUTING.md", "README.rst",
    "tasks.py", "run_tests.sh", "tests/test_a.py", "test/a.test.js", "a_test.go", "src/lib.rs", "go.work", "melos.yaml", "pixi.toml", "t/a.t",
]  # fmt: skip
FRAGMENTS = [
    "jobs:\n  a:\n    steps:\n      - run: ", "script:\n  - ", "test:\n\t", "[testenv]\ncommands = ", '{"scripts": {"test": "', '"}}', "${{ matrix.x }}", "$(", "${", "`", "'",
    '"', "<<EOF\n", "\\\n", "&&", "||", "|", ";", "pytest", "make test", "npm test", "cargo test", "rm -rf /", "npm publish", "cd ..", "{[testenv]commands}", "{posargs:", "}",
    "\n\t", "\n", ": ", "- ", "&a", "*a", "<<: *a", "@nox.session\ndef t(s):\n    s.run('pytest')\n", "include Makefile\n", "a: a\n", "\0", "\ue000", "é",
]  # fmt: skip
TEXT = st.one_of(
    st.text(max_size=200),
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=8)), max_size=25).map("".join),
)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(st.sampled_from(NAMES), TEXT, max_size=12),
    st.sampled_from(["", "Python", "JavaScript", "C", "Rust"]),
)
def test_arbitrary_contents(files: dict[str, str], language: str) -> None:
    """find_gates never raises; its commands are one printable line without a threat, and name their evidence."""
    encodable = {path: text.encode("utf-8", "replace").decode() for path, text in files.items()}
    with tempfile.TemporaryDirectory() as folder:
        facts = facts_of(Path(folder), encodable, language)
        gates = find_gates(facts)
        choose_gates(facts)
        missing_tests(facts)
    for gate in gates:
        assert gate.command.isprintable()
        assert not threat_in(gate.command.split())
        assert gate.evidence.path in encodable


def test_tasks_that_run_each_other_for_ever(tmp_path: Path) -> None:
    """Cycles and doubling chains of tasks end."""
    doubling = "".join(f"t{n}: t{n + 1} t{n + 1}x\nt{n}x: t{n + 1}\n" for n in range(60))
    files = {
        "Makefile": f"test: lint t0\nlint: test\n\t$(MAKE) test\n{doubling}t60:\n\tpytest\n",
        "package.json": '{"scripts": {"test": "npm run a && npm run a", "a": "npm run b && npm run b", "b": "npm test"}}',
        "justfile": "test: lint\n\nlint: test\n    just test\n",
        "tox.ini": "[testenv]\ncommands = {[a]x}\n[a]\nx = {[b]x}\n[b]\nx = {[a]x}\n",
        "tests/test_a.py": "def test_a(): pass\n",
    }
    assert find_gates(facts_of(tmp_path, files, "Python"))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A listed file that is gone, a folder by its name, a binary and a huge one are passed over."""
    facts = facts_of(
        tmp_path,
        {"Makefile": "test:\n\tpytest\n", "tox.ini": "\0", "package.json": "{" + " " * 400_000},
        "Python",
    )
    (tmp_path / "Makefile").unlink()
    (tmp_path / "Makefile").mkdir()
    assert find_gates(facts) == ()
