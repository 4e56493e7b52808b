"""Has yt-dlp note which pieces of a file came, and go on behind them."""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj
from typing import Any, BinaryIO

from yt_dlp.downloader.fragment import FragmentFD

from procs.core.disk import MIB
from procs.engine.protocol.piece_file import OtherPieces, Piece, PieceFile
from procs.errors import Unsupported

#: Where a download keeps its note, and where once it has a list of pieces: then they are noted.
NOTE, NOTED = "chapar_note", "chapar_pieces"
#: Whether its pieces are put together as they came; what a list says of those that are not.
AS_THEY_CAME, ENCRYPTED = "chapar_as_they_came", "AES-128"
#: Where yt-dlp keeps the name of a piece that came.
FRAGMENT = "fragment_filename_sanitized"
#: The steps that are tied to notes. In a release without one of them nothing is noted.
STEPS = (
    "_download_fragment",
    "_prepare_frag_download",
    "_start_frag_download",
    "_read_fragment",
    "_append_fragment",
    "download_and_append_fragments",
)
#: What a class has that is tied.
TIED = "chapar_tied"

#: Whether what this thread asks for is a piece of a file.
IS_PIECE = ContextVar("chapar_is_piece", default=False)

Context = dict[str, Any]
Info = dict[str, Any]


def tie(downloader: Any = FragmentFD) -> None:
    """Tie the notes to yt-dlp's own steps, once for a process."""
    if hasattr(downloader, TIED) or not all(hasattr(downloader, name) for name in STEPS):
        return
    setattr(downloader, TIED, True)
    ties = (fetching, beginning, counting, reading, adding, going_on)
    for name, tied in zip(STEPS, ties, strict=True):
        setattr(downloader, name, tied(getattr(downloader, name)))


def fetching(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step that fetches one piece, in a thread of several."""

    def fetch(self: Any, ctx: Context, *piece: Any, **more: Any) -> Any:
        token = IS_PIECE.set(True)
        try:
            return step(self, ctx, *piece, **more)
        finally:
            IS_PIECE.reset(token)

    return fetch


def beginning(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step that opens the file: what lies there is settled first. A broadcast is not noted, its
    pieces are not all known."""

    def prepare(self: Any, ctx: Context) -> None:
        if not ctx.get("live"):
            ctx[NOTE] = PieceFile(ctx["filename"])
            ctx[NOTE].settle()
        step(self, ctx)
        if NOTE in ctx:
            _, ctx["complete_frags_downloaded_bytes"] = ctx[NOTE].unasked()

    return prepare


def counting(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step that begins to count: with those pieces that are not asked for again."""

    def start(self: Any, ctx: Context, info: Info) -> Any:
        if NOTE in ctx:
            ctx["fragment_index"], _ = ctx[NOTE].unasked()
        begun = step(self, ctx, info)
        if NOTE in ctx:
            ctx["fragment_index"] = 0  # yt-dlp leaves out none: that is done with a list
        return begun

    return start


class UnreadPiece:
    """A piece that lies on the disk, in the place of its bytes: one may be half a gigabyte."""

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, path.stat().st_size

    def __len__(self) -> int:
        return self.size


def reading(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step that reads a piece into memory, which only has to be where it is decrypted."""

    def read(self: Any, ctx: Context) -> Any:
        unread = ctx.get(AS_THEY_CAME) and ctx.get(FRAGMENT)
        return UnreadPiece(Path(ctx[FRAGMENT])) if unread else step(self, ctx)

    return read


def adding(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step that adds a piece to the file. yt-dlp brings them in their order."""

    def append(self: Any, ctx: Context, content: Any) -> None:
        note: PieceFile | None = ctx.get(NOTED)
        if not note:
            return step(self, ctx, content)
        with opened(content) as piece:
            if note.has(piece):
                return self.try_remove(ctx.pop(FRAGMENT))
            copyfileobj(piece, ctx["dest_stream"], MIB)
        step(self, ctx, b"")  # it also removes what came
        note.add(len(content))
        return None

    return append


def opened(content: UnreadPiece | bytes) -> BinaryIO:
    """A piece, to be read."""
    return BytesIO(content) if isinstance(content, bytes) else content.path.open("rb")


def going_on(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step that fetches a list: what lies there is left out, or all is fetched anew where it is
    something else. Pieces of subtitles are put together otherwise, and come whole."""

    def fetch(self: Any, ctx: Context, pieces: Iterable[Piece], info: Info, **more: Any) -> Any:
        if NOTE not in ctx or "pack_func" in more:
            return step(self, ctx, pieces, info, **more)
        listed = list(pieces)
        if not all(isinstance(one.get("url"), str) for one in listed):
            raise Unsupported("a list of pieces with one that has no address")
        ctx[NOTED] = ctx[NOTE]
        ctx[AS_THEY_CAME] = not any(is_encrypted(one) for one in listed)
        try:
            return step(self, ctx, ctx[NOTED].left(listed), info, **more)
        except OtherPieces:
            ctx.pop(FRAGMENT, None)
            ctx["dest_stream"].close()
            ctx[NOTED].forget()
        self._prepare_and_start_frag_download(ctx, info)
        ctx[NOTED] = ctx[NOTE]
        return step(self, ctx, ctx[NOTED].left(listed), info, **more)

    return fetch


def is_encrypted(piece: Piece) -> bool:
    """Whether a piece is decrypted when it came."""
    return (piece.get("decrypt_info") or {}).get("METHOD") == ENCRYPTED
