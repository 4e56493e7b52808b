"""An exception as plain facts, so that the worker can classify it without yt-dlp's classes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from procs.errors import JobError

#: Links of one chain, and characters of one text, that are kept.
LINKS, LETTERS = 12, 600
#: The text that yt-dlp adds to every failure that it did not expect.
ADVICE = "; please report this issue"


@dataclass(frozen=True, slots=True)
class Cause:
    """One exception of a chain. `names` are its class and the classes above it, `facts` what an
    error of ours has besides its message, `reader` is the name of the extractor that raised it,
    where one did, and `host` the host whose answer it was about."""

    names: tuple[str, ...]
    text: str = ""
    errno: int = 0
    status: int = 0
    retry_after: str = ""
    expected: bool | None = None
    facts: list[tuple[str, str]] = field(default_factory=list)
    reader: str = ""
    host: str = ""


def flatten(error: BaseException) -> list[Cause]:
    """The exception and everything behind it, nearest first."""
    return [cause(one) for one in chain(error)]


def chain(error: BaseException) -> Iterator[BaseException]:
    """Breadth-first, because yt-dlp's wrappers skip the one that knows most: a DownloadError's
    `exc_info` points at the HTTPError, whose `__context__` holds the ExtractorError."""
    waiting, seen = [error], set[int]()
    while waiting and len(seen) < LINKS:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += behind(one)


def behind(one: BaseException) -> list[Any]:
    """What an exception was caused by, in all the ways in which libraries keep it; None among
    them."""
    info = getattr(one, "exc_info", None)
    return [
        info[1] if isinstance(info, tuple) and len(info) > 1 else None,
        one.__cause__,
        one.__context__,
        getattr(one, "cause", None),
        getattr(one, "reason", None),
    ]


def cause(one: BaseException) -> Cause:
    """The facts of one exception; texts are shortened and without control characters."""
    response = getattr(one, "response", None)
    headers = getattr(response, "headers", None) or {}
    expected = getattr(one, "expected", None)
    return Cause(
        names=tuple(c.__name__ for c in type(one).__mro__ if c not in (object, BaseException)),
        text=plain(str(one).partition(ADVICE)[0]),
        errno=number(getattr(one, "errno", 0)),
        status=number(getattr(one, "status", 0)),
        retry_after=plain(headers.get("Retry-After") or ""),
        expected=None if expected is None else bool(expected),
        facts=[(k, plain(v)) for k, v in one.facts.items()] if isinstance(one, JobError) else [],
        reader=plain(getattr(one, "ie", None) or ""),
        host=plain(host_of(getattr(response, "url", None))),
    )


def host_of(url: Any) -> str:
    """The host of an address, "" of what is none."""
    try:
        return urlsplit(str(url or "")).hostname or ""
    except ValueError:
        return ""


def number(value: Any) -> int:
    """A whole number, or 0."""
    return value if isinstance(value, int) else 0


def plain(text: str, letters: int = LETTERS) -> str:
    """`text` as JSON can carry it, cut to `letters`."""
    return str(text)[:letters].encode("utf-8", "replace").decode()
