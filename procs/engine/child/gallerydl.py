"""Posts of pictures, by gallery-dl where it is installed: a second program in the same child.

It is run and not imported: it is under another licence (GPL 2), and needs none of what the nursery
has warm. The options are a closed list, as yt-dlp's are.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from procs import errors
from procs.core import codec
from procs.engine.child import post_look
from procs.engine.failures.classify import classify
from procs.engine.failures.exception_chain import plain
from procs.engine.jail import resource_limits
from procs.engine.protocol.messages import Entry, Fetched, Order, Probed
from procs.engine.protocol.progress_meter import DownloadMeter
from procs.engine.ytdlp import file_types, loader
from procs.engine.ytdlp.playlists import ADDRESS, ALBUM
from procs.wishes import picks
from procs.wishes.filenames import fit, free
from procs.wishes.picks import ENTRIES_SHOWN
from procs.wishes.variant import Variant, parse

#: Where its files arrive, and the cookies that it is lent.
FOLDER, COOKIES = Path("gallery"), Path("gallery.txt")
#: Seconds for reading a post; letters of a title; characters of what it says of a post.
POST_TIMEOUT, POST_TITLE_LENGTH, POST_OUTPUT = 60.0, 120, 8 * 1024**2
#: Bits of its exit code (gallery-dl's README), the weightiest first.
UNKNOWN = 64
CODES = (
    (UNKNOWN, errors.Unsupported),
    (16, errors.LoginNeeded),
    (8, errors.Gone),
    (4, errors.NetworkBroken),
    (1, errors.ExtractorBroken),
)
#: In its words: its own name of a failure, and the status of an answer.
#: What it calls an address that looks like a file's, unseen. yt-dlp has looked.
FILE = "directlink"
#: A page where it took the address for a file's.
NO_FILE = re.compile(r"HTML response|HTTP redirect to")
FAILURE_NAME, FAILURE_STATUS = (
    re.compile(r"\b([A-Z]\w+(?:Error|Required)): "),
    re.compile(r"'(\d{3}) \w"),
)
#: Where sites put the words of a post, and who wrote them.
TEXT_FIELDS = ("title", "content", "description", "text", "filename")
WHO = ("author", "user", "username", "uploader", "artist")
#: Marks of what is for adults: those of Reddit, Twitter and others, and the ratings of galleries.
ADULT_FLAGS = ("over_18", "nsfw", "sensitive", "possibly_sensitive")
ADULT_RATINGS = ("e", "explicit", "r-18", "r18", "adult", "mature")
#: Kinds of its messages: a folder's facts, a file's address with its facts.
FOLDERS, FILES = 2, 3

QUOTED_ADDRESS = re.compile(r"'?https?://\S+")

PostFacts = dict[str, Any]


def may_know(order: Order) -> bool:
    """Whether gallery-dl may find pictures where yt-dlp found no film or sound."""
    return bool(find_spec("gallery_dl")) and not parse(order.variant).sound


class Gallery:
    """One post. Raises the classes of procs.errors."""

    def __init__(self, order: Order, proxy: str, ydl: loader.Loader, kept: post_look.Told) -> None:
        self.order = order
        self.proxy = proxy
        self.ydl = ydl
        #: What an earlier look read of it, and the files that are wanted.
        self.kept = kept if covers(kept, order) else []
        self.files: list[Any] = []

    def argv(self, *words: str) -> list[str]:
        """The command for one run of gallery-dl, which reads no configuration of the machine."""
        wish = parse(self.order.variant)
        pick = (
            wish.pick
            if is_chosen(wish)
            else f"1-{ALBUM + ('--dump-json' in words)}"  # one more tells whether there are more
        )
        kind = f"{self.order.gallery}:" if self.order.gallery else ""
        return [
            *(sys.executable, "-I", "-m", "gallery_dl", "--config-ignore", "--no-input"),
            *("--no-postprocessors", "--no-mtime", "--no-colors", "--range", pick),
            *("--retries", "2", "--http-timeout", "20", "--proxy", self.proxy),
            *("-o", "downloader.ytdl.enabled=false", "-o", "cookies-update=false"),
            *(["--cookies", str(COOKIES)] if self.order.cookies else []),
            *(*words, "--", kind + self.order.url),
        ]

    def read(self) -> post_look.Told:
        """Have gallery-dl read the post: what it prints."""
        run = self.start("--dump-json")
        try:
            out, err = run.communicate(timeout=POST_TIMEOUT)
        except subprocess.TimeoutExpired:
            raise errors.TimedOut("gallery-dl reads") from None
        told: post_look.Told = codec.load(out[:POST_OUTPUT]) if out.strip() else []
        wish = parse(self.order.variant)
        if not files_of(told) and wish.pick and not run.returncode:
            raise errors.NoEntry(f"no entry {wish.pick}")
        if not files_of(told):
            raise failure(run.returncode, last_error(told) or err.decode(errors="replace"))
        if wish.looks:
            post_look.write(told)
        return told

    def probe(self) -> Probed:
        """What is in the post, before anything is downloaded."""
        told = self.kept or self.read()
        files, wish = files_of(told), parse(self.order.variant)
        if self.kept and is_chosen(wish):
            files = [files[at - 1] for at in picks.numbers(wish.pick, self.order.entries)]
        more, files = not wish.pick and len(files) > ALBUM, files[: None if wish.pick else ALBUM]
        self.files = files
        if files[0][2].get("category") == FILE:
            raise errors.Unsupported("a page at the address of a file")
        facts = next((one[1] for one in told if one[0] == FOLDERS), {}) | files[0][2]
        found = Probed(
            key="",
            site=plain(str(facts.get("category") or ""), POST_TITLE_LENGTH),
            title=first(facts, TEXT_FIELDS),
            performer=first(facts, WHO),
            kind="album",
            more=more,
            adult=is_adult(facts),
            thumbnail=bool(self.face()),
        )
        if len(files) == 1 and not wish.pick:
            return replace(found, kind=file_types.kind(str(files[0][1]), {}))
        if wish.looks and not self.order.whole:
            return listed(found, files, wish.page)
        return replace(found, entries=[part(place, one) for place, one in enumerate(files, 1)])

    def face(self) -> PostFacts:
        """The first picture of the post, as what stands for it; empty where there is none."""
        for one in self.files:
            if file_types.kind(kinded(one), {}) == "photo":
                return {"thumbnail": str(one[1]), "http_headers": {"Referer": self.order.url}}
        return {}

    def fetch(self, found: Probed, meter: DownloadMeter) -> Fetched:
        """Its files, in its order, in the job's folder."""
        if self.kept and (names := post_look.fetched(self.ydl, self.order, self.files, meter)):
            return Fetched(names, found)
        run = self.start("-D", str(FOLDER), "--no-part")
        files = [brought(path, meter) for path in arriving(run)]
        err = run.stderr.read() if run.stderr else b""
        if run.wait() or not files:
            raise failure(run.returncode, err.decode(errors="replace"))
        if len(files) < len(self.files):
            raise errors.NetworkBroken(f"{len(files)} of {len(self.files)} files came")
        size = sum(Path(name).stat().st_size for name in files)
        if size > self.order.limit(found.kind):
            raise errors.TooLarge(f"{size} bytes, limit {self.order.limit(found.kind)}")
        return Fetched(files, found)

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start gallery-dl; it dies with this child."""
        child = os.getpid()
        if self.order.cookies:
            self.ydl.cookiejar.save(str(COOKIES))
        return subprocess.Popen(
            self.argv(*words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: resource_limits.die_with(child),
        )


def files_of(told: post_look.Told) -> list[Any]:
    """Of what gallery-dl told, the files."""
    return [one for one in told if one[0] == FILES]


def is_chosen(wish: Variant) -> bool:
    """Whether some files of the post were chosen by their places."""
    return wish.pick not in ("", picks.EVERYTHING) and not wish.looks


def covers(told: post_look.Told, order: Order) -> bool:
    """Whether all that is wanted is among what a look read, which is a beginning of a long post."""
    there, wish = len(files_of(told)), parse(order.variant)
    if is_chosen(wish):
        return there >= max(picks.numbers(wish.pick, order.entries), default=1)
    return bool(there) and (wish.pick != picks.EVERYTHING or there <= ALBUM)


def part(place: int, one: Any) -> Entry:
    """A file of the post, as far as its facts tell."""
    size = one[2].get("filesize") or one[2].get("size")
    return Entry(
        place,
        first(one[2], ("filename",)),
        "",
        kind=file_types.kind(kinded(one), {}),
        size=size if isinstance(size, int) and size > 0 else None,
    )


def kinded(one: Any) -> str:
    """The address of a file, with its ending where only its facts have one."""
    ending = one[2].get("extension")
    return f"http://file/file.{ending}" if isinstance(ending, str) and ending else str(one[1])


def listed(found: Probed, files: list[Any], page: int) -> Probed:
    """A page of what the post has."""
    start = (page - 1) * ENTRIES_SHOWN
    entries = [
        Entry(place, first(one[2], ("filename",)), plain(str(one[1]), ADDRESS))
        for place, one in enumerate(files[start : start + ENTRIES_SHOWN], start + 1)
    ]
    if not entries:
        facts = {"wanted": str(start + 1), "count": str(len(files))}
        raise errors.NoEntry(f"page {page} of {len(files)} files", facts=facts)
    more = len(files) > start + ENTRIES_SHOWN
    return replace(found, kind="list", entries=entries, count=len(files), more=more)


def arriving(run: "subprocess.Popen[bytes]") -> Iterator[Path]:
    """The files as they come: it writes the path of each."""
    assert run.stdout is not None
    for line in run.stdout:
        path = Path(os.fsdecode(line.strip()))
        if path.parent.name == FOLDER.name and path.is_file():
            yield path


def brought(path: Path, meter: DownloadMeter) -> str:
    """A file's name in the job's folder, where it lies now."""
    meter({"filename": path.name, "downloaded_bytes": path.stat().st_size})
    return path.rename(free(Path(fit(path.name) or "file"))).name


def is_adult(facts: PostFacts) -> bool:
    """Whether a site marks a post as for adults, in the words that sites have for it."""
    return any(facts.get(name) is True for name in ADULT_FLAGS) or (
        str(facts.get("rating") or "").lower() in ADULT_RATINGS
    )


def first(facts: PostFacts, fields: tuple[str, ...]) -> str:
    """The first of these fields that says something, in one line."""
    for name in fields:
        value = facts.get(name)
        value = value.get("name") or value.get("username") if isinstance(value, dict) else value
        if isinstance(value, str) and value.strip():
            return plain(" ".join(value.split()), POST_TITLE_LENGTH)
    return ""


def last_error(told: list[Any]) -> str:
    """Its own words about what went wrong, behind the name of the failure, as its log has them."""
    failed: PostFacts = next((one[1] for one in told if one[0] == -1), {})
    return ": ".join(str(failed[key]) for key in ("error", "message") if failed.get(key))


def failure(code: int, words: str) -> errors.JobError:
    """The failure that its messages mean, the site's own first; else the one of its exit code.
    Addresses are not read as messages: they may contain `login`."""
    words = plain(QUOTED_ADDRESS.sub("", words).strip()[-300:])
    status = FAILURE_STATUS.search(words)
    cause = {"text": words, "status": int(status[1]) if status else 0, "reader": "gallery-dl"}
    judged = classify([{**cause, "names": (*FAILURE_NAME.findall(words), "GalleryError")}])
    if NO_FILE.search(words):
        return errors.Unsupported(words)
    if not (code & UNKNOWN or isinstance(judged, errors.Unknown)):
        return judged
    kind = next((kind for bit, kind in CODES if code & bit), errors.Unsupported)
    return kind(words or f"gallery-dl ended with {code}")
