"""Signs of life of a process and all below it, where /proc has them: processor time used, connections open."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

_ESTABLISHED = "01"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Vitals:
    """What could be seen at one moment."""

    cpu_s: float  # of all processes of the tree, ended ones included
    connections: int  # established TCP connections, loopback included


def vitals_of(root: int) -> Vitals | None:
    """Of the tree below a process, itself left out; None where there is no /proc."""
    if not os.path.isdir("/proc/self"):
        return None
    parents, used = _table()
    below = _below(root, parents)
    return Vitals(sum(used[pid] for pid in below) / _TICKS, _connections(below))


def _table() -> tuple[dict[int, int], dict[int, int]]:
    """Parent and processor ticks (own and of reaped children) of every process."""
    parents, used = {}, {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            fields = _stat(name)
            if fields:
                parents[int(name)] = int(fields[1])
                used[int(name)] = sum(map(int, fields[11:15]))
    return parents, used


def _stat(pid: str) -> list[bytes]:
    """The fields behind the name, which may hold anything."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()
    except OSError:
        return []  # it ended meanwhile


def _below(root: int, parents: dict[int, int]) -> list[int]:
    children: dict[int, list[int]] = {}
    for pid, parent in parents.items():
        children.setdefault(parent, []).append(pid)
    found: list[int] = []
    queue = [root]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found


def _connections(pids: Iterable[int]) -> int:
    sockets = {link for pid in pids for link in _links(pid) if link.startswith("socket:")}
    return len(sockets & _established()) if sockets else 0


def _links(pid: int) -> list[str]:
    try:
        return [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    except OSError:
        return []  # it ended, or is another user's


def _established() -> set[str]:
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if os.path.exists(table):
            with open(table, encoding="ascii") as file:
                rows = [line.split() for line in file.readlines()[1:]]
            found |= {f"socket:[{row[9]}]" for row in rows if row[3] == _ESTABLISHED}
    return found
