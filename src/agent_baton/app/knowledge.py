"""Knowledge packs: `.claude/knowledge/<pack>/*.md`, found by full-text search and attached by reference."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agent_baton.loading import later
from agent_baton.planner.compose.predict import words_of

if TYPE_CHECKING:
    import sqlite3
else:
    sqlite3 = later("sqlite3")

FOLDER = ".claude/knowledge"
MOST_FILES = 2_000
MOST_BYTES = 200_000  # of one document; the rest of a longer one is not indexed
BYTES_PER_TOKEN = 4


def find_knowledge(top: Path, task: str, budget_tokens: int = 6_000, most: int = 3) -> dict[str, str]:
    """Document path → why it fits, best first, within the token budget. Empty when there is no knowledge folder."""
    folder = top / FOLDER
    words = words_of(task)
    if not folder.is_dir() or not words:
        return {}
    found: dict[str, str] = {}
    left = budget_tokens
    for path, size, shared in _search(folder, words):
        tokens = size // BYTES_PER_TOKEN
        if tokens <= left and len(found) < most:
            found[path.relative_to(top).as_posix()] = (
                f"speaks of {', '.join(shared[:5])}; about {tokens} tokens"
            )
            left -= tokens
    return found


def _search(folder: Path, words: list[str]) -> list[tuple[Path, int, list[str]]]:
    """Documents that share at least two words with the task (or its only one), by BM25."""
    index = sqlite3.connect(":memory:")
    try:
        index.execute(
            "CREATE VIRTUAL TABLE doc USING fts5 (path UNINDEXED, size UNINDEXED, body, tokenize = 'porter unicode61')"
        )
        for path in sorted(folder.rglob("*.md"))[:MOST_FILES]:
            if path.is_file() and not path.is_symlink():
                text = path.read_bytes()[:MOST_BYTES].decode("utf-8", "replace")
                index.execute(
                    "INSERT INTO doc VALUES (?, ?, ?)",
                    (str(path), path.stat().st_size, f"{path.stem} {text}"),
                )
        query = " OR ".join(f'"{word}"' for word in dict.fromkeys(words))
        rows = index.execute(
            "SELECT path, size, body FROM doc WHERE doc MATCH ? ORDER BY bm25(doc)", (query,)
        ).fetchall()
    except sqlite3.OperationalError:
        return []  # this SQLite was built without FTS5; plans then go without knowledge
    finally:
        index.close()
    hits = [(Path(path), int(size), _shared(words, body)) for path, size, body in rows]
    enough = 2 if len(set(words)) > 1 else 1
    return [hit for hit in hits if len(hit[2]) >= enough]


def _shared(words: list[str], body: str) -> list[str]:
    present = set(words_of(body))
    return [word for word in dict.fromkeys(words) if word in present]
