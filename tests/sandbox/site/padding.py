"""Bytes that the site puts into a file, the same ones each time."""

import random

MIB = 1 << 20


def padding(size: int) -> bytes:
    """A `free` box (ISO/IEC 14496-12) of so many bytes, the same at every ask."""
    if not size:
        return b""
    block = random.Random(size).randbytes(MIB)
    return (size + 8).to_bytes(4, "big") + b"free" + (block * (size // MIB + 1))[:size]


def altered(body: bytes) -> bytes:
    """Another file of the same length: one byte of its first third is another one."""
    place = len(body) // 3
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
