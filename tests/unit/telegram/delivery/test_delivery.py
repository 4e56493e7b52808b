"""Albums, fresh references and looking for what was sent, against the loopback Telegram; and how
parts are put together."""

from pathlib import Path

import pytest

from procs.errors import ReferenceStale
from procs.records.job import File, Media, Part, Reference
from procs.telegram.delivery import media_caption
from procs.telegram.delivery.courier import Courier
from procs.telegram.delivery.media_caption import Caption
from procs.telegram.delivery.presentation import Presentation
from procs.telegram.delivery.send_once import ChatTarget
from procs.telegram.session.rpc import free
from procs.texts import i18n
from procs.wishes.variant import Variant
from procs.worker.delivery_jobs.deliver import albums
from tests.sandbox.person import Person
from tests.sandbox.telegram.server import Telegram
from tests.sandbox.uploads import JPEG, heard

NOWHERE = Reference("document", 1, 1, "00")


async def photos(courier: Courier, folder: Path, count: int) -> list[Part]:
    parts = []
    for number in range(count):
        path = folder / f"{number}.jpg"
        path.write_bytes(JPEG + bytes([number]))
        file = File(str(path), "photo", path.name, "image/jpeg", path.stat().st_size)
        parts.append(Part(await courier.upload(file, heard), "photo", path.name, file.size))
    return parts


async def document(courier: Courier, path: Path) -> Part:
    file = File(str(path), "document", path.name, "application/octet-stream", path.stat().st_size)
    return Part(await courier.upload(file, heard), "document", path.name, file.size)


def to(tg: Telegram, ali: Person, reply_to: int = 0) -> ChatTarget:
    return ChatTarget(ali.id, tg.world.access_hash(tg.bot, ali.id), reply_to)


async def send_album(tg, courier, ali, parts: list[Part], reply_to: int = 0) -> list[int | None]:
    ids = list(range(100, 100 + len(parts)))
    shown = Presentation(Caption("Trip"))
    return await courier.send_album(to(tg, ali, reply_to), parts, ids, shown=shown, leave=free)


async def test_an_album_comes_whole_in_order_with_one_caption(tg, courier, ali, tmp_path):
    parts = await photos(courier, tmp_path, 10)
    receipts = await send_album(tg, courier, ali, parts)
    got = [m for m in await ali.chat() if m.media]
    assert receipts == sorted(set(receipts))
    assert [m.media["name"] for m in got] == [part.name for part in parts]
    assert len({m.group for m in got}) == 1
    assert [m.text for m in got] == ["Trip", *[""] * 9]


async def test_a_repeated_album_brings_the_first_receipts(tg, courier, ali, tmp_path):
    parts = await photos(courier, tmp_path, 3)
    first = await send_album(tg, courier, ali, parts)
    assert await send_album(tg, courier, ali, parts) == first
    assert len([m for m in await ali.chat() if m.media]) == 3


async def test_an_album_with_a_stale_reference_says_so(tg, courier, ali, tmp_path):
    parts = await photos(courier, tmp_path, 2)
    await tg.expires_references()
    with pytest.raises(ReferenceStale):
        await send_album(tg, courier, ali, parts)


async def test_a_message_that_shows_the_file_gives_a_fresh_reference(tg, courier, ali, tmp_path):
    parts = await photos(courier, tmp_path, 2)
    receipts = await send_album(tg, courier, ali, parts)
    await tg.expires_references()
    chat = {"chat": ali.id, "access": tg.world.access_hash(tg.bot, ali.id)}
    fresh = await courier.refreshed(**chat, message=receipts[1] or 0)
    assert fresh is not None
    assert fresh.id == parts[1].reference.id
    assert fresh.file_reference != parts[1].reference.file_reference
    part = Part(fresh, "photo", "x", 1)
    assert await courier.send(to(tg, ali), part, 7, leave=free)
    assert await courier.refreshed(**chat, message=999_999) is None


async def test_what_was_sent_is_found_by_looking(tg, courier, ali, tmp_path):
    asked = await ali.sends("a link")
    parts = await photos(courier, tmp_path, 3)
    receipts = await send_album(tg, courier, ali, parts, reply_to=asked.id)
    for part, receipt in zip(parts, receipts, strict=True):
        found = await courier.find(to(tg, ali, asked.id), part, taken=())
        assert found == receipt


async def test_what_answers_no_message_is_found_behind_its_status(tg, courier, ali, tmp_path):
    """What a list brings that is followed, and what answered a message of a group that moved."""
    status = await ali.sends("a link")
    (part,) = await photos(courier, tmp_path, 1)
    there = to(tg, ali, -1_000_000_003)
    receipt = await courier.send(there, part, 7, leave=free)
    assert await courier.find(there, part, taken=(), since=status.id) == receipt
    assert await courier.find(there, part, taken=(), since=receipt) is None


async def test_what_is_not_there_or_answers_another_message_is_not_found(
    tg, courier, ali, tmp_path
):
    asked = await ali.sends("a link")
    other = await ali.sends("another")
    (part,) = await photos(courier, tmp_path, 1)
    asks, others = to(tg, ali, asked.id), to(tg, ali, other.id)
    assert await courier.find(asks, part, taken=()) is None
    receipt = await courier.send(others, part, 7, leave=free)
    assert await courier.find(asks, part, taken=()) is None
    assert await courier.find(others, part, taken={receipt}) is None


async def test_what_was_sent_of_an_upload_that_a_restore_forgot_is_found_by_its_size(
    tg, courier, ali, tmp_path
):
    """The file is uploaded once more then, and Telegram knows it by another number."""
    asked = await ali.sends("a link")
    (tmp_path / "film.bin").write_bytes(b"film" * 500)
    first, again = [await document(courier, tmp_path / "film.bin") for _ in range(2)]
    (tmp_path / "other.bin").write_bytes(b"other" * 500)
    other = await document(courier, tmp_path / "other.bin")
    asks = to(tg, ali, asked.id)

    receipt = await courier.send(asks, first, 7, leave=free)

    assert first.reference.id != again.reference.id
    assert await courier.find(asks, again, taken=()) == receipt
    assert await courier.find(asks, again, taken={receipt}) is None
    assert await courier.find(asks, other, taken=()) is None


def planned(*kinds: str) -> list[list[int]]:
    """The albums that parts of these kinds make, as part numbers."""
    parts = [Part(NOWHERE, kind, "x", 1) for kind in kinds]
    made = albums([(number, 50 + number) for number in range(len(kinds))], parts)
    return [[number for number, _ in album] for album in made]


def test_photos_and_films_go_together_music_and_files_apart():
    kinds = ("photo", "video", "audio", "audio", "document", "photo")
    assert planned(*kinds) == [[0, 1], [2, 3], [4], [5]]


def test_an_album_has_ten_at_most_and_animations_stand_alone():
    assert [len(album) for album in planned(*["photo"] * 23)] == [10, 10, 3]
    assert planned("photo", "animation", "animation", "photo") == [[0], [1], [2], [3]]


@pytest.mark.parametrize(("language", "number"), [("en", "31"), ("fa", "۳۱")])
def test_a_caption_says_from_where_on_media_of_a_post_were_left_out(language, number):
    part = Part(Reference("photo", 1, 2, "ab"), "photo", "a.jpg", 3)
    media = Media("a:1", "best", "A day out", "a.example", "https://a.example/1", (part,), rest=31)
    shown = media_caption.caption(language, media, Variant(), url=media.url)
    assert i18n.say(language, "album-rest", place=31) in shown.text
    assert number in shown.text
