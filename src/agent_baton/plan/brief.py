"""A plan written as a Markdown brief (see docs/plan-file.md): headings are phases, list items are steps.

Nothing that is written gets lost: what is neither a step nor a field becomes part of a step's text or of the
shared context. What looks like a field but is none is refused, with its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agent_baton.errors import UserError
from agent_baton.plan import briefwords
from agent_baton.plan.problem import Problem, refuse
from agent_baton.plan.suggest import nearest
from agent_baton.plan.yamldoc import Lines, read_yaml

_STEP = re.compile(
    r"(?:\[[ xX]\]\s+)?(?:(?P<id>\d+\.\d+)\s+)?"
    r"(?P<mark>\*\*|`)?(?P<agent>[A-Za-z0-9][A-Za-z0-9_.:-]*?)(?(mark)(?P=mark))\s*"
    r"(?:\[(?P<model>\S+?)\](?=[:\s]|$)\s*(?::|—|–)?|:(?=\s|$))\s*(?P<text>.*)"
)
_ITEM = re.compile(r"(?:[-*+]|\d+[.)])\s+(?P<text>.*)")
_FIELD = re.compile(
    r"(?P<key>[A-Za-z][A-Za-z _-]{0,24}?)\s*(?:\((?P<note>[^)]*)\))?\s*:(?:\s+(?P<value>.*)|$)"
)
_FENCE = re.compile(r"\s*(?P<ticks>`{3,}|~{3,})(?P<info>[^`]*)$")
_PHASE = re.compile(r"(?:phase\s+)?(?P<id>\d{1,6})\s*[:.)—–-]\s*(?P<name>.+)", re.IGNORECASE)
_CONTEXT = ("context", "shared context", "background", "notes")
_WHY = ("why", "why this plan", "explanation", "rationale")
_SHORT_NAMES = {
    "id": "task_id", "type": "task_type", "risk": "risk_level", "tier": "budget_tier",
    "mode": "execution_mode", "git": "git_strategy",
}  # fmt: skip

Value = Callable[[str], Any]
# What a field is called in a brief → its name in the plan, how its value is read, whether it collects a list.
_STEP_FIELDS: dict[str, tuple[str, Value, bool]] = {
    **dict.fromkeys(("depends", "depends on", "after"), ("depends_on", briefwords.ids, True)),
    **dict.fromkeys(("files", "allowed paths", "may change"), ("allowed_paths", briefwords.paths, True)),
    **dict.fromkeys(("not", "blocked paths", "must not change"), ("blocked_paths", briefwords.paths, True)),
    **dict.fromkeys(("expect", "expected files"), ("expected_files", briefwords.paths, True)),
    **dict.fromkeys(("read", "context files", "read first"), ("context_files", briefwords.paths, True)),
    "knowledge": ("knowledge", briefwords.paths, True),
    **dict.fromkeys(("accept", "acceptance", "accepted when"), ("acceptance", lambda text: [text], True)),
    **dict.fromkeys(("deliver", "deliverable", "deliverables"), ("deliverables", lambda text: [text], True)),
    **dict.fromkeys(("with", "team"), ("team", lambda text: [briefwords.member(text)], True)),
    "model": ("model", str, False),
    **dict.fromkeys(("attempts", "max attempts"), ("max_attempts", str, False)),
    "timeout": ("timeout_s", briefwords.duration, False),
    "budget": ("budget", briefwords.budget, False),
    **dict.fromkeys(("veto", "may veto"), ("may_veto", briefwords.yes_or_no, False)),
}
_GATE_FIELDS: dict[str, tuple[str, Value, bool]] = {
    **dict.fromkeys(("about", "description"), ("description", str, False)),
    "timeout": ("timeout_s", briefwords.duration, False),
    **dict.fromkeys(("repairs", "max repairs"), ("max_repairs", str, False)),
    **dict.fromkeys(("fail on", "red when"), ("fail_on", lambda text: [briefwords.code(text)[0]], True)),
}
_PHASE_FIELDS: dict[str, tuple[str, Value, bool]] = {
    **dict.fromkeys(("approval", "approval required"), ("approval_required", briefwords.yes_or_no, False)),
    **dict.fromkeys(("risk", "risk level"), ("risk_level", lambda text: text.strip().upper(), False)),
}


def read_brief(text: str, source: str) -> tuple[dict[str, Any], Lines]:
    """The plan's document, ids still missing, and the line of each part. One error lists all faults."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    front, start = _front_matter(lines, source)
    brief = _Brief(front)
    for number, line in enumerate(_without_comments(lines[start:]), start + 1):
        brief.read(number, line.expandtabs(4).rstrip())
    return brief.finished(source)


