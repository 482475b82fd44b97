"""Commands from CI files of every system, tamed for a developer's machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.planner.gatefind.synthetic import chosen, found, workflow

PYTHON = {"pkg/__init__.py": "", "tests/test_a.py": "import pytest\n\ndef test_a():\n    pass\n"}
GITHUB = ".github/workflows/ci.yml"

SYSTEMS = {
    "github": (GITHUB, workflow("pip install -e .[test]", "pytest -x tests")),
    "gitea": (".gitea/workflows/ci.yml", workflow("pytest -x tests")),
    "gitlab": (
        ".gitlab-ci.yml",
        "stages: [test, deploy]\nunit:\n  stage: test\n  script:\n    - pip install -e .\n    - pytest -x tests\n"
        "ship:\n  stage: deploy\n  script:\n    - pytest -x tests --deploy\n",
    ),
    "gitlab extends": (
        ".gitlab-ci.yml",
        ".base:\n  script:\n    - pytest -x tests\nunit:\n  extends: .base\n  image: python\n",
    ),
    "gitlab reference": (
        ".gitlab-ci.yml",
        ".setup:\n  script: [pip install .]\nunit:\n  script:\n    - !reference [.setup, script]\n    - pytest -x tests\n",
    ),
    "gitlab anchors": (
        ".gitlab-ci.yml",
        ".steps: &steps\n  - pip install .\n  - pytest -x tests\nunit:\n  script:\n    - *steps\n",
    ),
    "circleci": (
        ".circleci/config.yml",
        "version: 2.1\njobs:\n  test:\n    docker:\n      - image: cimg/python:3.12\n    steps:\n      - checkout\n"
        "      - run: pip install -e .\n      - run:\n          name: tests\n          command: |\n            pytest -x tests\n",
    ),
    "circleci commands": (
        ".circleci/config.yml",
        "version: 2.1\ncommands:\n  check:\n    steps:\n      - run: pytest -x tests\n"
        "jobs:\n  test:\n    steps:\n      - checkout\n      - check\n",
    ),
    "azure": (
        "azure-pipelines.yml",
        "pool:\n  vmImage: ubuntu-latest\nsteps:\n- script: |\n    pip install .\n    pytest -x tests\n  displayName: test\n",
    ),
    "azure stages": (
        "azure-pipelines.yml",
        "stages:\n- stage: test\n  jobs:\n  - job: linux\n    steps:\n    - bash: pytest -x tests --junitxml=out.xml\n",
    ),
    "travis": (
        ".travis.yml",
        "language: python\ninstall: pip install .\nscript: pytest -x tests\nafter_success: codecov\n",
    ),
    "travis jobs": (
        ".travis.yml",
        "jobs:\n  include:\n    - stage: lint\n      script: flake8\n    - stage: test\n      script:\n        - pytest -x tests\n",
    ),
    "travis environment": (
        ".travis.yml",
        "env:\n  - TARGET='-x tests'\nscript:\n  - pytest $TARGET\n",
    ),
    "appveyor": ("appveyor.yml", "test_script:\n  - cmd: pytest -x tests\n"),
    "jenkins": (
        "Jenkinsfile",
        "pipeline {\n  stages {\n    stage('Test') {\n      steps {\n        sh 'pytest -x tests'\n      }\n    }\n"
        "    stage('Deploy') { steps { sh 'make deploy' } }\n  }\n}\n",
    ),
    "jenkins block": (
        "Jenkinsfile",
        'node {\n  stage("test") {\n    sh """\n      pip install .\n      pytest -x tests\n    """\n  }\n}\n',
    ),
    "bitbucket": (
        "bitbucket-pipelines.yml",
        "pipelines:\n  default:\n    - step:\n        name: Test\n        script:\n          - pip install .\n          - pytest -x tests\n",
    ),
    "drone": (
        ".drone.yml",
        "kind: pipeline\nname: default\nsteps:\n  - name: test\n    image: python\n    commands:\n      - pytest -x tests\n",
    ),
    "woodpecker": (
        ".woodpecker.yml",
        "steps:\n  test:\n    image: python\n    commands:\n      - pytest -x tests\n",
    ),
    "woodpecker folder": (
        ".woodpecker/test.yaml",
        "steps:\n  - name: test\n    commands: [pytest -x tests]\n",
    ),
    "cirrus": (
        ".cirrus.yml",
        "test_task:\n  container:\n    image: python\n  install_script: pip install .\n  test_script:\n    - pytest -x tests\n",
    ),
    "sourcehut": (
        ".build.yml",
        "image: debian\ntasks:\n  - setup: |\n      cd project\n      pip install .\n  - test: |\n      cd project\n      pytest -x tests\n",
    ),
    "semaphore": (
        ".semaphore/semaphore.yml",
        "blocks:\n  - name: Test\n    task:\n      jobs:\n        - name: unit\n          commands:\n            - checkout\n            - pytest -x tests\n",
    ),
    "buildkite": (".buildkite/pipeline.yml", "steps:\n  - label: test\n    command: pytest -x tests\n"),
}  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_is_read(system: str, tmp_path: Path) -> None:
    """What a CI file runs as the tests is the test gate, with that file as its evidence."""
    path, text = SYSTEMS[system]
    files = {**PYTHON, path: text}
    gate = next(each for each in found(tmp_path, files, "Python") if each.kind == "test")
    assert (gate.command, gate.evidence.path) == ("pytest -x tests", path)
    assert (
        gate.evidence.line
        == 1
        + next(
            number
            for number, line in enumerate(text.split("\n"))
            if "tests" in line and ("pytest" in line or "TARGET" in line)
        )
        or system == "travis environment"
    )


@pytest.mark.parametrize(
    ("runs", "command"),
    [
        (["sudo pytest tests"], "pytest tests"),
        (["pytest --cov=pkg --cov-report=xml --junitxml=out.xml -n auto tests"], "pytest tests"),
        (["pytest tests --durations=10 --color=yes -q"], "pytest tests -q"),
        (["coverage run -m pytest tests", "coverage xml"], "python -m pytest tests"),
        (["coverage run --source pkg -m pytest tests"], "python -m pytest tests"),
        (["python -m pytest tests\ncodecov"], "python -m pytest tests"),
        (["cd pkg\npytest ../tests"], "cd pkg && pytest ../tests"),
        (["pip install . && pytest tests && codecov"], "pytest tests"),
        (["timeout 600 pytest tests"], "pytest tests"),
        (["pytest tests | tee log.txt"], "pytest tests"),
        (["pytest tests > log.txt 2>&1"], "pytest tests"),
        (["pytest \\\n  -q \\\n  tests"], "pytest -q tests"),
        (["if [ -n \"$X\" ]; then\n  pytest tests\nfi"], "pytest tests"),
        (["bash -c 'pytest tests'"], "pytest tests"),
        (["set -e\nexport PYTHONPATH=src\npytest tests"], "PYTHONPATH=src pytest tests"),
        (["CI=true PYTHONPATH=. pytest tests"], "PYTHONPATH=. pytest tests"),
        (["pytest $EXTRA_ARGS tests"], "pytest tests"),
        (["pytest --splits 4 --group ${{ matrix.group }} tests"], "pytest tests"),
        (["pytest tests --basetemp=${{ runner.temp }}"], "pytest tests"),
        (["conda run -n test pytest tests"], "pytest tests"),
        (["py.test tests"], "pytest tests"),
        (["uvx --python 3.12 pytest tests"], "uvx pytest tests"),
    ],
)  # fmt: skip
def test_commands_are_tamed(runs: list[str], command: str, tmp_path: Path) -> None:
    """Privileges, reports, sharding, set-up and what only the CI knows are left out; the suite stays."""
    assert chosen(tmp_path, {**PYTHON, GITHUB: workflow(*runs)}, "Python")["test"] == command


@pytest.mark.parametrize(
    "run",
    [
        "pytest tests || true",
        "pytest tests || echo failed",
        "pytest --version",
        "pytest --collect-only tests",
        "pytest missing/",
        "pytest ${{ steps.list.outputs.files }}/x",
        "echo pytest tests",
        "true",
        "pip install pytest",
        "docker run image pytest tests",
        "docker compose run app pytest tests",
        "python setup.py test",
        "pytest tests &",
        "# pytest tests",
        "twine upload dist/*",
        "make deploy-tests",
        "kubectl exec pod -- pytest tests",
        "clang-format-20 --dry-run --Werror",
        "clang-format --dry-run $(cat list)",
    ],
)
def test_what_cannot_fail_or_run_here_is_no_gate(run: str, tmp_path: Path) -> None:
    """A CI step that hides its failure, is a set-up, needs what is not here or does harm offers no gate."""
    files = {"pkg/__init__.py": "", "tests/test_a.py": "def test_a(): pass\n", GITHUB: workflow(run)}
    assert not [each for each in found(tmp_path, files, "Python") if each.evidence.path == GITHUB]


@pytest.mark.parametrize(
    ("job", "step"),
    [
        ("continue-on-error: true", "run: pytest tests"),
        ("runs-on: ubuntu-latest", "continue-on-error: true\n        run: pytest tests"),
        ("runs-on: ubuntu-latest", "if: failure()\n        run: pytest tests"),
        ("runs-on: ubuntu-latest", "if: startsWith(github.ref, 'refs/tags/')\n        run: pytest tests"),
        ("runs-on: windows-latest", "shell: pwsh\n        run: pytest tests"),
    ],
)
def test_steps_nobody_relies_on(job: str, step: str, tmp_path: Path) -> None:
    """Steps whose failure is ignored, or that run only on a failure, a tag or another shell, are no gates."""
    text = f"on: push\njobs:\n  tests:\n    {job}\n    steps:\n      - name: t\n        {step}\n"
    files = {**PYTHON, GITHUB: text}
    assert not [each for each in found(tmp_path, files, "Python") if each.evidence.path == GITHUB]


def test_a_publishing_job_offers_nothing(tmp_path: Path) -> None:
    """Tests inside a job called after releasing are not what maintainers run every day."""
    text = "on: push\njobs:\n  release:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest tests\n"
    assert not [e for e in found(tmp_path, {**PYTHON, GITHUB: text}, "Python") if e.evidence.path == GITHUB]


def test_matrix_values_are_put_in(tmp_path: Path) -> None:
    """A matrix of tasks gives each task; of interpreters, the local one."""
    text = workflow(
        "make ${{ matrix.task }}",
        job="runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        task: [lint, test]",
    )
    makefile = "lint:\n\tflake8\ntest:\n\tpytest tests\n"
    gates = chosen(tmp_path, {**PYTHON, GITHUB: text, "Makefile": makefile}, "Python")
    assert gates == {"test": "make test", "lint": "make lint"}


@pytest.mark.parametrize(
    ("run", "command"),
    [
        ("clang-format-20 --dry-run --Werror $(git ls-files '*.c' '*.h')", "clang-format-20 --dry-run --Werror $(git ls-files '*.c' '*.h')"),
        ("clang-format -n $(find src -name '*.c')", "clang-format -n $(find src -name '*.c')"),
        ("clang-format -n $(find src -exec rm {} +)", ""),
    ],
)  # fmt: skip
def test_a_list_of_files_stays_in_the_command(run: str, command: str, tmp_path: Path) -> None:
    """Without its files a formatter would judge nothing and be green for ever; what lists them may only look."""
    files = {"src/a.c": "", GITHUB: workflow(run)}
    assert chosen(tmp_path, files, "C").get("lint", "") == command


def test_of_a_matrix_of_versions_the_newest_is_run(tmp_path: Path) -> None:
    """A developer has the newest, and 1.10 is newer than 1.6."""
    job = "runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        v: ['1.6', '1.9', '1.10']"
    files = {
        "project.clj": "(defproject x)",
        "test/a_test.clj": "",
        GITHUB: workflow("lein with-profile ${{ matrix.v }} test", job=job),
    }
    assert chosen(tmp_path, files, "Clojure")["test"] == "lein with-profile 1.10 test"


def test_matrix_includes_are_followed(tmp_path: Path) -> None:
    """`include` rows of their own count as combinations."""
    job = "runs-on: ${{ matrix.os }}\n    strategy:\n      matrix:\n        include:\n          - {os: windows-latest, cmd: nothing}\n          - {os: ubuntu-latest, cmd: 'pytest -q'}"
    files = {**PYTHON, GITHUB: workflow("${{ matrix.cmd }} tests", job=job)}
    assert chosen(tmp_path, files, "Python")["test"] == "pytest -q tests"


def test_working_directory_and_environment(tmp_path: Path) -> None:
    """A step's folder and the job's environment reach the command."""
    text = workflow("x").replace(
        "      - run: x\n",
        "      - run: pytest $WHERE\n        working-directory: backend\n        env:\n          WHERE: tests/unit\n",
    )
    files = {"backend/tests/unit/test_a.py": "def test_a(): pass\n", GITHUB: text}
    assert chosen(tmp_path, files, "Python")["test"] == "cd backend && pytest tests/unit"


def test_composite_actions_and_reusable_workflows(tmp_path: Path) -> None:
    """Actions and workflows of the repository itself are opened, with their inputs."""
    action = "inputs:\n  where:\n    default: nowhere\nruns:\n  using: composite\n  steps:\n    - run: pytest ${{ inputs.where }}\n      shell: bash\n"
    caller = workflow("true").replace(
        "      - run: true\n", "      - uses: ./.github/actions/test\n        with:\n          where: tests\n"
    )
    files = {**PYTHON, ".github/actions/test/action.yml": action, GITHUB: caller}
    assert chosen(tmp_path, files, "Python")["test"] == "pytest tests"

    called = "on:\n  workflow_call:\n    inputs:\n      where:\n        type: string\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest -q ${{ inputs.where }}\n"
    caller = (
        "on: push\njobs:\n  a:\n    uses: ./.github/workflows/called.yml\n    with:\n      where: tests\n"
    )
    files = {**PYTHON, ".github/workflows/called.yml": called, GITHUB: caller}
    assert chosen(tmp_path / "b", files, "Python")["test"] == "pytest -q tests"


@pytest.mark.parametrize(
    ("uses", "kind", "command"),
    [
        ("golangci/golangci-lint-action@v6", "lint", "golangci-lint run"),
        ("pre-commit/action@v3.0.1", "lint", "pre-commit run --all-files"),
        ("actions-rs/cargo@v1\n        with:\n          command: test\n          args: --all", "test", "cargo test --all"),
        ("nick-fields/retry@v3\n        with:\n          command: go test ./...", "test", "go test ./..."),
        ("coactions/setup-xvfb@v1\n        with:\n          run: npm test", "test", "xvfb-run -a npm test"),
        ("gradle/gradle-build-action@v2\n        with:\n          arguments: check", "test", "./gradlew check"),
        ("psf/black@stable", "lint", "black --check ."),
    ],
)  # fmt: skip
def test_well_known_actions_stand_for_commands(uses: str, kind: str, command: str, tmp_path: Path) -> None:
    """An action whose whole point is a command counts as that command."""
    files = {
        GITHUB: workflow("true").replace("      - run: true\n", f"      - uses: {uses}\n"),
        "go.mod": "module x\n",
        "x_test.go": "package x\n",
        ".pre-commit-config.yaml": "repos: []\n",
        "src/lib.rs": "#[test]\nfn a() {}\n",
        "Cargo.toml": "[package]\nname='x'\n",
        "package.json": '{"scripts": {"test": "node --test"}}',
        "test/a.test.js": "",
        "build.gradle": "",
        "gradlew": "",
        "src/test/java/ATest.java": "",
    }
    assert command in [each.command for each in found(tmp_path, files) if each.kind == kind]


def test_the_everyday_job_comes_before_the_special_ones(tmp_path: Path) -> None:
    """Nightly, benchmark, Windows and end-to-end runs rank below the plain tests of a push."""
    files = {
        **PYTHON,
        "tests/e2e/test_b.py": "def test_b(): pass\n",
        ".github/workflows/nightly.yml": workflow(
            "pytest tests --nightly", header="on:\n  schedule:\n    - cron: '0 0 * * *'"
        ),
        ".github/workflows/e2e.yml": workflow("pytest tests/e2e"),
        ".github/workflows/win.yml": workflow("pytest tests --win", job="runs-on: windows-latest"),
        ".github/workflows/tests.yml": workflow("pytest tests"),
    }
    tests = [each.command for each in found(tmp_path, files, "Python") if each.kind == "test"]
    assert tests[0] == "pytest tests"
