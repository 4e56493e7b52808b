"""A file that goes up while it still comes down, against the loopback Telegram."""

import asyncio
import hashlib
import os
from pathlib import Path

import psutil
import pytest

from procs import media
from procs.records.job import File, Part
from procs.telegram.delivery.courier import Courier, UploadOptions
from procs.telegram.delivery.send_once import ChatTarget
from procs.telegram.session.rpc import free
from procs.telegram.upload.stream import UploadStream
from tests.sandbox.person import Person
from tests.sandbox.site import files
from tests.sandbox.telegram.server import Telegram
from tests.sandbox.uploads import heard

MIB, HALF = 1 << 20, 512 << 10


class Coming:
    """A file that somebody else writes, and the stream that follows it. Its first `head` bytes are
    written last."""

    def __init__(self, folder: Path, courier: Courier, *, size: int, head: int = 0) -> None:
        self.path = folder / "media.mp4.part"
        self.body = os.urandom(size)
        self.head = min(head, size)
        self.path.write_bytes(bytes(self.head) + self.body[self.head : MIB])
        file = os.open(self.path, os.O_RDONLY)
        self.stream: UploadStream = courier.stream(self.path, file, head=head)

    def grows(self, to: int | None = None) -> None:
        with self.path.open("ab") as file:
            file.write(self.body[file.tell() : to])

    def is_whole(self) -> File:
        with self.path.open("r+b") as file:
            file.write(self.body[: self.head])
        path = self.path.rename(self.path.with_name("film.mp4"))
        size = path.stat().st_size
        return File(str(path), "document", "film.mp4", "video/mp4", size)


async def arrives(tg: Telegram, courier: Courier, ali: Person, coming: Coming) -> str:
    """Finish, send, and give back the SHA-256 of what came."""
    reference = await courier.upload(coming.is_whole(), heard, UploadOptions(early=coming.stream))
    await coming.stream.close()
    target = ChatTarget(ali.id, tg.world.access_hash(tg.bot, ali.id))
    await courier.send(target, Part(reference, "document", "x", 1), 5, leave=free)
    return str((await ali.sees(lambda m: m.media)).media["sha256"])


async def parts_of(tg: Telegram) -> int:
    return len(await tg.calls("upload.saveBigFilePart"))


@pytest.mark.parametrize("rest", [0, 1, HALF])
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


@pytest.mark.parametrize("size", [1, HALF, HALF + 1, 3 * MIB])
async def test_a_stream_may_be_small(tg, courier, ali, tmp_path, size):
    coming = Coming(tmp_path, courier, size=size)
    coming.grows()
    sha = await arrives(tg, courier, ali, coming)
    assert sha == hashlib.sha256(coming.body).hexdigest()
    assert await parts_of(tg) == -(-size // HALF)


@pytest.mark.parametrize("head", [HALF, HALF + 1, 5 * MIB, 20 * MIB])
async def test_what_is_written_last_leaves_last_and_its_first_part_at_the_end(
    tg, courier, ali, tmp_path, head
):
    first = min(24, -(-head // HALF))
    coming = Coming(tmp_path, courier, size=12 * MIB, head=head)
    coming.grows()
    await tg.called("upload.saveBigFilePart", times=24 - first)

    sha = await arrives(tg, courier, ali, coming)

    assert sha == hashlib.sha256(coming.body).hexdigest()
    left = list(coming.stream.sums)
    assert (set(left[: 24 - first]), left[-1]) == (set(range(first, 24)), 0)
    assert await parts_of(tg) == 24


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


async def test_a_stream_that_is_slowed_down_goes_on_when_it_may(tg, courier, ali, tmp_path):
    await tg.fails("upload.saveBigFilePart", "FLOOD_PREMIUM_WAIT_1", times=2)
    coming = Coming(tmp_path, courier, size=4 * MIB)
    coming.grows()
    await tg.called("upload.saveBigFilePart", times=2 + 6)

    assert await arrives(tg, courier, ali, coming) == hashlib.sha256(coming.body).hexdigest()
    assert await parts_of(tg) == 2 + 8


async def test_a_stream_that_telegram_refused_means_the_plain_way(tg, courier, ali, tmp_path):
    await tg.fails("upload.saveBigFilePart", "FILE_PART_INVALID")
    coming = Coming(tmp_path, courier, size=12 * MIB)
    await asyncio.wait({coming.stream.work})
    coming.grows()

    assert await arrives(tg, courier, ali, coming) == hashlib.sha256(coming.body).hexdigest()


async def test_a_stream_that_is_cancelled_sends_no_more_and_holds_no_file(tg, courier, tmp_path):
    await tg.holds("upload.saveBigFilePart", times=9)
    coming = Coming(tmp_path, courier, size=12 * MIB)
    await tg.called("upload.saveBigFilePart", times=1)

    await coming.stream.close()
    coming.grows()

    assert str(coming.path) not in [one.path for one in psutil.Process().open_files()]
    assert (coming.stream.work.cancelled(), await parts_of(tg)) == (True, 1)


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


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/etc/passwd")])
def test_only_a_plain_file_is_looked_into(tmp_path, make):
    path = tmp_path / "media-1.mp4.part"
    make(path)
    with pytest.raises(OSError, match="no file|symbolic links"):
        media.will_stream(path)
