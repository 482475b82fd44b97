"""A task in its repository, as plain values, and what can be read off: the sides there are, the one meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from agent_baton.agents import stacks, words
from agent_baton.agents.paths import APP_PATH, ASIDE, DATABASE_PATH, DOC_PATH, INFRA_PATH, TEST_PATH
from agent_baton.patterns import lazy

Side = Literal["frontend", "backend", "mobile", "infra", "database", "data", "ml", "analysis", "docs"]


CLAUSE = lazy(r"\b(?:that|which|when|because|if)\b")
APP_LANGUAGES = frozenset({"Swift", "Objective-C", "Kotlin", "Java", "Dart", "C#"})
# What has to be said, or named, for a type to be believed.
WITNESSES: dict[str, tuple[str, ...]] = {
    "documentation": ("docs", "writing"),
    "test": ("tests",),
    "ci": ("infra", "build", "ci"),
    "performance": ("performance",),
    "security": ("security", "hole"),
    "investigation": ("question", "review", "design"),
    "data-analysis": ("analysis", "ml", "dataflow"),
}
PATH_WITNESSES = {"documentation": DOC_PATH, "test": TEST_PATH, "ci": INFRA_PATH}


@dataclass(frozen=True)
class Scene:
    """What routing may look at. `languages`: the most important first; `paths`: what the task is about."""

    task_type: str
    text: str
    languages: Sequence[str] = ()
    frameworks: Sequence[str] = ()
    paths: Sequence[str] = ()
    risk: str = "LOW"
    complexity: str = "medium"
    files: Sequence[str] = ()  # of the whole repository; empty when not known
    signals: Sequence[str] = ()  # names of the reasons for the risk level: "money", "authn", …

    def says(self, topic: str) -> str:
        """The first word of a topic in the task, empty if there is none."""
        return next(iter(self.words(topic)), "")

    def words(self, topic: str) -> list[str]:
        return words.find(topic, self.text)

    @cached_property
    def head(self) -> str:
        """The task without its subordinate clauses: "a rule that corrects typos" is about a rule."""
        return CLAUSE.split(self.text, maxsplit=1)[0]

    @cached_property
    def kind(self) -> str:
        """The task's type, if a word or file of the task bears it out; else empty, and the words decide alone.

        A type is a guess about a sentence. Sending a performance engineer to a task that speaks of nothing slow costs more
        than sending the one who owns the code. Where our words may not reach (another language), it is believed.
        """
        topics = WITNESSES.get(self.task_type)
        if topics is None or not self.text.isascii():
            return self.task_type
        text = self.head if self.task_type == "documentation" else self.text
        if any(words.find(topic, text) for topic in topics):
            return self.task_type
        files = PATH_WITNESSES.get(self.task_type)
        return self.task_type if files is not None and self.any_path(files) else ""

    def uses(self, names: frozenset[str]) -> str:
        """The first framework of a set that the repository uses, empty if there is none."""
        return next((name for name in self.frameworks if name.lower() in names), "")

    @cached_property
    def program_languages(self) -> list[str]:
        """Those somebody programs in, without styles, markup and configuration."""
        return [name for name in self.languages if name not in stacks.SIDE_LANGUAGES]

    @cached_property
    def has_ui(self) -> bool:
        """Whether people look at this in a browser."""
        telling = [
            name
            for name in stacks.ui_frameworks(name.lower() for name in self.frameworks)
            if name not in stacks.WEAK_UI
        ]
        markup = any(name in stacks.MARKUP for name in self.languages)
        if telling:
            return markup or not self.files or self._ui_files() > 0
        if self.uses(stacks.TEXT_UI | stacks.DESKTOP) and not self.uses(stacks.BROWSER_ON_DESKTOP):
            return False
        first = next(iter(self.languages), "")
        shown = first in stacks.MARKUP or self.has_server or not self.program_languages
        return markup and (shown or self._ui_files() > 4)

    def _ui_files(self) -> int:
        return sum(
            stacks.ending(path) in stacks.UI_ENDINGS and not ASIDE.search(path) and not TEST_PATH.search(path)
            for path in self.files
        )

    @cached_property
    def has_server(self) -> bool:
        return any(name.lower() in stacks.SERVER_FLAVOUR for name in self.frameworks)

    @cached_property
    def has_mobile(self) -> bool:
        if self.uses(stacks.MOBILE):
            return True
        # an app without a framework we know leaves its project files
        first = next(iter(self.program_languages), "")
        return first in APP_LANGUAGES and any(
            APP_PATH.search(path) and not ASIDE.search(path) for path in self.files
        )

    @cached_property
    def has_storage(self) -> bool:
        """Whether there is a schema somebody could migrate."""
        if self.uses(stacks.STORAGE) or any(name in stacks.SQL_LANGUAGES for name in self.languages):
            return True
        return any(DATABASE_PATH.search(path) and not ASIDE.search(path) for path in self.files)

    @cached_property
    def learns(self) -> bool:
        """Whether models are trained here."""
        return bool(self.uses(stacks.MACHINE_LEARNING)) or "Jupyter Notebook" in self.languages

    @cached_property
    def main_side(self) -> Side:
        """What work here is when a task says nothing about it."""
        programs = self.program_languages
        first = next(
            (name for name in self.languages if name in programs or name in ("HCL", *stacks.SQL_LANGUAGES)),
            "",
        )
        if first == "HCL":
            return "infra"
        if first in stacks.SQL_LANGUAGES:
            return "data" if self.uses(stacks.DATA_FLOW) else "database"
        if first == "Jupyter Notebook":
            return "ml" if self.uses(stacks.MACHINE_LEARNING) else "analysis"
        if not programs:
            return self._without_programs()
        if self._is_infrastructure(programs):
            return "infra"
        if self.has_mobile and not self.has_server:
            return "mobile"
        if self.uses(stacks.DATA_FLOW - stacks.TRANSPORT) and not self.has_server:
            return "data"
        return "frontend" if self.has_ui and not self.serves else "backend"

    def _without_programs(self) -> Side:
        if any(name in stacks.MARKUP for name in self.languages) and not self.uses(stacks.DOCS_SITE):
            return "frontend"
        infra = self.uses(stacks.INFRASTRUCTURE) or "Dockerfile" in self.languages
        return "infra" if infra or sum(bool(INFRA_PATH.search(path)) for path in self.files) > 1 else "docs"

    def _is_infrastructure(self, programs: Sequence[str]) -> bool:
        """Charts and playbooks with a few scripts beside them."""
        if not self.uses(stacks.INFRASTRUCTURE) or self.has_server:
            return False
        described = sum(bool(INFRA_PATH.search(path)) for path in self.files)
        return 2 * described > len(self.files) or (not self.files and set(programs) <= {"Shell"})

    @cached_property
    def serves(self) -> bool:
        """Whether there is code beside the user interface: a server, a library, a tool."""
        if self.has_server:
            return True
        main = next(iter(self.program_languages), "")
        return main not in ("", "JavaScript", "TypeScript", "CoffeeScript", "Elm", "ReScript", "PureScript")

    def all_paths(self, pattern: re.Pattern[str]) -> bool:
        """Whether the task names files, and all of them are of one kind."""
        return bool(self.paths) and all(pattern.search(path) for path in self.paths)

    def any_path(self, pattern: re.Pattern[str]) -> str:
        return next((path for path in self.paths if pattern.search(path)), "")
