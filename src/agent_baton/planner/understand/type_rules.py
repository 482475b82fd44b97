"""Wordings that settle a task's type without weighing: written prefixes, questions, and kinds of work so rare
among everyday commits that the model has never met them. Each is meant to be right whenever it speaks."""

from __future__ import annotations

import re
from functools import cache

from agent_baton.patterns import lazy
from agent_baton.records import Record

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
PREFIX = lazy(r"\s*(?:\[([A-Za-z]{2,10})\]|([A-Za-z]{2,10})(?:\([^()\n]{0,60}\))?!?:)\s+(?=\S)")

# What people say before they say what they want.
POLITE = lazy(
    r"\s*(?:(?:hi|hello|hey|ok|okay|so|now|also|todo|task|then)\b[\s,:!.-]+)*"
    r"(?:(?:please|pls|kindly|let['’]?s|let us)\s+"
    r"|(?:can|could|would|will)\s+(?:you|we|someone)\s+(?:please\s+)?"
    r"|(?:i|we)(?:['’]d)?\s+(?:want|need|would like|like|have)\s+(?:you\s+)?to\s+"
    r"|(?:your|the|my)\s+(?:task|goal|job|aim)\s+is\s+to\s+"
    r"|(?:i|we)\s+(?:want|need)\s+(?=(?:a|an|the|some)\b)"
    r")*",
    re.IGNORECASE,
)

TEST_WORDS = ("test", "测试", "テスト", "테스트", "prueba")
# Papers that come along with something else: "…, and document it in the README", "with a note in the docs".
PAPER_WORDS = ("doc", "readme", "changelog", "change log", "release note")
_PAPER = r"(?:docs?|documentation|docstrings?|readme(?:\.md)?|change ?log(?:\.md)?|release notes?|user guide|manual)"
_ALONG = (
    r"(?:[\s,;]+(?:and|with|including|plus|then)|[,;])\s+(?:(?:also|then)\s+)?(?:"
    r"document(?:ing)?\s+(?:it|this|that|them)"
    r"|(?:(?:add|write|include|adding|extend|update|updating|mention it in)\s+)?(?:(?:some|the|a|an|few|its|short|new|matching|corresponding)\s+)*"
    rf"(?:{_PAPER}(?:\s+(?:entry|note|section|example))?|(?:note|entry|section|paragraph|example)s?(?=\s+(?:in|to)\s))(?:\s+(?:for|of|about)\s+(?:it|this|that|them))?"
    rf")(?:\s+(?:in|to)\s+(?:the\s+)?{_PAPER})?"
)
ALSO_PAPERS = lazy(rf"(?:{_ALONG})+(?:\s+and\s+tests?)?\s*[.!]?\s*$", re.IGNORECASE)
# Tests that come along with something else: "…, and add tests for it", 并添加测试, y añade pruebas.
ALSO_TESTS = lazy(
    r"[\s,;]+(?:and|with|including|plus)\s+(?:(?:also|then)\s+)?(?:(?:add|write|include|adding|extend|update)\s+(?:[\w-]+\s+){0,3}"
    r"|(?:(?:some|the|a few|unit|regression|integration|new|matching|corresponding)\s+)*)tests?(?:\s+(?:for|of)\s+(?:it|this|that|them))?"
    r"\s*[.!]?\s*$"
    r"|[，,、；]?\s*(?:并|同时|并且|以及)?(?:添加|补充|编写|增加|加上|写)(?:相应的?|对应的?|一些)?(?:单元)?测试(?:用例)?\s*[。.]?\s*$"
    r"|[、,]?\s*(?:テスト|単体テスト)も?(?:追加|書く|書いて|用意)\S{0,8}\s*[。.]?\s*$"
    r"|\s*(?:그리고|하고|,)\s*테스트(?:도|를|코드를?)?\s*(?:추가|작성)\S{0,6}\s*[.]?\s*$"
    r"|[\s,]+(?:y|e|und|et)\s+(?:añade|agrega|añadir|adiciona|adicione|adicionar|aggiungi|füge|schreibe|ergänze|ajoute|ajoutez|ajouter|écris)\s+"
    r"(?:(?:des|os|los|las|dei|i|de)\s+)?(?:tests?|pruebas|testes|Tests)(?:\s+hinzu)?\s*[.]?\s*$",
    re.IGNORECASE,
)


