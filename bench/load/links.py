"""The links of a scenario, and what each must bring: exactly how many media, and which bytes.

Every film is another one to its last byte (`?pad=`, which players skip), so that a film in the
wrong chat is a wrong sum, not a lucky one.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from bench.load.scenario import BadScenario
from bench.load.scenario_rules import APART, MOST_KNOWN
from bench.load.schedule import Ask
from tests.sandbox.site import files
from tests.sandbox.site.padding import MIB, Body

FILM, SOUND = "small.mp4", "song.m4a"
#: Links that are bad, each in a way of its own: refused, broken, silent, without media, endless
#: redirects, no page, and places inside that nobody may visit.
BROKEN = (
    *("/status/404", "/status/403", "/status/500", "/status/503", "/gone.mp4"),
    *("/cut/clip.mp4", "/stall/clip.mp4", "/hang/clip.mp4", "/loop"),
    *("/page/plain.html", "/page/login.html", "/hls/gap.m3u8"),
)
INSIDE = ("http://10.0.0.5/film.mp4", "http://169.254.169.254/latest", "http://[::1]:9/a.mp4")
#: Kinds of links whose bytes are told apart by what is added to them.
PADDED = ("known", "film", "slow", "sound")
#: Entries asked of a list, and media of the post.
ENTRIES, POST = 3, 3


@dataclass(frozen=True, slots=True)
class Due:
    """What an ask must bring: media in number, their kind, and a sum where the bytes are known."""

    media: int
    kind: str = ""
    sum: str = ""


def text(ask: Ask, site: str, rate: int = 0) -> str:
    """What the person writes; `rate` in bytes a second is that of slow links."""
    pad = padded(ask)
    match ask.kind:
        case "film" if ask.deed == "press":
            return f"{site}/page/hd.html?n={ask.number}"
        case "known":
            return f"{site}/{FILM}?pad={pad}&known"
        case "film":
            return f"{site}/{FILM}?pad={pad}"
        case "slow":
            return f"{site}/slow/{FILM}?pad={pad}&rate={rate}"
        case "sound":
            return f"{site}/{SOUND}?pad={pad}"
        case "list":
            return f"{site}/page/feed.xml?n={ask.number} 1-{ENTRIES}"
        case "album":
            return f"{site}/page/post.html?n={ask.number} all"
        case "clip":
            return f"{site}/long.mp4?n={ask.number} 0:01-0:04"
        case _:
            return broken(ask.number, site)


def broken(number: int, site: str) -> str:
    """Bad links come from other places than the good ones, as on the net: a site that fails rests,
    and only that one."""
    every = (*BROKEN, *INSIDE)
    link = every[number % len(every)]
    other = site.replace("127.0.0.1", "localhost")
    return link if link in INSIDE else f"{other}{link}?n={number}"


def due(ask: Ask) -> Due:
    """What has to come. Who cancels or blocks may still have been served."""
    if ask.kind == "broken":
        return Due(0)
    if ask.kind == "list":
        return Due(ENTRIES, "video")
    if ask.kind == "album":
        return Due(POST, "video")
    if ask.kind == "sound":
        return Due(1, "audio", file_sum(SOUND, padded(ask)))
    if ask.kind == "clip" or ask.deed == "press":
        return Due(1, "video")
    return Due(1, "video", file_sum(FILM, padded(ask)))


def padded(ask: Ask) -> int:
    """Bytes that make a film as large as asked, and different from every other; where the file is
    larger by itself, only different."""
    apart = 0 if ask.kind == "known" else MOST_KNOWN  # known links have numbers of their own
    return max(ask.size - len(content(FILM)), 0) + 1 + ask.number + apart


def judge(plan: Iterable[Ask]) -> None:
    """Raises BadScenario where two messages that are about different films have the same bytes:
    one film in the chat of the other could not be seen."""
    held: dict[tuple[bool, int], Ask] = {}
    for ask in plan:
        if ask.kind not in PADDED or ask.deed == "press":
            continue
        other = held.setdefault((ask.kind == "sound", padded(ask)), ask)
        if (other.kind, other.number) != (ask.kind, ask.number):
            raise BadScenario(
                f"two messages, of {other.size} and {ask.size} bytes, have the same link; let sizes"
                f" differ by {APART:,} bytes or more"
            )


@cache
def content(name: str) -> bytes:
    """The bytes of a file that the site serves."""
    return (files.folder() / name).read_bytes()


@cache
def file_sum(name: str, pad: int) -> str:
    """Of a file of the site with so many bytes more."""
    body, found = Body(content(name), pad), hashlib.sha256()
    for start in range(0, len(body), MIB):
        found.update(body[start : start + MIB])
    return found.hexdigest()
