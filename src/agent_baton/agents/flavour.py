"""Which flavour of a role fits the stack: a project's own first, then by files, frameworks and languages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from agent_baton.agents import stacks
from agent_baton.agents.definitions import FLAVOUR_MARK

Choice = tuple[str, str]  # flavour, why


def choose_flavour(
    role: str,
    languages: Sequence[str],
    frameworks: Sequence[str],
    paths: Sequence[str],
    available: Collection[str],
    *,
    text: str = "",
) -> tuple[str, str]:
    """The agent for a role: a flavour if one of `available` fits, else the role itself. And why, where there is a choice.

    `languages` with the most important first; `paths` are the files the work is about; `text` is the task.
    """
    flavours = {
        name.partition(FLAVOUR_MARK)[2]: name for name in available if name.startswith(role + FLAVOUR_MARK)
    }
    if not flavours:
        return role, ""
    for flavour, reason in _wishes(role, languages, frameworks, paths, text):
        if flavour in flavours:
            return flavours[flavour], reason
    return role, f"no flavour of {role} is for this stack"


def _wishes(
    role: str, languages: Sequence[str], frameworks: Sequence[str], paths: Sequence[str], text: str
) -> Iterator[Choice]:
    """Flavours that would fit, best first."""
    frameworks = [name.lower() for name in frameworks]
    if role == "frontend-engineer":
        yield from _frontend(frameworks, paths, text)
    elif role == "mobile-engineer":
        yield from _mobile(languages, frameworks, paths, text)
    elif role == "devops-engineer":
        yield from _devops(languages, frameworks, paths, text)
    elif role == "backend-engineer":
        yield from _backend(languages, frameworks, paths, text)
    yield from _named_after(languages, frameworks)


def _named_after(languages: Sequence[str], frameworks: Sequence[str]) -> Iterator[Choice]:
    for name in (*frameworks, *languages):
        yield name.lower().replace(" ", "-"), f"the repository uses {name}"


def _backend(
    languages: Sequence[str], frameworks: Sequence[str], paths: Sequence[str], text: str
) -> Iterator[Choice]:
    yield from _own(frameworks)
    spoken = {stacks.LANGUAGE_FLAVOUR.get(name) for name in languages}
    by_path = _by_ending(paths, stacks.CODE_FLAVOUR, languages)
    if by_path:
        yield by_path
    for flavour, word in _languages_said(text):
        if flavour in spoken:
            yield flavour, f"the task says {word}"
    programs = [name for name in languages if name not in stacks.SIDE_LANGUAGES]
    if not programs or programs[0] in stacks.CLIENT_LANGUAGES:
        yield from _by_server(languages, frameworks)
    for name in programs:
        if name in stacks.LANGUAGE_FLAVOUR:
            yield stacks.LANGUAGE_FLAVOUR[name], f"{name} is the language here"


def _own(frameworks: Sequence[str]) -> Iterator[Choice]:
    """A project's `backend-engineer--django` knows more of it than ours for all of Python."""
    ours = {*stacks.FRONTEND_FLAVOUR.values(), *stacks.MOBILE_FLAVOUR.values()}
    for name in frameworks:
        if name not in ours and (name in stacks.SERVER_FLAVOUR or name in stacks.UI or name in stacks.MOBILE):
            yield name, f"the repository uses {name}"


def _by_server(languages: Sequence[str], frameworks: Sequence[str]) -> Iterator[Choice]:
    """A server framework beats a larger language: the TypeScript of a React client is not who serves."""
    servers = {
        stacks.SERVER_FLAVOUR[name]: name for name in reversed(frameworks) if name in stacks.SERVER_FLAVOUR
    }
    if "java" in servers and "Kotlin" in languages and _before("Kotlin", "Java", languages):
        servers["kotlin"] = servers["java"]
    for name in languages:
        flavour = stacks.LANGUAGE_FLAVOUR.get(name, "")
        if flavour in servers:
            yield flavour, f"{servers[flavour]} serves here"
    if not any(name in stacks.LANGUAGE_FLAVOUR for name in languages):
        for flavour, framework in servers.items():
            yield flavour, f"{framework} serves here"


def _before(first: str, second: str, languages: Sequence[str]) -> bool:
    return second not in languages or languages.index(first) < languages.index(second)