class Rule(Record):
    """`pattern` must be found, `unless` must not. Both are compiled when a text first needs them."""

    name: str
    task_type: str
    pattern: str
    unless: str = ""

    def found(self, text: str) -> str | None:
        """The words that the rule rests on; None when it does not apply."""
        lower = text.lower()
        if not any(hint in lower for hint in HINTS.get(self.name, ("",))):
            return None
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
_KEPT = (
    r"(?:sessions?|uploads?|attachments?|avatars?|images?|files|assets|records?|rows|orders|users|accounts|events|messages|history|"
    r"data|storage|metadata|settings|logs|secrets|documents|blobs?|cache)"
)
_STORES = (
    r"(?:redis|memcached|s3|gcs|minio|azure blob|object storage|postgres\w*|mysql|mariadb|mongo(?:db)?|sqlite|dynamodb|cassandra|"
    r"elasticsearch|bigquery|snowflake|vault|the database|a database|kafka|firestore|supabase)"
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
# As above, but a comment may be one that users write.
_PROSE = _any(
    r"\b(?:readme|docs?|documentation|document|docstrings?|changelog|typos?|security\.md|security policy|badges?|wording|"
    r"describe|mention|clarify|translate|test|tests|spec|coverage)\b",
    r"^(?:add|fix|update|remove|improve) (?:an? |the )?(?:\w+ )?comments?\b",
)
# "Describe the outliers" is analysis.
_PROSE_BUT_FIGURES = r"\b(?:readme|docs?|documentation|docstrings?|changelog|typos?|badges?|wording|translate|unit tests?|spec|coverage)\b"
_SECRETS = r"(?:passwords?|tokens?|secrets?|credentials?|api keys?|private keys?|card numbers?)"
_TOOLING = _any(
    r"\b(?:tests?|testing|specs?|jest|vitest|mocha|tap|pytest|unittest|enzyme|cypress|playwright|eslint|prettier|lint\w*|tslint|ci|"
    r"workflows?|github actions|travis|circleci|readme|docs?|documentation|examples?|changelog|renovate|npm|yarn|pnpm|typo)\b"
)
# Names that only packages have.
_LIBRARY = (
    r"(?:[\w-]+\.js|@[\w-]+/[\w-]+|date-fns|dayjs|moment|lodash|underscore|axios|requests|httpx|urllib3|jquery|winston|pino|"
    r"left-pad|node-fetch|request|bluebird|chalk|simplejson|orjson|ujson|pyyaml|log4j|slf4j|gson|jackson|guava|nokogiri|"
    r"serde|tokio|reqwest|hyper|logrus|zap|monolog|guzzle)"
)
_FIGURES = (
    r"(?:data ?sets?|csv|parquet|data ?frames?|survey|sales|revenue|churn|cohorts?|retention|funnels?|conversion|a/b tests?|"
    r"kpis?|transactions?|telemetry|time ?series|correlations?|outliers?|spreadsheets?|excel|statistics of|usage data|"
    r"customers?|user behaviou?r|sign-?ups?|orders|log data|experiment results|benchmark results|measurements|sensor|"
    r"last (?:week|month|quarter|year)|(?:per|by) (?:month|week|region|country|segment|cohort))"
)

# What a text must hold for a rule to have a chance: far cheaper than compiling the rule's pattern. Rules that are not
# here are tried on every text.
HINTS: dict[str, tuple[str, ...]] = {
    name: tuple(words.split("|"))
    for name, words in {
        "screen": "page|screen|view|form|modal|dialog|panel",
        "named-part": "function|method|class|command|endpoint|route|flag|option|parameter|argument|plug|hook|middleware|decorator|iterator|operator|widget|button",
        "dependency-bump": "bump|upgrad|updat|pin|downgrad|depend|replac|swap|switch|drop|remov|uninstall|refresh|regenerat|sync|rebuild|recreat|"
        "move|change|eliminat|get rid|avoid|unmaintained|outdated|abandoned",
        "figures": "analy|explor|plot|visual|chart|graph|summar|correlat|forecast|segment|cluster|profile|quantif|estimat|break|find|eda|train|fit|"
        "build|predict|comput|calculat|report|show|histogram|count|work out|.csv|.parquet|.xlsx|which|what|how|group|aggregat|average|median|trend",
        "figures-compared": "correlat|distribut|signific|conversion|cohort|churn|percentile|median|variance|outlier|compare|contrast|statistic",
        "data-files": ".csv|.parquet|.xlsx|.feather|notebook|histogram|distribut|seasonal|most|trend|average",
        "security-work": "cve|ghsa|xss|csrf|ssrf|xxe|redos|owasp|sqli|inject|travers|pollution|redirect|clickjack|timing|privilege|brute|remote code|"
        "cross-site|fixation|hijack|vulnerab|pentest|penetration|threat|security|harden|rotat|revok|coded|leak|expos|encrypt|hash|salt|password|token|"
        "secret|credential|key|card number|limit|captcha|lock|two-factor|2fa|mfa|hsts|signature|permission|attack|unauthor|malicious|spoof|tamper|replay|"
        "malware|virus|ransomware|phishing|secure|httponly|samesite|cookie|constant|only|deny|reject|refuse|failed|attempt|requests per|policy",
        "stored-data-moves": "migrat|port|move|convert|transfer|import|copy|backfill|shard|partition|column|foreign|index|constraint|table|primary key|"
        "switch|relocat|over|merg|change|turn|make|carry|bring|take",
        "platform-moves": "migrat|port|mov|transition|convert|switch|rewrit|upgrad|go |change|monolith|bring|carry|transfer|take|translat",
        "build-file": "docker|makefile|devcontainer|cmakelists|build.gradle",
        "ci-service": "ci|github|gitlab|circle|travis|jenkins|azure|buildkite|drone|appveyor|continuous|pipeline|workflow|job|matrix|codecov|coveralls|"
        "sonar|night|weekly|scheduled|every|each|pull request|merge request|artifact|publish|the build|release|runner|on all",
        "within-a-time": "second|minute|ms",
        "said-twice": "duplicat",
        "odd-moment": "too |randomly|sporadic|by itself|by themselves|unexpected|all the time",
        "built-for-people": "build ",
    }.items()
}  # fmt: skip

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
        "named-part",
        "new-feature",
        r"^\s*(?:add|implement|create|introduce|provide|write)\s+(?:an?|another|new|two)\s+(?:[\w./`-]+\s+){0,2}?(?:functions?|methods?|class(?:es)?|"
        r"(?:sub)?commands?|endpoints?|routes?|flags?|options?|parameters?|arguments?|plug-?ins?|hooks?|middlewares?|decorators?|iterators?|operators?|"
        r"widgets?|buttons?)(?:\s+(?:that|which|to|for|returning|taking|so)\b|\s*$)",
        r"\b(?:docs?|documentation|docstrings?|readme|guide|tutorial|comments?|notes?|examples?|tests?|testing|specs?|fixtures?|mocks?|stubs?|fakes?|"
        r"benchmarks?|profil\w*|ci|workflows?|pipelines?|lint\w*|pre-commit|build|release|faster|speed|internal|private)\b",
    ),
    Rule(
        "dependency-bump", "dependency",
        _any(
            r"^(?:bump|upgrade|update|pin|unpin|downgrade)\b.*\b(?:dependenc(?:y|ies)|deps|dev-?deps|lock ?files?|node_modules|submodules?|"
            r"packages? to (?:the )?latest)\b",
            r"^bump\s+\S+(?:\s+and\s+\S+)?\s+(?:from\s+\S+\s+)?to\s+v?\d",
            r"^(?:bump|upgrade|update|pin|refresh)\b[^.]*\b(?:packages|gems|crates|modules|libraries|requirements)\b.*\b(?:latest|newest|minor|patch|"
            r"versions?|up to date)\b",
            r"^(?:drop|remove|eliminate|get rid of|avoid)\b.*\b(?:dependency|dependencies) on\b",
            r"^(?:upgrade|update|bump)\b(?: (?:all|the|our|every|outdated|python|npm|ruby|node|js|dev)){0,3} (?:gems?|packages?|crates?|libraries|modules)\s*$",
            r"\bdepend(?:s|ing)? on\b.*\b(?:package|library|module|gem|crate)\b|\b(?:unmaintained|outdated|abandoned) (?:package|library|gem|crate)s?\b",
            r"^(?:refresh|regenerate|update|sync|rebuild|recreate)\b.*\b(?:lock[- ]?files?|[\w-]+\.lock|package-lock\.json|go\.sum)\s*$",
            rf"^(?:remove|drop|uninstall)\s+(?:the\s+)?{_LIBRARY}\s*$|^(?:switch|move|change)\s+from\s+{_LIBRARY}\s+to\s+[\w@/.-]+$",
            rf"^(?:replace|swap|switch)\s+(?:out\s+)?{_LIBRARY}\s+(?:with|by|for|to)\s+[\w@/.-]+$",
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
            rf"^{_QUESTION}\b[^?.]{{8,120}}\?\s+(?:look|search|check|find|list|tell|report|explain|show)\b",
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
            r"^(?:plot|histogram|visuali[sz]e)\b(?!.*\b(?:component|widget|library|page|button|function|command|option|feature)\b)",
            r"^(?:estimate|count|quantify|compute|calculate|work out)\b (?:how many|how much|what share|the share|the number of) (?:of )?(?:the |our )?"
            r"(?:users?|customers?|visitors?|orders?|requests?|players?|subscribers?|people)\b",
            r"\.(?:csv|parquet|xlsx)\b.*\b(?:chart|plot|graph|trend|average|median|per|by)\b",
            r"\b(?:chart|plot|graph|trends?|averages?|median)\b.*\.(?:csv|parquet|xlsx)\b",
            r"^(?:which|what|how many) \w+.*\b(?:sell|sold|buy|bought|earn|cost|churn|convert|cancel\w*)\b.*\b(?:best|most|least|worst|per|by)\b",
            r"^(?:break down|group|aggregate|summari[sz]e)\b.*\b(?:costs?|spend\w*|usage|revenue|sales|tickets|orders|incidents|answers)\b.*\b(?:by|per)\b",
            r"^(?:compute|calculate|report|show) (?:the )?(?:weekly|daily|yearly|average|mean|median|monthly|weekly|distribution|correlation|retention|churn)\b",
        ),
        _PROSE_BUT_FIGURES,
    ),
    Rule(
        "figures-compared", "data-analysis",
        _any(
            r"^(?:find out|determine|investigate|check|compare|test|examine|measure|look at)\b.*\b(?:correlat\w+|distribution of|"
            r"statistically|significan\w+|conversion rates?|cohorts?|churn|percentiles?|median|variance|outliers?)\b",
            rf"^(?:compare|contrast)\b.*\b{_FIGURES}\b.*\b(?:between|across|before and after|per|by)\b",
        ),
        _any(_ABOUT_WORDS, r"\b(?:benchmarks?|latency of|memory|crash\w*|bug|error|exception)\b"),
    ),
    Rule(
        "data-files", "data-analysis",
        _any(
            r"^(?:find out|which|what|how|compare|plot|compute|calculate|check|analy[sz]e|explore|make|draw|report|count)\b.*\.(?:csv|parquet|xlsx|feather)\b",
            r"\bnotebook (?:that|which|to|with)\b.*\b(?:show|plot|compare|explor|explain|analy)\w*",
            r"^(?:draw|make|create|report|show|list) (?:a |an |the )?(?:histogram|distribution|seasonality|(?:top )?(?:ten|five|\d+) most)\b",
            r"^how (?:are|is|did|do|does|has|have)\b.*\b(?:distributed|histogram|trend|on average|average \w+ (?:value|time|price))\b",
        ),
        _any(r"\b(?:parser|importer|exporter|endpoint|download|upload|support|button|page|command)\b"),
    ),
    Rule(
        "find-out", "investigation",
        _any(
            r"^(?:investigate|diagnose|look into|dig into|find out|figure out|research|spike\b)",
            r"^(?:determine|understand|analy[sz]e|trace|track down|check|see|explain) (?:to me |me )?(?:why|the (?:root )?cause)\b",
            r"^(?:determine|understand|analy[sz]e|assess|evaluate|explain) (?:to me |me )?(?:how|what|which|where|whether|if|who)\b.{15,}",
            r"\broot[- ]cause analysis\b",
            r"^(?:trace|follow|describe|walk (?:me )?through) (?:how|where|what|the (?:way|path|flow) of)\b",
            r"^give (?:me|us) an? (?:overview|explanation|summary|idea) (?:of|how)\b|^overview of\b",
            r"^(?:look|search) for (?:the )?(?:reasons?|causes?|source|origin)\b",
            r"[,;.] (?:no|without) (?:code )?(?:changes|edits)\s*[.!]?\s*$",
            r"^(?:check|see|verify|look|test|find|tell me|say) (?:out )?(?:whether|if|which|what|how)\b.*\b(?:report|tell|let (?:me|us) know|say|answer|"
            r"explain|write down|summari[sz]e)\b",
            r"\b(?:do not|don['’]t|without) chang(?:e|ing) (?:anything|any code|the code)\b|\bno (?:code )?changes,? (?:just|only)\b",
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
            r"\b(?:CVE-\d|GHSA-|XSS|CSRF|SSRF|XXE|ReDoS\b|OWASP|SQLi\b)",
            r"\b(?:sql|command|code|shell|template|ldap|header|log) injections?\b",
            r"\binjection (?:attack|vulnerab|flaw)",
            r"\b(?:path|directory) traversal\b|\bprototype pollution\b|\bopen redirects?\b|\bclickjacking\b|\btiming attacks?\b",
            r"\bprivilege escalation\b|\bbrute[- ]?force\b|\bremote code execution\b|\bcross-site\b|\bsession (?:fixation|hijack)",
            r"\bvulnerab(?:le|ilit(?:y|ies))\b|\bpenetration test|\bpentest|\bthreat model",
            r"\bsecurity (?:audit|review|issue|hole|flaw|fix|patch|hardening|headers?|bug|scan|problem|weakness)",
            r"^harden\b|\bhardening of\b|^(?:rotate|revoke)\b.*\b(?:secrets?|keys?|tokens?|credentials?|certificates?|passwords?)\b",
            r"\bhard-?coded (?:\w+ )?(?:secrets?|passwords?|credentials?|keys?|tokens?)\b",
            r"\b(?:leak(?:s|ed|ing)?|expos(?:es|ed|ing)) (?:\w+ ){0,2}(?:secrets?|credentials?|passwords?|api keys?)\b",
            rf"^(?:encrypt|hash|salt)\b.*\b(?:at rest|personal|pii|columns?|data|backups?|{_SECRETS})\b",
            rf"^(?:store|save|keep|persist)\b.*\b{_SECRETS}\b.*\b(?:encrypted|hashed|salted|vault|kms|keychain|keyring|secret store)\b",
            r"^(?:add|implement|introduce|enforce|require|enable|apply)\b.*\b(?:rate[- ]?limit\w*|captcha|lock-?out|two-factor|2fa|mfa|"
            r"content[- ]security[- ]policy|hsts|password policy|signature (?:check|verification)|permission checks?)\b",
            rf"^(?:keep|mask|redact|strip|hide|remove)\b.*\b{_SECRETS}\b.*\b(?:out of|from|in) (?:the )?(?:\w+ )?(?:logs?|output|traces?|history|"
            r"repository|source|error messages|responses?|urls?)\b",
            r"^(?:lock|block|throttle|suspend|limit|delay)\b.*\b(?:accounts?|ips?|log-?ins?|sign-?ins?|users?|clients?)\b.*"
            r"\b(?:failed|attempts|wrong passwords?|requests per)\b",
            r"\bconstant[- ]time\b|^(?:make sure|ensure) (?:that )?only (?:the |an? )?(?:\w+ )?(?:owners?|admins?|authors?|members?|users?)\b",
            r"^(?:deny|reject|refuse) (?:all |any )?(?:requests?|calls?|uploads?|connections?|tokens?) (?:with|without|from|that)\b",
            rf"^(?:move|put|store)\b.*\b{_SECRETS}\b.*\b(?:vault|secrets? manager|key ?chain|kms|environment variables?)\b",
            r"\b(?:script|html|markup) injections?\b|\b(?:malware|viruses|ransomware|phishing)\b",
            r"\b(?:secure|httponly|samesite)\b[- ](?:flags?|cookies?|attributes?)|^sign\b.*\bcookies?\b",
            rf"^(?:stop|avoid|never|do not|don['’]t)\b.{{0,20}}\b(?:log|leak|print|expos|send|return|stor)\w*\b.*\b{_SECRETS}\b",
            rf"\b{_SECRETS}\b.*\b(?:expires?|leak(?:s|ed)?|rotat\w+|revoked?)\b.*\b(?:after|hours?|minutes|days|in|on|when)\b",
            r"^(?:prevent|block|stop|forbid|reject)\b.*\b(?:attackers?|attacks?|unauthori[sz]ed|malicious|spoof\w*|tamper\w*|replay\w*)\b",
        ),
        _any(_PROSE, r"^(?:bump|update|upgrade)\b", r"\b(?:workflow|codeql|ci|scorecard|lockfile|audit in)\b"),
    ),
    Rule(
        "stored-data-moves", "migration",
        _any(
            rf"^(?:(?:\w+ly )?migrat(?:e|es|ed|ing)|port|move|convert|transfer|import|copy)\b.*\b{_STORED}\b.*\b(?:to|from|into|onto)\b",
            rf"^migrat(?:e|es|ed|ing)\b.*\b{_STORED}\b",
            rf"^(?:move|migrate|switch|transfer|copy|relocate)\b.*\b{_KEPT}\b.*\b(?:to|into|onto)\b.*\b{_STORES}\b",
            r"^(?:move|copy|transfer|merge)\b.*\b(?:in)?to the new\b.*\b(?:tables?|schema|database|storage|format)\b",
            r"\b(?:move|carry|bring|take) (?:all |the |our |existing )*(?:accounts|users|customers|data|records|orders|passwords) over\b",
            r"^(?:move|copy|transfer|relocate)\b.*\bfrom (?:the )?(?:file ?system|local disk|disk|nfs|ftp server)\b.*\b(?:to|into|onto)\b",
            r"\bmigration (?:that|which|to|for)\b.*\b(?:columns?|tables?|index(?:es)?|schema|rows|fields?|constraints?)\b",
            r"\b(?:copy|move|carry over|convert|backfill)\b[^.]{0,30}\b(?:existing|old|stored|historical) "
            r"(?:files|rows|records|data|values|entries|documents|uploads)\b",
            r"\b(?:database|db|schema|data|alembic|flyway|liquibase|django|rails|prisma|knex|sql|zero-downtime) migrations?\b",
            r"^(?:backfill|shard|partition)\b.*\b\w+",
            r"^(?:change|convert|switch|turn|make)\b.*\b(?:keys?|columns?|ids?|prices?|amounts?|dates?|times?|timestamps?)\b.*\bfrom "
            r"(?:an? )?(?:int(?:eger)?s?|bigints?|strings?|text|floats?|doubles?|varchar|uuids?|naive|local time|seconds)\b.*\bto\b",
            r"\bprimary keys?\b.*\b(?:to|from|uuid|bigint|integer)\b",
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
            rf"^(?:migrate|port|move|transition|convert|switch|rewrite|upgrade|go|change)\b.*\b(?:from|off)\s+(?:\w+\s){{0,2}}{_PLATFORM}\b.*\b(?:to|onto)\b",
            rf"^(?:migrate|port)\b.*\bto\s+(?:the\s+)?(?:\w+\s){{0,1}}{_PLATFORM}(?:\s+\d[\d.]*)?\s*$",
            rf"^move (?:all |our |the |every )(?:\w+ ){{0,3}}(?:to|onto|into) (?:the )?{_PLATFORM}\b",
            r"^(?:convert|port|translate|move|rewrite)\b.*\b(?:code ?base|whole project|entire project|all modules|everything)\b.*\b(?:from|to|into)\b",
            # "from Sidekiq to Kafka": both are names, and what moves is more than one call
            r"^(?:move|bring|migrate|port|switch|transition|carry|transfer|take)\b.*\bfrom (?-i:[A-Z])[\w.+#-]+ (?:over )?(?:to|onto) "
            r"(?:the )?(?-i:[A-Z])[\w.+#-]+",
            r"^(?:split|break)\b.*\bmonolith\w*\b.*\b(?:into|up)\b",
        ),
        _TOOLING,
    ),
    Rule(
        "build-file", "build",
        _any(r"^(?:add|create|write|fix|update|shrink|simplify) (?:an? |the |our )?(?:[\w-]+ ){0,2}(?:dockerfile|docker-?compose(?: file)?|makefile|"
             r"devcontainer|docker image)\b",
             r"\b(?:in|of) (?:the|our) (?:dockerfile|makefile|docker image|devcontainer|cmakelists(?:\.txt)?|build\.gradle)\s*$"),
        _any(r"\b(?:docs?|readme|typo|tests?|support|parser|detect\w*|highlight\w*|sign\w*)\b", r"['’]s\b"),
    ),
    Rule(
        "ci-service", "ci",
        _any(
            r"\b(?:github actions?|gitlab[- ]ci|circle ?ci|travis(?:[- ]ci)?|jenkins(?:file)?|azure pipelines?|buildkite|drone ci|appveyor)\b",
            r"\b(?:ci/cd|continuous (?:integration|delivery|deployment))\b",
            r"\b(?:ci|release|deploy(?:ment)?|build|publish|nightly) (?:pipelines?|workflows?|jobs?|matrix)\b",
            r"\.github/workflows|\.gitlab-ci",
            r"^(?:run|execute|test|build|check|lint)\b.*\b(?:in|on|with) (?:the )?(?:ci|pipeline)\b",
            r"^(?:add|run|create|set up|schedule)\b.*\b(?:nightly|weekly|scheduled) (?:ci )?(?:jobs?|builds?|runs?)\b.*\b(?:tests?|build|lint|benchmarks?)\b",
            r"\b(?:fail|break|block|speed up|parallel\w+|cache)\b.*\b(?:the )?(?:ci|pipeline)(?: builds?| runs?)?\b",
            r"\bthe (?:ci|pipeline|build) (?:fail|break|block|run|wait)s?\b.*\b(?:when|if|on|unless)\b",
            r"\b(?:test|build|ci|job|version) matrix\b|\bmatrix strategy\b|^publish\b.*\bto (?:pypi|npm|crates\.io|maven|docker hub|rubygems) "
            r"(?:when|on|after|for)\b|\b(?:to|with|on) (?:codecov|coveralls|sonar\w*)\b",
            r"^(?:run|execute|build)\b.*\b(?:every|each) (?:night|day|week|morning|commit|push)\b|^(?:run|execute)\b.*\bnightly\s*$",
            r"\b(?:ci|gitlab|github|release|build|deploy\w*|nightly) (?:pipelines?|runners?)\b|\bin the pipeline\s*$",
            r"^(?:do not |don['’]t |only |always )?(?:run|skip|require|execute|build|start|trigger)\b.*\b(?:on|for) (?:every |each |all )?"
            r"(?:pull|merge) requests?\b",
            r"\b(?:build|release) artifacts?\b.*\b(?:pipeline|workflow|ci|job)\b",
            r"^(?:build|publish|release|deploy|push|tag)\b.*\bon (?:every|each) (?:tag|push|commit|merge|pull request|release)\b",
        ),
        _any(r"\b(?:readme|docs?|documentation|document|guide|typo|examples?|badge|official|support for|detect\w*|plugin|provider|module)\b",
             r"^(?!run|execute|test|build|check|lint|cache|speed)\w+.*\b(?:in|on|for|with) (?:the )?(?:\w+ )?(?:ci|github actions?|travis)\b"),
    ),
    Rule(
        "within-a-time", "performance",
        r"^(?:make|get|let|have|bring)\b.*\b(?:in|under|below|within|less than) (?:an? |one |two |half an? |\d+ ?)(?:ms|milliseconds?|seconds?|minutes?)\b",
        _any(_ABOUT_WORDS, r"\b(?:expire|time ?out|retry|wait|poll|remind)\w*"),
    ),
    Rule(
        "said-twice", "refactor",
        r"^(?:reduce|remove|eliminate|get rid of|avoid|factor out)\b.{0,20}\b(?:(?:code )?duplication|duplicated? (?:code|logic|functions?|helpers?|methods?))\b",
        _ABOUT_WORDS,
    ),
    Rule(
        "wish-of-people", "new-feature",
        r"^(?:as an? [\w ]{2,30},? i (?:want|need|would like)|(?:our |the )?(?:users?|customers?|admins?|administrators?|people|players?|members?|visitors?|"
        r"editors?|authors?|managers?|teachers?|patients?|drivers?) (?:should|must|shall|can|need to|want to) (?:now )?(?:be able to|have|see|get|choose|pick))\b",
        r"\b(?:but|however|cannot|can['’]t|fails?|error|no longer|slow)\b",
    ),
    Rule(
        "fault-told", "bug-fix",
        r"^(?!(?:add|make|let|use|fix|support|allow|create|write|remove|run|show|move|replace|update|improve|document|test)\b)(?:(?:the|a|an|when|after|if|"
        r"every|all|some|our|my|its?)\b|[\w-]+ing\b|\w+s\b)[^\n]*\b(?:twice|garbled|wrong|wrongly|incorrect(?:ly)?|lost|missing|disappears?|vanish(?:es)?|"
        r"fails?|crash(?:es)?|hangs?|broken|breaks|instead of|no longer|does not|doesn['’]t|do not|don['’]t|cannot|can['’]t|is not|isn['’]t|"
        r"are not|aren['’]t|never|goes negative|stack trace|exception|404|500|blank|duplicated?|still (?:shows?|submits?|there|visible|works?|runs?)|"
        r"out of order|corrupt(?:s|ed)?|ignored|undefined|null)\b",
        _any(_ABOUT_WORDS, r"\b(?:slow|slowly|seconds|minutes|memory|cpu|latency|faster|performance)\b|^(?:uses?|tests?|docs?|adds?|fixes|removes|moves|makes|does)\b",
             r"^\w+ing\b.{0,12}$"),
    ),
    Rule(
        "odd-moment", "bug-fix",
        r"^(?!(?:add|make|let|use|fix|support|allow|create|write|remove|run|show|move|replace|update|improve|document|test|do|don['’]t|avoid|prevent|"
        r"stop|check|handle|never|not)\b)\w+(?: [\w'’-]+){1,4} (?:too (?:early|late|soon|often|many times)|randomly|sporadically|by (?:itself|themselves)|"
        r"unexpectedly|all the time)\b",
        _any(_ABOUT_WORDS, r"\b(?:should|must|can|request|slow|memory|cpu)\b"),
    ),
    Rule(
        "built-for-people", "new-feature",
        r"^build (?:an? |our |my )",
        r"\b(?:images?|docker\w*|wheels?|packages?|scripts?|pipelines?|binar\w+|targets?|matrix|releases?|bundles?|containers?|artifacts?|docs?|documentation|"
        r"tests?|jobs?|installers?|toolchain)\b",
    ),
    Rule(
        "act-on-stored-things", "maintenance",
        rf"^(?:delete|purge|wipe|erase|truncate|reset|revoke|expire|archive)\s+(?:all|every|each|old|stale|expired|inactive|any)\b.*"
        rf"\b(?:users?['’]?|customers?['’]?|accounts?|records|rows|sessions|caches|backups|snapshots|logs|{_SECRETS})\b",
        _TOOLING,
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
