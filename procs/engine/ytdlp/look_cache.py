"""The result of a look, kept for the download that follows: no site is asked twice."""

import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from procs.core import codec
from procs.engine.protocol.messages import LOOK_FILE
from procs.engine.ytdlp.media_info import PlainFile
from procs.engine.ytdlp.playlists import OpenedLink

Read = tuple[OpenedLink, list[PlainFile | None]]

#: Bytes, packed and unpacked, beyond which nothing is kept: the site is asked again then.
PACKED, UNPACKED = 512 * 1024, 16 * 1024**2


def write(ydl: Any, opened: OpenedLink, files: list[PlainFile | None]) -> None:
    """Leave what was read of one media in the job's folder. Lists and posts are read again."""
    if len(opened.infos) != 1:
        return
    (info,), (file,) = opened.infos, files
    facts = {"info": ydl.sanitize_info(info), "file": asdict(file) if file else None}
    body = zlib.compress(codec.dump(facts).encode())
    if len(body) <= PACKED:
        Path(LOOK_FILE).write_bytes(body)


def read(ydl: Any) -> Read:
    """The result of an earlier look, with formats chosen for this order."""
    unpacker = zlib.decompressobj()
    body = unpacker.decompress(Path(LOOK_FILE).read_bytes(), UNPACKED)
    told = codec.load(body)
    info = ydl.process_ie_result(told["info"], download=False)
    return OpenedLink((info,)), [PlainFile(**told["file"]) if told["file"] else None]
