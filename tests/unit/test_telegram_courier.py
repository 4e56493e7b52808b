"""A worker's Telegram side against the loopback Telegram: uploads, sends, repeats, outages."""

import asyncio
import hashlib
import os
import struct
from pathlib import Path

import pytest

from procs.errors import (
    ChatClosed,
    ReferenceStale,
    SessionRevoked,
    TelegramAway,
    TelegramRefused,
    TelegramWait,
)
from procs.job import File, Part, Reference
from procs.telegram.courier import Courier, UploadOptions
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
    access = tg.world.access_hash(tg.bot, ali.id)
    facts = {"caption": "Title", "random_id": 5, "reply_to": 0} | more
    part = Part(reference, "document", "x", 1)
    return await courier.send(chat=ali.id, access=access, part=part, **facts)


@pytest.mark.parametrize("size", [1, HALF, HALF + 1, 10 * MIB, 10 * MIB + 1, 21 * MIB])
async def test_a_file_arrives_whole_whatever_its_size(tg, courier, ali, tmp_path, size):
    file = a_file(tmp_path, size)
    progress: list[tuple[int, int]] = []
    reference = await courier.upload(file, lambda *at: progress.append(at))
    await send(tg, courier, ali, reference)
    message = await ali.sees("Title")
    assert message.media["sha256"] == hashlib.sha256(Path(file.path).read_bytes()).hexdigest()
    assert message.media["name"] == "فیلم.bin"
    assert progress == sorted(progress)
    assert progress[-1] == (size, size)
    assert len(progress) == -(-size // HALF)


async def test_a_video_plays_in_the_chat(tg, courier, ali, tmp_path):
    cover = tmp_path / "cover.jpg"
    cover.write_bytes(JPEG)
    facts = {"kind": "video", "mime": "video/mp4", "name": "clip.mp4", "duration": 3.5}
    shape = {"width": 640, "height": 360, "silent": True, "thumbnail": str(cover)}
    reference = await courier.upload(a_file(tmp_path, 1000, **facts, **shape), heard)
    await send(tg, courier, ali, reference)
    media = (await ali.sees(lambda m: m.kind == "video")).media
    assert (media["duration"], media["width"], media["height"]) == (3.5, 640, 360)
    assert media["supports_streaming"]
    assert media["nosound"]
    assert media["thumb"] > 0


async def test_a_song_has_its_performer_and_title(tg, courier, ali, tmp_path):
    facts = {"kind": "audio", "mime": "audio/mpeg", "name": "song.mp3", "duration": 200.4}
    file = a_file(tmp_path, 1000, **facts, title="شب", performer="گروه")
    await send(tg, courier, ali, await courier.upload(file, heard))
    media = (await ali.sees(lambda m: m.kind == "audio")).media
    assert (media["title"], media["performer"], media["duration"]) == ("شب", "گروه", 200)


async def test_a_photo_is_a_photo(tg, courier, ali, tmp_path):
    path = tmp_path / "p.jpg"
    path.write_bytes(JPEG)
    file = File(str(path), "photo", "p.jpg", "image/jpeg", path.stat().st_size)
    reference = await courier.upload(file, heard)
    assert reference.kind == "photo"
    await send(tg, courier, ali, reference)
    assert (await ali.sees("Title")).kind == "photo"


async def test_an_upload_shows_nobody_anything(tg, courier, ali, tmp_path):
    await courier.upload(a_file(tmp_path, 1000), heard)
    assert [m for m in await ali.history() if not m.mine] == []


async def test_a_repeat_brings_the_first_receipt_and_no_second_message(tg, courier, ali, tmp_path):
    reference = await courier.upload(a_file(tmp_path, 1000), heard)
    first = await send(tg, courier, ali, reference)
    again = await send(tg, courier, ali, reference)
    assert first is not None
    assert again == first
    assert len([m for m in await ali.chat() if not m.mine]) == 1


async def test_a_refused_repeat_is_no_failure_and_is_asked_once(tg, courier, ali, tmp_path):
    reference = await courier.upload(a_file(tmp_path, 1000), heard)
    await send(tg, courier, ali, reference)
    await tg.refuses_repeats(1)
    before = len(await tg.calls("messages.sendMedia"))
    assert await send(tg, courier, ali, reference) is None
    assert len(await tg.calls("messages.sendMedia")) == before + 1


async def test_a_long_caption_is_cut(tg, courier, ali, tmp_path):
    reference = await courier.upload(a_file(tmp_path, 1000), heard)
    await send(tg, courier, ali, reference, caption="😀" * 600)
    assert (await ali.sees("😀")).text == "😀" * 512


async def test_a_reply_to_a_deleted_message_goes_without_the_reply(tg, courier, ali, tmp_path):
    asked = await ali.sends("a link")
    reference = await courier.upload(a_file(tmp_path, 1000), heard)
    await send(tg, courier, ali, reference, reply_to=asked.id)
    assert (await ali.sees("Title")).reply == asked.id
    await ali.deletes(asked)
    assert await send(tg, courier, ali, reference, random_id=6, reply_to=asked.id)


async def test_each_failure_to_send_has_its_name(tg, courier, ali, tmp_path):
    reference = await courier.upload(a_file(tmp_path, 1000), heard)
    cases = {
        "FLOOD_WAIT_9": TelegramWait,
        "500 INTERNAL": TelegramAway,
        "MEDIA_INVALID": TelegramRefused,
        "FILE_REFERENCE_EXPIRED": ReferenceStale,
    }
    for text, ours in cases.items():
        await tg.fails("messages.sendMedia", text)
        with pytest.raises(ours):
            await send(tg, courier, ali, reference)
    await ali.blocks()
    with pytest.raises(ChatClosed):
        await send(tg, courier, ali, reference)


async def test_a_stale_reference_is_told_apart(tg, courier, ali, tmp_path):
    reference = await courier.upload(a_file(tmp_path, 1000), heard)
    await tg.expires_references()
    with pytest.raises(ReferenceStale):
        await send(tg, courier, ali, reference)


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


async def parts_of(tg: Telegram) -> list[dict[str, object]]:
    return await tg.calls("upload.saveBigFilePart")


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


async def test_a_slot_signs_in_once_in_its_life(tg, settings):
    for _ in range(3):
        courier = Courier(settings, 0)
        await courier.connect()
        await courier.connect()
        await courier.close()
    assert len(await tg.calls("auth.importBotAuthorization")) == 1


async def test_a_login_wait_holds_up_only_slots_that_never_signed_in(tg, settings, courier):
    async def not_now() -> None:
        raise TelegramWait(3600, "auth.ImportBotAuthorization")

    await courier.close()
    await courier.connect(before=not_now)
    fresh = Courier(settings, 1)
    with pytest.raises(TelegramWait):
        await fresh.connect(before=not_now)
    assert len(await tg.calls("auth.importBotAuthorization")) == 1


async def test_connecting_again_asks_nothing_but_the_configuration(tg, settings, courier):
    await courier.close()
    before = len(await tg.calls("*"))
    await courier.connect()
    assert [call["method"] for call in (await tg.calls("*"))[before:]] == ["help.getConfig"]


async def test_a_login_wait_is_told_and_leaves_nothing_open(tg, settings):
    await tg.fails("auth.importBotAuthorization", "FLOOD_WAIT_1800")
    courier = Courier(settings, 1)
    with pytest.raises(TelegramWait) as caught:
        await courier.connect()
    assert caught.value.scope == "auth.ImportBotAuthorization"
    await courier.connect()
    await courier.close()


async def test_a_revoked_session_is_told_and_not_signed_in_again(tg, settings, courier, ali):
    await tg.revokes(tg.bot)
    with pytest.raises(SessionRevoked):
        await send(tg, courier, ali, Reference("document", 1, 1, "00"))
    with pytest.raises(SessionRevoked):
        await courier.connect()
    assert len(await tg.calls("auth.importBotAuthorization")) == 1


async def test_a_telegram_that_is_away_is_told(tg, settings, ali):
    courier = Courier(settings, 2)
    await tg.stop()
    with pytest.raises(TelegramAway):
        await courier.connect()
    await tg.start()
    await courier.connect()
    await courier.close()


async def test_a_broken_connection_fails_its_calls_at_once_and_heals(tg, courier, ali, tmp_path):
    reference = await courier.upload(a_file(tmp_path, 1000), heard)
    await tg.swallows("messages.sendMedia", done=True, close=True)
    async with asyncio.timeout(8):
        with pytest.raises(TelegramAway):
            await send(tg, courier, ali, reference)
        assert await send(tg, courier, ali, reference) is not None
    assert len([m for m in await ali.chat() if not m.mine]) == 1
