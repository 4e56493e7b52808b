"""From a text to links: found, made canonical, named, with the form that was wished for.

Pure: no network, no clock. What is wrong with a text is data too (`BadLink`), because the person
who sent it wants a sentence about it.
"""

import hashlib
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from procs.records.job import Link
from procs.wishes import sites
from procs.wishes.grammar import wish_reader
from procs.wishes.grammar.wish_reader import Unclear
from procs.wishes.variant import Variant

#: Links taken from one message; the rest is counted, not fetched.
LINKS_TAKEN = 100
#: Characters of an address. Browsers and sites stop near here.
ADDRESS_LENGTH = 2048

#: Invisible marks that phones put around links in right-to-left text. The joiners are letters
#: of Persian words and may stand inside an address.
JOINERS = "\u200c\u200d"
MARKS = dict.fromkeys(
    map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u00ad")
)

#: Two addresses that somebody set side by side are two, with a comma between them or nothing.
BODY = r"(?:(?!(?<=[\w,;+])https?://)[^\s<>\"'`«»“”|\\^{}،؛])"
SCHEMES_WITHOUT_SLASHES = "javascript|data|mailto|magnet|tg|blob|vbscript|about|tel"
#: Letters of the Arabic script: they stand right before an address, and right behind it.
ARABIC = "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc"
ADDRESS = re.compile(
    rf"(?:(?<!(?![{ARABIC}])[\w@])|(?=https?://))(?:[a-z][a-z0-9+.-]{{0,20}}://{BODY}*"
    rf"|(?:{SCHEMES_WITHOUT_SLASHES}):{BODY}+"
    rf"|www\.{BODY}+\.{BODY}+"
    rf"|(?:[a-z0-9](?:[a-z0-9-]{{0,62}})\.){{1,8}}[a-z]{{2,24}}(?::\d{{1,5}})?/{BODY}*)",
    re.IGNORECASE,
)
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?")
SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):(?!\d)", re.IGNORECASE)
TRAIL = ".,;:!?…،؛؟*_~-"
#: What Persian adds to a word, and what people write on without a blank: `youtu.be/IDرا`.
ENDING = re.compile(rf"(?:(?<=[a-z0-9])|(?=(?:ش|شو|رو|را|و|ه|هه)$))[{ARABIC}{JOINERS}]+$", re.I)
BRACKETS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class BadLink:
    """Something that cannot be asked for. `kind` is the key of the sentence about it:
    `scheme`, `malformed`, `too-long`, `credentials`, `none` when there is no link at all, or
    `which` when a wish came without one."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A link of which it is not clear what is wished: it is asked about, not guessed."""

    link: Link
    about: Unclear


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one message asks for. `left_out` counts the links beyond the first `LINKS_TAKEN`;
    `plain` are the keys of the links about which no words were said."""

    links: tuple[Link, ...] = ()
    problems: tuple[BadLink, ...] = ()
    left_out: int = 0
    questions: tuple[Question, ...] = ()
    plain: frozenset[str] = frozenset()

    @property
    def none(self) -> bool:
        """Whether there was no link in the text, good or bad."""
        return [problem.kind for problem in self.problems] == ["none"]

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing but links, all of which are taken."""
        return bool(self.links) and not (self.problems or self.left_out or self.questions)


@dataclass(slots=True)
class Spot:
    """One address in a text, as it stands there; a hidden one stands at the end."""

    start: int
    raw: str


def parse(text: str, urls: Sequence[str] = ()) -> Parsed:
    """The links of a message. `urls` are the addresses that Telegram itself marked, hidden ones
    (a word that is a link) included. Never raises."""
    seen, hidden = spots(text, urls)
    wished = (
        wish_reader.around(gaps(text, seen))
        if seen
        else wish_reader.around([text, ""]) * len(hidden)
    )
    links: dict[tuple[str, str], Link] = {}
    problems: dict[BadLink, None] = {}
    questions: dict[str, Question] = {}
    unsaid = [Variant()] * (len(seen) + len(hidden) - len(wished))
    said = (
        wish_reader.have_wish(gaps(text, seen))
        if seen
        else wish_reader.have_wish([text, ""]) * len(hidden)
    )
    worded: set[str] = set()
    for n, (spot, wish) in enumerate(zip([*seen, *hidden], [*wished, *unsaid], strict=True)):
        found = read(spot.raw, str(wish) if isinstance(wish, Variant) else "best")
        if isinstance(found, BadLink):
            problems.setdefault(found)
            continue
        if any(said[n : n + 1]):
            worded.add(found.key)
        if isinstance(wish, Unclear):
            questions.setdefault(found.key, Question(found, wish))
        else:
            links.setdefault((found.key, found.variant), found)
    if not (links or problems or questions):
        return Parsed(problems=(BadLink("none"),))
    chosen, asked = tuple(links.values()), tuple(questions.values())[:LINKS_TAKEN]
    left_out = max(0, len(chosen) - LINKS_TAKEN)
    plain = frozenset(one.key for one in chosen) - worded
    return Parsed(chosen[:LINKS_TAKEN], tuple(problems), left_out, asked, plain)


def spots(text: str, urls: Sequence[str]) -> tuple[list[Spot], list[Spot]]:
    """The addresses of a text in their order, and the hidden ones."""
    found = {m.start(): Spot(m.start(), trim(m[0])) for m in ADDRESS.finditer(text)}
    hidden = []
    for url in dict.fromkeys(urls):
        place = text.find(url)
        if place < 0:
            hidden.append(Spot(len(text), url))
        elif not any(
            s.start < place + len(url) and place < s.start + len(s.raw) for s in found.values()
        ):
            found[place] = Spot(place, trim(url))
    return [found[start] for start in sorted(found)], hidden


def gaps(text: str, seen: Sequence[Spot]) -> list[str]:
    """What stands before, between and behind the addresses."""
    ends = [0, *(spot.start + len(spot.raw) for spot in seen)]
    starts = [*(spot.start for spot in seen), len(text)]
    return [text[end:start] for end, start in zip(ends, starts, strict=True)]


def trim(raw: str) -> str:
    """An address without the punctuation of the sentence around it, and without the ending of a
    Persian word that stands for it."""
    while raw:
        last = raw[-1]
        opening = BRACKETS.get(last)
        unbalanced = opening is not None and raw.count(last) > raw.count(opening)
        if last not in TRAIL and not unbalanced:
            break
        raw = raw[:-1]
    ending = ENDING.search(raw)
    return trim(raw[: ending.start()]) if ending else raw


def read(raw: str, wish: str = "best") -> Link | BadLink:
    """One address as a Link, or what is wrong with it."""
    text = raw.translate(MARKS).strip().strip(JOINERS)
    if len(text) > ADDRESS_LENGTH:
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
    if len(url) > ADDRESS_LENGTH:
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
