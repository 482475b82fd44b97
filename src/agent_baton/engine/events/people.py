"""Events about what people are asked, decide and note."""

from __future__ import annotations

from agent_baton.engine.events import Event


class ApprovalRequested(Event):
    phase_id: int
    subject: str  # hash of what is to be approved


class ApprovalDecided(Event):
    phase_id: int
    result: str  # approve | reject | approve-with-feedback
    subject: str
    feedback: str = ""


class QuestionAsked(Event):
    step_id: str
    attempt: int
    question: str


class QuestionAnswered(Event):
    step_id: str
    answer: str


class RequestRaised(Event):
    """An agent at work waits for a person: it may not do something by itself, or has a question."""

    step_id: str
    attempt: int
    request_id: str
    kind: str  # permission | question
    text: str  # what it wants to do or to know, redacted
    options: tuple[str, ...] = ()


class RequestSettled(Event):
    step_id: str
    request_id: str
    allow: bool
    text: str = ""  # the answer, or why not
    reason: str = ""  # set when nobody decided: the time was up, or the agent was gone


class NoteAdded(Event):
    kind: str  # decision | discovery | warning | convention
    text: str
    step_id: str = ""
    source: str = "person"  # person | agent
    expires_at: float | None = None
    origin: str = ""  # the task it was noted in, when it was brought over from another one
