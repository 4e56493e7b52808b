"""Searches a page in which yt-dlp finds nothing: its frames, the files that it links, then its
pictures.

One level of frames, read by the same readers, by the same way out: what may not be visited is
refused there. Pictures are taken where there is nothing that moves.
"""

import hashlib
import re
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from yt_dlp.networking.common import Request
from yt_dlp.utils import YoutubeDLError, smuggle_url

from procs import errors
from procs.core import clock
from procs.engine.failures.classify import judged, of
from procs.engine.failures.exception_chain import Cause, plain
from procs.engine.protocol.messages import Order
from procs.engine.webpage import page_text, page_walls, picture_size
from procs.engine.webpage.page_text import Page
from procs.engine.ytdlp import plain_files, playlists
from procs.engine.ytdlp.media_info import GENERIC
from procs.errors import JobError
from procs.wishes.variant import parse

#: Seconds for all of a page's frames, and for all of its pictures.
FRAMES_TIMEOUT, PICTURES_TIMEOUT = 30.0, 30.0
#: Pictures of one album; pixels of a picture's longer and shorter side at least; others are asked
#: for than are taken, for some are icons.
ALBUM, LONGER, SHORTER, ASKED = 10, 150, 90, 25
#: Failures of a frame that mean more than that it has nothing: the first is reported.
TELLING = (
    errors.Drm,
    errors.GeoBlocked,
    errors.LiveNow,
    errors.LoginNeeded,
    errors.BotCheck,
    errors.TooLarge,
)
#: Marks that only lists of segments have.
PIECES = "#EXT-X-"
#: A warning of yt-dlp's about a film whose list of pieces did not come.
LIST = re.compile(r"Failed to download (?:m3u8|MPD|f4m|ISM|SMIL|\w+ manifest).*HTTP Error \d{3}")

Info = dict[str, Any]


