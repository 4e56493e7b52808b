"""Fingerprints: two messages of one failure differ only in numbers, ids and addresses, which are
removed.

The words come from sites, so they may be anything, of any length, and may repeat secrets.
"""

import hashlib
import re

from procs.core import log

#: Characters of an example that are kept, and of the text that a fingerprint is computed of.
EXAMPLE, WORDS = 300, 200
#: Names of fields that hold credentials, besides the tokens and queries that no log line shows.
SECRET = re.compile(
    r"(?i)\b([\w-]*(?:cookie|authorization|passw|token|secret|signature|session|api.?key)[\w-]*|sid)"
    r"(\"?\s*[:=]\s*)[^\r\n]*|\b(bearer)(\s+)\S+"
)
#: Patterns that differ from one failure to the next, and their replacements.
DIFFERS = (
    (re.compile(r"https?://\S+"), "<url>"),
    (re.compile(r"(?<![\w<])/[\w.~-]+(?:/[\w.~-]*)+"), "<path>"),
    (re.compile(r"(?<=\] )[^\s:]+(?=: )"), "<id>"),  # yt-dlp's `[site] id: what happened`
    (re.compile(r"\b(?=\w*[a-z])(?=\w*[A-Z]\w*[A-Z])[\w-]{8,}"), "<id>"),
    (re.compile(r"[\w-]*\d[\w-]*"), "<n>"),
    (re.compile(r"\s+"), " "),
)


def example(detail: str) -> str:
    """A message as an operator may read it: without secrets, on one line, cut to a length."""
    return " ".join(SECRET.sub(r"\1\2\3\4***", log.mask(detail[: 4 * EXAMPLE])).split())[:EXAMPLE]


def fingerprint(detail: str) -> str:
    """Twelve hexadecimal digits, the same for failures that differ in numbers, ids, addresses and
    paths only."""
    words = example(detail)
    for pattern, instead in DIFFERS:
        words = pattern.sub(instead, words)
    return hashlib.sha256(words.lower()[:WORDS].encode()).hexdigest()[:12]