def _front_matter(lines: list[str], source: str) -> tuple[dict[str, Any], int]:
    """The keys between two `---` at the top, and the index of the first line behind them."""
    if lines[0].rstrip() != "---":
        return {}, 0
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    if end is None:
        raise UserError(f"{source}: the front matter that opens in line 1 is never closed with ---")
    document, _ = read_yaml("\n".join(lines[1:end]), source, first_line=2)
    if document is not None and not isinstance(document, dict):
        raise UserError(f"{source}: the front matter must be keys with values")
    front: dict[str, Any] = {_SHORT_NAMES.get(key, key): value for key, value in (document or {}).items()}
    if isinstance(front.get("budget"), str):
        try:
            front["budget"] = briefwords.budget(front["budget"])
        except ValueError as fault:
            raise UserError(f"{source}: budget: {fault}") from None
    return front, end + 1


def _without_comments(lines: list[str]) -> list[str]:
    """HTML comments outside of code become blank; line numbers stay."""
    kept: list[str] = []
    fence, comment = "", False
    for line in lines:
        match = _FENCE.match(line)
        if not comment and match:
            fence = _after_fence(fence, match)
        if not fence:
            comment = comment or line.lstrip().startswith("<!--")
        kept.append("" if comment else line)
        comment = comment and "-->" not in line
    return kept


def _after_fence(open_fence: str, match: re.Match[str]) -> str:
    """The fence that is open after this line: a fence ends only with as many of the same marks."""
    if not open_fence:
        return match["ticks"]
    ends = match["ticks"].startswith(open_fence) and not match["info"].strip()
    return "" if ends else open_fence


