"""The verdict on a file by what it is."""

from pathlib import Path
from typing import BinaryIO

from procs.engine.endings import (
    ebml,
    end_marks,
    flac_frames,
    ogg_pages,
    sized_chunks,
    sound_frames,
)
from procs.engine.endings.verdict import Ending

#: Bytes by which a file is known; those of a packet of a transport stream, and its first.
MAGIC_BYTES, PACKET, SYNC = 16, 188, 0x47
#: Bits of the second byte of a frame of sound: the layer is none in AAC.
FRAME_SYNC, LAYER = 0xE0, 0x06


def judged(path: Path) -> Ending:
    """Whether a file ends where its container says. Raises OSError."""
    size = path.stat().st_size
    with open(path, "rb") as source:
        magic = source.read(MAGIC_BYTES)
        source.seek(0)
        return by_magic(source, size, magic)


def by_magic(source: BinaryIO, size: int, magic: bytes) -> Ending:
    """The verdict on a file that begins so; whole for one that is not known."""
    for start, judge in (
        (ebml.MAGIC, ebml.ending),
        (ogg_pages.MAGIC, ogg_pages.ending),
        (flac_frames.MAGIC, flac_frames.ending),
        (sized_chunks.RIFF, sized_chunks.riff_ending),
        (sized_chunks.FLV, sized_chunks.flv_ending),
        (end_marks.GIF, end_marks.gif_ending),
        (sound_frames.ID3, sound_frames.mp3_ending),
    ):
        if magic.startswith(start):
            return judge(source, size)
    if magic[4:8] == sized_chunks.FTYP:
        return sized_chunks.mp4_ending(source, size)
    for start, mark, without in end_marks.END_MARKS:
        if magic.startswith(start):
            return end_marks.ending(source, size, mark, without)
    return streamed(source, size, magic)


def streamed(source: BinaryIO, size: int, magic: bytes) -> Ending:
    """The verdict on what has no head of its own: sound in frames, a transport stream."""
    if magic[:1] == b"\xff" and len(magic) > 1 and magic[1] & FRAME_SYNC == FRAME_SYNC:
        judge = sound_frames.mp3_ending if magic[1] & LAYER else sound_frames.adts_ending
        return judge(source, size)
    if magic[:1] == bytes((SYNC,)):
        source.seek(PACKET)
        odd = size % PACKET and source.read(1)[:1] == bytes((SYNC,))
        return Ending.ODD if odd else Ending.WHOLE
    return Ending.WHOLE
