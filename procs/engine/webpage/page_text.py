"""Parses a page of no known site: frames, pictures, links, forms, visible text.

Pure, and in time that grows with the page's length only: a page may be written to be slow to read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from yt_dlp.utils import extract_attributes

#: Characters of a page that are read, of one tag, of a title; tags that are looked at.
PAGE_LENGTH, TAG, TITLE, TAGS = 1_000_000, 3000, 200, 5000
#: Frames, pictures and files that are named.
FRAMES_NAMED, PICTURES_NAMED, LINKS = 8, 40, 500
TAG_OF = re.compile(
    rf"<(base|title|meta|iframe|frame|embed|object|img|source|a|input|/title)\b([^>]{{0,{TAG}}})>",
    re.I,
)
CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]{2,40})", re.I)
#: Where pages keep the true address of what is loaded later.
LATER = ("data-src", "data-lazy-src", "data-original", "data-url", "data-lazy")
SETS = ("srcset", "data-srcset", "data-lazy-srcset")
SHOWN = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
#: A candidate of a srcset: address, then how wide or how dense (HTML, 4.8.4.2.1).
CANDIDATE = re.compile(r"(\S*[^,\s])(?:\s+(\d+(?:\.\d+)?)([wx]))?\s*(?:,|$)")
#: Files that a page may lead to, as the lists of a folder do.
MEDIA = re.compile(r"\.(?:mp4|m4v|mkv|webm|mov|avi|mp3|m4a|ogg|opus|flac|wav|m3u8)$", re.I)
PICTURE = re.compile(r"\.(?:jpe?g|png|webp|avif|gif|heic|bmp)$", re.I)
#: Pictures that belong to the page and not to what it shows, by their names.
ORNAMENT = re.compile(
    r"(?:^|[\W_])(?:logo|icons?|favicon|sprites?|avatars?|badges?|banners?|buttons?|pixel|spacer"
    r"|blank|placeholder|loading|spinner|tracking|beacon|captcha|emoji|flags?)(?:[\W_]|$)",
    re.I,
)
#: Pixels: a side of which less is said is an icon's.
SMALL = 100


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was read: its address, its title, the visible words, the addresses of its frames
    and of its pictures (those inside it first; `shown` are those it names for others to show), and
    whether it has a field for a password; `links` lead to media files."""

    url: str
    title: str = ""
    words: str = ""
    frames: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    shown: frozenset[str] = frozenset()
    password: bool = False
    links: tuple[str, ...] = ()


def decoded(body: bytes, content_type: str) -> str:
    """The text of a page, by what it, or its server, says of its letters."""
    told = CHARSET.search(content_type.encode("latin-1", "replace")) or CHARSET.search(body[:2048])
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")[:PAGE_LENGTH]
    try:
        return body[: 4 * PAGE_LENGTH].decode(told[1].decode() if told else "utf-8", "replace")[
            :PAGE_LENGTH
        ]
    except LookupError:
        return body[: 4 * PAGE_LENGTH].decode("utf-8", "replace")[:PAGE_LENGTH]


def read(text: str, url: str) -> Page:
    """A page by its text and its address."""
    text = without(without(text[:PAGE_LENGTH], "<!--", "-->"), "<template", "</template")
    static = without(without(text, "<script", "</script"), "<style", "</style")
    reader = PageReader(url)
    for place, match in enumerate(TAG_OF.finditer(static)):
        if place > TAGS:
            break
        reader.take(match[1].lower(), match[0], static, match.end())
    return reader.page(visible(static))


def without(text: str, begin: str, end: str) -> str:
    """The text less all that stands between two marks."""
    low, kept, place = text.lower(), [], 0
    while (start := low.find(begin, place)) >= 0:
        kept.append(text[place:start])
        stop = low.find(end, start)
        if stop < 0:
            return "".join(kept)
        place = stop + len(end)
    return "".join([*kept, text[place:]])


def visible(text: str) -> str:
    """The words between the tags, in one line."""
    return " ".join(re.sub(r"<[^<>]*>?", " ", text).split())


