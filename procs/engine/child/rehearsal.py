"""Plays a download in the nursery before the first real one.

What Python does at the first time, each forked child would do again, and write into memory that it
shares until then: compile forty patterns of yt-dlp, fill tables of methods and of classes. More
than one rehearsal brings nothing measurable. The answers come from here, so nothing is visited; the
film is zeros in a folder that is gone afterwards. A rehearsal that fails is logged, and children
work without it.
"""

import gc
import os
from collections.abc import Callable
from io import BytesIO
from tempfile import TemporaryDirectory
from typing import Any

from yt_dlp.networking.common import Request, Response
from yt_dlp.utils import YoutubeDLError

from procs.core import log
from procs.engine.ytdlp.loader import Loader
from procs.errors import ChaparError

#: Where nothing is, the film that is there, and how it is announced.
FILM_ADDRESS = "https://127.0.0.1/film.mp4"
FILM = b"\0\0\0\x18ftypmp42" + bytes(65_536)
FILM_HEAD = {"Content-Type": "video/mp4", "Content-Length": str(len(FILM)), "ETag": '"film"'}
#: What may go wrong with another yt-dlp.
FAILURES = (
    YoutubeDLError,
    ChaparError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)


class CannedAnswers:
    """In the place of yt-dlp's director of requests: the same film at every address."""

    def __init__(self) -> None:
        self.handlers: dict[str, Any] = {}

    def send(self, request: Request) -> Response:
        """Answer any request with the film."""
        return Response(BytesIO(FILM), request.url, FILM_HEAD)

    def close(self) -> None:
        """There is no connection."""


class RehearsalLoader(Loader):
    """A loader that reaches nothing."""

    _request_director = CannedAnswers()


class MuteConnection:
    """In the place of the connection to a worker: lets the download go on, and keeps the last that
    was said."""

    word = ""

    def say(self, word: str, _value: Any) -> None:
        """Keep the word; nobody is told."""
        self.word = word

    def hear(self) -> str:
        """Let the download go on."""
        return "go"


def play(fetch: Callable[..., None]) -> bool:
    """Have `fetch` download the film into a folder of its own. Returns whether it came."""
    before, connection = os.getcwd(), MuteConnection()
    try:
        with TemporaryDirectory() as folder:
            os.chdir(folder)
            fetch({"order": {"url": FILM_ADDRESS}}, connection, 0, loader=RehearsalLoader)
            os.chdir(before)
    except FAILURES as error:
        log.warning("rehearsal.failed", why=error)
    finally:
        os.chdir(before)
        gc.collect()
    return connection.word == "fetched"