class _Brief:
    """The document as far as it has been read, and where the next line belongs."""

    def __init__(self, front: dict[str, Any]) -> None:
        self._document: dict[str, Any] = front
        self._phases: list[dict[str, Any]] = []
        self._lines: Lines = {}
        self._problems: list[Problem] = []
        self._context: list[str] = [front["shared_context"], ""] if front.get("shared_context") else []
        self._section = ""  # "", "phase", "context" or "why"
        self._item: dict[str, Any] | None = None  # the step or gate that indented lines belong to
        self._field: tuple[str, list[str], int] | None = (
            None  # of that item: key, lines of the value, line number
        )
        self._blank = True
        self._fence = ""

    def read(self, number: int, line: str) -> None:
        match = _FENCE.match(line)
        was_code = bool(self._fence)
        if match:
            self._fence = _after_fence(self._fence, match)
        if was_code or match:
            if not was_code and self._blank and not line.startswith("  "):
                self._close()
            self._text(line)
        elif line.startswith("# "):
            self._title(number, line[2:].strip())
        elif line.startswith("## "):
            self._heading(number, line[3:].strip())
        elif line and self._section == "phase":
            self._in_phase(number, line)
        else:
            self._text(line)
        self._blank = not line

    def _title(self, number: int, title: str) -> None:
        self._close()
        if "task_summary" in self._document:
            self._fault(number, "this is a second title; a phase starts with ##")
        self._document["task_summary"] = title
        self._lines["task_summary",] = number

    def _heading(self, number: int, name: str) -> None:
        self._close()
        known = name.rstrip(":").lower()
        if known in _CONTEXT or known in _WHY:
            self._section = "context" if known in _CONTEXT else "why"
            return
        self._section = "phase"
        match = _PHASE.fullmatch(name)
        phase: dict[str, Any] = {"phase_id": int(match["id"])} if match else {}
        self._phases.append({**phase, "name": match["name"] if match else name, "steps": []})
        self._lines["phases", len(self._phases) - 1] = number

    def _in_phase(self, number: int, line: str) -> None:
        indent = len(line) - len(line.lstrip())
        item = _ITEM.match(line.lstrip())
        if indent >= 2 and self._item is not None:
            self._nested(number, line, item["text"] if item else None)
        elif self._phase_field(number, item["text"] if item else line):
            pass
        elif item:
            self._step(number, item["text"])
        elif self._item is not None and not self._blank:
            self._text(line)
        else:
            self._close()
            self._text(line)

    def _phase_field(self, number: int, text: str) -> bool:
        match = _FIELD.fullmatch(text.strip().replace("**", ""))
        key = _key(match["key"]) if match else ""
        if match is None or key not in ("gate", *_PHASE_FIELDS):
            return False
        self._close()
        if key == "gate":
            self._gate(number, match["note"], text.split(":", 1)[1].strip())
        else:
            self._set(self._phases[-1], _PHASE_FIELDS[key], match["value"] or "", number)
        return True

    def _gate(self, number: int, kind: str | None, text: str) -> None:
        phase = self._phases[-1]
        if "gate" in phase:
            self._fault(number, "the phase already has a gate; join the commands with &&")
        if text.lower() == "none":
            return
        command, rest = briefwords.code(text)
        about = {"description": rest} if rest else {}
        phase["gate"] = self._item = {"gate_type": kind or "test", "command": command, **about}
        self._lines["phases", len(self._phases) - 1, "gate"] = number

    def _step(self, number: int, text: str) -> None:
        self._close()
        match = _STEP.fullmatch(text)
        if match is None:
            self._fault(number, "a step starts with its agent: - agent-name [model]: what to do")
            return
        found = {"step_id": match["id"], "agent_name": match["agent"], "model": match["model"]}
        steps = self._phases[-1]["steps"]
        self._item = {key: value for key, value in found.items() if value}
        self._item["task_description"] = match["text"]
        steps.append(self._item)
        self._lines["phases", len(self._phases) - 1, "steps", len(steps) - 1] = number

    def _nested(self, number: int, line: str, item: str | None) -> None:
        match = _FIELD.fullmatch(item) if item else None
        key = _key(match["key"]) if match else ""
        if match and key in self._fields():
            self._close_field()
            self._field = (key, [match["value"] or ""], number)
        elif item is None and self._field and not self._blank:
            self._field[1].append(line.strip())
        else:
            near = nearest(key, [name for name in self._fields() if len(name) > 4]) if key else None
            if near and near[0] == key[0] and abs(len(near) - len(key)) < 3:
                self._fault(number, f"unknown field {key!r}; did you mean {near!r}?")
            self._text(line)

    def _fields(self) -> dict[str, tuple[str, Value, bool]]:
        return _GATE_FIELDS if self._item and "command" in self._item else _STEP_FIELDS

    def _text(self, line: str) -> None:
        """A line of running text, wherever the reader is."""
        self._close_field()
        if self._item is not None and line.startswith("  "):
            line = line[2:]
        if self._item is not None:
            key = "description" if "command" in self._item else "task_description"
            self._item[key] = f"{self._item.get(key, '')}\n{line}"
        elif self._section == "why":
            self._why(line.strip())
        else:
            self._context.append(line)

    def _why(self, line: str) -> None:
        reasons = self._document.setdefault("explanation", [])
        item = _ITEM.match(line)
        if item or (line and (self._blank or not reasons)):
            reasons.append(item["text"] if item else line)
        elif line:
            reasons[-1] += f"\n{line}"

    def _close(self) -> None:
        """End the item at hand."""
        self._close_field()
        if self._item is not None:
            key = "description" if "command" in self._item else "task_description"
            if key in self._item:
                self._item[key] = self._item[key].strip("\n").strip()
        self._item = None

    def _close_field(self) -> None:
        if self._field is not None and self._item is not None:
            key, text, number = self._field
            self._set(self._item, self._fields()[key], " ".join(filter(None, text)), number)
        self._field = None

    def _set(self, item: dict[str, Any], field: tuple[str, Value, bool], text: str, number: int) -> None:
        name, read, collects = field
        try:
            value = read(text)
        except ValueError as fault:
            self._fault(number, str(fault))
            return
        if name in item and not collects:
            self._fault(number, f"{name} is given more than once")
        item[name] = [*item.get(name, []), *value] if collects else value

    def _fault(self, number: int, message: str) -> None:
        self._problems.append(Problem((), message, line=number))

    def finished(self, source: str) -> tuple[dict[str, Any], Lines]:
        self._close()
        if "task_summary" not in self._document:
            self._fault(1, "the title is missing: # What is to be done")
        if not self._phases:
            self._fault(1, "there is no phase: ## Its name, with steps as list items under it")
        for place, phase in enumerate(self._phases):
            if not phase["steps"]:
                self._fault(self._lines["phases", place], f"phase {phase['name'][:60]!r} has no steps")
        if self._problems:
            raise refuse(source, sorted(self._problems, key=lambda problem: problem.line))
        context = "\n".join(self._context).strip()
        return {
            **self._document,
            **({"shared_context": context} if context else {}),
            "phases": self._phases,
        }, self._lines


def _key(text: str) -> str:
    return re.sub(r"[ _-]+", " ", text.strip().lower())
