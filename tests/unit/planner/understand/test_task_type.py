"""The kind of work a task asks for."""

from __future__ import annotations

import pytest

from agent_baton.planner.understand.language import language_of
from agent_baton.planner.understand.task_type import family, task_type


def kind_of(text: str) -> str:
    return task_type(text, language_of(text))[0]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("new-feature", "Add request logging middleware to the FastAPI app"),
        ("new-feature", "Please add dark mode to the settings page"),
        ("new-feature", "We need to support CSV export"),
        ("new-feature", "Can you add pagination to the users endpoint?"),
        ("bug-fix", "The login page crashes when the password is empty"),
        ("bug-fix", "Users report that uploads over 10MB hang forever"),
        ("bug-fix", "Investigate and fix the memory leak in the worker"),
        ("test", "Fix the flaky login test"),
        ("test", "Add unit tests for the payment module"),
        ("documentation", "Update README with install instructions"),
        ("documentation", "Fix typo in README"),
        ("documentation", "README edits"),
        ("documentation", "Document the environment variables"),
        ("performance", "Make the dashboard load faster"),
        ("performance", "Reduce memory usage of the indexer"),
        ("refactor", "Rename getUser to fetchUser"),
        ("refactor", "Extract the email sending into its own module"),
        ("refactor", "Clean up unused imports"),
        ("dependency", "Bump lodash from 4.17.20 to 4.17.21"),
        ("dependency", "Upgrade Django to 5.1"),
        ("ci", "Set up GitHub Actions to run the tests on every push"),
        ("build", "Add a Dockerfile for the API"),
        ("maintenance", "Update the copyright year"),
        ("investigation", "Why does the importer crash on empty files?"),
        ("investigation", "Find out which service writes to the audit table"),
        ("investigation", "Compare Redis and Memcached and recommend one for our cache"),
        ("migration", "Migrate the database from MySQL to PostgreSQL"),
        ("migration", "Drop unused columns of the users table"),
        ("migration", "Migrate from Vue 2 to Vue 3"),
        ("security", "Fix SQL injection in the search endpoint"),
        ("security", "Rotate the API keys stored in the config"),
        ("data-analysis", "Analyze last quarter's sales by region and plot the trend"),
        ("data-analysis", "Train a model to predict churn from the customers table"),
    ],
)  # fmt: skip
def test_the_way_people_ask(kind: str, text: str) -> None:
    """Everyday wordings of a task get the type that a careful reader gives them."""
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("documentation", "document the sql injection example in the security guide"),
        ("documentation", "fix typo in the GitHub Actions guide"),
        ("test", "migrate tests from mocha to jest"),
        ("maintenance", "bump minimist to fix a vulnerability"),
        ("performance", "evaluate default values lazily"),
        ("bug-fix", "check if the file exists before reading"),
        ("refactor", "rename columns of the html table component"),
    ],
)
def test_rare_types_do_not_steal(kind: str, text: str) -> None:
    """A word of security, migration, investigation or CI does not make a task one of theirs."""
    found = kind_of(text)
    assert family(found) == kind
    assert found not in {"security", "migration", "data-analysis", "investigation"}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("bug-fix", "fix(api): handle null users"),
        ("documentation", "docs: new landing page"),
        ("test", "[tests] more of them"),
        ("performance", "perf!: drop the old cache"),
        ("dependency", "chore: update dependencies"),
        ("ci", "chore: add a release workflow"),
        ("maintenance", "chore: housekeeping"),
    ],
)  # fmt: skip
def test_a_written_prefix_is_believed(kind: str, text: str) -> None:
    """Who writes the type in front is not argued with; maintenance is told more finely."""
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("bug-fix", "修复登录页面的崩溃问题"),
        ("new-feature", "添加用户导出功能"),
        ("investigation", "为什么导入任务这么慢？"),
        ("investigation", "解释依赖日志文件的格式"),
        ("documentation", "在文档里解释安装步骤"),
        ("investigation", "キャッシュの仕組みを説明して"),
        ("investigation", "Erkläre, wie der Cache geleert wird"),
        ("documentation", "Explica en el README cómo se instala"),
        ("documentation", "更新 README 中的安装说明"),
        ("test", "为支付模块添加单元测试"),
        ("refactor", "重构用户服务"),
        ("migration", "把数据库从 MySQL 迁移到 PostgreSQL"),
        ("bug-fix", "ログイン画面のバグを修正する"),
        ("new-feature", "ユーザー検索機能を追加する"),
        ("documentation", "READMEの誤字を修正"),
        ("performance", "パフォーマンスを改善する"),
        ("bug-fix", "로그인 오류를 수정해 주세요"),
        ("test", "결제 모듈에 테스트 추가"),
        ("new-feature", "사용자 목록 페이지 추가"),
        ("bug-fix", "Corregir el error al iniciar sesión"),
        ("test", "Añadir pruebas para el módulo de pagos"),
        ("documentation", "Actualizar la documentación de la API"),
        ("bug-fix", "Behebe den Absturz beim Login"),
        ("new-feature", "Füge eine Suchfunktion hinzu"),
        ("documentation", "Tippfehler in der README korrigieren"),
        ("documentation", "Corriger la faute d'orthographe dans le README"),
        ("investigation", "Pourquoi la page d'accueil est-elle si lente ?"),
        ("bug-fix", "Corrigir o erro de login"),
        ("test", "Adicionar testes para o carrinho"),
        ("performance", "Melhorar o desempenho da consulta de pedidos"),
        ("refactor", "Refatorar o serviço de usuários"),
    ],
)
def test_other_languages_are_read_too(kind: str, text: str) -> None:
    """A task means the same in another language."""
    assert kind_of(text) == kind


