"""From a text to links: found, made canonical, named, with the form that was wished for.

Pure: no network, no clock. What is wrong with a text is data too (`BadLink`), because the person
who sent it wants a sentence about it.
"""

import hashlib
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from urllib.parse import SplitResult, quote, urlsplit

from procs import sites, wishes
from procs.job import Link

#: Links taken from one message; the rest is counted, not fetched.
MOST = 20
#: Characters of an address. Browsers and sites stop near here.
LONGEST = 2048

#: Invisible marks that phones put around links in right-to-left text. The joiners are letters
#: of Persian words and may stand inside an address.
JOINERS = "\u200c\u200d"
MARKS = dict.fromkeys(
    map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u00ad")
)

BODY = r"[^\s<>\"'`«»“”|\\^{}]"
SCHEMES_WITHOUT_SLASHES = "javascript|data|mailto|magnet|tg|blob|vbscript|about|tel"
ADDRESS = re.compile(
    rf"(?<![\w@])(?:[a-z][a-z0-9+.-]{{0,20}}://{BODY}*"
    rf"|(?:{SCHEMES_WITHOUT_SLASHES}):{BODY}+"
    rf"|www\.{BODY}+\.{BODY}+"
    rf"|(?:[a-z0-9](?:[a-z0-9-]{{0,62}})\.){{1,8}}[a-z]{{2,24}}(?::\d{{1,5}})?/{BODY}*)",
    re.IGNORECASE,
)
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?")
SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):(?!\d)", re.IGNORECASE)
TRAIL = ".,;:!?…،؛؟*_~-"
BRACKETS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class BadLink:
    """Something that cannot be asked for. `kind` is the key of the sentence about it:
    `scheme`, `malformed`, `too-long`, `credentials`, or `none` when there is no link at all."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """Everything one message asks for. `left_out` counts the links beyond the first `MOST`."""

    links: tuple[Link, ...] = ()
    problems: tuple[BadLink, ...] = ()
    left_out: int = 0


@dataclass(slots=True)
class Spot:
    """One address in a text, as it stands there, and the words behind it."""

    start: int
    raw: str
    after: str = ""


def parse(text: str, urls: Sequence[str] = ()) -> Parsed:
    """The links of a message. `urls` are the addresses that Telegram itself marked, hidden ones
    (a word that is a link) included. Never raises."""
    links: dict[tuple[str, str], Link] = {}
    problems: dict[BadLink, None] = {}
    for spot in spots(text, urls):
        found = read(spot.raw, wishes.after(spot.after))
        if isinstance(found, BadLink):
            problems.setdefault(found)
        else:
            links.setdefault((found.key, found.variant), found)
    if not links and not problems:
        return Parsed(problems=(BadLink("none"),))
    chosen = tuple(links.values())
    return Parsed(chosen[:MOST], tuple(problems), max(0, len(chosen) - MOST))


def spots(text: str, urls: Sequence[str]) -> list[Spot]:
    """The addresses of a text in their order, then the hidden ones."""
    found = {m.start(): Spot(m.start(), trim(m[0])) for m in ADDRESS.finditer(text)}
    hidden = []
    for url in dict.fromkeys(urls):
        place = text.find(url)
        if place < 0:
            hidden.append(Spot(len(text), url))
        elif not any(s.start <= place < s.start + len(s.raw) for s in found.values()):
            found[place] = Spot(place, url)
    ordered = [found[start] for start in sorted(found)]
    for spot, follower in zip_longest(ordered, ordered[1:]):
        end = follower.start if follower else len(text)
        spot.after = text[spot.start + len(spot.raw) : end]
    return ordered + hidden


def trim(raw: str) -> str:
    """An address without the punctuation of the sentence around it."""
    while raw:
        last = raw[-1]
        opening = BRACKETS.get(last)
        unbalanced = opening is not None and raw.count(last) > raw.count(opening)
        if last not in TRAIL and not unbalanced:
            break
        raw = raw[:-1]
    return raw


def read(raw: str, wish: str = "best") -> Link | BadLink:
    """One address as a Link, or what is wrong with it."""
    text = raw.translate(MARKS).strip().strip(JOINERS)
    if len(text) > LONGEST:
        return BadLink("too-long", text[:80])
    scheme = SCHEME.match(text)
    if scheme is None:
        text = f"https://{text}"
    elif scheme[1].lower() not in ("http", "https"):
        return BadLink("scheme", scheme[1].lower())
    try:
        return link(split(text), wish)
    except CredentialsInAddress:
        return BadLink("credentials")
    except ValueError:
        return BadLink("malformed", text[:80])


class CredentialsInAddress(ValueError):
    """The address carries a name or password; storing it would store somebody's secret."""


def split(text: str) -> SplitResult:
    """The parts of an address. Raises ValueError when it is none."""
    if any(ord(char) < 33 or ord(char) == 127 for char in text):
        raise ValueError("blank or control character")
    parts = urlsplit(text)
    if parts.username is not None or parts.password is not None:
        raise CredentialsInAddress
    return parts


def link(parts: SplitResult, wish: str) -> Link:
    """The Link of an address in parts. Raises ValueError on an impossible host or port."""
    host = canonical_host(parts.hostname or "")
    row = sites.of_host(host)
    query = sites.without_noise(escape(parts.query), row.noise if row else ())
    path = escape(parts.path) or "/"
    url = f"{parts.scheme}://{place(host, parts)}{path}" + (f"?{query}" if query else "")
    if len(url) > LONGEST:
        raise ValueError("too long once written in full")
    media = sites.media_id(row, path, query) if row else ""
    if row and media and row.address:
        url = row.address.format(id=media)
    name = row.name if row else sites.bare(host)
    return Link(url, name, f"{name}:{media}" if media else by_hash(url), wish)


def canonical_host(host: str) -> str:
    """Lower case, in the letters of DNS. Raises ValueError when no host can be so called."""
    host = host.rstrip(".").lower()
    if not host:
        raise ValueError("no host")
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host)}]"
    ascii_host = host.encode("idna").decode("ascii")
    if not all(LABEL.fullmatch(label) for label in ascii_host.split(".")):
        raise ValueError("impossible host")
    return ascii_host


def place(host: str, parts: SplitResult) -> str:
    """Host and port, the port only when it is not the usual one."""
    usual = {"http": 80, "https": 443}[parts.scheme]
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"


def escape(text: str) -> str:
    """Letters outside ASCII percent-encoded, what is already encoded left alone."""
    return quote(text, safe="/%:@!$&'()*+,;=?~-._[]")


def by_hash(url: str) -> str:
    """The key of an address that does not tell which media it is."""
    return "url:" + hashlib.sha256(url.encode()).hexdigest()[:24]
