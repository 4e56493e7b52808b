"""Reads one answer: bounded in size, told to whom listens, and refused where it was cut."""

from collections.abc import Callable
from dataclasses import dataclass

from yt_dlp.networking.common import Response
from yt_dlp.networking.exceptions import IncompleteRead

from procs.core.disk import MIB
from procs.engine.answers import media_list, text_end
from procs.engine.answers.body_frame import BodyFrame
from procs.errors import TooLarge

#: Bytes of a page or a manifest; the largest that sites really have are a few megabytes.
PAGE_BYTES, PIECE = 32 * MIB, MIB
#: Bytes that are read of a page before the rest of it: yt-dlp looks there at what it is.
LOOKED_AT = 4096


@dataclass(frozen=True, slots=True)
class Hears:
    """Who is told: of all bytes as they come, of a page whose end may be missing, and of the whole
    text of one that is not cut."""

    piece: Callable[[bytes], object]
    doubt: Callable[[], object]
    text: Callable[[bytes], object]


#: Nobody is told.
DEAF = Hears(lambda _: None, lambda: None, lambda _: None)


class AnswerReader:
    """Reads an answer in place of its own `read`. `again` asks the site once more for the same;
    None where it must not."""

    def __init__(
        self, answer: Response, hears: Hears, again: Callable[[], Response] | None = None
    ) -> None:
        self.from_site, self.hears, self.again = answer.read, hears, again
        self.frame = BodyFrame(answer)
        self.kind = str(answer.headers.get("Content-Type") or "")
        self.came = 0
        self.begun = b""

    def read(self, amount: int | None = None) -> bytes:
        """So many bytes, at most, of a file; or all that is left of a page. Raises TooLarge,
        IncompleteRead."""
        if amount is None or amount < 0:
            return self.page()
        piece = self.piece(amount)
        if self.came <= LOOKED_AT:
            self.begun += piece
        return piece

    def piece(self, amount: int) -> bytes:
        """The next bytes; none at the end, which is looked at. Raises IncompleteRead,
        BrokenOff."""
        piece = self.from_site(amount)
        self.frame.note()
        self.came += len(piece)
        self.frame.bound(self.came)
        self.hears.piece(piece)
        if not piece and amount:
            self.frame.check(self.came)
        return piece

    def page(self) -> bytes:
        """The rest of a page. Nobody reads more than a page's worth into memory at once, unpacked
        bytes counted: a page of two megabytes may unpack to two gigabytes."""
        whole = bytearray()
        while piece := self.piece(PIECE):
            whole += piece
            if len(whole) > PAGE_BYTES:
                raise TooLarge(f"a page of more than {PAGE_BYTES} bytes")
        return self.judged(bytes(whole))

    def judged(self, rest: bytes) -> bytes:
        """The rest of a page that is not cut, as far as can be known. Raises IncompleteRead."""
        text = self.begun + rest
        if len(text) != self.came:
            return rest
        if not self.frame.marked and media_list.is_open(text) and self.again:
            text = self.second(text)
        if text_end.is_cut(text, self.kind, marked=self.frame.marked):
            raise IncompleteRead(len(text))
        if not self.frame.marked and text_end.is_cut_page(text):
            self.hears.doubt()
        self.hears.text(text)
        return text[len(self.begun) :]

    def second(self, first: bytes) -> bytes:
        """A list of pieces that only ended with its connection, as the site gives it again: of a
        broadcast it is as open as before, of a film that was cut it may be whole now."""
        assert self.again is not None
        with self.again() as answer:
            text = AnswerReader(answer, DEAF).page()
        same = text.startswith(self.begun)
        return text if same and not media_list.is_open(text) else first