class PageSearch:
    """Looks further on one page. `loader` is the job's own (`loader.Loader`)."""

    def __init__(self, loader: Any, order: Order) -> None:
        self.loader = loader
        self.order = order
        self.text = ""
        self.told: JobError | None = None
        self.page: Page | None = None

    def read(self) -> None:
        """Read the page at which the job's readers found nothing."""
        url, kind, body = self.loader.page
        self.text = page_text.decoded(bytes(body), kind)
        self.page = page_text.read(self.text, url) if url else None

    def songs(self) -> Info | None:
        """The entries of a list of media, where the link is to one that is not of pieces: yt-dlp
        takes each for the other."""
        url, kind, body = self.loader.list
        text = page_text.decoded(bytes(body), kind)
        if not url or PIECES in text:
            return None
        entries, title = list[Info](), ""
        for line in map(str.strip, text.splitlines()[1:]):
            if line.startswith("#EXTINF:"):
                title = line.partition(",")[2]
            elif line and not line.startswith("#"):
                end = unquote(urlsplit(line).path.rpartition("/")[2])
                entries.append({"_type": "url", "url": urljoin(url, line), "title": title or end})
                title = ""
        return self.listed(entries, "") if entries else None

    def moving(self) -> Info | None:
        """The media of the page's frames, or the files that it links; None for nothing."""
        self.read()
        if self.page is None:
            return None
        return self.framed() or self.linked()

    def linked(self) -> Info | None:
        """The one media file that the page leads to, or a list of several."""
        assert self.page is not None
        links = self.page.links
        if len(links) == 1:
            return self.opened(links[0])
        named = ((one, urlsplit(one).path.rpartition("/")[2]) for one in links)
        entries = [{"_type": "url", "url": url, "title": unquote(end)} for url, end in named]
        return self.listed(entries, self.page.title) if links else None

    def listed(self, entries: list[Info], title: str) -> Info:
        """Those of the entries that are wanted, as yt-dlp has a list."""
        places = [one for one in playlists.places(self.order) if one <= len(entries)]
        return {
            "_type": "playlist",
            "title": title,
            "entries": [entries[place - 1] for place in places],
            "requested_entries": places,
            "playlist_count": len(entries),
        }

    def framed(self) -> Info | None:
        """The media of the first of the page's frames that has any."""
        assert self.page is not None
        began = clock.now().boot
        for frame in self.page.frames:
            if clock.now().boot - began > FRAMES_TIMEOUT:
                break
            if (info := self.opened(frame)) is not None:
                return self.titled(info)
        return None

    def opened(self, frame: str) -> Info | None:
        """What yt-dlp finds in a frame of the page; None, with why noted, when that is nothing."""
        assert self.page is not None
        try:
            address = smuggle_url(frame, {"referer": self.page.url})
            info: Info | None = self.loader.extract_info(address, download=False)
        except (YoutubeDLError, JobError) as error:
            self.told = self.told or next(
                filter(is_telling, (judged(error), self.behind(frame))), None
            )
            return None
        shows = info and (info.get("_type", "video") == "video" or info.get("entries"))
        return info if shows else None

    def behind(self, frame: str) -> JobError | None:
        """The wall that hides a frame, where its page says little beside it."""
        assert self.page is not None
        url, kind, body = self.loader.page
        if url == self.page.url or len(self.page.words) > page_walls.LITTLE:
            return None
        text = page_text.decoded(bytes(body), kind)
        return page_walls.met(page_text.read(text, url), text, frame)

    def titled(self, info: Info) -> Info:
        """With the title of the page where the frame's is that of a player."""
        assert self.page is not None
        if self.page.title and str(info.get("extractor_key")).lower() in GENERIC:
            info["title"] = plain(self.page.title)
        return info

    def why(self) -> JobError | None:
        """Why nothing is found where there is something: what a frame said, what refused a list of
        the page's film, or what keeps people out of the page."""
        if self.page is None:
            return None
        warnings = self.loader.params["logger"].warnings
        if refused := next((one for one in warnings if LIST.search(one)), ""):
            return of([Cause(("ExtractorError",), refused, reader=GENERIC[0])], "")
        return self.told or page_walls.surely(self.page, self.order.url)

    def album(self) -> Info | None:
        """The page's pictures, as the parts of a post; None where there are none, or none are
        wanted. Raises what keeps people out of a page that shows none of its own."""
        wish = parse(self.order.variant)
        if self.page is None:
            return None
        wanted = not (wish.sound or wish.clip or wish.subtitles)
        files = self.pictures() if wanted else []
        own = any(one["url"] not in self.page.shown for one in files)
        if not own and (wall := page_walls.likely(self.page, self.text)):
            raise wall
        if not files:
            return None
        if len(files) == 1:
            files[0]["title"] = self.page.title or files[0]["title"]
        infos = [self.loader.process_ie_result(one, download=False) for one in files]
        return self.listed(infos, self.page.title)

    def pictures(self) -> list[Info]:
        """The large ones among those that the page names, each once."""
        assert self.page is not None
        began, found, seen = clock.now().boot, list[Info](), set[bytes]()
        for url in self.page.pictures[:ASKED]:
            if len(found) == ALBUM or clock.now().boot - began > PICTURES_TIMEOUT:
                break
            head = self.head(url)
            mark = hashlib.sha256(head).digest()
            if mark not in seen and is_large(head):
                seen.add(mark)
                found.append(self.file(url))
        return found

    def head(self, url: str) -> bytes:
        """The first bytes of a picture; nothing where there is none."""
        assert self.page is not None
        try:
            answer = self.loader.urlopen(Request(url, headers={"Referer": self.page.url}))
            with answer:
                self.loader.headers[url] = answer.headers
                return whole(answer)
        except (YoutubeDLError, JobError, OSError):
            return b""

    def file(self, url: str) -> Info:
        """A file that the page links, asked for as from the page."""
        assert self.page is not None
        info = plain_files.of(url, self.loader.headers[url])
        return {**info, "http_headers": {"Referer": self.page.url}}


def is_telling(error: JobError | None) -> bool:
    """Whether an error tells the person more than that nothing was found."""
    return isinstance(error, TELLING)


def whole(answer: Any) -> bytes:
    """As many bytes as tell a picture's size; one read may bring fewer."""
    heard = b""
    while len(heard) < picture_size.FIRST and (
        piece := answer.read(picture_size.FIRST - len(heard))
    ):
        heard += piece
    return heard


def is_large(head: bytes) -> bool:
    """Whether a file is a picture, and not an icon."""
    size = picture_size.size(head)
    if size is None:
        return False
    return size == (0, 0) or (max(size) >= LONGER and min(size) >= SHORTER)
