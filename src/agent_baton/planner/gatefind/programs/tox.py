"""tox: which commands an environment runs, from tox.ini, setup.cfg, pyproject.toml or tox.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent_baton.patterns import lazy
from agent_baton.records import replace

from .. import ini
from ..arguments import option, positionals
from ..calls import UNKNOWN, Call, quoted
from ..meaning import NOTHING, Inspector, Meaning, Reader, faulty
from ..names import is_special
from ..reading import Repo, dig, join, strings, table
from ..shell import calls_in

_PYTHON_ENV = lazy(r"(?:py|pypy|python)\d*(?:\.\d+)?t?$")
_FACTOR_LINE = lazy(r"^([!\w.{},-]+)\s*:\s+(.*)$")
_VALUES = (
    "-c",
    "--conf",
    "-e",
    "--root",
    "--workdir",
    "-x",
    "--override",
    "--result-json",
    "--hashseed",
    "-p",
    "--parallel",
    "-m",
    "-f",
    "--installpkg",
    "--skip-env",
)


def _tox(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    verbs = positionals(argv, _VALUES)
    if (verbs and verbs[0] not in ("run", "r", "run-parallel", "p", "tox")) or any(
        each in argv for each in ("-l", "-a", "--version", "--notest", "--listenvs")
    ):
        return NOTHING
    config = _Config.of(inspector.repo, call.cwd, option(argv, "-c", "--conf"))
    if config is None:
        return faulty("there is no tox configuration in this tree")
    wanted = [each for each in option(argv, "-e", "-m", "-f").split(",") if each]
    known = [each for each in wanted if UNKNOWN not in each and "$" not in each]
    environments = known or config.default_environments()
    meanings = [(name, _of_environment(config, name, call, inspector)) for name in environments[:40]]
    chosen = _best(meanings)
    if chosen is None:
        return next((meaning for _, meaning in meanings), NOTHING)
    name, meaning = chosen
    named = name if known or not _PYTHON_ENV.match(name) else "py"
    run = call.with_words("tox", "-e", _local_name(named))
    return replace(meaning, run=run, narrow=meaning.narrow or is_special(named), itself=True)


def _local_name(name: str) -> str:
    """`py311` is the CI's interpreter; `py` is the one that is here."""
    return "py" if _PYTHON_ENV.match(name) else re.sub(r"^(?:py|pypy)?\d[\d.]*t?(?=-)", "py", name)


def _best(meanings: list[tuple[str, Meaning]]) -> tuple[str, Meaning] | None:
    """The environment that tests; failing that the first that checks anything."""
    useful = [(name, meaning) for name, meaning in meanings if meaning.kinds and not meaning.fault]
    tests = [pair for pair in useful if "test" in pair[1].kinds]
    return next(iter(sorted(tests, key=lambda pair: (pair[1].narrow, is_special(pair[0]))) or useful), None)


def _of_environment(config: _Config, name: str, call: Call, inspector: Inspector) -> Meaning:
    calls = list(config.calls(name, call.cwd))
    if not calls:
        return NOTHING
    found = inspector.together(calls)
    tests = [each for each in calls if "test" in inspector.of(each).kinds]
    direct = inspector.of(tests[0]).run if tests else None
    if direct is None and len(found.kinds) == 1:
        checking = [each for each in calls if inspector.of(each).kinds]
        direct = inspector.of(checking[0]).run if len(checking) == 1 else None
    return replace(found, direct=direct)


