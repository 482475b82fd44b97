"""A repository's files and the only way the look reads them: bounded, never outside the root or a device."""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from agent_baton.planner.facts import Facts

from .ignores import Ignores
from .place import Place, place_of

# Folders that hold no source of anyone: version control, installed packages, tools' caches.
NEVER_SOURCE = frozenset(
    (
        ".git", ".hg", ".svn", ".bzr", ".jj", "CVS", "node_modules", "bower_components", "__pycache__",
        ".tox", ".nox",
        ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".eggs", ".gradle", ".terraform",
        ".terragrunt-cache",
        ".ipynb_checkpoints", ".next", ".nuxt", ".svelte-kit", ".turbo", ".nx", ".parcel-cache",
        ".dart_tool", ".bundle",
        ".stack-work", "dist-newstyle", ".cpcache", ".zig-cache", "zig-cache", ".bloop", ".metals", ".pixi",
        ".direnv",
    )
)  # fmt: skip
# A file by this name says that its folder is a build's or an interpreter's (bford.info/cachedir, PEP 405).
FOLDER_TAGS = frozenset(("CACHEDIR.TAG", "pyvenv.cfg"))
MAX_ENTRIES = 400_000  # a tree larger than this is seen in part, so that the look always ends
HEAD_BYTES = 4_096
TEXT_BYTES = 300_000
UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # how such a file begins


class Tree:
    """The listed files of a repository with their sizes, and bounded reading of them.

    `sizes` has the regular files; a symbolic link is listed when it stays inside, and weighs nothing.
    """

    def __init__(self, root: Path, files: Sequence[str] | None = None) -> None:
        self.root = Path(os.path.realpath(root))
        self._top = str(self.root)
        found = _walked(str(self.root)) if files is None else _listed(str(self.root), files)
        self.sizes = dict(sorted(found))
        self.files = tuple(self.sizes)
        self._texts: dict[str, str] = {}
        self._places: dict[str, Place] = {}

    @classmethod
    def of(cls, root: Path, facts: Facts) -> Tree:
        """The tree that was looked at a moment ago, without asking the disk about every file again.

        Sizes are not known in it: 0 stands for every file.
        """
        tree = cls(root, ())
        tree.sizes = dict.fromkeys(facts.files, 0)
        tree.files = facts.files
        return tree

    @cached_property
    def _named(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self.files, key=lambda path: path.count("/")):
            found[path.rpartition("/")[2]].append(path)
        return found

    def __contains__(self, path: str) -> bool:
        return path in self.sizes

    def place(self, path: str) -> Place:
        """The part a file plays, told from its path; kept, because every question asks it of every file."""
        place = self._places.get(path)
        if place is None:
            place = self._places[path] = place_of(path)
        return place

    def named(self, *names: str) -> list[str]:
        """Paths whose last part is one of `names`, nearest to the root first."""
        return sorted((path for name in names for path in self._named.get(name, ())), key=_nearest)

    def head(self, path: str, limit: int = HEAD_BYTES) -> str:
        """The first bytes of a file as text; empty when it cannot be read or is binary."""
        return self._read(path, limit)

    def tail(self, path: str, limit: int = 512) -> str:
        """The last bytes of a file as text; empty when it cannot be read or is binary."""
        return self._read(path, limit, max(0, self.sizes.get(path, 0) - limit))

    def text(self, path: str) -> str:
        """A whole manifest, at most its first 300 kB; kept, because several questions read the same ones."""
        if path not in self._texts:
            self._texts[path] = self._read(path, TEXT_BYTES)
        return self._texts[path]

    def raw(self, path: str, limit: int, start: int = 0) -> bytes:
        """The same as bytes, of any file: for questions that most files answer with no before they are decoded."""
        if path not in self.sizes:
            return b""
        try:
            file = os.open(f"{self._top}/{path}", os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            try:
                return os.pread(file, limit, start)
            finally:
                os.close(file)
        except (OSError, ValueError):
            return b""  # gone or forbidden since it was listed: the look goes on with what it can see

    def _read(self, path: str, limit: int, start: int = 0) -> str:
        return decoded(self.raw(path, limit, start))


def _nearest(path: str) -> tuple[int, str]:
    return path.count("/"), path


def decoded(raw: bytes) -> str:
    if raw[:2] in UTF_16:
        return raw.decode("utf-16", "replace")
    if b"\0" in raw:
        return ""
    return raw.decode("utf-8-sig", "replace").replace("\r\n", "\n")


def _listed(root: str, files: Iterable[str]) -> Iterator[tuple[str, int]]:
    for path in files:
        if not _is_inside(path):
            continue
        try:
            status = os.lstat(f"{root}/{path}")
        except (OSError, ValueError):
            continue  # listed by git, deleted on disk
        if stat.S_ISREG(status.st_mode):
            yield path, status.st_size
        elif stat.S_ISLNK(status.st_mode) and _stays_inside(root, f"{root}/{path}"):
            yield path, 0


def _is_inside(path: str) -> bool:
    return bool(path) and path[0] != "/" and ".." not in path.split("/")


def _stays_inside(root: str, link: str) -> bool:
    """Whether a link ends at a regular file of this repository. Loops and dangling links do not."""
    try:
        target = os.path.realpath(link, strict=True)
        return target.startswith(root + "/") and stat.S_ISREG(os.stat(target).st_mode)
    except (OSError, ValueError):
        return False


def _walked(root: str) -> Iterator[tuple[str, int]]:
    """Every file that .gitignore does not exclude, in no order."""
    waiting: list[tuple[str, Ignores]] = [("", Ignores.outermost(root))]
    seen = 0
    while waiting and seen < MAX_ENTRIES:
        prefix, ignores = waiting.pop()
        entries = _entries(f"{root}/{prefix}")
        seen += len(entries)
        names = {entry.name for entry in entries}
        if prefix and names & FOLDER_TAGS:
            continue
        if ".gitignore" in names:
            ignores = ignores.inside(prefix, f"{root}/{prefix}.gitignore")
        for entry in entries:
            path = prefix + entry.name
            if entry.is_symlink():
                if not ignores.exclude(path) and _stays_inside(root, entry.path):
                    yield path, 0
            elif entry.is_dir(follow_symlinks=False):
                if entry.name not in NEVER_SOURCE and not ignores.exclude(path + "/"):
                    waiting.append((path + "/", ignores))
            elif entry.is_file(follow_symlinks=False) and not ignores.exclude(path):
                yield path, _size(entry)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []  # unreadable folder: nothing of it can be part of a plan


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0
