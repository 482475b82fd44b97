"""Errors, told apart by what the caller should do. A red gate or a failed agent is an event, not an error."""


class BatonError(Exception):
    """An expected failure: printed as one message, without a traceback."""

    exit_code = 70

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class UserError(BatonError):
    """The input is wrong; nothing was changed. Fix it and call again."""

    exit_code = 2


class NotFound(BatonError):
    """No such task, step, phase or plan."""

    exit_code = 3


class Refused(BatonError):
    """The state says no: out of order, contradicting, closed. Nothing was changed."""

    exit_code = 4


class Conflict(BatonError):
    """Another writer came first. Decide again on the new state; never repeat the write."""

    exit_code = 4

    def __init__(self, expected_seq: int, actual_seq: int) -> None:
        super().__init__(f"the journal moved on: expected event {expected_seq}, found {actual_seq}")
        self.expected_seq = expected_seq
        self.actual_seq = actual_seq


class JournalError(BatonError):
    """The journal cannot be read or written: disk full, read-only, locked, corrupt, newer schema."""

    exit_code = 2


class IllegalTransition(BatonError):
    """A recorded event cannot follow what came before: our bug. Carries the story of that item."""

    exit_code = 70
