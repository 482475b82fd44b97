"""A fingerprint of how something failed: the same for the same failure, whatever the run. Pure."""

from __future__ import annotations

import hashlib
import re

from agent_baton.gates.failures import LINE_LIMIT, failures

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_CLOCK = r"\d\d?:\d\d(?::\d\d)?(?:[.,]\d{1,9})?"
_UNIT = "(?:ns|µs|us|μs|ms|s|secs?|seconds?|min|mins|minutes?|hours?|h|m)"
# What differs between two runs of the same failure; in this order, each with what takes its place.
_BLANKS = (
    (r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<uuid>"),
    (rf"\b\d{{4}}-\d\d-\d\d(?:[T ]{_CLOCK})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d)\b)?", "<time>"),
    (rf"\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,? )?(?:\d{{1,2}} {_MONTH}|{_MONTH} \d{{1,2}})\b", "<time>"),
    (r"\b\d\d?:\d\d:\d\d(?:[.,]\d{1,9})?\b", "<time>"),
    (r"(?:/private)?(?:/tmp|/var/tmp|/var/folders|/dev/shm)/[^\s:'\"`,;)\]>]{1,400}", "<tmp>"),
    (r"[A-Za-z]:\\[^\s:'\"]{0,200}\\Temp\\[^\s:'\"`,;)\]>]{1,400}", "<tmp>"),
    (r"(?<![\w.~/-])/(?:[\w.@+~-]{1,100}/){1,40}(?=[\w.@+~-])", "<dir>/"),
    (r"0x[0-9a-fA-F]{4,16}\b", "<address>"),
    (r"\b(?=[0-9a-f]{0,80}\d)(?=\d{0,80}[a-f])[0-9a-f]{12,80}\b", "<hex>"),
    (r"(?<=\.\w)(\w{0,9}):\d{1,7}(?::\d{1,5})?\b", r"\1:<line>"),
    (r"(?<=\.\w)(\w{0,9})\(\d{1,7}(?:[,:]\d{1,5})?\)", r"\1(<line>)"),
    (r"(?i)\b(lines?|ln|column|col)( ?[:#]? ?)\d{1,7}(?:-\d{1,7})?\b", r"\1\2<line>"),
    (r"(?i)\b(p?pid|process|thread|worker|goroutine|gw|port|fd)([-_ #=:]{0,3})\d{1,10}\b", r"\1\2<id>"),
    (r"\b(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):\d{1,5}\b", r"\1:<port>"),
    (r"(?i)\b((?:\w{0,20}_)?seed)( ?[=:]? ?)[\w-]{1,40}", r"\1\2<seed>"),
    (rf"\b\d{{1,12}}(?:\.\d{{1,12}})? ?{_UNIT}\b", "<duration>"),
    (r"\[ *\d{1,3}%\]|\b\d{1,3}(?:\.\d+)?%(?!\w)", "<percent>"),
)
_VOLATILE = tuple((re.compile(pattern), blank) for pattern, blank in _BLANKS)
_RULER = re.compile(r"^[\s=_*~+#-]{3,}|[\s=_*~+#-]{3,}$")
_PROGRESS = re.compile(r"[.FEsxXuU,✓·*-]{1,400}(?:\s*<percent>)?")
_SOURCE_LINE = re.compile(r"^ {0,8}(?:[>|] {0,4})?\d{1,6} {0,2}\| ")  # a quoted line of code, numbered
_TELLING = re.compile(
    r"^E\s|[Ee]rror|ERROR|[Aa]ssert|[Pp]anic|[Ee]xpect|[Rr]eceived|[Aa]ctual|\bgot\b|\bwant\b|FAIL|[Ff]ailed"
    r"|not ok|[Ee]xception|undefined|cannot|[Mm]ismatch|!=|<<<|^\s*[-+] "
)


def signature(output: str) -> str:
    """The fingerprint of a failure: 16 hex digits.

    Two runs that fail alike have the same one, whatever the order of tests, paths of the checkout, times and
    numbers that name a run; a different failing test or a different message gives another.
    """
    lines = normalised(output)
    names = failures(output)
    telling = {line for line in lines if _TELLING.search(line)} if names else lines
    text = "\n".join([*names, "", *sorted(telling)])
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]


def normalised(output: str) -> set[str]:
    """The lines of an output without what differs from run to run; order and repetition do not count."""
    lines = (_normal(line[:LINE_LIMIT]) for line in output.split("\n"))
    return {line for line in lines if line and not _PROGRESS.fullmatch(line)}


def _normal(line: str) -> str:
    line = _SOURCE_LINE.sub("", line)
    if any(map(str.isdigit, line)) or "/" in line or "\\" in line:
        for pattern, blank in _VOLATILE:
            line = pattern.sub(blank, line)
    return " ".join(_RULER.sub("", line).split())
