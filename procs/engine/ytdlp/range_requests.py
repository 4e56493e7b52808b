"""Asks for a file, and takes nothing but what was asked for.

yt-dlp goes on with what broke off, and takes a part of a file that a list of pieces names, without
a look at which part comes, of which file, and whether it comes to its end. A site that does not
heed a range sends everything, or another place, or another version than what lies here.
"""

from collections.abc import Callable
from typing import Any

from yt_dlp.networking.common import Response
from yt_dlp.networking.exceptions import HTTPError

from procs.engine.protocol import byte_range
from procs.engine.protocol.byte_range import PARTLY, VERSIONS, Said
from procs.engine.protocol.part_file import PartFile
from procs.errors import BrokenOff

#: Sends one request. Raises HTTPError for a refusal.
Ask = Callable[[Any], Response]
#: Refusals that say when to come back, not what not to ask for.
COME_BACK = (429, 503)


def rest_of(part: PartFile, req: Any, ask: Ask) -> Response:
    """The answer that goes on where a file ended, or begins it again when the site has another one
    by now, or gives no part of it. Raises BrokenOff, HTTPError."""
    req.headers = part.conditional(req.headers)
    answer = tried(req, ask) if is_same_end(part, req, ask) else None
    if answer is None or part.is_other(req.headers, answer.status, answer.headers):
        answer = anew(req, ask, answer)
    elif not byte_range.start_of(req.headers):
        beginning(answer, shorter=True)
    part.note(req.headers, answer.status, answer.headers)
    return answer


def is_same_end(part: PartFile, req: Any, ask: Ask) -> bool:
    """Whether the site still has those bytes in front of the ones that are asked for, where that
    has to be known. Raises HTTPError."""
    first, lies = part.doubted(req.headers)
    if not lies:
        return True
    before = req.copy()
    last = first + len(lies) - 1
    before.headers = {**byte_range.whole(req.headers), "Range": f"bytes={first}-{last}"}
    answer = tried(before, ask)
    if answer is None:
        return False
    with answer:
        there = answer.status == PARTLY and not byte_range.is_packed(answer.headers)
        there = there and byte_range.fits(before.headers, answer.headers)
        return there and read(answer, len(lies)) == lies


def read(answer: Response, amount: int) -> bytes:
    """So many bytes of an answer, or those that there are."""
    came = b""
    while len(came) < amount and (piece := answer.read(amount - len(came))):
        came += piece
    return came


def tried(req: Any, ask: Ask) -> Response | None:
    """The answer to a request; None where the site refuses to begin at that byte. Some say so by
    416, others by whatever their programs make of it."""
    try:
        return ask(req)
    except HTTPError as error:
        if error.status in COME_BACK or not byte_range.start_of(req.headers):
            raise
        error.close()
    return None


def anew(req: Any, ask: Ask, refused: Response | None, *, shorter: bool = True) -> Response:
    """The answer from the first byte on, in place of one that is of no use."""
    if refused:
        refused.close()
    req.headers = byte_range.whole(req.headers)
    return beginning(ask(req), shorter=shorter)


def beginning(answer: Response, *, shorter: bool) -> Response:
    """An answer that begins with the first byte, as it should. Raises BrokenOff for a part from
    another place, and for one that ends too early where it must not be `shorter`."""
    said = answer.status == PARTLY and answer.headers.get("Content-Range")
    if said and not byte_range.fits({}, answer.headers, shorter=shorter):
        answer.close()
        raise BrokenOff(f"a part where all was asked for: {said}")
    return answer


class PieceRequests:
    """The requests for the pieces of one file, several of them at a time."""

    def __init__(self) -> None:
        #: What the site said of each file, by the address that was asked for and that which
        #: answered.
        self.said: dict[str, Said] = {}

    def answer(self, req: Any, ask: Ask) -> Response:
        """The answer to one. Raises BrokenOff for what was not asked for, HTTPError."""
        if byte_range.end_of(req.headers) is not None:
            return self.part(req, ask)
        if byte_range.start_of(req.headers):
            return self.rest(req, ask)
        return self.noted(req, beginning(ask(req), shorter=False))

    def rest(self, req: Any, ask: Ask) -> Response:
        """The rest of a piece that broke off, or all of it: yt-dlp begins it again then."""
        answer = tried(req, ask)
        if answer and answer.status == PARTLY:
            before, now = self.said.get(req.url), byte_range.told(PARTLY, answer.headers)
            if before and before == now and byte_range.fits(req.headers, answer.headers):
                return answer
        elif answer:
            return self.noted(req, answer)
        return self.noted(req, anew(req, ask, answer, shorter=False))

    def part(self, req: Any, ask: Ask) -> Response:
        """A piece that is a part of a file."""
        answer = ask(req)
        now = byte_range.told(answer.status, answer.headers)
        if answer.status == PARTLY:
            fits = byte_range.fits(req.headers, answer.headers) and self.is_same(answer.url, now)
        else:
            all_of_it = 0 < now.get("length", 0) <= (byte_range.end_of(req.headers) or 0) + 1
            fits = all_of_it and not byte_range.start_of(req.headers)
        if fits:
            return answer
        answer.close()
        said = answer.headers.get("Content-Range") or f"status {answer.status}"
        raise BrokenOff(f"another part than {req.headers['Range']}: {said}")

    def is_same(self, address: str, now: Said) -> bool:
        """Whether a part is of the file that the others from there are of. The servers behind one
        address may each give it a time, or a tag, of their own; hardly both."""
        before = self.said.setdefault(address, now)
        if before.get("length") != now.get("length"):
            return False
        both = [before[one] == now[one] for one in VERSIONS if one in before and one in now]
        return any(both) or not both

    def noted(self, req: Any, answer: Response) -> Response:
        """An answer from the first byte on, of which the rest may be asked for."""
        self.said[req.url] = byte_range.told(answer.status, answer.headers)
        return answer
