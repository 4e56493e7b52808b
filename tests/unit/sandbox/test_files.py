"""Files on the loopback Telegram: parts, references, albums, pictures."""

import time
from pathlib import Path

import pytest
from pyrogram import errors, raw

from tests.sandbox.telegram.clients import client, peer, receipt, reusable, send, upload
from tests.sandbox.telegram.fixtures import ali, bot, clip, tg
from tests.sandbox.telegram.server import Telegram

__all__ = ["ali", "bot", "clip", "tg"]


async def test_an_uploaded_file_is_sent_by_reference(bot, ali, clip, tmp_path):
    media = await upload(bot, clip)

    await send(bot, ali, media, random_id=7, caption="a clip")
    await send(bot, ali, media, random_id=8)

    seen = await ali.sees("a clip")
    assert (seen.kind, seen.media["name"], seen.media["size"]) == ("file", "clip.mp4", 1 << 20)
    path = await ali.receives_file(seen, tmp_path / "got")
    assert path.read_bytes() == clip.read_bytes()


async def test_the_facts_of_a_video_are_seen(bot, ali, clip):
    video = raw.types.DocumentAttributeVideo(duration=2.5, w=640, h=360, supports_streaming=True)

    await send(bot, ali, await upload(bot, clip, attributes=[video], nosound_video=True), 7)

    media = (await ali.sees(lambda m: m.kind == "video")).media
    assert (media["duration"], media["width"], media["height"]) == (2.5, 640, 360)
    assert media["supports_streaming"]
    assert media["nosound"]
    assert media["thumb"] == 0


async def test_the_librarys_own_way_of_sending_works(bot, ali, clip):
    big = clip.with_name("big.mp4")
    big.write_bytes(clip.read_bytes() * 11)
    shown = []

    await bot.send_document(ali.id, str(big), progress=lambda done, total: shown.append(done))

    seen = await ali.sees(lambda m: m.kind == "file")
    assert seen.media["size"] == shown[-1] == 11 << 20


async def test_a_missing_part_is_named(tg, bot, clip):
    file = await bot.save_file(clip)
    wrong = raw.types.InputFile(id=file.id, parts=4, name="x", md5_checksum="")
    photo = raw.types.InputMediaUploadedPhoto(file=wrong)
    query = raw.functions.messages.UploadMedia(peer=raw.types.InputPeerEmpty(), media=photo)

    with pytest.raises(errors.FilePartMissing) as missing:
        await bot.invoke(query)

    assert missing.value.value == 2


async def test_a_damaged_small_file_is_refused(bot, clip):
    file = await bot.save_file(clip)
    file.md5_checksum = "0" * 32
    media = raw.types.InputMediaUploadedDocument(file=file, mime_type="video/mp4", attributes=[])
    query = raw.functions.messages.UploadMedia(peer=raw.types.InputPeerEmpty(), media=media)

    with pytest.raises(errors.Md5ChecksumInvalid):
        await bot.invoke(query)


PARTS = [
    ({"file_part": 0, "file_total_parts": 2, "bytes": b""}, errors.FilePartEmpty),
    ({"file_part": 0, "file_total_parts": 2, "bytes": bytes(524289)}, errors.FilePartTooBig),
    ({"file_part": 0, "file_total_parts": 2, "bytes": bytes(3072)}, errors.FilePartSizeInvalid),
    ({"file_part": 2, "file_total_parts": 2, "bytes": b"x"}, errors.FilePartInvalid),
    ({"file_part": 0, "file_total_parts": 4001, "bytes": b"x"}, errors.FilePartsInvalid),
]


@pytest.mark.parametrize(("fields", "error"), PARTS)
async def test_a_bad_part_is_refused(bot, fields, error):
    with pytest.raises(error):
        await bot.invoke(raw.functions.upload.SaveBigFilePart(file_id=1, **fields))


