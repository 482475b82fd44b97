"""Scripted minds for the drivers and workers of a real session: they take every word of baton for what it says.

`Literal` drives: it obeys an `ACTION:` that a baton command of its own printed, or that a hook put before it, and then
runs its `Then:` line. `Workers` are the agents: each reads its brief, writes the files of its job where the brief says,
commits, and reports.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.conversation import LOCAL, NOTICE, Conversation, said, text_of
from tests.support.model_server import Turn

BEGIN, END = "--- Delegation Prompt ---", "--- End Prompt ---"
STEP = re.compile(r"^(?:baton step |# Agent Task: )(\d+\.r?\d+)", re.MULTILINE)
PLACE = re.compile(r"Work only in (.+) \(branch (.+)\)\.$", re.MULTILINE)
PERSON = ("APPROVAL", "QUESTION")
CONTEXT = "SessionStart hook additional context"


@dataclass
class Action:
    """One action as a literal reader takes it."""

    name: str
    fields: dict[str, str] = field(default_factory=dict)
    prompt: str = ""
    then: str = ""


def actions(text: str) -> list[Action]:
    """The actions printed in a text. What stands between the lines of a delegation prompt is nobody's action."""
    found: list[Action] = []
    brief: list[str] | None = None
    for line in text.splitlines():
        if brief is not None:
            if line == END:
                found[-1].prompt, brief = "\n".join(brief), None
            else:
                brief.append(line)
        elif line == BEGIN and found:
            brief = []
        elif line.startswith("ACTION: "):
            found.append(Action(line[8:].strip()))
        elif found and line.startswith("Then: "):
            found[-1].then = line[6:]
        elif found and (given := re.match(r"  ([A-Z][\w-]*): (.*)", line)):
            found[-1].fields[given[1]] = given[2]
    return found


