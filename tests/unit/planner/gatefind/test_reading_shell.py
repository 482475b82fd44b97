"""Shell scripts, YAML and INI files of strangers, read well enough and never fatally."""

from __future__ import annotations

import pytest

from agent_baton.planner.gatefind import ini, yamls
from agent_baton.planner.gatefind.calls import Call, quoted, unquoted
from agent_baton.planner.gatefind.danger import threat_in, threat_inside
from agent_baton.planner.gatefind.shell import calls_in


def lines(script: str, **variables: str) -> list[str]:
    return [call.line_to_run() for call in calls_in(script, "f", 1, "", variables)]


@pytest.mark.parametrize(
    ("script", "commands"),
    [
        ("a b && c; d", ["a b", "c", "d"]),
        ("cd x && a\nb", ["cd x && a", "cd x && b"]),
        ("(cd x && a)\nb", ["cd x && a", "b"]),
        ("pushd x; a; popd; b", ["cd x && a", "b"]),
        ("cd x; cd -; a", ["a"]),
        ("cd ..; a", []),
        ("cd /abs && a", []),
        ("cd $UNSET && a", []),
        ("a 'b c' \"d e\"", ["a 'b c' \"d e\""]),
        ("a # comment && b", ["a"]),
        ("a \\\n  b", ["a b"]),
        ("cat <<EOF\nnot a command\nEOF\na", ["cat", "a"]),
        ("cat <<-'EOF' > f\nx\n\tEOF\na", ["cat", "a"]),
        ("if a; then b; else c; fi", ["b", "c"]),
        ("for x in 1 2; do a $x; done", ["a"]),
        ("while read x; do a; done", ["a"]),
        ("case $x in\n y) a;;\nesac\nb", ["b"]),
        ("a || exit 1", ["a"]),
        ("a | b", ["a"]),
        ("a &\nb", ["b"]),
        ("a 2>&1 > f", ["a"]),
        ("a -n 2 > f", ["a -n 2"]),
        ("X=1 a $X", ["X=1 a"]),
        ("X=1; a $X ${X} ${Y:-z}", ["a 1 1 z"]),
        ("export X=1\na $X", ["a 1"]),
        ("a -j$(nproc)", ["a -j$(nproc)"]),
        ("a --opt $(date) b", ["a b"]),
        ("a `date`", ["a"]),
        ("f() {\n  a\n}\n", ["f", "a"]),
        ("! a", ["a"]),
        ("time a", ["a"]),
        ("a ${P}b", ["a"]),
        ("${P}a b", ["a b"]),
        ("", []),
        (")", []),
        ("'unterminated", ["'unterminated"]),
    ],
)
def test_simple_commands(script: str, commands: list[str]) -> None:
    """Each command that would run, with its folder; set-up words included, plumbing left out."""
    assert lines(script) == commands


@pytest.mark.parametrize("script", ["a || true", "a || :", "a && b || echo no", "a || exit 0"])
def test_failures_that_vanish(script: str) -> None:
    """A command whose failure its author hides is marked."""
    assert all(call.soft for call in calls_in(script, "f", 1))


@pytest.mark.parametrize("script", ["a || exit 1", "a || (cat log; exit 1)", "a\nb || true\n"])
def test_failures_that_count(script: str) -> None:
    """A fallback that fails as well hides nothing, and hides nothing of another line."""
    assert not calls_in(script, "f", 1)[0].soft


def test_lines_are_counted_from_the_scripts_place() -> None:
    """The second line of a script that begins on line 7 is line 8."""
    assert [call.line for call in calls_in("a\nb \\\n c\nd", "f", 7)] == [7, 8, 10]


def test_known_variables_are_put_in_and_split() -> None:
    """A variable of the CI file becomes its words."""
    assert lines("a $X", X="-x 'y'") == ["a -x 'y'"]


