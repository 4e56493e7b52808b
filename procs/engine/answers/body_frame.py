"""Whether the end of an answer is the end of what the site had to say, by what is around its text:
the length that its head states (RFC 9112, 6.3), and the end that a packed body has within it.

The libraries below yt-dlp do not all ask. Python's http.client tells nobody who reads piece by
piece that the connection ended before the stated length; urllib3 takes a packed body for whole
where it ends in its middle, as long as the head stated no length or that of the cut one. libcurl
unpacks out of our sight: there a packed body of no length, or of a wrong one, is known to be cut
by its text alone (`text_end`).
"""

from typing import Any

from yt_dlp.networking.common import Response
from yt_dlp.networking.exceptions import IncompleteRead

from procs.engine.protocol import byte_range
from procs.errors import BrokenOff

#: Versions of HTTP that let a body end with its connection, as the libraries number them:
#: http.client and urllib3 by ten, libcurl by its own count.
ENDED_BY_CLOSE = (10, 11, 1, 2)
#: The state of urllib3's unpacker for gzip after the end, where something follows that is no gzip.
REST_IS_NOTHING = 2


class BodyFrame:
    """The frame of one answer, to be asked after each read, and at the end."""

    def __init__(self, answer: Response) -> None:
        self.body: Any = answer.fp
        self.unpacker: Any = None
        self.is_part = answer.status == byte_range.PARTLY
        #: Bytes of a part, by its place in the file; 0 for all else.
        self.size = byte_range.size(answer.headers) if self.is_part else 0
        stated = answer.headers.get("Content-Length") or answer.headers.get("Transfer-Encoding")
        #: Whether anything but the end of the connection says where the body ends, and nothing in
        #: it is hidden from us.
        self.marked = bool(stated) or version(self.body) not in ENDED_BY_CLOSE
        if answer.headers.get("Content-Encoding") and is_hidden(self.body):
            self.marked = False

    def note(self) -> None:
        """Remember what unpacks the body: the library drops it at the end."""
        self.unpacker = getattr(self.body, "_decoder", None) or self.unpacker

    def bound(self, came: int) -> None:
        """After `came` bytes there may be more. Raises BrokenOff when these are too many: of which
        place in the file they are, nobody knows."""
        if self.size and came > self.size:
            raise BrokenOff(f"more than {self.size} bytes of a part")

    def check(self, came: int) -> None:
        """After `came` bytes nothing came any more. Raises IncompleteRead when there must be
        more."""
        left = getattr(self.body, "length", None)
        if isinstance(left, int) and left > 0:
            raise IncompleteRead(came, left)
        if came < self.size:
            raise IncompleteRead(came, self.size - came)
        # A packed part ends within the packed whole.
        if self.unpacker is None or self.is_part or not packed(self.body):
            return
        if not has_ended(self.unpacker):
            raise IncompleteRead(came)


def version(body: Any) -> int:
    """The version of HTTP of an answer, by the library's own count; 0 when it is not said."""
    said = getattr(body, "version", 0)
    return int(said or getattr(getattr(body, "_response", None), "http_version", 0) or 0)


def is_hidden(body: Any) -> bool:
    """Whether libcurl reads it, and unpacks it where we cannot see the end."""
    return hasattr(body, "_response")


def packed(body: Any) -> int:
    """Bytes of the packed body that came; none of them is no cut body, but an empty one."""
    return int(getattr(body, "_fp_bytes_read", 0) or 0)


def has_ended(unpacker: Any) -> bool:
    """Whether an unpacker of urllib3's, or each of several, has met the end of its body. One that
    cannot say is believed."""
    if several := getattr(unpacker, "_decoders", None):
        return all(has_ended(one) for one in several)
    if getattr(unpacker, "_state", None) == REST_IS_NOTHING:
        return True
    made = getattr(unpacker, "_obj", None)
    if ended := getattr(made, "is_finished", None):
        return bool(ended())
    return bool(getattr(made, "eof", True))