def _blocks(message: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    content = message.get("content")
    return [b for b in content if b.get("type") == kind] if isinstance(content, list) else []


def sources(talk: Conversation) -> Iterator[str]:
    """Texts that may hold an action, newest first: what own baton commands printed, what hooks and the client said."""
    commands = {
        call["id"]: str(call["input"].get("command", ""))
        for message in talk.messages
        for call in _blocks(message, "tool_use")
    }
    told: list[str] = []
    for message in reversed(talk.messages):
        if message.get("role") == "assistant":
            yield "\n".join(reversed(told))
            told.clear()
            continue
        mine = [r for r in _blocks(message, "tool_result") if "baton " in commands.get(r["tool_use_id"], "")]
        told.append("\n".join([*(text_of(r.get("content")) for r in mine), text_of(message.get("content"))]))
    yield "\n".join(reversed(told))


def newest(talk: Conversation) -> list[Action]:
    """The actions printed last."""
    return next(filter(None, map(actions, sources(talk))), [])


def _said_last(talk: Conversation) -> list[Mapping[str, Any]]:
    """The calls of the model's own last message."""
    own = next((m for m in reversed(talk.messages) if m.get("role") == "assistant"), {})
    return _blocks(own, "tool_use")


@dataclass
class Literal:
    """A driver. `twist` may look at each turn it is about to take and take another instead."""

    twist: Callable[[Conversation, Turn], Turn | None] = lambda _talk, _turn: None
    turns: list[Turn] = field(default_factory=list)

    def __call__(self, talk: Conversation) -> Turn:
        turn = self._turn(talk)
        turn = self.twist(talk, turn) or turn
        self.turns.append(turn)
        return turn

    def _turn(self, talk: Conversation) -> Turn:
        heard = talk.heard()
        if talk.turn == 0:
            return self._asked(talk, heard)
        fresh = actions(next(sources(talk)))
        if fresh:
            return self._obey(fresh)
        if any(call["name"] in ("Agent", "Task") for call in _said_last(talk)):
            return "Agents are at work." if "end your turn" in heard else self._reported(talk)
        if "Saved: " in heard:
            return "That is the plan. Start, change or stop?"
        if "completed." in heard:
            return "All done: " + heard.partition("completed.")[2].strip().partition("\n")[0]
        return "Stopped. " + heard[-400:]

    def _asked(self, talk: Conversation, heard: str) -> Turn:
        """A prompt: a command's text, a person's yes, their decision, or a hook's word."""
        heard = LOCAL.sub("", heard)
        if "<command-name>" in heard:
            return self._told(heard.partition("<command-name>")[2])
        fresh = actions(heard)
        if fresh:
            return self._obey(fresh)
        if NOTICE.search(talk.prompt):
            return _told_what_is_next(heard)
        due = newest(talk) or _reminded(talk)
        words = talk.prompt.rpartition("\n")[
            2
        ].strip()  # what came before it is a summary, after a compaction
        if due and due[0].name in PERSON and words not in ("yes", "go on"):
            return {"run": _decided(due[0].then, words)}
        if words == "yes" and not due:
            return {"run": "baton execute start"}
        if words.startswith("resume "):
            return {"run": f"baton execute resume --task-id {words.split()[1]}"}
        return {"run": "baton execute next"} if words in ("yes", "go on") else _lost(talk)

    @staticmethod
    def _told(heard: str) -> Turn:
        """The first command a skill names, with its blank filled in by what the user wants."""
        wanted = re.search(r"<command-args>(.*?)</command-args>", heard)
        lines: list[str] = re.findall(r"`(baton [^`]*)`", heard)
        command = next(line for line in lines if "status" not in line)
        return {"run": re.sub(r'"<[^>]*>"', lambda _: shlex.quote(wanted[1] if wanted else ""), command)}

    @staticmethod
    def _obey(found: Sequence[Action]) -> Turn:
        if found[0].name == "DISPATCH":
            return {
                "blocks": [{"tool": "Agent", "input": _spawn(one)} for one in found if one.name == "DISPATCH"]
            }
        if found[0].name in PERSON:
            return f"You decide: {found[0].fields}"
        if found[0].then:
            return {"run": found[0].then}
        return f"{found[0].name}: {found[0].fields}"

    @staticmethod
    def _reported(talk: Conversation) -> Turn:
        """All agents have come back: the `Then:` of what was dispatched."""
        known = newest(talk)
        if not known:
            return _lost(talk)
        last = known[-1]
        if " record " not in last.then:
            return {"run": last.then}
        return {"run": _recorded(last.then, talk.last_result)}


def _spawn(action: Action) -> dict[str, Any]:
    step, agent = action.fields["Step"], action.fields["Agent"]
    prompt = action.fields.get("Agent-Prompt") or action.prompt
    asked = {
        "subagent_type": agent,
        "model": action.fields["Model"],
        "prompt": prompt,
        "run_in_background": False,
    }
    return {"description": f"baton step {step}", **asked}


def _told_what_is_next(heard: str) -> Turn:
    """An agent in the background has ended: the word of the hook that comes with that."""
    found = re.findall(r"^.*Baton: step .* Next: (\w+) .* → (.*)$", heard, re.MULTILINE)
    if found and found[-1][0] not in PERSON:
        return {"run": found[-1][1]}
    return f"Waiting. {heard[-400:]}"


def _reminded(talk: Conversation) -> list[Action]:
    """What is due by the word of a hook alone, when a person has to decide it."""
    told = "\n".join(map(said, talk.messages)).rpartition(CONTEXT)[2]
    found = re.search(rf"^next: ({'|'.join(PERSON)}) .* → (.*)$", told, re.MULTILINE)
    return [Action(found[1], then=found[2])] if found else []


def _lost(talk: Conversation) -> Turn:
    """The context was thrown away: what a hook put into the new one is all there is to go by."""
    told = "\n".join(map(said, talk.messages)).partition(CONTEXT)[2]
    found = re.search(r"run `(baton [^`]*)`", told)
    return {"run": found[1]} if found else "I have lost the thread."


def _decided(then: str, words: str) -> str:
    line = "baton " + then.partition("baton ")[2]
    line = re.sub(r"\bapprove\|reject\b", lambda _: words, line)
    return line.replace('"…"', shlex.quote(words))


def _recorded(then: str, report: str) -> str:
    status = "complete" if re.search(r"STATUS:? complete", report) else "failed"
    commit = re.search(r"COMMIT:? ([0-9a-f]{7,40})", report)
    line = then.replace("complete|failed", status).replace('"…"', '"as reported"')
    return line.replace("SHA", commit[1]) if commit else line.replace(" --commit SHA", "")


@dataclass
class Job:
    """What an agent does on one attempt: files by name, a commit, a report. `turns` come before all of that."""

    files: Mapping[str, str] = field(default_factory=dict)
    report: str = ""  # instead of an honest one
    turns: Sequence[Turn] = ()
    commit: bool = True


@dataclass
class Workers:
    """Agents by step: one job for each attempt, the last again and again."""

    jobs: Mapping[str, Sequence[Job]]
    started: list[str] = field(default_factory=list)  # steps, as agents began them
    _attempts: dict[str, int] = field(default_factory=dict)
    sent_back: list[str] = field(
        default_factory=list
    )  # what agents were told when their report was not taken

    def __call__(self, talk: Conversation) -> Turn:
        told = "\n".join(said(m) for m in talk.messages if m.get("role") != "assistant")
        found = STEP.search(told)
        if found is None:
            return "I looked around."  # started for something that is no step of the plan
        step, spoken = found[1], sum(m.get("role") == "assistant" for m in talk.messages)
        agent = said(talk.messages[0])  # the brief is stamped with its attempt: no two begin alike
        if agent not in self._attempts:
            self.started.append(step)
            self._attempts[agent] = self.started.count(step)
        jobs = self.jobs.get(step) or [Job({f"{step}.txt": "done\n"})]
        job = jobs[min(self._attempts[agent], len(jobs)) - 1]
        turns = list(_turns(job, step, told, talk))
        if spoken < len(turns):
            return turns[spoken]
        if spoken > len(turns):
            self.sent_back.append(talk.heard())
            return _report(job, told)
        return job.report or _report(job, told)


def _turns(job: Job, step: str, told: str, talk: Conversation) -> Iterator[Turn]:
    reading = re.search(r"read (.+) and do what it says", told)
    if reading:
        yield {"tool": "Read", "input": {"file_path": reading[1]}}
    yield from job.turns
    place = PLACE.search(told)
    where = place[1] if place else talk.cwd
    for name, text in job.files.items():
        yield {"tool": "Read", "input": {"file_path": f"{where}/{name}"}}  # or it may not be overwritten
        yield {"tool": "Write", "input": {"file_path": f"{where}/{name}", "content": text}}
    if job.files and job.commit:
        yield {"run": _commit(where, f"step {step}", job.files)}


def _commit(where: str, message: str, files: Mapping[str, str]) -> str:
    names = " ".join(map(shlex.quote, files))
    return f"cd {shlex.quote(where)} && git add -- {names} && git commit -qm {shlex.quote(message)} && git rev-parse HEAD"


def _report(job: Job, told: str) -> str:
    sha = re.findall(r"^[0-9a-f]{40}$", told, re.MULTILINE)
    return (
        f"STATUS: complete\nDONE: what was asked\nFILES: {', '.join(job.files) or 'none'}\n"
        f"COMMIT: {sha[-1] if sha else 'none'}\nCHECKS: none run\nNOTES: none"
    )
