"""Downloads what was found, and reports which files lie in the folder."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from yt_dlp.utils import YoutubeDLError

from procs.engine.answers.page_head import BEGINNING, TEXT_BEGINNING
from procs.engine.failures.classify import judged
from procs.engine.forms import subtitles
from procs.engine.protocol import part_file
from procs.engine.protocol.messages import Fetched, Order, Probed
from procs.engine.ytdlp import media_info
from procs.engine.ytdlp.options import COVER, FETCHING, MEDIA
from procs.errors import (
    Empty,
    Gone,
    NetworkBroken,
    NoSuchFile,
    PartMissing,
    TooLarge,
    Unsupported,
)
from procs.wishes.filenames import fit, free, title_name
from procs.wishes.variant import parse

#: Protocols of media that come in pieces, and what a missing piece looks like.
PIECES = re.compile(r"m3u8|dash|ism|f4m|fragment")
NOT_THERE = (Empty, Gone, NoSuchFile)
#: Looks at a list of pieces in which nothing is new, each half a piece's length after the other,
#: before ffmpeg takes the broadcast for over (its own number is 1000, hours for long pieces).
STANDSTILL = ("-m3u8_hold_counters", "40")
#: Kinds of files that have no words at their beginning; the one ending of a film's that is also one
#: of words.
NO_TEXT, TYPESCRIPT = ("video", "audio"), ".ts"


class DownloadRun:
    """The downloads of one job, one after the other: of a post there are several."""

    def __init__(self, ydl: Any, order: Order) -> None:
        self.ydl = ydl
        self.order = order
        self.wish = parse(order.variant)
        #: What came, under its first name, and the name that it gets when all came.
        self.came: list[tuple[Path, str]] = []
        self.files: list[str] = []
        self.titles: list[str] = []
        self.durations: list[float] = []
        self.words = ""

    def all(
        self, infos: Sequence[dict[str, Any]], files: Sequence[media_info.PlainFile | None]
    ) -> None:
        """Download every media of a link. They get their own names at the end: until then another
        child could go on with each of them. Raises as `take`."""
        for info, file in zip(infos, files, strict=True):
            self.take(info, file)
        part_file.forget_notes(Path())
        for path, name in self.came:
            named = path.with_name(fit(name) or path.name)
            self.files.append(path.rename(free(named)).name)

    def take(self, info: dict[str, Any], file: media_info.PlainFile | None) -> None:
        """Download one media. yt-dlp's word that it succeeded is not enough: raises Empty
        when nothing came, TooLarge when too much did; PartMissing."""
        self.ydl.params["outtmpl"]["default"] = f"{MEDIA}-{len(self.came)}.%(ext)s"
        self.ydl.params.update(subtitles.options(info, self.wish))
        self.ydl.params["external_downloader_args"] = recording(info, self.order)
        try:
            done = self.ydl.process_ie_result(info, download=True)
        except YoutubeDLError as error:
            if why := missing(info, error):
                raise why from error
            raise
        said = subtitles.file(done)
        if self.wish.words_alone:
            done, said = {"requested_downloads": [{"filepath": said}]}, ""
        elif self.wish.subtitles and not (said and Path(said).is_file()):
            raise NetworkBroken("no subtitles came")
        title = media_info.title(info, file, self.order.title)
        self.came.append(judged_file(done, file, title, self.order.limit("video")))
        self.titles.append(title)
        self.durations.append(duration(info, done) or self.listed(done))
        if not self.wish.words_alone:
            self.words = self.words or Path(said).name

    def listed(self, done: dict[str, Any]) -> float:
        """Seconds that the media lasts at least by the lists of its pieces, where the site says
        nothing else; of several streams the longest counts. Nothing is known where parts of it
        were left out."""
        if self.wish.clean or self.wish.words_alone or media_info.is_live(done):
            return 0.0
        streams = done.get("requested_formats") or [done]
        return max(self.ydl.listed(one) for one in streams)

    def fetched(self, found: Probed, warnings: list[str]) -> Fetched:
        """All of it. Raises TooLarge."""
        size = sum(Path(name).stat().st_size for name in self.files)
        if size > self.order.limit(found.kind):
            raise TooLarge(f"{size} bytes, limit {self.order.limit(found.kind)}")
        named = (cover(Path()), self.words, warnings, self.titles, self.durations)
        return Fetched(self.files, found, *named)


def missing(info: dict[str, Any], error: YoutubeDLError) -> PartMissing | None:
    """The failure when an address within a media leads nowhere: the media exists, a part of it does
    not."""
    why = judged(error)
    streams = info.get("requested_formats") or [info]
    pieces = any(
        one.get("manifest_url") or PIECES.search(str(one.get("protocol"))) for one in streams
    )
    beside = "subtitles" in str(error)
    whole = media_info.extractor_of(info) in media_info.GENERIC and not (pieces or beside)
    return None if whole or not isinstance(why, NOT_THERE) else PartMissing(why.detail)


def duration(info: dict[str, Any], done: dict[str, Any]) -> float:
    """Seconds that the file should last: as promised, less what was left out."""
    came = (done.get("requested_downloads") or [{}])[0]
    return float(came.get("duration") or info.get("duration") or 0)


def recording(info: dict[str, Any], order: Order) -> dict[str, list[str]]:
    """The options by which ffmpeg fetches: of a broadcast, it ends after a time, or when its lists
    have nothing new any more, though they do not say that they are over."""
    if not media_info.is_live(info):
        return FETCHING
    streams = info.get("requested_formats") or [info]
    lists = all("m3u8" in str(one.get("protocol")) for one in streams)
    given = [*FETCHING["ffmpeg_i"], *(STANDSTILL if lists else ())]
    return {"ffmpeg_i": given, "ffmpeg_o": ["-t", f"{order.live:g}"]}


def judged_file(
    done: dict[str, Any], file: media_info.PlainFile | None, title: str, limit: int
) -> tuple[Path, str]:
    """The downloaded file, and the name for it: a plain file's real one, else the title. Raises
    Empty, TooLarge, Unsupported."""
    downloads = done.get("requested_downloads") or [{}]
    path = Path(downloads[0].get("filepath") or "nothing")
    size = path.stat().st_size if path.is_file() else 0
    if not size:
        raise Empty("nothing came")
    if size > limit:
        raise TooLarge(f"{size} bytes, limit {limit}")
    if file and file.kind in NO_TEXT and path.suffix != TYPESCRIPT and is_text(path):
        raise Unsupported(f"words where {file.name} should be")
    return path, file.name if file else title_name(title, path.suffix)


def is_text(path: Path) -> bool:
    """Whether a file begins with plain text, as an error page in its place does."""
    with open(path, "rb") as source:
        head = source.read(BEGINNING)
    return TEXT_BEGINNING.fullmatch(head.decode("utf-8", "ignore").lstrip("\ufeff")) is not None


def cover(folder: Path) -> str:
    """The name of the cover picture, if one came."""
    return next((path.name for path in sorted(folder.glob(f"{COVER}.*"))), "")
