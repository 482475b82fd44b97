"""Who builds: rules from the telling to the general. The first that recognises the work names its builders;
where none does, the sides that the task touches decide."""

from __future__ import annotations

import re
from collections.abc import Callable

from agent_baton.agents import words
from agent_baton.agents.paths import CODE_PATH, DATABASE_PATH, DOC_PATH, INFRA_PATH, TEST_PATH
from agent_baton.agents.scene import Scene
from agent_baton.agents.sides import Pick, found, implementers, touched_sides
from agent_baton.patterns import lazy


def _pattern(text: str) -> re.Pattern[str]:
    return lazy(text, re.IGNORECASE)


MAKING = _pattern(r"\b(create|write|add|define|build|draft)\b")
HOLES = _pattern(r"vulnerab|secur|exploit|expos|leak")
WEIGHING = _pattern(
    r"\b(compare|evaluate|should we|feasib|options|choose|design|propos|recommend|trade-?offs?)"
)
HOW_MUCH = _pattern(
    r"\b(how many|how much|which customers|which users|what share|what percentage|revenue|sales|churn"
    r"|retention|conversion)\b"
)
BREAKS = _pattern(r"\b(crash|exception|traceback|error|fails?|failing|hangs?)\b")
EXPLAINS = _pattern(r"\W*(explain|describe|document|clarify|show) ")
HOW_IS_IT = _pattern(
    r"\b(how (does|do|is|are|would|could)|explain|understand|map out|overview|which (modules|files|parts"
    r"|places)|where (is|are|do|does)|what (uses|depends))\b"
)
JUDGE = _pattern(
    r"(please )?(code[- ]review|review|audit|threat[- ]model|pen-?test|security (audit|review)"
    r"|do an? (security )?(review|audit)|(perform|run|conduct) an? .{0,20}(review|audit))\b|审查|审计"
)
THEN_CHANGE = _pattern(r"\b(and|then) (fix|repair|update|implement|remove|rotate|replace|add|mend|correct)\b")
PROSE = _pattern(r"\b(docs?|documentation|readme|wording|grammar)\b")
RECORDS = _pattern(
    r"audit (log|trail)s?\b.*\b(integrity|complete|tamper)"
    r"|\b(compliance|approvals?|sign-?off|evidence|segregation)\b"
)
SUPPLY = _pattern(r"\bdependenc|threat|pen-?test|security")
ACCESSIBLE = _pattern(r"accessib|a11y")
DOCS_AS_OBJECT = _pattern(
    r"^\W*(please |bitte |por favor )?(fix|correct|update|improve|write|add|clarify|document|rewrite"
    r"|translate|expand|polish|refresh|create|mention|explain|describe|restructure|link)\b[^.;]{0,60}"
    r"\b(readme|changelog|docstrings?|documentation|contributing|user guide|tutorial|release notes"
    r"|code comments|man page|faq)\b"
    r"|typos?\b[^.;]{0,40}\b(readme|changelog|docstrings?|documentation|docs|comments?|contributing|guide|tutorial)\b"
    r"|(README|使用说明|文档|ドキュメント|문서)[^。]{0,30}(修正|更新|补充|添加|直して|直す|誤字|오타|수정|추가|追記)"
)
SAID_BY_CODE = _pattern(r"\b(error|log|warning|exception|validation) messages?\b")
TESTS_AS_OBJECT = _pattern(
    r"^\W*(please )?(add|write|create|increase|improve|raise|extend|cover|deflake|stabili[sz]e|fix"
    r"|port|convert|parametri[sz]e|backfill|introduce)\b[^.,;]{0,60}"
    r"\b(tests?|coverage|flaky|specs?)\b(?! (that|which) )"
    r"|flaky|测试|テスト|테스트|prueba|teste|tests\b"
)
# a product's own test mode is a feature
TEST_AS_ADJECTIVE = _pattern(
    r"\btest (mode|environment|account|user|server|endpoint|button|page|connection|email|command|key|card"
    r"|webhook|payment)s?\b"
)
SET_UP = _pattern(
    r"\W*(please )?(run|add|cache|use|set ?up|enable|configure|publish|upload|switch|move|migrate|create|pin)\b"
)
# what is there already is to run elsewhere, or at other times
RUN_CHECKS = _pattern(
    r"^\W*(please )?(run|execute|schedule|trigger) (all |our |the |its )*((unit|integration|end-to-end|e2e|regression|browser) )?"
    r"(tests?|test suites?|suite|linters?|lint|benchmarks?|checks|type ?checker|mypy|coverage|build)\b"
)
WHERE_OR_WHEN = _pattern(
    r"\b(nightly|daily|weekly|monthly|once a (day|night|week|month)|every (day|night|week|hour|push|commit|pull request|pr)"
    r"|(on|for) (each|all|every) (push|commit|pull request|pr|branch)|(on|against|with|under) (python|pypy|node|deno|bun|go|java|jdk|ruby|jruby|php|rust|erlang|otp"
    r"|elixir|ghc|linux|macos|windows|arm64?|freebsd|musl|alpine|postgres\w*|mysql|mariadb|asan|valgrind|sanitizers?)\b)"
)
CI_SERVICE = _pattern(
    r"\b(github actions?|github workflows?|gitlab ci|circleci|jenkins(file)?|travis|azure pipelines?|ci (pipeline|workflow|job|matrix)"
    r"|(build|test) matrix|workflow file)\b"
)
SERVED = _pattern(r"\b(serve|serving|endpoint|api|deploy|expose|in production|service)\b")
CODE_OF_A_SERVICE = _pattern(r"\b(endpoint|route|handler|api)\b")
A_DATABASE = _pattern(
    r"\b(postgres|postgresql|mysql|mariadb|sqlite|sql server|oracle|mongodb|database)\b"
    r"|数据库|データベース|데이터베이스"
)
USERS_OF_STORED = _pattern(
    r"\b(api|endpoint|expose|serializer|resolver|graphql|service|handler|controller|in the (app|code|ui))\b"
)
SHOWN = _pattern(r"\b(form|page|screen|ui|frontend|show it|display)\b")

