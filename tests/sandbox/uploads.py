"""Files to upload, and who sends them: what tests of a worker's Telegram side share."""

import os
import struct
from pathlib import Path

import pytest

from procs.records.job import File, Part, Reference
from procs.telegram.delivery.courier import Courier
from procs.telegram.delivery.media_caption import Caption
from procs.telegram.delivery.presentation import Presentation
from procs.telegram.delivery.send_once import ChatTarget
from procs.telegram.session.rpc import free
from tests.sandbox.person import Person
from tests.sandbox.telegram.server import Telegram

MIB = 1 << 20
HALF = 512 << 10


@pytest.fixture
async def ali(tg: Telegram) -> Person:
    ali = await tg.person("Ali", language="fa")
    await ali.starts()
    return ali


def a_file(folder: Path, size: int, **facts: object) -> File:
    path = folder / "clip.mp4"
    path.write_bytes(os.urandom(size))
    known = {"kind": "document", "name": "فیلم.bin", "mime": "application/octet-stream"}
    return File(path=str(path), size=size, **known | facts)


#: As much of a JPEG as tells its size: 320 by 180.
JPEG = b"\xff\xd8\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 180, 320) + bytes(200)


def heard(done: int, total: int) -> None:
    """Progress that no test looks at."""


async def send(
    tg: Telegram, courier: Courier, ali: Person, reference: Reference, **more: object
) -> int | None:
    target = ChatTarget(ali.id, tg.world.access_hash(tg.bot, ali.id), more.pop("reply_to", 0))
    facts = {"shown": Presentation(Caption("Title")), "random_id": 5, "leave": free} | more
    return await courier.send(target, Part(reference, "document", "x", 1), **facts)


async def parts_of(tg: Telegram) -> list[dict[str, object]]:
    return await tg.calls("upload.saveBigFilePart")