class _Config:
    """The part of a tox configuration that says what is run."""

    def __init__(
        self, path: str, sections: dict[str, dict[str, ini.Value]], document: dict[str, object]
    ) -> None:
        self.path = path
        self._sections = sections
        self._document = document

    @classmethod
    def of(cls, repo: Repo, cwd: str, named: str = "") -> _Config | None:
        prefix = f"{cwd}/" if cwd else ""
        if named and repo.is_file(prefix + named) and named.endswith((".ini", ".cfg")):
            return cls(prefix + named, ini.sections(repo.text(prefix + named)), {})
        if repo.is_file(prefix + "tox.ini"):
            found = ini.sections(repo.text(prefix + "tox.ini"))
            if any(name.startswith(("tox", "testenv")) for name in found):
                return cls(prefix + "tox.ini", found, {})
        if repo.is_file(prefix + "setup.cfg"):
            found = ini.sections(repo.text(prefix + "setup.cfg"))
            if "tox:tox" in found:
                return cls(prefix + "setup.cfg", found, {})
        if repo.is_file(prefix + "tox.toml"):
            return cls(prefix + "tox.toml", {}, repo.toml(prefix + "tox.toml"))
        tool = dig(repo.toml(prefix + "pyproject.toml"), "tool", "tox")
        legacy = tool.get("legacy_tox_ini")
        if isinstance(legacy, str):
            return cls(prefix + "pyproject.toml", _moved(ini.sections(legacy)), {})
        return cls(prefix + "pyproject.toml", {}, tool) if tool else None

    def default_environments(self) -> list[str]:
        """What plain `tox` runs; `py` when that is not said."""
        value = next(
            (
                self._sections[name][key]
                for name in ("tox", "tox:tox")
                for key in ("envlist", "env_list")
                if key in self._sections.get(name, {})
            ),
            None,
        )
        if value is not None:
            names = [
                each
                for part in re.split(r"[,\s]+(?![^{]*\})", value.text)
                for each in _expanded(part)
                if each
            ]
        else:
            names = strings(self._document.get("env_list")) or strings(self._document.get("envlist"))
        return names or ["py"]

    def calls(self, name: str, cwd: str) -> Iterator[Call]:
        """The commands of an environment, as calls in the folder they run in."""
        if self._document:
            yield from self._toml_calls(name, cwd)
            return
        here = self._folder(name, cwd)
        if here is None:
            return
        for line, number in self._commands(name, set()):
            soft = line.startswith("-")
            script = self._substituted(line.lstrip("-! "), name)
            for call in calls_in(script, self.path, number, here):
                yield replace(call, soft=soft)

    def _section(self, name: str) -> str | None:
        """The section that describes an environment: its own, or a generated one (`testenv:py{39,310}`)."""
        for section in self._sections:
            if section.startswith("testenv:") and name in {
                each.strip()
                for part in re.split(r"[,\s]+(?![^{]*\})", section[8:])
                for each in _expanded(part)
            }:
                return section
        return None

    def _value(self, name: str, key: str) -> ini.Value | None:
        section = self._section(name)
        own = self._sections.get(section or "", {}).get(key)
        return own or self._sections.get("testenv", {}).get(key)

    def _folder(self, name: str, cwd: str) -> str | None:
        value = self._value(name, "changedir") or self._value(name, "change_dir")
        if value is None or not value.lines:
            return cwd
        line = next((line for line in (self._for_factors(each, name) for each in value.lines) if line), "")
        target = self._substituted(line, name)
        return None if UNKNOWN in target else join(cwd, target) if target else cwd

    def _commands(self, name: str, seen: set[str]) -> Iterator[tuple[str, int]]:
        value = self._value(name, "commands")
        if value is None:
            return
        pending, start = "", 0
        for raw, number in zip(value.lines, value.numbers, strict=True):
            text = raw if pending else (self._for_factors(raw, name) or "")
            if not text:
                continue
            start = start or number
            if text.endswith("\\"):
                pending += text[:-1] + " "
                continue
            line, pending = pending + text, ""
            reference = re.fullmatch(r"\{\[([^\]]+)\](\w+)\}", line.strip())
            if reference:
                yield from self._referenced(reference[1], reference[2], name, seen)
            else:
                yield line, start
            start = 0

    def _referenced(self, section: str, key: str, name: str, seen: set[str]) -> Iterator[tuple[str, int]]:
        value = self._sections.get(section, {}).get(key)
        if value is None or f"{section}.{key}" in seen:
            return
        seen.add(f"{section}.{key}")
        for raw, number in zip(value.lines, value.numbers, strict=True):
            line = self._for_factors(raw, name)
            reference = re.fullmatch(r"\{\[([^\]]+)\](\w+)\}", (line or "").strip())
            if reference:
                yield from self._referenced(reference[1], reference[2], name, seen)
            elif line:
                yield line, number

    def _for_factors(self, line: str, name: str) -> str | None:
        """A line without its `factor:` condition, None when the condition excludes this environment."""
        found = _FACTOR_LINE.match(line)
        if not found or "/" in found[1]:
            return line
        factors = set(re.split(r"[-.]", name)) | {name, *re.split("-", name)}
        for alternative in (each for part in re.split(r",(?![^{]*\})", found[1]) for each in _expanded(part)):
            required = [each for each in alternative.split("-") if each]
            if all(
                (each[1:] not in factors) if each.startswith("!") else each in factors for each in required
            ):
                return found[2]
        return None

    def _substituted(self, line: str, name: str) -> str:
        for _ in range(4):
            line = re.sub(r"\{\[([^\]]+)\](\w+)\}", lambda found: self._other(found[1], found[2]), line)
            changed = _with_builtins(line, name)
            if changed == line:
                break
            line = changed
        return re.sub(r"\{[\w:/.@\[\]-]*\}", UNKNOWN, line)

    def _other(self, section: str, key: str) -> str:
        value = self._sections.get(section, {}).get(key)
        return " ".join(value.lines) if value else UNKNOWN

    def _toml_calls(self, name: str, cwd: str) -> Iterator[Call]:
        own = dig(self._document, "env", name)
        base = dig(self._document, "env_run_base")
        commands = own.get("commands", base.get("commands"))
        folder = own.get("change_dir", base.get("change_dir"))
        here = join(cwd, _with_builtins(folder, name)) if isinstance(folder, str) else cwd
        if here is None or not isinstance(commands, list):
            return
        for command in commands:
            words = (
                [word for part in command if (word := _toml_word(part, name))]
                if isinstance(command, list)
                else []
            )
            if words:
                yield Call(tuple(quoted(word) for word in words), here, path=self.path)


