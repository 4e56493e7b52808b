"""The parts of an upload: over which connections, sent again, gone on with, waited for."""

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from procs.errors import SessionRevoked, TelegramRefused, TelegramWait
from procs.records.job import File
from procs.telegram.delivery.courier import Courier, UploadOptions
from tests.sandbox.telegram.server import Telegram
from tests.sandbox.uploads import HALF, MIB, a_file, ali, heard, parts_of, send

__all__ = ["ali"]


async def test_an_upload_goes_on_over_a_new_connection(tg, courier, ali, tmp_path):
    await tg.throttles(20 * MIB)
    file = a_file(tmp_path, 21 * MIB)
    uploading = asyncio.ensure_future(courier.upload(file, heard))
    await tg.called("upload.saveBigFilePart", times=12, timeout=10)
    await tg.drops_connections()
    async with asyncio.timeout(10):  # the library alone waits 15 s for the lost answers
        await send(tg, courier, ali, await uploading)
    sha = hashlib.sha256(Path(file.path).read_bytes()).hexdigest()
    assert (await ali.sees("Title")).media["sha256"] == sha


async def test_parts_go_over_several_connections_that_are_kept(tg, courier, tmp_path):
    for _ in range(2):
        await courier.upload(a_file(tmp_path, 21 * MIB), heard)
    used = {call["connection"] for call in await parts_of(tg)}
    assert 2 <= len(used) <= 4


async def test_a_part_that_telegram_misses_is_sent_again(tg, courier, ali, tmp_path):
    file = a_file(tmp_path, 11 * MIB)
    await tg.fails("messages.uploadMedia", "FILE_PART_7_MISSING", times=2)
    reference = await courier.upload(file, heard)
    assert len(await parts_of(tg)) == 22 + 2
    await send(tg, courier, ali, reference)
    sha = hashlib.sha256(Path(file.path).read_bytes()).hexdigest()
    assert (await ali.sees("Title")).media["sha256"] == sha


class Kept:
    """What is written down of an upload."""

    def __init__(self) -> None:
        self.id, self.begun, self.parts = 77, False, set[int]()

    def has(self, part: int) -> bool:
        return part in self.parts

    def note(self, part: int) -> None:
        self.parts.add(part)


async def begun(tg: Telegram, courier: Courier, file: File) -> Kept:
    """An upload that ended after some of its parts."""
    await tg.throttles(8 * MIB)
    kept = Kept()
    uploading = asyncio.ensure_future(courier.upload(file, heard, UploadOptions(kept=kept)))
    await tg.called("upload.saveBigFilePart", times=12)
    uploading.cancel()
    await asyncio.wait([uploading])
    await tg.throttles(0)
    kept.begun = True
    return kept


async def test_another_slot_goes_on_with_an_upload(tg, settings, courier, ali, tmp_path):
    file = a_file(tmp_path, 21 * MIB)
    kept = await begun(tg, courier, file)
    had, before, other = len(kept.parts), len(await parts_of(tg)), Courier(settings, 1)
    await other.connect()
    progress: list[int] = []

    options = UploadOptions(kept=kept)
    reference = await other.upload(file, lambda done, _: progress.append(done), options)

    await send(tg, other, ali, reference)
    sha = hashlib.sha256(Path(file.path).read_bytes()).hexdigest()
    assert (await ali.sees("Title")).media["sha256"] == sha
    assert len(await parts_of(tg)) == before + 42 - had
    assert (progress[0], progress[-1]) == ((had + 1) * HALF, 21 * MIB)
    await other.close()


async def test_parts_that_telegram_forgot_are_all_sent_anew(tg, courier, ali, tmp_path):
    file = a_file(tmp_path, 21 * MIB)
    kept = await begun(tg, courier, file)
    tg.vault.uploads.clear()

    reference = await courier.upload(file, heard, UploadOptions(kept=kept))

    await send(tg, courier, ali, reference)
    sha = hashlib.sha256(Path(file.path).read_bytes()).hexdigest()
    assert (await ali.sees("Title")).media["sha256"] == sha


async def test_failures_of_the_server_cost_a_part_and_not_the_upload(tg, courier, tmp_path):
    await tg.fails("upload.saveBigFilePart", "500 RPC_CALL_FAIL", times=5, skip=3)
    assert await courier.upload(a_file(tmp_path, 11 * MIB), heard)


async def test_a_part_that_is_refused_for_good_fails_the_upload(tg, courier, tmp_path):
    await tg.fails("upload.saveBigFilePart", "FILE_PART_INVALID", skip=3)
    with pytest.raises(TelegramRefused):
        await courier.upload(a_file(tmp_path, 11 * MIB), heard)


async def test_a_file_that_shrinks_meanwhile_is_refused(tg, courier, tmp_path):
    await tg.throttles(10 * MIB)
    file = a_file(tmp_path, 21 * MIB)
    uploading = asyncio.ensure_future(courier.upload(file, heard))
    await tg.called("upload.saveBigFilePart", times=4)
    os.truncate(file.path, MIB)
    with pytest.raises(TelegramRefused):
        await uploading


async def test_an_upload_whose_sign_in_is_taken_away_says_so(tg, courier, tmp_path):
    await courier.upload(a_file(tmp_path, 1000), heard)
    await tg.revokes(tg.bot)
    with pytest.raises(SessionRevoked):
        await courier.upload(a_file(tmp_path, 11 * MIB), heard)
    with pytest.raises(SessionRevoked):
        await courier.connect()


async def test_a_cancelled_upload_ends_at_once_and_leaves_the_connections(tg, courier, tmp_path):
    await tg.throttles(MIB)
    uploading = asyncio.ensure_future(courier.upload(a_file(tmp_path, 21 * MIB), heard))
    await tg.called("upload.saveBigFilePart", times=2)
    uploading.cancel()
    async with asyncio.timeout(10):  # it would go on for twice as long
        await asyncio.wait([uploading])
    await tg.throttles(0)
    assert await courier.upload(a_file(tmp_path, 11 * MIB), heard)


async def test_a_wait_amid_an_upload_is_sat_out(tg, courier, tmp_path):
    await tg.fails("upload.saveBigFilePart", "FLOOD_PREMIUM_WAIT_1", skip=5, times=3)
    assert await courier.upload(a_file(tmp_path, 21 * MIB), heard)


async def test_a_long_wait_amid_an_upload_is_passed_on(tg, courier, tmp_path):
    await tg.fails("upload.saveBigFilePart", "FLOOD_WAIT_4000", skip=5)
    with pytest.raises(TelegramWait) as caught:
        await courier.upload(a_file(tmp_path, 21 * MIB), heard)
    assert caught.value.seconds == 4000


async def test_an_empty_file_is_refused_at_once(courier, tmp_path):
    with pytest.raises(TelegramRefused):
        await courier.upload(a_file(tmp_path, 0), heard)
