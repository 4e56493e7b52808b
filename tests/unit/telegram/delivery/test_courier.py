"""A worker's Telegram side against the loopback one: what arrives, repeats, failures to send."""

import hashlib
from pathlib import Path

import pytest

from procs.errors import ChatClosed, ReferenceStale, TelegramAway, TelegramRefused, TelegramWait
from procs.records.job import File
from procs.telegram.delivery.media_caption import Caption
from procs.telegram.delivery.presentation import Presentation
from tests.sandbox.uploads import HALF, JPEG, MIB, a_file, ali, heard, send

__all__ = ["ali"]


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
    await send(tg, courier, ali, reference, shown=Presentation(Caption("😀" * 600)))
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