async def test_parts_of_one_file_have_one_size(bot):
    def part(number: int, size: int) -> raw.functions.upload.SaveBigFilePart:
        fields = {"file_id": 1, "file_total_parts": 3, "bytes": bytes(size)}
        return raw.functions.upload.SaveBigFilePart(file_part=number, **fields)

    await bot.invoke(part(0, 2048))

    with pytest.raises(errors.FilePartSizeChanged):
        await bot.invoke(part(1, 4096))


async def test_references_expire_and_are_renewed_by_the_message(tg, bot, ali, clip):
    media = await upload(bot, clip)
    number, _ = receipt(await send(bot, ali, media, random_id=7))
    await tg.expires_references()

    with pytest.raises(errors.FileReferenceExpired):
        await send(bot, ali, media, random_id=8)

    wanted = [raw.types.InputMessageID(id=number)]
    again = await bot.invoke(raw.functions.messages.GetMessages(id=wanted))
    await send(bot, ali, reusable(again.messages[0].media.document), random_id=8)


async def test_an_album_keeps_a_random_id_for_each_item(bot, ali, clip):
    media = await upload(bot, clip)
    items = [raw.types.InputSingleMedia(media=media, random_id=n, message=str(n)) for n in (11, 12)]
    query = raw.functions.messages.SendMultiMedia(peer=peer(ali), multi_media=items)

    await bot.invoke(query)
    await bot.invoke(query)

    seen = [message for message in await ali.chat() if not message.mine]
    assert [message.text for message in seen] == ["11", "12"]
    assert len({message.group for message in seen}) == 1


async def test_a_stale_item_of_an_album_is_named_by_its_place(tg, bot, ali, clip):
    old = await upload(bot, clip)
    await tg.expires_references()
    fresh = await upload(bot, clip)
    items = [
        raw.types.InputSingleMedia(media=media, random_id=n, message="")
        for n, media in enumerate((fresh, old), 1)
    ]

    with pytest.raises(errors.FileReferenceExpiredX) as stale:
        await bot.invoke(raw.functions.messages.SendMultiMedia(peer=peer(ali), multi_media=items))

    assert stale.value.value == 1


async def test_a_photo_is_measured_and_a_thumbnail_must_be_a_small_jpeg(bot, ali, clip, tmp_path):
    picture, thumb = tmp_path / "picture.png", tmp_path / "thumb.jpg"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\0\x80")
    thumb.write_bytes(b"\xff\xd8\xff\xc0\0\x11\x08\0\xb4\x01\x40" + bytes(20))

    await bot.send_photo(ali.id, str(picture))
    await bot.send_document(ali.id, str(clip), thumb=str(thumb))
    await bot.send_document(ali.id, str(clip), thumb=str(picture))

    photo, good, bad = [m.media for m in await ali.chat() if m.media]
    assert (photo["kind"], photo["width"], photo["height"]) == ("photo", 256, 128)
    assert (good["thumb"] > 0, bad["thumb"]) == (True, 0)


async def test_what_is_no_picture_is_no_photo(bot, ali, clip):
    with pytest.raises(errors.PhotoExtInvalid):
        await bot.send_photo(ali.id, str(clip))


async def test_a_sink_counts_bytes_and_keeps_none(tmp_path, clip):
    async with Telegram(sink=True) as tg, client(tg, tmp_path, no_updates=True) as bot:
        ali = await tg.person("Ali")
        await ali.starts()

        await send(bot, ali, await upload(bot, clip), random_id=7)

        media = (await ali.sees(lambda m: m.kind == "file")).media
        assert (media["size"], media["sha256"]) == (1 << 20, "")


async def test_a_slow_line(tg, bot, clip):
    await tg.throttles(2 << 20)
    begun = time.monotonic()

    await bot.save_file(clip)

    assert time.monotonic() - begun >= 0.4
    assert len(await tg.calls("upload.saveFilePart", result="ok")) == 2


async def test_the_bot_can_fetch_what_a_person_sent(tg, bot, ali, clip, tmp_path):
    sent = await ali.sends("a file", file=clip)

    path = await bot.download_media(
        await bot.get_messages(ali.id, sent.id), str(tmp_path / "got.mp4")
    )

    assert Path(path).read_bytes() == clip.read_bytes()
