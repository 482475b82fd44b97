"""Files of an installation on disk: read safely, written all or none."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent_baton.claude.install.change import Change
from agent_baton.errors import Refused, UserError

MAX_BYTES = 5_000_000


@dataclass(frozen=True)
class Root:
    """The directory that an installation is relative to. Links may lead anywhere below `limit`, and nowhere else."""

    top: Path
    limit: Path

    def real(self, path: str) -> Path:
        """The file behind a path, links followed. Refused when that is outside, or not a plain file."""
        found = Path(os.path.realpath(self.top / path))
        allowed = {os.path.realpath(self.top), os.path.realpath(self.limit)}
        if not any(os.path.commonpath([place, found]) == place for place in allowed):
            raise Refused(
                f"{self.top / path} leads to {found}, outside {self.limit}; nothing was changed. "
                "Make that change by hand, or put a plain file or directory there"
            )
        if found.exists() and not found.is_file():
            raise Refused(f"{self.top / path} is not a plain file; nothing was changed")
        return found

    def leads_to(self, path: str) -> Path | None:
        """Where a path leads when that is not below `top`, where one would look for it."""
        found = self.real(path)
        top = os.path.realpath(self.top)
        return None if os.path.commonpath([top, found]) == top else found

    def read(self, path: str) -> bytes | None:
        """A file's content; None when there is none. Raises UserError when it cannot be read."""
        file = self.real(path)
        try:
            size = file.stat().st_size
            if size > MAX_BYTES:
                raise UserError(f"{file} has {size} bytes, which no settings or agent file has")
            return file.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise UserError(f"{file} cannot be read: {error.strerror}; nothing was changed") from error

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One installation at a time. The lock is on the directory itself, so that no file is left behind."""
        fd = os.open(self.top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _lock(fd, self.top)
            yield
        finally:
            os.close(fd)

    def missing_folders(self, paths: Sequence[str]) -> list[str]:
        """The directories that must be made for these files, outermost first."""
        needed = {str(parent) for path in paths for parent in Path(path).parents if str(parent) != "."}
        return sorted(folder for folder in needed if not (self.top / folder).exists())

    def apply(self, changes: Sequence[Change]) -> None:
        """Make every change, in order. If one fails those before it are undone, and UserError says why."""
        for change in changes:
            self._check(change)
        done: list[Change] = []
        try:
            for change in changes:
                done.append(change)
                self._write(change.path, change.after)
        except OSError as error:
            for change in reversed(done):
                with contextlib.suppress(OSError):  # the first failure is the one to report
                    self._write(change.path, change.before)
            raise UserError(
                f"{self.top / done[-1].path}: {error.strerror}; what was written before it was put back"
            ) from error

    def _check(self, change: Change) -> None:
        """Refuse what will not work before anything is written."""
        file = self.real(change.path)
        folder = next(parent for parent in file.parents if parent.exists())
        if not folder.is_dir():
            raise UserError(f"{folder} is a file, and a directory is needed there; nothing was changed")
        blocked = folder if not os.access(folder, os.W_OK | os.X_OK) else None
        if file.exists() and not os.access(file, os.W_OK):
            blocked = file
        if blocked is not None:
            raise UserError(
                f"{blocked} is not writable for {_user()} ({os.strerror(errno.EACCES)}); nothing was changed"
            )

    def _write(self, path: str, content: bytes | None) -> None:
        """Put a file in place whole, with the mode of the one it replaces; None removes it."""
        file = self.real(path)
        if content is None:
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f".{file.name}.{os.getpid()}.new")
        try:
            with beside.open("xb") as out:
                with contextlib.suppress(FileNotFoundError):
                    os.fchmod(out.fileno(), stat.S_IMODE(file.stat().st_mode))
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            os.replace(beside, file)
        finally:
            beside.unlink(missing_ok=True)

    def remove_empty(self, folders: Sequence[str]) -> None:
        """Remove those of these directories that hold nothing, innermost first."""
        for folder in sorted(folders, key=len, reverse=True):
            place = self.top / folder
            if place.is_dir() and not place.is_symlink() and not any(place.iterdir()):
                place.rmdir()


def _lock(fd: int, top: Path) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
    except OSError as error:
        raise UserError(f"{top} cannot be locked: {error.strerror}; nothing was changed") from error


def _user() -> str:
    return os.environ.get("USER") or f"uid {os.getuid()}"
