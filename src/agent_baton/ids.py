"""Ids that people type: task ids are made here, and every id that comes from outside is checked here.

Imported by the hot verbs: standard library built-ins only.
"""

from __future__ import annotations

from agent_baton.errors import UserError

MAX_TASK_ID = 32
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_PLAIN = str.maketrans(
    "àáâãäåāăąçćčďđèéêëēėęěğìíîïīıłñńňòóôõöøōőřśšşťùúûüūůűųýÿźżž",
    "aaaaaaaaacccddeeeeeeeegiiiiiilnnnoooooooorssstuuuuuuuuyyzzz",
)
# Words that do not tell one task from another: grammar, the verbs tasks start with, every project's nouns.
_EMPTY_WORDS = frozenset(
    """
    a about after all also an and any are as at be before but by can could do does each every for from
    get had has have how if in into is it its just let like make more need needs new no not of on one
    only onto or our out over please should so some such than that the their them then there these they
    this to too under up upon us use used using very want was we were what when where which while who
    why will with within without would you your add adds allow build change clean create delete develop
    document drop enable ensure extend fix handle implement improve introduce investigate migrate move
    provide refactor remove rename replace rewrite set support update upgrade write app application bug
    code codebase error feature file files function issue problem project repo repository request
    requests service system task thing way work de del der die das den des dem el la le les los las il
    lo un una une und et y e o ou oder para por pour per von im mit con avec sur en da em na zu zum
    """.split()  # noqa: SIM905 - a list of quotes would hide the words
)


def new_task_id(summary: str, entropy: bytes) -> str:
    """Name a task after one or two words of its summary: `task-logging-middleware-a3f9`.

    The same summary and entropy give the same id. A summary with no Latin words gives `task-<8 hex digits>`.
    Needs at least 4 bytes of entropy; a caller that finds the id taken comes back with other bytes.
    """
    if len(entropy) < 4:
        raise ValueError(f"a task id needs 4 bytes of entropy, got {len(entropy)}")
    words = _telling_words(summary)[:2]
    while words:
        task_id = "-".join(("task", *words, entropy[:2].hex()))
        if len(task_id) <= MAX_TASK_ID:
            return task_id
        words.pop()
    return f"task-{entropy[:4].hex()}"


def _telling_words(summary: str) -> list[str]:
    """Words of 3 to 16 letters that tell this task from another, in their order, each once."""
    text = summary[:2_000].lower().replace("ß", "ss").translate(_PLAIN)
    words = "".join(c if c in _LETTERS else " " if c.isascii() else "\0" for c in text).split()
    return list(dict.fromkeys(w for w in words if _tells(w)))


def _tells(word: str) -> bool:
    # a word with a letter outside a-z would be cut in the middle: better none than half of one
    return 2 < len(word) <= 16 and "\0" not in word and word not in _EMPTY_WORDS and not word[0].isdigit()


def check_task_id(text: str) -> str:
    """Return `text` if it may name a task; anything else (`../x`, empty, capitals) is a `UserError`."""
    ok = 0 < len(text) <= MAX_TASK_ID and set(text) <= _LETTERS | {"-"}
    if not ok or text.startswith("-") or text.endswith("-"):
        raise UserError(
            f"not a task id: {text[:60]!r}; a task id has at most {MAX_TASK_ID} of a-z, 0-9 and '-', "
            "and starts and ends with a letter or digit; list the tasks with: baton execute list"
        )
    return text


def step_number(step_id: str) -> tuple[int, int]:
    """Phase id and number of a well-formed step id: sorts 1.10 after 1.2."""
    phase, _, number = step_id.partition(".")
    return int(phase), int(number)
