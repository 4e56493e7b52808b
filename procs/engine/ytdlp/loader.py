"""yt-dlp's loader for a warm process: extractors are prepared, and every answer's headers are
noted."""

from collections import ChainMap, deque
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager, nullcontext
from functools import cache, partial
from typing import Any

import yt_dlp
from yt_dlp.extractor import gen_extractor_classes
from yt_dlp.networking import common
from yt_dlp.networking.exceptions import HTTPError, TransportError
from yt_dlp.postprocessor import PostProcessor
from yt_dlp.postprocessor.ffmpeg import FFmpegPostProcessor
from yt_dlp.utils import DownloadError, Popen, determine_protocol

from procs.core.ffmpeg import tools
from procs.engine.answers import media_list, page_head
from procs.engine.answers.answer_reader import AnswerReader, Hears
from procs.engine.endings import whole_fetch
from procs.engine.failures.classify import judged
from procs.engine.jail import child_programs
from procs.engine.protocol.messages import MIB, check_scheme
from procs.engine.protocol.part_file import PartFile
from procs.engine.protocol.piece_file import PieceFile
from procs.engine.releases import lean_extractors
from procs.engine.releases.extractor_index import ExtractorIndex
from procs.engine.streams import list_faults, piece_hooks
from procs.engine.streams.merge_stream import MergeHooks
from procs.engine.ytdlp import range_requests
from procs.engine.ytdlp.range_requests import PieceRequests
from procs.errors import ExtractorBroken, Unsupported

#: A page that leads nowhere, to try patterns on.
NOWHERE, BLANK = "https://127.0.0.1/", "<html></html>"
#: Where yt-dlp keeps the compiled patterns of an extractor.
COMPILED = "_VALID_URL_RE"
#: Extractors whose patterns are compiled for one address: mostly some dozens. The nursery
#: does nothing else meanwhile, 0.2 ms for each.
MOST_COMPILED = 256
#: Answers whose headers are kept; a direct file's is among the first.
HEADERS_KEPT = 64
#: Bytes of a page that are kept.
READ = 4 * MIB
#: Protocols by which a file comes as it is, and may be asked for from any byte on.
FROM_ANYWHERE = ("http", "https")
#: Statuses from here on are a fault of the site's (RFC 9110, 15.6).
SITE_FAULT = 500

#: Extractor classes by key, in the order in which they are asked, and their index; filled once by
#: `prepare`.
READY: dict[str, Any] = {}
INDEX: list[ExtractorIndex] = []


