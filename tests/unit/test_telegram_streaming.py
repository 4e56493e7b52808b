"""A file that goes up while it still comes down, against the loopback Telegram."""

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from procs import media
from procs.job import File, Part
from procs.telegram.courier import Courier
from procs.telegram.streaming import Stream
from tests.sandbox.person import Person
from tests.sandbox.site import files
from tests.sandbox.telegram.server import Telegram
from tests.unit.test_telegram_courier import heard

MIB = 1 << 20


class Coming:
    """A file that somebody else writes, and the stream that follows it."""

    def __init__(self, folder: Path, courier: Courier, *, size: int) -> None:
        self.path = folder / "media.mp4.part"
        self.body = os.urandom(size)
        self.path.write_bytes(self.body[:MIB])
        self.stream: Stream = courier.stream(self.path, os.open(self.path, os.O_RDONLY))

    def grows(self, to: int | None = None) -> None:
        with self.path.open("ab") as file:
            file.write(self.body[file.tell() : to])

    def is_whole(self) -> File:
        path = self.path.rename(self.path.with_name("film.mp4"))
        size = path.stat().st_size
        return File(str(path), "document", "film.mp4", "video/mp4", size)


async def arrives(tg: Telegram, courier: Courier, ali: Person, coming: Coming) -> str:
    """Finish, send, and give back the SHA-256 of what came."""
    reference = await courier.upload(coming.is_whole(), heard, early=coming.stream)
    await coming.stream.close()
    access = tg.world.access_hash(tg.bot, ali.id)
    part = Part(reference, "document", "x", 1)
    facts = {"caption": "Film", "random_id": 5, "reply_to": 0}
    await courier.send(chat=ali.id, access=access, part=part, **facts)
    return str((await ali.sees("Film")).media["sha256"])


async def parts_of(tg: Telegram) -> int:
    return len(await tg.calls("upload.saveBigFilePart"))


@pytest.mark.parametrize("rest", [0, 1, 512 << 10])
async def test_parts_leave_while_the_file_grows_and_all_bytes_arrive(
    tg, courier, ali, tmp_path, rest
):
    coming = Coming(tmp_path, courier, size=12 * MIB + rest)
    coming.grows(8 * MIB)
    await tg.called("upload.saveBigFilePart", times=15)
    coming.grows()

    sha = await arrives(tg, courier, ali, coming)

    assert sha == hashlib.sha256(coming.body).hexdigest()
    assert await parts_of(tg) == 24 + (rest > 0)


async def test_nothing_of_an_incomplete_part_leaves(tg, courier, tmp_path):
    coming = Coming(tmp_path, courier, size=3 * MIB)
    coming.grows(2 * MIB + 1)
    await tg.called("upload.saveBigFilePart", times=3)
    await coming.stream.close()
    assert await parts_of(tg) == 3


async def test_a_head_that_changed_means_the_plain_way(tg, courier, ali, tmp_path):
    coming = Coming(tmp_path, courier, size=12 * MIB)
    await tg.called("upload.saveBigFilePart", times=1)
    coming.grows()
    coming.body = bytes(MIB) + coming.body[MIB:]
    coming.path.write_bytes(coming.body)

    assert await arrives(tg, courier, ali, coming) == hashlib.sha256(coming.body).hexdigest()


async def test_a_download_that_began_anew_and_is_shorter_means_the_plain_way(
    tg, courier, ali, tmp_path
):
    coming = Coming(tmp_path, courier, size=12 * MIB)
    coming.grows()
    await tg.called("upload.saveBigFilePart", times=23)
    coming.body = coming.body[: 11 * MIB]
    os.truncate(coming.path, 11 * MIB)

    assert await arrives(tg, courier, ali, coming) == hashlib.sha256(coming.body).hexdigest()


async def test_a_file_that_was_repacked_means_the_plain_way(tg, courier, ali, tmp_path):
    coming = Coming(tmp_path, courier, size=12 * MIB)
    coming.path.unlink()
    coming.path.write_bytes(coming.body)

    assert await arrives(tg, courier, ali, coming) == hashlib.sha256(coming.body).hexdigest()


async def test_a_stream_goes_on_over_a_new_connection(tg, courier, ali, tmp_path):
    coming = Coming(tmp_path, courier, size=12 * MIB)
    coming.grows(6 * MIB)
    await tg.called("upload.saveBigFilePart", times=5)
    await tg.drops_connections()
    coming.grows()
    async with asyncio.timeout(10):
        sha = await arrives(tg, courier, ali, coming)
    assert sha == hashlib.sha256(coming.body).hexdigest()


@pytest.mark.parametrize(
    ("name", "fits"),
    [("small.mp4", True), ("clip.mp4", False), ("song.mp3", False), ("photo.jpg", False)],
)
def test_a_film_streams_when_its_index_comes_first(name, fits):
    assert bool(media.will_stream(files.folder() / name)) is fits


def test_the_beginning_of_a_film_decides_nothing_yet(tmp_path):
    body = (files.folder() / "small.mp4").read_bytes()
    path = tmp_path / "media.mp4.part"
    path.write_bytes(body[:100])
    assert media.will_stream(path) is None
    path.write_bytes(body[: len(body) // 2])
    assert media.will_stream(path)