NO_CHANGE_OF_BEHAVIOUR = ("documentation", "test", "data-analysis", "investigation")
REPAIRS = ("bug-fix", "refactor", "dependency", "ci", "build", "performance", "security")


def builders(scene: Scene) -> list[Pick]:
    """Who does the work itself; the first one leads."""
    for rule in RULES:
        picks = rule(scene)
        if picks:
            return picks
    return implementers(scene)


def _new_agent(scene: Scene) -> list[Pick]:
    word = scene.says("new-agent")
    if word and MAKING.search(scene.text) and not scene.any_path(CODE_PATH):
        return [("talent-builder", f"the task asks for a new specialist ({word})")]
    return []


def _judgement(scene: Scene) -> list[Pick]:
    """The task is to judge, not to change."""
    text = scene.text.lstrip()
    if not JUDGE.match(text) or THEN_CHANGE.search(text):
        return []
    if PROSE.search(text) and not scene.says("security"):
        return [("technical-writer", "the task is to go over documentation")]
    if RECORDS.search(text):
        return [("auditor", "the task is an independent check of records")]
    if scene.says("security") or scene.says("licence") or SUPPLY.search(text):
        return [
            (
                "security-reviewer",
                f"the task is to review security ({scene.says('security') or 'dependencies'})",
            )
        ]
    if ACCESSIBLE.search(text) and scene.has_ui:
        return [("frontend-engineer", "the task is to review accessibility")]
    return [("code-reviewer", "the task is to review")]


def _question(scene: Scene) -> list[Pick]:
    """Work that ends in an answer."""
    if scene.kind != "investigation":
        return []
    if scene.main_side == "docs" and EXPLAINS.match(scene.text):
        return [("technical-writer", "the answer is a page for readers")]
    fault = scene.says("fault")
    if scene.says("domain") and not fault:
        return [("subject-matter-expert", f"the answer lies outside the code ({scene.says('domain')})")]
    if scene.says("security") and not fault and HOLES.search(scene.text):
        return [("security-reviewer", f"a question about security ({scene.says('security')})")]
    if scene.says("performance"):
        return [("performance-engineer", f"a question about speed ({scene.says('performance')})")]
    return _question_of_kind(scene, fault)