@pytest.mark.parametrize("text", ["plain", "a b", "it's", "", "$x", "a*b", "ü"])
def test_quoting_comes_back(text: str) -> None:
    """A quoted word is the word again when a shell reads it."""
    assert unquoted(quoted(text)) == text


def test_a_call_is_written_from_the_root() -> None:
    """Folder first, then its environment, then the words as written."""
    call = Call(("pytest", "'a b'"), "x y", (("A", "1 2"),))
    assert call.line_to_run() == "cd 'x y' && A='1 2' pytest 'a b'"


def test_yaml_keeps_lines_and_text() -> None:
    """Scalars stay text with their line; merge keys and anchors are followed; tags are ignored."""
    text = "on: push\nbase: &b\n  x: 1.10\nuse:\n  <<: *b\n  run: |\n    one\n    two\n  ref: !reference [a, b]\n"
    (document,) = yamls.documents(text)
    body = yamls.mapping(document)
    use = yamls.mapping(body["use"])
    assert list(body) == ["on", "base", "use"]
    assert (use["x"], use["run"], yamls.line_of(use["run"])) == ("1.10", "one\ntwo\n", 7)
    assert use["ref"] == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    ["[" * 100000, "- " * 100000, "{" * 50000, "a: &a [*a]", "a: *unknown", "\t", "a: b: c", "%", "\x00", "&" * 1000, "&a0 [x]\n" + "".join(f"- &a{n + 1} [*a{n}, *a{n}]\n" for n in range(200))],
)  # fmt: skip
def test_hostile_yaml_is_only_unreadable(text: str) -> None:
    """Deep nesting, loops, alias bombs and broken text neither crash nor hang."""
    assert isinstance(yamls.documents(text), list)


def test_ini_values_have_their_lines() -> None:
    """Continued values keep the number of each line; comments are left out."""
    found = ini.sections("[a]\nx = 1\n# no\ny =\n    one\n    # no\n    two  ; no\n[b]\nz: 3\n")
    assert found["a"]["x"].text == "1"
    assert (found["a"]["y"].lines, found["a"]["y"].numbers) == (("one", "two"), (5, 7))
    assert found["b"]["z"].text == "3"


@pytest.mark.parametrize(
    "line",
    [
        "npm publish", "yarn publish", "git push origin main", "docker push x", "twine upload dist/*", "terraform apply", "kubectl apply -f x", "helm upgrade x",
        "rm -rf src", "rm -r /", "make deploy", "make release", "npm run deploy", "npm run release:patch", "./deploy.sh", "rake db:drop", "rake db:migrate",
        "python manage.py migrate", "cargo publish", "gem push x", "mvn deploy", "./gradlew publishToMavenLocal", "aws s3 rm x", "sudo make publish",
        "npx semantic-release", "mix ecto.drop", "poetry publish", "scripts/release.sh", "dropdb x", "gh release create",
    ],
)  # fmt: skip
def test_dangerous_lines(line: str) -> None:
    """Publishing, deploying, destroying and migrating are never gates."""
    assert threat_in(line.split())


@pytest.mark.parametrize(
    "line",
    [
        "pytest tests/test_release.py", "cargo test", "npm test", "make test", "rm -rf build", "rm -f x", "go test ./deploy/...", "git diff --exit-code",
        "docker build .", "terraform validate", "python tests/deploy_test.py", "pytest -k publish", "npm run build", "mix test",
    ],
)  # fmt: skip
def test_harmless_lines(line: str) -> None:
    """A path or an option that mentions such a word is no threat."""
    assert not threat_in(line.split())


def test_inside_a_task_clearing_up_is_fine() -> None:
    """A test script may remove its own scratch files; it may not publish or remove the tree."""
    assert not threat_inside(["rm", "-rf", "tmp-x"])
    assert not threat_inside(["make", "lz4-release"])
    assert threat_inside(["rm", "-rf", "/"])
    assert threat_inside(["npm", "publish"])
