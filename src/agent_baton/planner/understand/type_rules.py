"""Wordings that settle a task's type without weighing: written prefixes, questions, and kinds of work so rare
among everyday commits that the model has never met them. Each is meant to be right whenever it speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

# Conventional prefixes: "fix(api): …", "docs: …", "[tests] …".
PREFIXES: dict[str, str] = {
    "feat": "new-feature", "feature": "new-feature",
    "fix": "bug-fix", "bugfix": "bug-fix", "hotfix": "bug-fix", "bug": "bug-fix",
    "docs": "documentation", "doc": "documentation",
    "test": "test", "tests": "test",
    "perf": "performance",
    "refactor": "refactor", "ref": "refactor", "style": "refactor",
    "chore": "maintenance", "deps": "dependency", "ci": "ci", "build": "build", "security": "security",
}  # fmt: skip
PREFIX = re.compile(r"\s*(?:\[([A-Za-z]{2,10})\]|([A-Za-z]{2,10})(?:\([^()\n]{0,60}\))?!?:)\s+(?=\S)")

# What people say before they say what they want.
POLITE = re.compile(
    r"\s*(?:(?:hi|hello|hey|ok|okay|so|now|also|todo|task|then)\b[\s,:!.-]+)*"
    r"(?:(?:please|pls|kindly|let['’]?s|let us)\s+"
    r"|(?:can|could|would|will)\s+(?:you|we|someone)\s+(?:please\s+)?"
    r"|(?:i|we)(?:['’]d)?\s+(?:want|need|would like|like|have)\s+(?:you\s+)?to\s+"
    r"|(?:your|the|my)\s+(?:task|goal|job|aim)\s+is\s+to\s+"
    r"|(?:i|we)\s+(?:want|need)\s+(?=(?:a|an|the|some)\b)"
    r")*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` must be found, `unless` must not. Both are compiled when a text first needs them."""

    name: str
    task_type: str
    pattern: str
    unless: str = ""

    def found(self, text: str) -> str | None:
        """The words that the rule rests on; None when it does not apply."""
        match = compiled(self.pattern).search(text)
        if match is None or (self.unless and compiled(self.unless).search(text)):
            return None
        return match[0].strip()


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _any(*alternatives: str) -> str:
    return "|".join(f"(?:{each})" for each in alternatives)


_STORED = (
    r"(?:databases?|db|schemas?|tables?|columns?|collections?|indexes|postgres\w*|mysql|mariadb|mongo(?:db)?|sqlite|oracle"
    r"|mssql|dynamodb|cassandra|elasticsearch|redshift|bigquery|snowflake|firestore|(?:user|customer|order|account|legacy|"
    r"production|historical|existing|old|stored)s?['’]? (?:data|records|rows|documents|accounts|passwords|files)|s3|buckets?)"
)
_PLATFORM = (
    r"(?:vue|react|angular(?:js)?|svelte|jquery|backbone|ember|next(?:\.js)?|django|flask|fastapi|rails|sinatra|spring(?: boot)?|"
    r"express|koa|nest(?:js)?|laravel|symfony|python ?2|python ?3|php|java|javascript|typescript|kotlin|swift(?:ui)?|"
    r"objective-?c|golang|go|rust|c\+\+|perl|cobol|\.net(?: framework| core)?|aws|gcp|azure|heroku|on-?prem\w*|kubernetes|k8s|"
    r"docker swarm|ecs|lambda|monolith\w*|microservices?|rest|graphql|grpc|soap|rabbitmq|kafka|sqs|redis|memcached|celery|"
    r"elasticsearch|opensearch|solr|stripe|paypal|auth0|keycloak|cognito|firebase|supabase|svn|subversion)"
)
_QUESTION = (
    r"(?:why|what|how|where|which|who|when|is|are|does|do|did|can|could|should|would|was|were|has|have)"
)
_AND_CHANGE = _any(
    r"\b(?:and|then|,)\s+(?:\w+\s+)?(?:fix|repair|correct|resolve|add|implement|remove|change|replace|refactor|rewrite)\b"
)
_ABOUT_WORDS = _any(
    r"\b(?:readme|docs?|documentation|document|docstrings?|comments?|changelog|typos?|security\.md|security policy|badges?|wording|"
    r"describe|mention|clarify|translate|test|tests|spec|coverage)\b"
)
_TOOLING = _any(
    r"\b(?:tests?|testing|specs?|jest|vitest|mocha|tap|pytest|unittest|enzyme|cypress|playwright|eslint|prettier|lint\w*|tslint|ci|"
    r"workflows?|github actions|travis|circleci|readme|docs?|documentation|examples?|changelog|renovate|npm|yarn|pnpm|typo)\b"
)
_FIGURES = (
    r"(?:data ?sets?|csv|parquet|data ?frames?|survey|sales|revenue|churn|cohorts?|retention|funnels?|conversion|a/b tests?|"
    r"kpis?|transactions?|telemetry|time ?series|correlations?|outliers?|spreadsheets?|excel|statistics of|usage data|"
    r"customers?|user behaviou?r|sign-?ups?|orders|log data|experiment results|benchmark results|measurements|sensor|"
    r"last (?:week|month|quarter|year)|(?:per|by) (?:month|week|region|country|segment|cohort))"
)

