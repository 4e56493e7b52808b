"""Messages between a worker and the engine.

A site's words in it are made ours where a record comes to be, on both sides: a child that was taken
over is not believed.
"""

from dataclasses import dataclass, field

from procs.core.disk import MIB
from procs.errors import Forbidden
from procs.texts import untrusted_text

#: Letters of a title.
TITLE = 200
#: The name under which a copy of cookies lies in a job's folder; the child takes it away.
COOKIES = "cookies.txt"


#: The file in a job's folder in which a look leaves what it read, for the download.
LOOK_FILE = "kept.z"
#: The picture that a site shows for a media, in a job's folder, and its bytes at most.
THUMBNAIL_FILE, THUMBNAIL_BYTES = "card.picture", 4 * MIB
#: The film that is being made of a picture and a sound that still come, in a job's folder.
MERGED = "merged.mp4"
#: How the warning begins that it was made later after all.
LATER = "not merged at once: "


@dataclass(frozen=True, slots=True)
class Order:
    """What to fetch, and how much of it at most (bytes); a film may go into so many `parts`.

    `variant` is a wish in the grammar of procs.wishes.variant. `allowed_networks` are the
    private ones that may be visited. `direct` leaves the proxy aside, to try whether there is
    another way out. `cookies` is the name of a file in the job's folder, `clients` are the players
    of YouTube to ask as, `impersonate` is the browser whose handshake to imitate; empty for none.
    Of a list, at most so many `entries` are taken; of a broadcast, so many seconds, none of it with
    0. `sponsors` is the address of the service that knows which parts were paid for. With `kept`,
    what a look read lies in the folder (KEPT). `gallery` names the software of a site, in
    gallery-dl's words, where its address does not tell. `title` is for what has none itself. A
    film of at least so many bytes (`stream_from`) that comes as a picture and a sound is made of
    them while they come, so that it can go up meanwhile; with 0, none is. `whole`: to be looked at,
    a post is what it is, and no list to choose from. With `search`, the name
    of a site, its own search is asked for `words` instead of the address. `followed`: so many
    entries of a list are read, from its first on, and none that is only announced.
    """

    url: str
    variant: str = "best"
    max_file_size: int = 2000 * MIB
    allowed_networks: tuple[str, ...] = ()
    direct: bool = False
    parts: int = 1
    cookies: str = ""
    clients: tuple[str, ...] = ()
    impersonate: str = ""
    entries: int = 50
    live: float = 0.0
    sponsors: str = ""
    kept: bool = False
    gallery: str = ""
    title: str = ""
    stream_from: int = 0
    whole: bool = False
    search: str = ""
    words: str = ""
    followed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "allowed_networks", tuple(self.allowed_networks))
        object.__setattr__(self, "clients", tuple(self.clients))

    @property
    def most(self) -> int:
        """Bytes of all parts together."""
        return self.max_file_size * self.parts

    def limit(self, kind: str) -> int:
        """Bytes to be fetched of a media of this kind: what has no time in it cannot be cut."""
        return self.most if kind in ("video", "audio", "album") else self.max_file_size


@dataclass(frozen=True, slots=True)
class Choice:
    """One form in which a media can be had: `variant` as it is asked for, the expected bytes or
    None, the codecs, and the number of files it will be cut into."""

    variant: str
    size: int | None = None
    codecs: str = ""
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list: its number there, from 1, and its duration in seconds, 0 unknown. Of
    what a search found, whose it is too; `locked` where its site says that it gives it to nobody,
    or not to everybody. Of a part of a post, its `kind` as `Probed` has it, and its bytes where
    they are known."""

    place: int
    title: str
    url: str
    duration: float = 0.0
    channel: str = ""
    locked: bool = False
    kind: str = ""
    size: int | None = None

    def __post_init__(self) -> None:
        for name in ("title", "channel"):
            object.__setattr__(self, name, untrusted_text.text(getattr(self, name), TITLE))


@dataclass(frozen=True, slots=True)
class Probed:
    """What a link leads to, before anything is downloaded.

    `key` names the media (`youtube:dQw4w9WgXcQ`), or is empty where the site's ids are not unique.
    `size` is the expected number of bytes, all streams together, or None, and `parts` the number of
    files it will be cut into; `subtitles` and `captions` are the languages of the words that people
    and machines wrote; `chapters` are their beginnings (seconds) and titles; `sounds` are the
    languages of the sound where there are several, `refused` the forms that are larger than may be
    fetched; `published` is a day (`20261129`) or empty, `direct` says that it is a plain file;
    `plan` says in words
    for the log which formats were chosen. An `album` has several media of one post,
    which are its `entries`. A `list` has
    `entries`, `more` than these or not, of which there are `count` where the site says so. `adult`
    is what the site marks as for adults.
    """

    key: str
    site: str
    title: str
    performer: str = ""
    duration: float = 0.0
    kind: str = "video"  # video | audio | photo | file | album | list
    size: int | None = None
    plan: str = ""
    thumbnail: bool = False
    parts: int = 1
    subtitles: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    chapters: list[tuple[float, str]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    count: int | None = None
    more: bool = False
    adult: bool = False
    sounds: list[str] = field(default_factory=list)
    refused: list[Choice] = field(default_factory=list)
    published: str = ""
    direct: bool = False

    def __post_init__(self) -> None:
        for name in ("title", "performer", "site"):
            object.__setattr__(self, name, untrusted_text.text(getattr(self, name), TITLE))
        chapters = [(start, untrusted_text.text(title, TITLE)) for start, title in self.chapters]
        object.__setattr__(self, "chapters", chapters)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What lies in the folder now: file names, the facts as they turned out, the names of the
    cover and of the subtitles that go into the film; each file's own title and duration."""

    files: list[str]
    facts: Probed
    cover: str = ""
    subtitles: str = ""
    warnings: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    durations: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "titles", [untrusted_text.text(one, TITLE) for one in self.titles])


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use: bytes of one file, bytes of memory of its own, CPU seconds, open
    files, steps of niceness."""

    file: int = 2064 * MIB
    memory: int = 2048 * MIB
    cpu: int = 1800
    files: int = 512
    nice: int = 10


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a program ended: its exit code (negative: the signal), and the end of what it wrote."""

    code: int
    out: bytes
    err: bytes


@dataclass(frozen=True, slots=True)
class ChildEnd:
    """The death of a child: exit code (negative: the signal), CPU seconds and peak resident bytes
    of the child and of what it waited for; the system calls that its jail refused, and how
    often."""

    code: int
    cpu: float
    peak: int
    refused: list[tuple[str, int]] = field(default_factory=list)


def check_scheme(url: str) -> None:
    """Only the web: no files, no data, no other protocols. Raises Forbidden."""
    scheme = url.partition(":")[0].lower()
    if scheme not in ("http", "https"):
        raise Forbidden(f"scheme {scheme[:20]!r}")
