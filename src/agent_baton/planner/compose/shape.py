"""Which shape fits a task: its type where its words bear it out, its risk where it acts on what cannot be restored."""

from __future__ import annotations

import re

from agent_baton.planner.compose.request import Request

PIPELINE = r"\b(ci|continuous integration|pipelines?|workflows?|github actions|gitlab ci|jenkins)\b"
GRAVE = ("HIGH", "CRITICAL")
INSIDE_CODE = (
    r"doc[- ]?strings?|\b(module|java|js|php|go|rust|xml|ty)[- ]?docs?\b|@(module)?doc\b|\bcomments?\b|help (text|message|output|string)|\b(error|log|warning) messages?"
    r"|コメント|注释|주석|kommentar|comentari|commentaire"
)
NAMED = {
    "bug-fix": "fix", "refactor": "refactor", "migration": "migration", "security": "security", "performance": "performance",
    "test": "test", "data-analysis": "data", "dependency": "dependency", "documentation": "docs", "investigation": "investigation",
}  # fmt: skip
FAULT = (
    r"\b(fix|bug|crash|error|exception|fail|brok|break|wrong|incorrect|los[te]|missing|leak|panic|hang|regress|doesn.?t|don.?t|isn.?t"
    r"|not\b|cannot|can.?t|rais|throw|ignor|duplicat|race|deadlock|corrupt|unexpected|stuck|never|instead|invalid|hole|vulnerab"
    r"|travers|inject|overflow|bypass|xss|csrf|ssrf|cve|exploit|escap)"
)
SPEED = r"slow|speed|fast|perf|latenc|memory|optimi[sz]|throughput|efficien|quick|scal|bench|\bcpu|alloc|load time|n\+1|cach|lag|startup"
BEGINS_ANEW = (
    r"^\W*(add|store|support|allow|implement|make|enable|use|show|create|introduce|provide|expose|build|encrypt|require|rotate|let|switch|change"
    r"|replace|set|raise|lower|increase|decrease|reduce|limit|extend|restrict|lock|verify|sign|send|print|report|generate|accept|ask|warn|log|reorder)\b"
)
STORED = (
    r"\b(data|databases?|db|schemas?|tables?|columns?|rows|records|index(es)?|foreign keys?|constraints?|users?|customers?|accounts?|orders?|invoices?"
    r"|sessions?|uploads?|files|images|documents|content|history|passwords?|timestamps?|migrations?|backfill\w*|postgres\w*|mysql|mariadb|mongo\w*|sqlite|oracle"
    r"|redis|dynamodb|cassandra|elasticsearch|opensearch|solr|s3|buckets?|primary keys?|storage|stored|ids)\b"
)
TAKES_AWAY = (
    r"^\W*(delete|remove|drop|retire|get rid of)\b.*\b(options?|flags?|endpoints?|fields?|arguments?|parameters?|commands?|features?|pages?|buttons?"
    r"|settings?|support for|public|api|headers?|columns?|methods?|assertions?)\b"
)
BUILD_TOOL = (
    r"\b(maven|gradle|ant|sbt|bazel|make|cmake|meson|webpack|vite|rollup|esbuild|parcel|gulp|grunt|npm|yarn|pnpm|bun|pip|pipenv|poetry|uv|setuptools|hatch|"
    r"pdm|travis|jenkins|github actions|gitlab|circleci|eslint|prettier|jest|vitest|mocha|unittest|pytest|docker\w*)\b"
)
# Risk signals of acts on what runs or is stored, whatever the code around them.
ACTS = r"^(live-|mass-|whole-|fleet|stored-data-removed)|production|-destroyed$"
ACT = r"^\W*(delete|drop|purge|wipe|remove|erase|destroy|truncate|reset|rotate|revoke|terminate|shut|disable|turn off|switch off|force)\b"


def archetype_of(request: Request) -> str:
    """The shape. Small work is one agent and one gate, whatever its type."""
    kind, complexity, risk = request.task.task_type, request.task.complexity, request.task.risk_level
    if not any(casting.part in ("build", "steer") for casting in request.cast):
        return "reading"
    if kind in ("investigation", "documentation"):
        return NAMED[kind]
    if kind != "migration" and _acts(request):
        return "operation"
    if complexity == "light" and risk not in GRAVE:
        return "solo"
    return _borne_out(request, NAMED.get(kind, "feature"))


def is_inside_code(request: Request) -> bool:
    """Whether the words to write stand in source files: docstrings, comments, help texts."""
    return _says(INSIDE_CODE, request.task.text)


def is_pipeline(request: Request) -> bool:
    """Whether the build or its server is what changes."""
    kind = request.task.task_type
    return kind in ("ci", "build") or (kind in ("test", "maintenance") and _says(PIPELINE, request.task.text))


def needs_approval(request: Request) -> bool:
    """Whether a person decides before something is made."""
    return request.task.risk_level in GRAVE


def _acts(request: Request) -> bool:
    task = request.task
    named = any(_says(ACTS, signal.name) for signal in task.risk_signals)
    return task.risk_level in GRAVE and named and (task.language != "en" or _says(ACT, task.text))


def _borne_out(request: Request, shape: str) -> str:
    """A type is a guess about a sentence: a benchmark for a lost cookie, or a failing test for a new switch, is nonsense.

    Where our words may not reach (another language) the type is believed.
    """
    task = request.task
    if task.language != "en" or request.options.task_type:
        return shape
    fault = _says(FAULT, task.text)
    if shape == "performance" and not _says(SPEED, task.text):
        return "fix" if fault else "feature"
    if shape == "fix" and not fault and _says(BEGINS_ANEW, task.text):
        return "feature"
    if shape == "test" and is_pipeline(request):
        return "feature"
    if shape == "security" and not fault:
        return "feature"
    if shape == "refactor" and (_says(TAKES_AWAY, task.text) or _is_delivery(request)):
        return "feature"  # what callers can see goes away, or no test sees it: there is no behaviour to pin
    if shape == "migration" and not _says(STORED, task.text):
        # no data moves: a port keeps behaviour and is pinned by tests, a build tool has no way back to rehearse
        return "feature" if _says(BUILD_TOOL, task.text) else "refactor"
    return shape


def _is_delivery(request: Request) -> bool:
    """Whether only pipelines, images and infrastructure change."""
    return {casting.role for casting in request.cast if casting.part == "build"} == {"devops-engineer"}


def _says(pattern: str, text: str) -> bool:
    """Compiled on first use: most plans need few of these patterns, and every plan pays for its start."""
    return re.search(pattern, text, re.IGNORECASE) is not None
