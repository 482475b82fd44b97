"""The files and symbols that a task names and that really exist."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from agent_baton.patterns import lazy

MAX_NAMES = 20  # a text that names more is a listing, not a task
READ_CHARS = 20_000

_PATH = lazy(r"(?<![\w/@.])\.{0,2}/?[\w@.+-]{0,120}\w(?:/[\w@.+\[\]()-]{0,120}[\w\])]){0,30}")
_PLAIN = lazy(r"[!-~]+")
_CAMEL = lazy(r"[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+|[a-z][a-z0-9]*(?:[A-Z][a-z0-9]+)+")
_DOTTED = lazy(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
# A page is about a class; it is no file of the class.
_PAGE = lazy(r"(?i)\.(?:mdx?|rst|adoc|rd|txt|html?|org|texi?|pod|po|[1-9][a-z]*)$")
_HUMP = lazy(r"(?<=[a-z0-9])(?=[A-Z])")
_BARE = frozenset({"readme", "changelog", "license", "contributing", "makefile", "dockerfile", "jenkinsfile", "justfile",
                   "gemfile", "rakefile", "procfile", "vagrantfile", "codeowners"})  # fmt: skip
# What people write in a task and mean as a name of the code.
_SYMBOLS = (
    lazy(r"`([A-Za-z_$][\w$]*(?:(?:\.|::|#)[A-Za-z_$][\w$]*)*[!?]?)(?:\(\))?`"),
    lazy(r"(?<![\w./])([A-Za-z_]\w*(?:(?:\.|::|#)[A-Za-z_]\w*)*)\(\)"),
    lazy(r"(?<![\w./-])([A-Za-z]\w*(?:::|#)[A-Za-z_]\w*)(?![\w/])"),
    lazy(r"(?<![\w./-])([A-Za-z]\w{0,60}_\w{0,60}[A-Za-z0-9])(?![\w/.-])"),
    lazy(rf"(?<![\w./-])((?:{_CAMEL.pattern})(?:\.[A-Za-z_]\w*)?)(?![\w/-])(?!\.\w)"),
)
# Names of things outside the code that are written like identifiers.
_BRAND_NAMES = (
    "javascript typescript github gitlab bitbucket oauth openid openapi graphql postgresql mysql mongodb sqlite"
    " dynamodb fastapi pytorch tensorflow rabbitmq websocket websockets devops iphone ipad ios macos youtube"
    " linkedin whatsapp paypal nodejs nextjs vuejs circleci aws jquery mariadb clickhouse bigquery kubernetes"
)
_BRANDS = frozenset(_BRAND_NAMES.split())


def files_named(text: str, files: Collection[str]) -> tuple[str, ...]:
    """Paths of `files` that the text names, in the order named.

    A name may be the whole path, its end, the file's name when only one file (or only one in the root) has
    it, a module (`shop.cart`), or a class that a file is named after (`CartView` → cart_view.py).
    """
    names = list(dict.fromkeys(_path_like(text)))[: MAX_NAMES * 4]
    if not names:
        return ()
    index = _Index(files)
    found = (index.resolve(name) for name in names)
    return tuple(dict.fromkeys(path for path in found if path))[:MAX_NAMES]


def symbols_named(text: str, symbols_in: Callable[[Collection[str]], Mapping[str, str]]) -> tuple[str, ...]:
    """Names of the code that the text mentions and that `symbols_in` finds defined, in the order named."""
    spots = sorted(
        (match.start(1), match[1])
        for pattern in _SYMBOLS
        for match in pattern.finditer(text[:READ_CHARS])
        if match[1].lower() not in _BRANDS and len(match[1]) > 2
    )
    names = list(dict.fromkeys(name for _, name in spots))[:MAX_NAMES]
    found = symbols_in(names) if names else {}
    return tuple(name for name in names if name in found)


def _path_like(text: str) -> Iterator[str]:
    """Whatever may be the name of a file; plain words are not, or every "main" would be one."""
    for match in _PATH.finditer(text[:READ_CHARS]):
        # Chinese words touch the names between them: the whole may be a name, or its plain part.
        for piece in dict.fromkeys((match[0], *_PLAIN.findall(match[0]))):
            name = piece.removeprefix("./").rstrip(".")
            looks = "/" in name or "." in name or "_" in name or _CAMEL.fullmatch(name)
            if looks or name.lower() in _BARE:
                yield name


class _Index:
    """Files by their names and stems. A lookup answers only when exactly one file fits."""

    def __init__(self, files: Collection[str]) -> None:
        self.paths = {path.lower(): path for path in files}
        self.by_name: dict[str, list[str]] = {}
        self.by_stem: dict[str, list[str]] = {}
        for path in files:
            name = path.rpartition("/")[2].lower()
            self.by_name.setdefault(name, []).append(path)
            self.by_stem.setdefault(_squeezed(name.partition(".")[0] or name), []).append(path)

    def resolve(self, name: str) -> str | None:
        bare = name.strip("/").lower()
        if bare in self.paths:
            return self.paths[bare]
        if "/" in bare:
            return _only(
                [p for p in self.by_name.get(bare.rpartition("/")[2], ()) if p.lower().endswith("/" + bare)]
            )
        return (
            _only(self.by_name.get(bare, []))
            or (_only(self.by_stem.get(bare, [])) if bare in _BARE else None)
            or self._module(name)
            or self._class(name)
        )

    def _module(self, name: str) -> str | None:
        """A dotted name: a module, a package, or up to two names inside of one."""
        parts = name.lower().split(".") if _DOTTED.fullmatch(name) else []
        for end in range(len(parts), max(1, len(parts) - 3), -1):
            path = "/".join(parts[:end])
            ends = [
                p
                for p in self.by_stem.get(_squeezed(parts[end - 1]), ())
                if _is_end(p.lower().rpartition(".")[0], path)
            ]
            package = [
                p for p in self.by_name.get("__init__.py", ()) if _is_end(p.lower(), path + "/__init__.py")
            ]
            found = _only(ends) or _only(package)
            if found:
                return found
        return None

    def _class(self, name: str) -> str | None:
        if not _CAMEL.fullmatch(name) or name.lower() in _BRANDS or len(_HUMP.split(name)) < 2:
            return None
        return _only(
            [
                p
                for p in self.by_stem.get(_squeezed(name), ())
                if ("/" in p or "." in p) and not _PAGE.search(p)
            ]
        )


def _squeezed(stem: str) -> str:
    return stem.lower().replace("_", "").replace("-", "")


def _is_end(path: str, tail: str) -> bool:
    return path == tail or path.endswith("/" + tail)


def _only(paths: list[str]) -> str | None:
    """The one path, or the one in the root; nothing when that leaves a choice."""
    if len(paths) > 1:
        paths = [path for path in paths if "/" not in path]
    return paths[0] if len(paths) == 1 else None
