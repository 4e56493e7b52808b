"""Tells what is wrong with a list of pieces, or with a key that it names, where yt-dlp fails with
whatever Python raises: a number that is none, an attribute that is missing, a page for a key."""

import struct
import traceback
from collections.abc import Callable
from typing import Any

from yt_dlp.downloader.fragment import FragmentFD
from yt_dlp.downloader.hls import HlsFD

from procs.errors import PartMissing, Unsupported

#: What Python raises for a text that is not as it should be.
BAD_TEXT = (ValueError, LookupError, TypeError, AttributeError, OverflowError, struct.error)
#: Bytes of what begins a chain of encrypted blocks.
VECTOR_BYTES = 16
#: The steps at which it is told, each of its class. A release may be without one.
LIST_STEP, KEY_STEP = "real_download", "decrypter"
#: What a class has that is tied.
TELLS = "chapar_tells"


def tie(reader: Any = HlsFD, opener: Any = FragmentFD) -> None:
    """Tie it to yt-dlp's own steps, once for a process."""
    for downloader, name, tied in ((reader, LIST_STEP, reading), (opener, KEY_STEP, opening)):
        if TELLS not in vars(downloader) and hasattr(downloader, name):
            setattr(downloader, TELLS, True)
            setattr(downloader, name, tied(getattr(downloader, name)))


def reading(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step that reads a list, and fetches its pieces afterwards. What fails there and not in
    what it calls is the list's fault: raises Unsupported."""

    def real_download(self: Any, *file: Any, **more: Any) -> Any:
        try:
            return step(self, *file, **more)
        except BAD_TEXT as error:
            if deepest(error) != step.__code__.co_filename:
                raise
            raise Unsupported(f"a list of pieces that nobody can read: {error!r}") from error

    return real_download


def deepest(error: BaseException) -> str:
    """The file whose code raised an exception."""
    frames = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    return frames[-1]


def opening(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step that makes what decrypts pieces. Raises PartMissing for a key that is none, or is
    of something else than what came; Unsupported where the list says what cannot be."""

    def decrypter(self: Any, *info: Any, **more: Any) -> Callable[..., Any]:
        decrypt = step(self, *info, **more)

        def opened(piece: dict[str, Any], content: bytes) -> Any:
            try:
                return decrypt(piece, content)
            except BAD_TEXT as error:
                vector = (piece.get("decrypt_info") or {}).get("IV")
                if isinstance(error, struct.error) or (vector and len(vector) != VECTOR_BYTES):
                    raise Unsupported(f"a list with a vector that is none: {error!r}") from error
                raise PartMissing(f"no key for a piece: {error!r}") from error

        return opened

    return decrypter
