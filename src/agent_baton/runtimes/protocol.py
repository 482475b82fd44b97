"""What an agent runtime is to the driver: start or resume an agent, follow its events, take its outcome.

    async with await runtime.start(assignment) as agent:
        async for event in agent.events():
            ...
    outcome = await agent.outcome()

Everything an agent says is data. An outcome is a claim: what was really done is for git and the gates to say.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Protocol

from agent_baton.runtimes.sandbox import Box

Permission = Literal[
    "read", "ask", "edit", "full"
]  # nothing · whatever is asked for · edits in cwd · everything
WaitingFor = Literal["model", "tool", "person"]
Reason = Literal[
    "done",
    "failed",  # the agent itself ended with an error
    "schema-unmet",  # it ended well, but without the structured answer that was asked for
    "permission-denied",  # it ended well, but something it asked for was refused
    "max-turns", "budget",  # limits that were given to it
    "usage-limit",  # the account's, with or without a known end
    "rate-limit", "overloaded", "connection", "api-error",  # passing troubles of the model's side
    "auth", "billing", "bad-request", "prompt-too-long", "no-session",  # will be the same next time
    "no-result",  # it ended without saying how
    "silent", "tool-stuck", "unanswered", "out-of-time",  # our own clocks
    "stopped",  # by us, on request
    "not-started",
]  # fmt: skip
Advice = Literal["accept", "retry", "wait", "ask-person", "give-up"]


@dataclass(frozen=True, slots=True)
class Clocks:
    """How long an agent may take, altogether and in silence. Each silence has its own limit."""

    wall_s: float = 3_600
    model_silent_s: float = 600
    tool_silent_s: float = 1_800
    person_s: float = 86_400
    linger_s: float = 10  # after its last word, before it is ended
    grace_s: float = 5  # between SIGTERM and SIGKILL


@dataclass(frozen=True, slots=True)
class Assignment:
    """What an agent is started with."""

    prompt: str
    cwd: str
    session_id: str  # a UUID, chosen by us
    step_id: str = ""
    agent_name: str = (
        ""  # the specialist; a runtime that knows agents of that name by itself is not told here
    )
    attempt: int = 1
    agent: str = ""  # name of an agent definition the vendor's CLI finds by itself
    model: str = ""  # "" leaves it to the vendor
    system_prompt: str = ""  # added to the vendor's own
    permission: Permission = "edit"
    allowed_tools: Sequence[str] = ()  # in the vendor's own words
    denied_tools: Sequence[str] = ()
    relay: bool = (
        False  # permissions and questions become events that wait for `answer`; else they are refused
    )
    tolerate_denials: bool = False  # a refused request does not make the outcome a failure
    max_turns: int | None = None
    max_usd: float | None = None
    schema: Mapping[str, Any] | None = None  # JSON Schema of the answer
    clocks: Clocks = field(default_factory=Clocks)
    pass_env: Sequence[
        str
    ] = ()  # names or globs of our environment that are let through beyond the allow-list
    env: Mapping[str, str] = field(default_factory=dict)  # set as they are
    config_home: str = ""  # the vendor's state and settings live here instead of in the user's home
    box: Box | None = None  # what it is shut into


@dataclass(frozen=True, slots=True)
class Conversation:
    """An earlier session to go on with."""

    session_id: str
    spent_usd: float = 0.0  # by all its runs so far: some vendors count a session, not a run


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money of one run, children included."""

    input_tokens: int = 0  # without those read from or written to a cache
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = None  # None: not known, never "free"
    exact: bool = False  # False: a lower bound, as far as it was seen
    at_most: Usage | None = None  # what it may be in all, where it is not told; estimated

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class Started:
    session_id: str
    model: str


@dataclass(frozen=True, slots=True)
class Said:
    text: str


@dataclass(frozen=True, slots=True)
class ToolStarted:
    tool_id: str
    name: str
    summary: str  # a command, a path: what a person wants to see of the input, at most 200 characters
    child: bool = False  # called by a subagent


@dataclass(frozen=True, slots=True)
class ToolFinished:
    tool_id: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Spent:
    """The run's usage so far."""

    usage: Usage
    model: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The vendor's client waits by itself, before it asks the model again."""

    reason: str
    delay_s: float


@dataclass(frozen=True, slots=True)
class PermissionAsked:
    request_id: str
    tool: str
    summary: str
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    request_id: str
    question: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Noise:
    """Something that is no message of the protocol: kept for the curious, otherwise ignored."""

    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something of the runtime's own that a person should hear of, once a run."""

    text: str


Event = (
    Started
    | Said
    | ToolStarted
    | ToolFinished
    | Spent
    | Waiting
    | PermissionAsked
    | QuestionAsked
    | Noise
    | Remark
)


@dataclass(frozen=True, slots=True)
class Answer:
    """To a PermissionAsked (`allow`, and why not) or a QuestionAsked (`text`)."""

    allow: bool = True
    text: str = ""


@dataclass(frozen=True, slots=True)
class Denial:
    tool: str
    summary: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended, as far as the agent and its process can say."""

    reason: Reason
    advice: Advice
    text: str  # its last words, redacted; or what went wrong
    session_id: str
    usage: Usage
    structured: Any = None
    denials: tuple[Denial, ...] = ()
    turns: int = 0
    resets_at: datetime | None = None  # when a usage limit ends
    duration_s: float = 0.0
    exit_code: int | None = None
    killed_children: int = 0  # processes it left running
    stderr: str = ""  # its tail, redacted

    @property
    def ok(self) -> bool:
        return self.reason == "done"


class Agent(Protocol):
    """One started agent. Leaving its context ends it and everything it started."""

    @property
    def session_id(self) -> str: ...

    def events(self) -> AsyncIterator[Event]:
        """What happens, in order, until it is all over. For one consumer, once."""
        ...

    async def answer(self, request_id: str, answer: Answer) -> None:
        """Answer a PermissionAsked or QuestionAsked. A second answer, or one too late, is ignored."""
        ...

    async def stop(self, grace_s: float | None = None) -> None:
        """Ask for its end; `events` then ends and `outcome` says so."""
        ...

    async def outcome(self) -> Outcome:
        """Follow it to its end, if nobody did, and say how it ended. Always the same answer."""
        ...

    async def __aenter__(self) -> Agent: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Runtime(Protocol):
    """A way to start agents."""

    @property
    def name(self) -> str: ...

    async def start(self, assignment: Assignment) -> Agent:
        """Start an agent in a new session. An agent that cannot be started has an outcome too."""
        ...

    async def resume(self, assignment: Assignment, conversation: Conversation) -> Agent:
        """Go on with an earlier session: the assignment's prompt is said into it."""
        ...
