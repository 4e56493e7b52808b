"""Bytes that the site puts into a file, the same ones each time."""

import random
from functools import cached_property

MIB = 1 << 20
#: Bytes of a box before what is in it.
HEAD = 8


class Body:
    """A file and a `free` box (ISO/IEC 14496-12) of `pad` bytes behind it, the same at every ask;
    only the piece that is asked for is made."""

    def __init__(self, content: bytes, pad: int = 0, end: int | None = None) -> None:
        self.content, self.pad = content, pad
        whole = len(content) + (pad and pad + HEAD)
        self.length = len(range(whole)[:end])

    @cached_property
    def block(self) -> bytes:
        """What the box repeats."""
        return random.Random(self.pad).randbytes(MIB)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, piece: slice) -> bytes:
        start, end, _ = piece.indices(self.length)
        before = len(self.content)
        return self.content[start:end] + self.box(max(start - before, 0), max(end - before, 0))

    def until(self, end: int | None) -> "Body":
        """The same without what comes from there on."""
        return Body(self.content, self.pad, end)

    def box(self, start: int, end: int) -> bytes:
        """A piece of the box."""
        if end <= start:
            return b""
        head = (self.pad + HEAD).to_bytes(4, "big") + b"free"
        first, last = max(start - HEAD, 0), max(end - HEAD, 0)
        turn = first // MIB
        inside = self.block * (last // MIB - turn + 1)
        return head[start:end] + inside[first - turn * MIB : last - turn * MIB]


def padding(size: int) -> bytes:
    """The box of so many bytes, whole."""
    return Body(b"", size)[:]


def altered(body: bytes) -> bytes:
    """Another file of the same length: one byte of its first third is another one."""
    place = len(body) // 3
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