def _frontend(frameworks: Sequence[str], paths: Sequence[str], text: str) -> Iterator[Choice]:
    yield from _own(frameworks)
    by_path = _by_ending(
        [path for path in paths if stacks.ending(path) in ("vue", "svelte")], stacks.UI_FLAVOUR_BY_ENDING
    )
    if by_path:
        yield by_path
    for name in stacks.ui_frameworks(frameworks):
        if name in stacks.FRONTEND_FLAVOUR:
            yield stacks.FRONTEND_FLAVOUR[name], f"the repository uses {name}"
    for name, flavour in stacks.FRONTEND_FLAVOUR.items():
        if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE):
            yield flavour, f"the task says {name}"
    by_path = _by_ending(paths, stacks.UI_FLAVOUR_BY_ENDING)
    if by_path:
        yield by_path


def _mobile(
    languages: Sequence[str], frameworks: Sequence[str], paths: Sequence[str], text: str
) -> Iterator[Choice]:
    yield from _own(frameworks)
    native = {"swift": "swift", "m": "swift", "storyboard": "swift", "kt": "kotlin"}
    by_path = _by_ending(paths, native)
    if by_path:
        yield by_path
    cross = [name for name in frameworks if stacks.MOBILE_FLAVOUR.get(name) in ("flutter", "react-native")]
    for name in cross:
        yield stacks.MOBILE_FLAVOUR[name], f"the repository uses {name}"
    for word, flavour in (("ios", "swift"), ("iphone", "swift"), ("android", "kotlin")):
        if re.search(rf"(?<!\w){word}(?!\w)", text, re.IGNORECASE) and not cross:
            yield flavour, f"the task says {word}"
    for name in frameworks:
        if name in stacks.MOBILE_FLAVOUR:
            yield stacks.MOBILE_FLAVOUR[name], f"the repository uses {name}"
    for name in languages:
        if name in ("Swift", "Kotlin", "Objective-C", "Java", "Dart"):
            flavour = {"Dart": "flutter", "Objective-C": "swift", "Java": "kotlin"}.get(name, name.lower())
            yield flavour, f"{name} is the language here"


def _devops(
    languages: Sequence[str], frameworks: Sequence[str], paths: Sequence[str], text: str
) -> Iterator[Choice]:
    if any(stacks.ending(path) in ("tf", "tfvars", "hcl") for path in paths):
        yield "terraform", "the task names Terraform files"
    said = re.search(r"\b(terraform|opentofu|terragrunt|tfstate)\b", text, re.IGNORECASE)
    if said:
        yield "terraform", f"the task says {said[0]}"
    main = next((name for name in languages if name == "HCL" or name not in stacks.SIDE_LANGUAGES), "")
    other = re.search(
        r"\b(github actions?|gitlab ci|workflow|dockerfile|ansible|pre-commit)\b", text, re.IGNORECASE
    )
    if main == "HCL" and not other and not any(stacks.ending(path) in ("yml", "yaml") for path in paths):
        yield "terraform", "HCL is the language here"
    yield from (choice for choice in _named_after([], frameworks) if choice[0] != "terraform")


def _by_ending(paths: Sequence[str], table: dict[str, str], languages: Sequence[str] = ()) -> Choice | None:
    """The flavour most of the files are of; none when no ending says anything."""
    found = Counter(table[stacks.ending(path)] for path in paths if stacks.ending(path) in table)
    if any(stacks.ending(path) == "h" for path in paths) and "c" in table:
        found["cpp" if "C++" in languages and _before("C++", "C", languages) else "c"] += 1
    if not found:
        return None
    flavour = found.most_common(1)[0][0]
    named = next((path for path in paths if table.get(stacks.ending(path)) == flavour), paths[0])
    return flavour, f"the task names {named}"


def _languages_said(text: str) -> Iterator[Choice]:
    lowered = text.lower()
    for word, flavour in stacks.SPOKEN.items():
        if word in lowered and re.search(rf"(?<![\w.+#]){re.escape(word)}(?![\w+#])", lowered):
            yield flavour, word
    # "go" and "c" are also words: only in company of one that means the language
    for word, flavour in (("go", "go"), ("c", "c")):
        said = re.search(
            rf"\b({word})\s+(code|client|sdk|library|service|server|module|package|extension|api|binding)",
            lowered,
        )
        if said:
            yield flavour, said[0]