def _question_of_kind(scene: Scene, fault: str) -> list[Pick]:
    if scene.says("quality-of-model") and (scene.learns or scene.says("ml-certain")):
        return [("data-scientist", f"a question about a model ({scene.says('quality-of-model')})")]
    if WEIGHING.search(scene.text) or (scene.says("design") and not fault):
        return [
            ("architect", f"a question of design ({scene.says('design') or found(WEIGHING, scene.text)})")
        ]
    if scene.main_side == "analysis" and not BREAKS.search(scene.text):
        return [("data-analyst", "the answer lies in the data that is analysed here")]
    of_data = scene.main_side in ("analysis", "ml", "data", "database") or HOW_MUCH.search(scene.text)
    if scene.says("analysis") and not fault and of_data:
        return [("data-analyst", f"the answer lies in data ({scene.says('analysis')})")]
    if fault or not HOW_IS_IT.search(scene.text):
        return [
            ("debugger", f"the cause has to be found ({fault or scene.says('question') or 'investigation'})")
        ]
    return [("architect", "a question about how the code is built")]


def _words_for_readers(scene: Scene) -> list[Pick]:
    """Documentation, unless it is the machinery that builds it, or words that the program itself says."""
    tooling = scene.says("docs-tooling") or found(SAID_BY_CODE, scene.text)
    machinery = tooling and (scene.says("infra") or scene.says("build") or found(SAID_BY_CODE, scene.text))
    if scene.kind == "documentation" and not machinery:
        return [("technical-writer", "words for readers, no behaviour changes")]
    if scene.all_paths(DOC_PATH) and scene.kind not in ("ci", "build", "migration") and not tooling:
        return [("technical-writer", f"only documentation is named ({scene.paths[0]})")]
    word = scene.says("docs-certain")
    if word and not tooling and DOCS_AS_OBJECT.search(scene.text) and not scene.any_path(CODE_PATH):
        return [("technical-writer", f"the task is about {word}")]
    return []


def _pipelines(scene: Scene) -> list[Pick]:
    """What runs where: the tests inside are not the work."""
    if scene.kind in ("documentation", "investigation") or not SET_UP.match(scene.text):
        return []
    word = found(CI_SERVICE, scene.head)
    if not word and RUN_CHECKS.search(scene.head):
        word = found(WHERE_OR_WHEN, scene.head)
    return [("devops-engineer", f"delivery is the work ({word})")] if word else []


def _tests(scene: Scene) -> list[Pick]:
    if scene.kind in ("ci", "build", "dependency", "documentation", "data-analysis", "performance"):
        return []
    if TEST_AS_ADJECTIVE.search(scene.text):
        return []
    word = scene.says("tests-as-object")
    if scene.kind == "test" or (word and TESTS_AS_OBJECT.search(scene.text)):
        return [("test-engineer", f"the tests themselves are the work ({word or 'test'})")]
    if scene.all_paths(TEST_PATH) and scene.kind in ("maintenance", "refactor"):
        return [("test-engineer", f"only tests are named ({scene.paths[0]})")]
    return []


def _from_data(scene: Scene) -> list[Pick]:
    """An answer or a model out of data."""
    if scene.kind != "data-analysis":
        return []
    certain = scene.says("dataflow-certain")
    if certain:
        return [("data-engineer", f"data has to arrive ({certain})")]
    learnt = scene.says("ml-certain") or (
        scene.says("ml") if scene.learns and not scene.says("analysis") else ""
    )
    if learnt:
        return [("data-scientist", f"something has to be learnt from data ({learnt})")]
    return [("data-analyst", "the answer lies in data")]