RULES = (
    Rule(
        # in commits "page" is mostly a page of documentation; a page people log in or pay on is a feature
        "screen",
        "new-feature",
        r"^\s*(?:add|create|build|implement|make|design|show)\b[^.]{0,40}\b(?:log-?in|sign-?in|sign-?up|registration|checkout|settings|"
        r"profile|account|admin|dashboard|landing|pricing|search|results?|detail|error|404|contact|cart|order|billing)\s+"
        r"(?:page|screen|view|form|modal|dialog|panel)s?\b",
        r"\b(?:docs?|documentation|readme|wiki|guide|man page)\b",
    ),
    Rule(
        "dependency-bump", "dependency",
        _any(
            r"^(?:bump|upgrade|update|pin|unpin|downgrade)\b.*\b(?:dependenc(?:y|ies)|deps|dev-?deps|lock ?files?|node_modules|submodules?|"
            r"packages? to (?:the )?latest)\b",
            r"^bump\s+\S+(?:\s+and\s+\S+)?\s+(?:from\s+\S+\s+)?to\s+v?\d",
            r"^(?:upgrade|update)\s+(?:to\s+)?[\w@/.+-]+\s+(?:from\s+(?:version\s+)?\S+\s+)?to\s+(?:version\s+|the latest|v?\d)",
        ),
        _any(r"\b(?:tests?|docs?|readme|copyright|license|year|examples?)\b"),
    ),
    Rule(
        "question", "investigation",
        _any(
            rf"^{_QUESTION}\b[^\n]*\?\s*$",
            r"^(?:why|how come|what (?:causes|is causing|happens|makes|would it take))\b",
            r"^where (?:is|are|does|do)\b",
        ),
    ),
    Rule(
        "figures", "data-analysis",
        _any(
            rf"^(?:analy[sz]e|explore|plot|visuali[sz]e|chart|graph|summari[sz]e|correlate|forecast|segment|cluster|profile|"
            rf"quantify|estimate|break down|find (?:trends|patterns|outliers))\b.*\b{_FIGURES}\b",
            r"\b(?:exploratory data analysis|data analysis|statistical analysis|cohort analysis|regression analysis|EDA)\b",
            r"^(?:train|fit|build) (?:a |an |the )?(?:\w+ ){0,3}(?:model|classifier|regression|forecast)\b.*\b(?:predict|forecast|classif|detect|from)",
            r"^(?:predict|forecast) \w+ (?:churn|sales|revenue|demand|prices?)\b",
            r"^(?:compute|calculate|report) (?:the )?(?:average|mean|median|monthly|weekly|distribution|correlation|retention|churn)\b",
        ),
        _ABOUT_WORDS,
    ),
    Rule(
        "find-out", "investigation",
        _any(
            r"^(?:investigate|diagnose|look into|dig into|find out|figure out|research|spike\b)",
            r"^(?:determine|understand|analy[sz]e|trace|track down|check|see|explain) (?:to me |me )?(?:why|the (?:root )?cause)\b",
            r"^(?:determine|understand|analy[sz]e|assess|evaluate|explain) (?:to me |me )?(?:how|what|which|where|whether|if|who)\b.{15,}",
            r"\broot[- ]cause analysis\b",
            r"^(?:find|identify|locate) (?:the )?(?:root )?causes? of\b",
            r"^(?:evaluate|compare|assess|survey|explore) (?:the )?(?:options|alternatives|approaches|feasibility|trade-?offs|candidates|"
            r"libraries|frameworks|ways|different|possible|impact)\b",
            r"^compare .{3,80}\band (?:recommend|report|suggest|decide|write up)\b",
            r"^(?:write|produce|prepare|give me) (?:a |an )?(?:report|analysis|summary|write-?up|assessment) (?:of|on|about) "
            r"(?:why|how|what|whether|the (?:architecture|code|state|causes?))\b",
        ),
        _any(_AND_CHANGE, r"\b(?:lazily|in (?:the )?(?:docs|readme|docstring|comment)s?)\b"),
    ),
    Rule(
        "security-work", "security",
        _any(
            r"\b(?:CVE-\d|GHSA-|XSS|CSRF|SSRF|XXE|ReDoS|OWASP|SQLi)",
            r"\b(?:sql|command|code|shell|template|ldap|header|log) injections?\b",
            r"\binjection (?:attack|vulnerab|flaw)",
            r"\b(?:path|directory) traversal\b|\bprototype pollution\b|\bopen redirects?\b|\bclickjacking\b|\btiming attacks?\b",
            r"\bprivilege escalation\b|\bbrute[- ]?force\b|\bremote code execution\b|\bcross-site\b|\bsession (?:fixation|hijack)",
            r"\bvulnerab(?:le|ilit(?:y|ies))\b|\bpenetration test|\bpentest|\bthreat model",
            r"\bsecurity (?:audit|review|issue|hole|flaw|fix|patch|hardening|headers?|bug|scan|problem|weakness)",
            r"^harden\b|\bhardening of\b|^(?:rotate|revoke)\b.*\b(?:secrets?|keys?|tokens?|credentials?|certificates?|passwords?)\b",
            r"\bhard-?coded (?:\w+ )?(?:secrets?|passwords?|credentials?|keys?|tokens?)\b",
            r"\b(?:leak(?:s|ed|ing)?|expos(?:es|ed|ing)) (?:\w+ ){0,2}(?:secrets?|credentials?|passwords?|api keys?)\b",
            r"^(?:encrypt|hash|salt)\b.*\b(?:at rest|passwords?|tokens?|personal|pii|columns?|data|backups?)\b",
        ),
        _any(_ABOUT_WORDS, r"^(?:bump|update|upgrade)\b", r"\b(?:workflow|codeql|ci|scorecard|lockfile|audit in)\b"),
    ),
    Rule(
        "stored-data-moves", "migration",
        _any(
            rf"^(?:(?:\w+ly )?migrat(?:e|es|ed|ing)|port|move|convert|transfer|import|copy)\b.*\b{_STORED}\b.*\b(?:to|from|into|onto)\b",
            rf"^migrat(?:e|es|ed|ing)\b.*\b{_STORED}\b",
            r"\b(?:database|db|schema|data|alembic|flyway|liquibase|django|rails|prisma|knex|sql|zero-downtime) migrations?\b",
            r"^(?:backfill|shard|partition)\b.*\b\w+",
            r"^(?:add|drop|delete|rename|alter|split|merge|change|make|widen|remove)\b.*\b(?:columns?|foreign keys?|indexes|constraints?)\b"
            r".*\b(?:tables?|database|schema|not null|nullable|varchar|bigint|users|orders|postgres\w*|mysql)\b",
            r"^(?:add|create|drop) (?:an? |the )?(?:\w+ ){0,2}(?:index|foreign key|unique constraint)\b.*\b(?:on|to|from) (?:the )?"
            r"(?:\w+[.(]\w+|\w+ tables?|.*\bcolumns?)",
            r"^(?:drop|truncate|alter|rename|split|partition)\b.*\b(?:columns?|(?:database|db|sql|\w+s|legacy|old|unused) tables?)\b",
        ),
        _any(_TOOLING, r"\b(?:html|css|markdown|ui|component|render|align\w*|widget|grid|header|sort\w*|lambda|parser)\b"),
    ),
    Rule(
        "platform-moves", "migration",
        _any(
            rf"^(?:migrate|port|move|transition|convert|switch|rewrite|upgrade)\b.*\b(?:from|off)\s+(?:\w+\s){{0,2}}{_PLATFORM}\b.*\b(?:to|onto)\b",
            rf"^(?:migrate|port)\b.*\bto\s+(?:the\s+)?(?:\w+\s){{0,1}}{_PLATFORM}(?:\s+\d[\d.]*)?\s*$",
            rf"^move (?:all |our |the |every )(?:\w+ ){{0,3}}(?:to|onto|into) (?:the )?{_PLATFORM}\b",
            r"^(?:split|break)\b.*\bmonolith\w*\b.*\b(?:into|up)\b",
        ),
        _TOOLING,
    ),
    Rule(
        "build-file", "build",
        _any(r"^(?:add|create|write|fix|update|shrink|simplify) (?:an? |the |our )?(?:[\w-]+ ){0,2}(?:dockerfile|docker-?compose(?: file)?|makefile|"
             r"devcontainer|docker image)\b"),
        _any(r"\b(?:docs?|readme|typo|tests?|support|parser|detect\w*|highlight\w*|sign\w*)\b", r"['’]s\b"),
    ),
    Rule(
        "ci-service", "ci",
        _any(
            r"\b(?:github actions?|gitlab[- ]ci|circle ?ci|travis(?:[- ]ci)?|jenkins(?:file)?|azure pipelines?|buildkite|drone ci|appveyor)\b",
            r"\b(?:ci/cd|continuous (?:integration|delivery|deployment))\b",
            r"\b(?:ci|release|deploy(?:ment)?|build|publish|nightly) (?:pipelines?|workflows?|jobs?|matrix)\b",
            r"\.github/workflows|\.gitlab-ci",
        ),
        _any(r"\b(?:readme|docs?|documentation|document|guide|typo|examples?|badge|official|support for|detect\w*|plugin|provider|module)\b",
             r"\b(?:in|on|for|with) (?:the )?(?:\w+ )?(?:ci|github actions?|travis)\b"),
    ),
)  # fmt: skip

