"""The evidence bundle of a task: put together from its journal, and checked from the file alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from agent_baton import __version__
from agent_baton.app.signing import fingerprint, is_signed, public_bytes, signing_key
from agent_baton.app.site import Site
from agent_baton.engine.events import GateFinished, StepFinished, TaskStarted
from agent_baton.engine.protocol import clock
from agent_baton.errors import BatonError, JournalError, UserError
from agent_baton.fastjson import dumps, loads
from agent_baton.journal.chain import Row, problems, recorded
from agent_baton.journal.sqlite import SqliteJournal
from agent_baton.redact import for_others
from agent_baton.trace.bom import cyclonedx, spdx, used
from agent_baton.trace.bundle import Opened, Part, canonical, seal, unseal
from agent_baton.trace.document import cost, trace_document
from agent_baton.trace.history import History, gather
from agent_baton.workspace.patch import patch

MOST_BYTES = 500_000_000
ROW = "journal/"
Clean: TypeAlias = "Callable[[str], str]"


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of checking a file. `problems` is empty when everything in it can be relied on."""

    task_id: str
    events: int
    key: str  # fingerprint of the key that sealed it
    redacted: int  # events whose text was redacted on the way out: vouched for by the seal, not by the chain
    head: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def refolded(self) -> bool:
        """Whether the views were folded anew from the events: another version's may be shaped otherwise."""
        return self.head.get("baton") == __version__


def export(
    site: Site, journal: SqliteJournal, task_id: str, env: Mapping[str, str], now: float, plain: bool = False
) -> bytes:
    """The sealed bundle. Secrets and e-mail addresses are taken out of every part unless `plain`. Raises JournalError when the chain is broken."""
    clean = _same if plain else for_others
    stored = list(journal.rows(task_id))
    if broken := problems(task_id, stored):
        raise JournalError(
            f"the journal was changed, and a file of it would prove nothing: {'; '.join(broken[:5])}"
        )
    rows = [row.replace(data=dumps(_cleaned(loads(row.data), clean))) for row in stored]
    history = gather(recorded(row) for row in rows)
    key = signing_key(env)
    parts = [
        *(Part(f"{ROW}{row.seq:06d}", _row(row, was)) for row, was in zip(rows, stored, strict=True)),
        *(Part(name, content) for name, content in views(history).items()),
        *_kept_texts(site, rows, clean),
        *_diff(site, history, rows, clean),
    ]
    head = {"task_id": task_id, "made_at": clock(now), "baton": __version__, "redacted": not plain}
    return seal(head, parts, public_bytes(key), key.sign)


def views(history: History) -> dict[str, Any]:
    """The parts that follow from the journal: for people and programs that do not want to fold it."""
    return {
        "plan": history.plan,
        "approvals": [
            {"phase_id": phase.phase_id, **approval}
            for phase in history.phases
            for approval in phase.approvals
        ],
        "waivers": [
            {"phase_id": phase.phase_id, "by": phase.waived_by, "reason": phase.waived}
            for phase in history.phases
            if phase.waived
        ],
        "cost": cost(history.attempts),
        "agents": [asdict(agent) for agent in used(history)],
        "trace": trace_document(history),
        "bom.cdx.json": cyclonedx(history, __version__),
        "bom.spdx.json": spdx(history, __version__),
    }


def _same(text: str) -> str:
    return text


def _cleaned(content: Any, clean: Clean) -> Any:
    """The same document with every text in it cleaned."""
    if isinstance(content, str):
        return clean(content)
    if isinstance(content, Mapping):
        return {clean(str(name)): _cleaned(value, clean) for name, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_cleaned(value, clean) for value in content]
    return content


def _row(row: Row, was: Row) -> dict[str, Any]:
    """A row that was not touched goes out byte for byte, so that its hash can be repeated."""
    redacted = loads(row.data) != loads(was.data)
    return {**(row if redacted else was).as_dict(), "redacted": redacted}


def _kept_texts(site: Site, rows: Iterable[Row], clean: Clean) -> Iterator[Part]:
    """Outcomes and gate outputs that were too long for the journal and stand in files of their own."""
    for row in rows:
        event = recorded(row).event
        name = event.outcome_ref if isinstance(event, StepFinished) else ""
        name = event.output_ref if isinstance(event, GateFinished) else name
        if name:
            yield Part(name, _file(Path(site.state_dir), name, clean))


def _file(state_dir: Path, name: str, clean: Clean) -> dict[str, Any]:
    path = Path(state_dir, name).resolve()
    if not path.is_relative_to(state_dir.resolve()):
        return {"missing": "not a file of this journal"}
    try:
        content = path.read_bytes()
    except OSError as error:
        return {"missing": error.strerror}
    return {"text": clean(content.decode("utf-8", "replace")), "sha256": hashlib.sha256(content).hexdigest()}


def _diff(site: Site, history: History, rows: Iterable[Row], clean: Clean) -> Iterator[Part]:
    tips = [event.tip for row in rows if isinstance(event := recorded(row).event, StepFinished) and event.tip]
    if history.base_commit is None or not tips:
        return
    found = patch(site.checkout, history.base_commit, tips[-1])
    span = {
        "base": history.base_commit,
        "tip": tips[-1],
        "note": found.note,
        "whole_bytes": found.whole_bytes,
    }
    yield Part("changes.patch", {**span, "text": clean(found.text)})


def check(path: Path, wanted_key: str = "") -> Checked:
    """Everything that is wrong with a file, place by place. Needs nothing but the file."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError(f"{path} is larger than {MOST_BYTES} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    opened = unseal(data, is_signed)
    rows = [content for name, content in opened.parts.items() if name.startswith(ROW)]
    found = list(opened.problems)
    key = fingerprint(opened.public_key) if opened.public_key else ""
    if wanted_key and key != wanted_key:
        found.append(f"sealed by key {key or 'none'}, not by {wanted_key}")
    found += _broken_journal(opened, rows) if rows else ["no journal in it"]
    redacted = sum(bool(row.get("redacted")) for row in rows if isinstance(row, dict))
    return Checked(str(opened.head.get("task_id", "")), len(rows), key, redacted, opened.head, found)


def _broken_journal(opened: Opened, contents: list[Any]) -> list[str]:
    """Whether the events are one unbroken chain, and the other parts what follows from them."""
    task_id = str(opened.head.get("task_id", ""))
    try:
        rows = [
            Row(**{name: value for name, value in content.items() if name != "redacted"})
            for content in contents
        ]
        redacted = {content["seq"] for content in contents if content["redacted"]}
        broken = problems(task_id, rows, redacted)
        return broken or _not_following(opened, rows)
    except (
        BatonError,
        TypeError,
        KeyError,
        ValueError,
        AttributeError,
        IndexError,
        StopIteration,
        AssertionError,
    ) as error:
        return [f"the journal in it cannot be read: {type(error).__name__} {error}"]


def _not_following(opened: Opened, rows: list[Row]) -> list[str]:
    """Parts that say something else than the journal does. Another version's views may be shaped otherwise."""
    first = recorded(rows[0]).event
    if not isinstance(first, TaskStarted) or first.plan.get("task_id") != opened.head.get("task_id"):
        return ["the journal in it is of another task"]
    if opened.head.get("baton") != __version__:
        return []  # see Checked.refolded
    wanted = views(gather(recorded(row) for row in rows))
    return [
        f"{name}: does not follow from the journal"
        for name, content in wanted.items()
        if canonical(content) != canonical(opened.parts.get(name))
    ]