class Loader(yt_dlp.YoutubeDL):
    """One job's loader. `headers` are those of the answers it got, by address; `merging`, where it
    is not None, makes films of two streams while they come."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.headers: dict[str, Any] = {}
        #: Addresses that could not be read, and why, until they are.
        self.unheard: dict[str, TransportError | HTTPError] = {}
        #: Seconds that a list of pieces lasts at least, by its address.
        self.lasting: dict[str, float] = {}
        #: Pages that may have been cut: nothing marked their end, and they have none.
        self.doubtful: set[str] = set()
        #: The last page that was read: its address, its type, its text as it came.
        self.page: tuple[str, str, bytearray] = ("", "", bytearray())
        #: The first list of media (M3U), in the same way; mostly it is one of pieces.
        self.list: tuple[str, str, bytearray] = ("", "", bytearray())
        self.merging: MergeHooks | None = None
        #: The file that comes now, if a part of it may lie here.
        self.part: PartFile | None = None
        #: The same of one in pieces.
        self.pieces = PieceRequests()
        #: Whether what comes now are subtitles, which are words.
        self.words = False
        self._ies: MutableMapping[str, Any]
        super().__init__(options)

    def add_default_info_extractors(self) -> None:
        """Take the prepared classes: to sort 1,700 of them again costs 40 ms of CPU each time, and
        to copy the table touches each, 6 MiB that a child would not share any more."""
        if not READY:
            super().add_default_info_extractors()
            READY.update({k: ie for k, ie in self._ies.items() if isinstance(ie, type)})
            INDEX.append(ExtractorIndex(READY.items()))
            return
        self._ies = ChainMap(self._ies, READY)

    def extract_info(
        self, url: str, download: bool = True, ie_key: str | None = None, **more: Any
    ) -> Any:
        """What an address leads to, by the extractor that knows it."""
        for index in () if ie_key or more.get("force_generic_extractor") else INDEX:
            keys = index.candidates(url) or ()
            ie_key = next((key for key in keys if self._ies[key].suitable(url)), None)
        try:
            return super().extract_info(url, download, ie_key, **more)
        except DownloadError as error:
            # yt-dlp warns of a manifest that broke off, and calls the page unsupported then, or its
            # own reader broken.
            if not self.unheard or not isinstance(judged(error), (Unsupported, ExtractorBroken)):
                raise
        raise next(iter(self.unheard.values()))

    @contextmanager
    def listening(self, address: str) -> Iterator[None]:
        """Note an address whose answer does not come, or says that the site has a fault."""
        try:
            yield
        except (TransportError, HTTPError) as error:
            if not isinstance(error, HTTPError) or error.status >= SITE_FAULT:
                self.unheard[address] = error
            raise

    def urlopen(self, req: Any) -> common.Response:
        """Open an address of the web, and no other: manifests and redirects may name any.

        Raises Forbidden, BrokenOff.
        """
        address = req if isinstance(req, str) else req.url
        check_scheme(address)
        with self.listening(address):
            answer = self.asked(req)
        self.unheard.pop(address, None)
        answer.read = self.listening(address)(self.reader(req, answer).read)
        if len(self.headers) < HEADERS_KEPT:
            self.headers[answer.url] = answer.headers
        return answer

    def reader(self, req: Any, answer: common.Response) -> AnswerReader:
        """What reads an answer. Only what may be asked for twice is: a plain request."""
        address = req if isinstance(req, str) else req.url
        plain = isinstance(req, str) or (req.method == "GET" and "Range" not in req.headers)
        again = partial(super().urlopen, req) if plain else None
        is_piece = piece_hooks.IS_PIECE.get() and not self.words
        heard = page_head.refused(answer) if is_piece else self.noted(answer)
        hears = Hears(heard, partial(self.doubtful.add, address), self.lists(address))
        reader = AnswerReader(answer, hears, again)
        if self.part:
            self.part.open_ended = not reader.frame.marked
        return reader

    def lists(self, address: str) -> Callable[[bytes], None]:
        """The callback for the text of an answer, so that how long a list of pieces lasts is
        known."""

        def note(text: bytes) -> None:
            if lasts := media_list.seconds(text):
                self.lasting[address] = lasts

        return note

    def listed(self, stream: dict[str, Any]) -> float:
        """Seconds that a stream lasts at least by the list of its pieces; 0 for none."""
        lasts = self.lasting.get(str(stream.get("url")), 0.0)
        return lasts or media_list.of_fragments(stream.get("fragments"))

    def asked(self, req: Any) -> common.Response:
        """The answer to a request: for a file, or for a piece of one, it is what was asked for."""
        ask = super().urlopen
        if self.part:
            return range_requests.rest_of(self.part, req, ask)
        return self.pieces.answer(req, ask) if piece_hooks.IS_PIECE.get() else ask(req)

    def noted(self, answer: common.Response) -> Callable[[bytes], None]:
        """The callback for the bytes of an answer, so that a page of them is kept."""
        kind = str(answer.headers.get("Content-Type") or "")
        heard = bytearray()

        def note(piece: bytes) -> None:
            if len(heard) < READ:
                heard.extend(piece)
            if heard.startswith(media_list.M3U) and self.list[0] in ("", answer.url):
                self.list = answer.url, kind, heard
            elif heard and ("html" in kind.lower() or not kind):
                self.page = answer.url, kind, heard

        return note

    def _forceprint(self, *_: Any, **__: Any) -> None:
        """Print nothing of a media. yt-dlp draws the tables of its formats, pictures and subtitles
        nine times a film, for what it was told to print, and we tell it nothing: a third of the
        time that its Python takes."""

    def write_debug(self, message: str, only_once: bool = False) -> None:
        """Hear also that a form was left out for want of a token, which yt-dlp tells nobody of the
        clients that it asks by itself."""
        if "PO Token" in message and "not provided" in message:
            self.report_warning(message, only_once)

    def process_info(self, info_dict: dict[str, Any]) -> None:
        """Fetch one media."""
        with self.merging.of(info_dict) if self.merging else nullcontext():
            super().process_info(info_dict)

    def dl(
        self, name: str, info: dict[str, Any], subtitle: bool = False, test: bool = False
    ) -> tuple[bool, bool]:
        """Fetch one file of a media. Returns yt-dlp's words: is it there, did it come just now.
        Raises BrokenOff for one that ends too early."""
        one = self.merging.one if self.merging and not (subtitle or test) else None
        if not (subtitle or test) and determine_protocol(info) in FROM_ANYWHERE:
            self.part = PartFile(name)
        else:
            self.pieces, self.words = PieceRequests(), subtitle
            PieceFile(name).settle()  # before anybody reads what comes
        try:
            with one.beside(name, info) if one else nullcontext():
                fetch = partial(super().dl, name, info, subtitle, test)
                whole = self.part if not (info.get("http_headers") or {}).get("Range") else None
                return whole_fetch.fetch_whole(whole, fetch) if whole else fetch()
        finally:
            self.part = None

    def run_pp(self, pp: Any, infodict: dict[str, Any]) -> dict[str, Any]:
        """Take one of yt-dlp's steps after a download, or what is in its place."""
        one = self.merging.one if self.merging else None
        done: dict[str, Any] = super().run_pp(one.instead(pp, infodict) if one else pp, infodict)
        return done


def prepare() -> None:
    """Do once what every job needs. It is worth 150 ms of CPU for a page, 60 for a file: load all
    extractors, compile the patterns by which they know pages, and those of the extractors that are
    asked for every address, read the certificates, ask ffmpeg for its version."""
    lean_extractors.drop_test_cases()
    common.make_ssl_context = cache(common.make_ssl_context)
    with Loader({"quiet": True, "ffmpeg_location": tools().ffmpeg, "cachedir": False}) as loader:
        for extractor in gen_extractor_classes():
            deque(extractor.extract_from_webpage(loader, NOWHERE, BLANK), maxlen=0)
            if extractor._EMBED_REGEX:
                extractor.suitable(NOWHERE)
        for key in {key for index in INDEX for key in index.candidates(NOWHERE) or ()}:
            READY[key].suitable(NOWHERE)
        for handler in loader._request_director.handlers.values():
            handler._make_sslcontext()
        assert FFmpegPostProcessor(loader).available
    child_programs.tie(Popen)
    piece_hooks.tie()
    list_faults.tie()
    # Nobody reads when a file of a job was changed, and the jail lets nobody set it.
    PostProcessor.try_utime = lambda *_, **__: None


def compile_for(url: str) -> bool:
    """Compile the patterns of the extractors that an address names: a site's own. Nothing that
    somebody sent is matched with them here. Returns whether one was not compiled yet."""
    keys = {key for index in INDEX for _, key in index.named(url)}
    new = [READY[key] for key in keys if COMPILED not in vars(READY[key])][:MOST_COMPILED]
    for extractor in new:
        extractor.suitable(NOWHERE)
    return bool(new)