# What a maintenance task is about, most telling first.
MAINTENANCE = (
    ("ci", _any(r"\b(?:ci|workflows?|github-?actions?|actions?|travis|circleci|appveyor|jenkins\w*|pipelines?|codecov|coveralls|codeql|"
                r"dependabot|renovate|runners?|matrix|nightly|artifacts?|pre-commit\.ci|stale bot|labeler)\b", r"\.github/|\.gitlab-ci")),
    ("dependency", _any(r"\b(?:dependenc(?:y|ies)|deps|dev-?deps|devdependenc\w+|peer-?dependenc\w+|lock-?files?|package-lock|bump(?:s|ed)?|"
                        r"submodules?|vendored?|pin(?:ned|s)?)\b",
                        r"^(?:upgrade|update)\b.*\b(?:to|from)\s+v?\d", r"^upgrade\s+(?:to\s+)?[\w@/.-]+(?:\s+v?\d[\w.]*)?$")),
    ("build", _any(r"\b(?:docker\w*|makefile|cmake\w*|webpack|rollup|vite|esbuild|babel|tsc|tsconfig|gradle|maven|bazel|nix|bundl\w+|"
                   r"compile\w*|build(?:s|ing)?|packag(?:e|es|ing)\b(?!\.json)|wheels?|sdist|cross-compil\w+|minif\w+|toolchain)\b")),
)  # fmt: skip