def test_a_verdict_names_the_words_it_rests_on() -> None:
    """The signals are words of the task, whole, and end with the type that came second."""
    kind, signals = task_type("Fix the flaky login test", "en")
    assert "flaky" in {signal.words for signal in signals}
    assert {signal.weight for signal in signals[:-1]} == {kind}
    assert signals[-1].name == "runner-up"


def test_of_words_nobody_knows_nothing_is_claimed() -> None:
    """Words without a weight give the default type, marked as one."""
    assert [signal.name for signal in task_type("日本", "ja")[1]] == ["default"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Store GitHub tokens encrypted", "security"),
        ("Sanitise the HTML of comments to stop XSS", "security"),
        ("Keep passwords out of the logs", "security"),
        ("Move the background jobs from Sidekiq to Kafka consumers", "migration"),
        ("Change the primary key of invoices from integer to UUID", "migration"),
        ("Run the tests on Node 22 in CI", "ci"),
        ("Publish the package to PyPI when a tag is pushed", "ci"),
        ("Replace moment.js with date-fns", "dependency"),
        ("Find out which channel brings the most users, the data is in campaigns.csv", "data-analysis"),
        ("Trace how an order travels through the services", "investigation"),
        ("The export contains every row twice", "bug-fix"),
        ("Users should be able to pin messages", "new-feature"),
        ("Delete all users' cached credentials", "maintenance"),
        ("Toast notification vanishes too soon", "bug-fix"),
        ("Build a portal for suppliers", "new-feature"),
        ("Add a function that reverses words", "new-feature"),
    ],
)
def test_everyday_wordings_have_their_type(text: str, expected: str) -> None:
    """Kinds of work that commits hardly ever name are told by how people ask for them."""
    assert task_type(text, "en")[0] == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Allow filtering the list by tag, and add tests for it", "en"),
        ("让 JSON 响应默认按键排序，并添加测试", "zh"),
    ],
)
def test_tests_that_come_along_do_not_decide(text: str, language: str) -> None:
    """ "…, and add tests" is said of nearly every task."""
    assert task_type(text, language)[0] == "new-feature"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Add a function slugify to utils with tests and a note in the docs", "new-feature"),
        ("Add request logging middleware and document it in the README", "new-feature"),
        ("Refactor the cache layer, update docs and tests", "refactor"),
        ("Fix the crash in the parser when the input is empty and add a changelog entry", "bug-fix"),
        ("Add a plugin for fiscal quarters, and document it, and add locale tests", "new-feature"),
        ("Add a section about proxies to the docs", "documentation"),
        ("Update docs and tests", "documentation"),
    ],
)
def test_papers_that_come_along_do_not_decide(text: str, expected: str) -> None:
    """ "…, and document it" is said of much work that is not writing; what is nothing but writing stays that."""
    assert task_type(text, "en")[0] == expected