def _moved(sections: dict[str, dict[str, ini.Value]]) -> dict[str, dict[str, ini.Value]]:
    """The lines of an INI text inside a TOML string count from elsewhere: none is better than a wrong one."""
    return {
        name: {
            key: replace(value, line=0, numbers=tuple(0 for _ in value.numbers))
            for key, value in values.items()
        }
        for name, values in sections.items()
    }


def _toml_word(part: object, name: str) -> str:
    if isinstance(part, str):
        return re.sub(r"^.*\{[\w:/.@-]+\}.*$", "", _with_builtins(part, name))
    default = table(part).get("default")
    return (
        " ".join(_with_builtins(each, name) for each in strings(default))
        if table(part).get("replace") == "posargs"
        else ""
    )


def _expanded(name: str) -> list[str]:
    """`py{39,310}-x` -> `py39-x`, `py310-x`, at most 64 names."""
    done: list[str] = []
    waiting = [name]
    while waiting and len(done) + len(waiting) <= 64:
        each = waiting.pop(0)
        found = re.search(r"\{([^{}]*)\}", each)
        if not found:
            done.append(each)
            continue
        parts = [part.strip() for part in found[1].split(",")]
        span = re.fullmatch(r"(\d+)-(\d+)", parts[0]) if len(parts) == 1 else None
        if span and int(span[2]) - int(span[1]) < 20:
            parts = [str(number) for number in range(int(span[1]), int(span[2]) + 1)]
        waiting.extend(each[: found.start()] + part + each[found.end() :] for part in parts)
    return done


def _with_builtins(line: str, name: str) -> str:
    line = re.sub(r"\{(?:toxinidir|tox_root|config_dir)\}(?:/|\\|\{/\})?", "./", line)
    line = line.replace("{/}", "/").replace("{:}", ":").replace("{envname}", name).replace("{env_name}", name)
    line = re.sub(r"\{(?:envpython|env_python|base_python|basepython)\}", "python", line)
    line = re.sub(r"\{(?:envbindir|env_bin_dir)\}[/\\]", "", line)
    line = re.sub(r"\{posargs(?::([^{}]*))?\}", lambda found: found[1] or "", line)
    line = re.sub(r"\{env:\w+(?::([^{}]*))?\}", lambda found: found[1] if found[1] is not None else "", line)
    line = re.sub(r"(?<![\w$])\[\]", "", line)
    return re.sub(r"(^|\s)\./(?=\s|$)", r"\1.", line)


PROGRAMS: dict[str, Reader] = {"tox": _tox, "detox": _tox}
