"""What an agent's last message has to say: one definition, for the brief that asks for it and for whoever reads it."""

from __future__ import annotations

from agent_baton.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ASKED = """\
- End with a report: STATUS complete|failed; what was done; FILES; COMMIT; CHECKS with their real output;
  NOTES for later agents, a line each: decision|discovery|warning|convention: …
  If something only a person can decide blocks you, end with QUESTION: and the question instead of guessing."""

LABELS = {
    "STATUS": "STATUS", "DONE": "DONE", "FILES": "FILES", "FILE": "FILES", "COMMIT": "COMMIT", "COMMITS": "COMMIT",
    "CHECKS": "CHECKS", "CHECK": "CHECKS", "TESTS": "CHECKS", "EVIDENCE": "CHECKS", "NOTES": "NOTES", "NOTE": "NOTES",
    "VERDICT": "VERDICT", "FINDINGS": "FINDINGS", "FINDING": "FINDINGS", "QUESTION": "QUESTION",
}  # fmt: skip
COMPLETE = ("complete", "completed", "done", "success", "succeeded", "finished", "ok")
FAILED = ("failed", "fail", "failure", "incomplete", "blocked", "error", "partial")
NOTHING = ("none", "n/a", "na", "nothing", "-", "—", "no", "null")
DECORATION = " \t#*_-•`"
FILES_LIMIT = 500  # files a report may name
FINDINGS_LIMIT = 50
NOTE_KINDS = ("decision", "discovery", "warning", "convention")
NOTES_LIMIT = 5  # notes a report may leave
NOTE_LIMIT = 300  # characters of one
SHORTEST_DONE = 8  # characters of prose that count as saying what was done


class Report(Record):
    """A final message taken apart. What it lacks is empty."""

    status: str = ""  # complete | failed
    done: str = ""  # all of it that is prose
    files: tuple[str, ...] = ()
    commit: str = ""
    checks: str = ""
    verdict: str = ""
    findings: tuple[str, ...] = ()  # of a review, a line each
    question: str = ""
    notes: tuple[tuple[str, str], ...] = ()  # kind and text of what others should know
    labels: tuple[str, ...] = ()  # those that stand in it, whatever is behind them


def read_report(text: str) -> Report:
    """The parts of a report, however it is decorated; a label given twice counts the last time. Never raises."""
    parts: dict[str, list[str]] = {}
    here = prose = parts.setdefault("", [])
    fenced = False
    for line in text.splitlines():
        fenced ^= line.lstrip().startswith("```")
        label, value = ("", "") if fenced else _label(line)
        if label:
            here = parts[label] = [value] if value else []
        elif not line.lstrip().startswith(">"):
            here.append(line)
    told = {name: "\n".join(lines).strip() for name, lines in parts.items()}
    return Report(
        status=_status(told.get("STATUS", "")),
        done=(told.get("DONE", "") or "\n".join(prose)).strip(),
        files=tuple(_files(parts.get("FILES", ())))[:FILES_LIMIT],
        commit=_commit(told.get("COMMIT", "")),
        checks=told.get("CHECKS", ""),
        verdict=_first_word(told.get("VERDICT", "")),
        findings=tuple(line for one in parts.get("FINDINGS", ()) if (line := one.strip(DECORATION)))[
            :FINDINGS_LIMIT
        ],
        question=told.get("QUESTION", ""),
        notes=tuple(_notes(told.get("NOTES", "")))[:NOTES_LIMIT],
        labels=tuple(sorted(name for name in parts if name)),
    )


def missing(report: Report, writes: bool) -> list[str]:
    """What a report lacks, each as the line to add. `writes`: its agent may change files."""
    if report.question:
        return []
    lacking = []
    if not report.status and not (report.verdict and not writes):
        lacking.append("STATUS: complete or STATUS: failed")
    if len(report.done) < SHORTEST_DONE and not report.verdict:
        lacking.append("DONE: what is true now")
    if report.verdict.startswith("change") and not report.findings:
        lacking.append("FINDINGS: a line each, blocker|major|minor FILE:LINE what is wrong")
    if writes and report.status != "failed":
        wanted = {"FILES": "the files changed, or none", "COMMIT": "its full id, or none"}
        wanted["CHECKS"] = "each command you ran, its exit code, the line that matters"
        lacking += [f"{name}: {what}" for name, what in wanted.items() if name not in report.labels]
    return lacking


def status_of(report: Report) -> str:
    """complete or failed as the report says; a reviewer's verdict alone completes a review. Empty: it does not say."""
    return report.status or ("complete" if report.verdict else "")


def _label(line: str) -> tuple[str, str]:
    """The label a line begins with and the text behind it; two empty strings for prose."""
    bare = line.lstrip(DECORATION)
    end = 0
    while end < len(bare) and bare[end].isalpha():
        end += 1
    word, rest = bare[:end], bare[end:].lstrip("*_` \t")
    label = LABELS.get(word.upper(), "")
    if not label:
        return "", ""
    if rest.startswith(":"):
        return label, rest[1:].strip("*_` \t")
    if word.isupper() or (line.lstrip().startswith("#") and not rest):
        return label, rest.lstrip("—–-= \t").strip("*_` \t")
    return "", ""


def _first_word(text: str) -> str:
    words = text.split()
    return words[0].strip("*_`.,;:()!").lower() if words else ""


def _status(text: str) -> str:
    word = _first_word(text)
    return "complete" if word in COMPLETE else "failed" if word in FAILED else ""


def _files(lines: Iterable[str]) -> Iterator[str]:
    """Paths out of a list by commas or lines; what stands behind a path in words is left out."""
    for line in lines:
        for piece in line.split(","):
            name = piece.strip().lstrip("-*• \t").partition(" — ")[0].partition(" (")[0].partition(" - ")[0]
            name = name.strip("`'\"* \t")
            if name and name.lower().rstrip(".") not in NOTHING and " " not in name:
                yield name


def _notes(text: str) -> Iterator[tuple[str, str]]:
    """`warning: the fixture is slow`, a line each. Lines without a kind are prose and are not kept apart."""
    for line in text.splitlines():
        kind, colon, rest = line.strip(DECORATION).partition(":")
        if colon and kind.strip("*_ ").lower() in NOTE_KINDS and rest.strip():
            yield kind.strip("*_ ").lower(), " ".join(rest.split())[:NOTE_LIMIT]


def _commit(text: str) -> str:
    for word in text.replace("(", " ").replace(",", " ").split():
        bare = word.strip("`'\"*.:;)").lower()
        if 7 <= len(bare) <= 64 and not bare.strip("0123456789abcdef"):
            return bare
    return ""
