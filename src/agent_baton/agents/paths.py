"""What a file's path says about the work on it."""

from __future__ import annotations

import re

from agent_baton.agents import stacks
from agent_baton.patterns import lazy


def _pattern(*parts: str) -> re.Pattern[str]:
    return lazy("|".join(parts), re.IGNORECASE)


TEST_PATH = lazy(
    r"(^|/)(tests?|specs?|__tests__|e2e|cypress)/|(^|/)test_[^/]+$|_test\.\w+$|\.(spec|test)\.\w+$|_spec\.rb$|Tests?\.\w+$"
)
DOC_PATH = _pattern(
    r"(^|/)(docs?|documentation|man)/",
    r"(^|/)(readme|changelog|changes|contributing|history|authors|license)[^/]*$",
    r"\.(md|mdx|rst|adoc)$",
)
INFRA_PATH = _pattern(
    r"(^|/)(\.github/workflows|\.circleci|\.gitlab|k8s|kubernetes|helm|charts|ansible|terraform|deploy|playbooks)/",
    r"(^|/)(group_vars|host_vars|roles/[^/]+/(tasks|handlers|defaults))/",
    r"(^|/)(dockerfile[^/]*|[^/]*\.dockerfile|docker-compose[^/]*|compose\.ya?ml|jenkinsfile)$",
    r"(^|/)(\.gitlab-ci\.yml|\.travis\.yml|azure-pipelines\.yml)$",
    r"\.(tf|tfvars|hcl)$",
)
DATABASE_PATH = _pattern(
    r"(^|/)(migrations?|migrate|alembic|db/migrate|schema)/", r"\.sql$", r"schema\.prisma$", r"db/schema\.rb$"
)
CODE_PATH = _pattern(
    r"\.(py|js|ts|tsx|jsx|go|rs|java|kt|rb|php|ex|exs|c|cc|cpp|h|hpp|cs|scala|swift|hs|clj|dart|lua|zig|sh)$"
)
UI_PATH = _pattern(
    r"\.(" + "|".join(sorted(stacks.UI_ENDINGS)) + r")$", r"(^|/)(frontend|client|web|ui|webapp)/.*\.(ts|js)$"
)
UI_FOR_CERTAIN = _pattern(r"\.(css|html|tsx|jsx|vue|svelte)$")
APP_PATH = _pattern(r"\.xcodeproj/", r"AndroidManifest\.xml$", r"\.storyboard$", r"(^|/)Info\.plist$")
MOBILE_PATH = _pattern(r"(^|/)(ios|android|mobile|app)/", r"\.(swift|storyboard)$")
# Not what the repository is about.
ASIDE = _pattern(
    r"(^|/)(examples?|docs?|documentation|website|site|demos?|samples?|benchmarks?|fixtures?|testdata)/",
    r"(^|/)(vendor|third_party|node_modules|static/vendor)/",
)
