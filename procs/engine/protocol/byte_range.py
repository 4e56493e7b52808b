"""What the heads of requests and answers say of parts of a file (RFC 9110, 14): which part was
asked for, which one came, and of which file."""

import re
from collections.abc import Mapping
from typing import Any

#: Letters of one of the site's words that are kept.
SAID_LETTERS = 256
RANGE_ASKED = re.compile(r"bytes=(\d+)-(\d*)")
RANGE_CAME = re.compile(r"\s*bytes[ =](\d+)-(\d+)(?:/(\d+|\*))?\s*")
#: The status of an answer that is a part.
PARTLY = 206
#: What tells one version of a file from another.
VERSIONS = ("etag", "modified")

#: What a site says of a whole file.
Said = dict[str, Any]


def told(status: int, answer: Any) -> Said:
    """What an answer says of the whole file; nothing when that does not tell it from another, and
    of one that is packed: what lies here is unpacked, and a part of the packed one fits nowhere."""
    if is_packed(answer):
        return {}
    length = number(answer.get("Content-Length"))
    if status == PARTLY:
        length = total(answer)
    said: Said = {
        "etag": str(answer.get("ETag") or "")[:SAID_LETTERS].removeprefix("W/"),
        "modified": str(answer.get("Last-Modified") or "")[:SAID_LETTERS],
        "length": length,
    }
    if str(answer.get("ETag") or "").startswith("W/"):
        said["etag"] = f"W/{said['etag']}"
    return {name: value for name, value in said.items() if value}


def is_packed(answer: Any) -> bool:
    """Whether an answer's bytes are not those of the file."""
    return str(answer.get("Content-Encoding") or "identity").strip().lower() != "identity"


def start_of(headers: Mapping[str, str]) -> int:
    """The first byte that a request asks for."""
    match = RANGE_ASKED.fullmatch(str(headers.get("Range") or ""))
    return int(match[1]) if match else 0


def end_of(headers: Mapping[str, str]) -> int | None:
    """The last byte that a request asks for; None for that of the file."""
    match = RANGE_ASKED.fullmatch(str(headers.get("Range") or ""))
    return int(match[2]) if match and match[2] else None


def whole(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a request for all of the file."""
    return {name: value for name, value in headers.items() if name not in ("Range", "If-Range")}


def span(answer: Any) -> tuple[int, int]:
    """The first and the last byte of a part that came; -1 for each when it does not say."""
    match = RANGE_CAME.fullmatch(str(answer.get("Content-Range") or ""))
    return (int(match[1]), int(match[2])) if match else (-1, -1)


def size(answer: Any) -> int:
    """Bytes of a part that came, by its place in the file; 0 when it does not say, or is packed."""
    first, last = span(answer)
    return 0 if first < 0 or is_packed(answer) else last - first + 1


def total(answer: Any) -> int:
    """Bytes of the file of which a part came; 0 when it does not say."""
    match = RANGE_CAME.fullmatch(str(answer.get("Content-Range") or ""))
    return number(match[3]) if match else 0


def fits(headers: Mapping[str, str], answer: Any, *, shorter: bool = False) -> bool:
    """Whether a part that came is the one that was asked for, from its first to its last byte, and
    is as long as it says. One to the end of the file may be `shorter`, where the rest is asked for
    afterwards; it is not packed, since it is put behind bytes that are not."""
    first, last = span(answer)
    asked, everything = end_of(headers), total(answer)
    if first != start_of(headers) or last < first or (everything and last >= everything):
        return False
    if number(answer.get("Content-Length")) not in (0, size(answer)) and not is_packed(answer):
        return False
    if asked is None:
        return not is_packed(answer) and (shorter or everything in (0, last + 1))
    return last == asked or last == min(asked, everything - 1)


def number(text: Any) -> int:
    """A number of bytes; 0 for what is none."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdecimal() else 0