def _flow_of_data(scene: Scene) -> list[Pick]:
    certain, word = scene.says("dataflow-certain"), scene.says("dataflow")
    if scene.kind in ("documentation", "test", "ci") or not (certain or (word and scene.main_side == "data")):
        return []
    return [("data-engineer", f"data has to arrive complete and on time ({certain or word})")]


def _learning(scene: Scene) -> list[Pick]:
    """Models: where models are trained, or where the task says that one shall be."""
    if scene.main_side in ("infra", "frontend", "mobile"):
        return []
    certain, word = scene.says("ml-certain"), scene.says("ml")
    if scene.kind in REPAIRS and scene.main_side != "ml":
        wrong = scene.says("quality-of-model") if scene.learns and word else ""
        return [("data-scientist", f"the model itself is wrong ({wrong})")] if wrong else []
    # in an application, "the prediction form" is a form
    near = scene.learns and not (scene.has_server and (scene.says("ui") or scene.says("server")))
    if not (certain or (word and near)):
        return []
    picks = [("data-scientist", f"something has to be learnt from data ({certain or word})")]
    if scene.serves and SERVED.search(scene.text):
        picks.append(("backend-engineer", "what was learnt has to be served"))
    return picks


def _delivery(scene: Scene) -> list[Pick]:
    """How software is built, shipped, configured or watched."""
    text = scene.text if scene.kind in ("ci", "build") else scene.head
    word, path = next(iter(words.find("infra", text)), ""), scene.any_path(INFRA_PATH)
    if scene.kind == "ci":
        return [("devops-engineer", f"delivery is the work ({path or word or 'CI'})")]
    if scene.kind in NO_CHANGE_OF_BEHAVIOUR:
        return []
    if scene.all_paths(INFRA_PATH):
        return [("devops-engineer", f"the task names {path}")]
    if path and word:
        return [("devops-engineer", f"the task names {path}"), *touched_sides(scene, without="infra")]
    provisions = "HCL" in scene.languages and "terraform-plugin" not in scene.frameworks
    provisioned = scene.says("cloud") if provisions and MAKING.search(scene.text) else ""
    if not (word or provisioned) or scene.any_path(CODE_PATH):
        return []
    picks = [("devops-engineer", f"delivery is the work ({word or provisioned})")]
    if scene.serves and CODE_OF_A_SERVICE.search(scene.text) and scene.says("server"):
        picks.append(("backend-engineer", f"code changes too ({scene.says('server')})"))
    return picks


def _speed(scene: Scene) -> list[Pick]:
    if scene.kind != "performance":
        return []
    why = scene.says("performance") or "performance"
    lead = ("performance-engineer", f"it must become faster or smaller ({why})")
    if scene.says("test-speed"):
        return [lead, ("test-engineer", "the tests are what is slow")]
    if scene.has_storage and scene.says("query"):
        return [lead, ("database-engineer", f"the time goes into the database ({scene.says('query')})")]
    return [lead, *implementers(scene)]


def _stored_data(scene: Scene) -> list[Pick]:
    """The shape of data that cannot be recreated."""
    if scene.kind in ("documentation", "test", "ci", "build", "investigation", "dependency"):
        return []
    word = scene.says("database") or (scene.any_path(DATABASE_PATH) if scene.kind == "migration" else "")
    if not word or not (scene.has_storage or A_DATABASE.search(scene.text)):
        return []
    if scene.main_side == "data" and scene.says("dataflow"):
        return []
    picks = [("database-engineer", f"stored data changes its shape ({word})")]
    used = found(USERS_OF_STORED, scene.text)
    if used and scene.serves:
        picks.append(("backend-engineer", f"the code that uses it changes too ({used})"))
    if scene.has_ui and SHOWN.search(scene.text):
        picks.append(("frontend-engineer", f"it is shown too ({found(SHOWN, scene.text)})"))
    return picks


RULES: tuple[Callable[[Scene], list[Pick]], ...] = (
    _new_agent,
    _judgement,
    _question,
    _words_for_readers,
    _pipelines,
    _tests,
    _from_data,
    _flow_of_data,
    _learning,
    _delivery,
    _speed,
    _stored_data,
)
