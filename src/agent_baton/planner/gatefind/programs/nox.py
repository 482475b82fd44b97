"""nox: which commands a session runs, told from the syntax tree of noxfile.py."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from agent_baton.records import Record, replace

from ..arguments import option
from ..calls import UNKNOWN, Call, quoted
from ..meaning import NOTHING, Inspector, Meaning, Reader, faulty
from ..names import is_special
from ..reading import Repo, join


class Session(Record):
    name: str
    default: bool
    calls: tuple[Call, ...]


def _nox(call: Call, inspector: Inspector) -> Meaning:
    argv = call.argv
    if any(each in argv for each in ("-l", "--list", "--version", "--list-sessions", "--install-only")):
        return NOTHING
    path = join(call.cwd, option(argv, "-f", "--noxfile") or "noxfile.py") or "noxfile.py"
    sessions = sessions_of(inspector.repo, path)
    if not sessions:
        return faulty("there is no noxfile with sessions in this tree")
    wanted = _wanted(argv)
    chosen = (
        [session for session in sessions if _fits(session.name, wanted)]
        if wanted
        else [each for each in sessions if each.default]
    )
    if wanted and not chosen:
        return faulty(f"the noxfile has no session {wanted[0]!r}")
    meanings = [(session, inspector.together(session.calls)) for session in chosen]
    useful = [(session, meaning) for session, meaning in meanings if meaning.kinds and not meaning.fault]
    tests = sorted(
        (pair for pair in useful if "test" in pair[1].kinds), key=lambda pair: is_special(pair[0].name)
    )
    session, meaning = next(iter(tests or useful or meanings))
    checking = [each for each in session.calls if inspector.of(each).kinds]
    testing = [each for each in checking if "test" in inspector.of(each).kinds]
    first = next(iter(testing), checking[0] if len(checking) == 1 else None)
    run = call.with_words("nox", "-s", quoted(session.name))
    return replace(
        meaning,
        run=run,
        direct=inspector.of(first).run if first and not first.trimmed else None,
        narrow=meaning.narrow or is_special(session.name),
    )


def _wanted(argv: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for index, word in enumerate(argv):
        if word in ("-s", "-e", "--session", "--sessions"):
            for value in argv[index + 1 :]:
                if value.startswith("-"):
                    break
                found.append(value)
        elif word.startswith(("--session=", "--sessions=")):
            found.append(word.partition("=")[2])
    return [each for each in found if each and each != UNKNOWN]


def _fits(name: str, wanted: list[str]) -> bool:
    """`tests-3.12`, `tests(django='5')` and `tests` all name the session `tests`."""
    return any(
        each == name or re.match(re.escape(name) + r"(?:-(?:py|pypy)?\d[\w.]*|\(|-?\ue000|-$)", each)
        for each in wanted
    )


def sessions_of(repo: Repo, path: str) -> tuple[Session, ...]:
    """The sessions of a noxfile; none when it is absent or no Python of ours."""
    text = repo.text(path)
    try:
        tree = ast.parse(text) if text else ast.Module([], [])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    defaults = _defaults(tree)
    folder = path.rpartition("/")[0]
    found = []
    for node in tree.body:
        decorator = _decorator(node)
        if isinstance(node, ast.FunctionDef) and decorator is not None:
            name = _keyword(decorator, "name") or node.name
            on = name in defaults if defaults else _keyword(decorator, "default") != "False"
            found.append(Session(name, on, tuple(_runs(node, path, folder))))
    return tuple(found)


def _decorator(node: ast.stmt) -> ast.expr | None:
    if not isinstance(node, ast.FunctionDef):
        return None
    for decorator in node.decorator_list:
        if re.search(
            r"(?:^|\.)(?:nox_)?session$",
            _dotted(decorator.func if isinstance(decorator, ast.Call) else decorator),
        ):
            return decorator
    return None


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _keyword(decorator: ast.expr, name: str) -> str:
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    return next(
        (
            str(each.value.value)
            for each in keywords
            if each.arg == name and isinstance(each.value, ast.Constant)
        ),
        "",
    )


def _defaults(tree: ast.Module) -> list[str]:
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and any(_dotted(target).endswith("options.sessions") for target in node.targets)
            and isinstance(node.value, (ast.List, ast.Tuple))
        ):
            return [
                each.value
                for each in node.value.elts
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
    return []


def _runs(function: ast.FunctionDef, path: str, folder: str) -> Iterator[Call]:
    """`session.run("a", "b", *rest)` as calls; `chdir` moves the ones after it."""
    here: str | None = folder
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        arguments = [_word(each) for each in node.args]
        if node.func.attr in ("chdir", "cd") and arguments:
            here = join(folder, arguments[0]) if arguments[0] and UNKNOWN not in arguments[0] else None
        elif (
            node.func.attr in ("run", "run_always")
            and arguments
            and arguments[0]
            and here is not None
            and UNKNOWN not in arguments[0]
        ):
            words = tuple(quoted(word) for word in arguments if word and UNKNOWN not in word)
            yield Call(words, here, path=path, line=node.lineno, trimmed=UNKNOWN in arguments)


def _word(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "" if isinstance(node, ast.Starred) else UNKNOWN


PROGRAMS: dict[str, Reader] = {"nox": _nox}