class PageReader:
    """Takes a page's tags one by one."""

    def __init__(self, url: str) -> None:
        self.url = self.base = url
        self.titles: list[str] = []
        self.frames: dict[str, None] = {}
        self.shown: dict[str, None] = {}
        self.inside: dict[str, None] = {}
        self.links: dict[str, None] = {}
        self.behind = ""
        self.sources: list[str] = []
        self.password = False

    def take(self, name: str, tag: str, text: str, end: int) -> None:
        """Take one tag; `text[end:]` is what follows it."""
        if name == "title" and not self.titles:
            self.titles.append(text[end : end + 4 * TITLE].partition("<")[0])
            return
        if name.startswith("/"):
            return
        given = {key: value or "" for key, value in extract_attributes(tag).items()}
        work = getattr(self, f"take_{name}", None)
        if work:
            work(given)

    def take_base(self, given: dict[str, str]) -> None:
        """Addresses of the page are relative to this one."""
        self.base = urljoin(self.url, given.get("href", "")) or self.url

    def take_meta(self, given: dict[str, str]) -> None:
        """The picture that the page shows of itself, or its title."""
        name = (given.get("property") or given.get("name") or "").lower()
        if name in SHOWN:
            self.note(self.shown, given.get("content", ""))
        elif name == "og:title" and given.get("content"):
            self.titles.insert(0, given["content"])

    def take_iframe(self, given: dict[str, str]) -> None:
        """Another page inside, also one that a script loads later."""
        for name in ("src", *LATER):
            self.note(self.frames, given.get(name, ""))

    take_frame = take_embed = take_iframe

    def take_object(self, given: dict[str, str]) -> None:
        """Another page inside, in the old form."""
        self.note(self.frames, given.get("data", ""))

    def take_a(self, given: dict[str, str]) -> None:
        """A small picture may lead to its large form, words to a media file."""
        target = given.get("href", "")
        path = target.partition("#")[0].partition("?")[0].strip()
        self.behind = target if PICTURE.search(path) else ""
        if MEDIA.search(path):
            self.note(self.links, target)

    def take_source(self, given: dict[str, str]) -> None:
        """A picture in other sizes, of the `img` that follows."""
        self.sources += [one for name in SETS for one in best(given.get(name, ""))]

    def take_img(self, given: dict[str, str]) -> None:
        """One picture, by the best of its addresses."""
        sources, self.sources, behind, self.behind = self.sources, [], self.behind, ""
        if is_ornament(given):
            return
        sets = [one for name in SETS for one in best(given.get(name, ""))]
        later = [given[name] for name in LATER if given.get(name)]
        for one in filter(None, (behind, *sets, *later, given.get("src", ""), *sources)):
            if self.note(self.inside, one):
                return

    def take_input(self, given: dict[str, str]) -> None:
        """A field for a password means a sign-in."""
        self.password = self.password or given.get("type", "").lower() == "password"

    def note(self, found: dict[str, None], address: str) -> bool:
        """Keep an address of the web. False for what is none."""
        whole = urljoin(self.base, address.strip()).partition("#")[0] if address.strip() else ""
        good = whole.startswith(("http://", "https://")) and whole != self.url.partition("#")[0]
        if good:
            found[whole] = None
        return good

    def page(self, words: str) -> Page:
        """The page with all that was read; `words` is its visible text."""
        title = " ".join(" ".join(self.titles[:1]).split())[:TITLE]
        pictures = [one for one in {**self.inside, **self.shown} if is_picture(one)]
        frames = tuple(self.frames)[:FRAMES_NAMED]
        shown = frozenset(self.shown.keys() - self.inside.keys())
        told = (tuple(pictures[:PICTURES_NAMED]), shown, self.password, tuple(self.links)[:LINKS])
        return Page(self.url, title, words, frames, *told)


def best(candidates: str) -> Iterator[str]:
    """The address of the largest picture of a srcset."""
    found = [(float(m[2] or 1), m[1]) for m in CANDIDATE.finditer(candidates[:TAG]) if m[1]]
    if found:
        yield max(found, key=lambda one: one[0])[1]


def is_ornament(given: dict[str, str]) -> bool:
    """Whether a picture is part of the page's design, by its tag."""
    sizes = [int(m[1]) for name in ("width", "height")
             if (m := re.match(r"\s*(\d{1,5})(?:px)?\s*$", given.get(name, "")))]  # fmt: skip
    named = " ".join(given.get(name, "") for name in ("class", "id", "alt"))
    return any(size < SMALL for size in sizes) or bool(ORNAMENT.search(named))


def is_picture(url: str) -> bool:
    """Whether an address may be that of a picture which somebody wants."""
    path = urlsplit(url).path
    return not path.lower().endswith((".svg", ".ico")) and not ORNAMENT.search(path)
