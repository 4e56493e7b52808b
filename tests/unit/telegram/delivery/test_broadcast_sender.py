"""What a broadcast sends to one chat, over the real client: copied, forwarded, once, taken back."""

from dataclasses import replace
from pathlib import Path

import pytest

from procs.errors import ChatClosed, ReferenceStale
from procs.records import broadcast_records
from procs.records.broadcast_records import BroadcastContent
from procs.telegram.delivery import broadcast_content, message_lookup
from procs.telegram.delivery.broadcast_sender import method, random_ids
from procs.telegram.delivery.courier import Courier
from procs.telegram.session.rpc import free
from tests.sandbox.person import Message, Person
from tests.sandbox.telegram.server import Telegram
from tests.sandbox.uploads import JPEG


async def content(tg: Telegram, courier: Courier, olga: Person, *sent: Message) -> BroadcastContent:
    """What these messages of an admin say, as it is kept in a row."""
    numbers = [tg.world.accounts[olga.id].box.posts[one.id].numbers[tg.bot] for one in sent]
    access = tg.world.access_hash(tg.bot, olga.id)
    found = await message_lookup.messages(courier.broadcasts.line, olga.id, access, numbers)
    read = broadcast_content.read(olga.id, access, found)
    return broadcast_records.decode(broadcast_records.encode(read))


@pytest.fixture
async def olga(tg: Telegram) -> Person:
    person = await tg.person("Olga")
    await person.starts()
    return person


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{n}.jpg" for n in range(3)]
    for number, path in enumerate(paths):
        path.write_bytes(JPEG + bytes([number]))
    return paths


async def send(tg, courier, ali, what, random_id=7):
    access = tg.world.access_hash(tg.bot, ali.id)
    to = {"chat": ali.id, "access": access, "random_id": random_id, "leave": free}
    return await courier.broadcasts.send(what, **to)


async def test_a_text_is_copied_with_its_formatting_and_once(tg, courier, olga, ali):
    said = await olga.sends(
        "Fresh news here", formats=[["bold", 0, 5]], links=[(11, 4, "https://example.org/a")]
    )
    what = await content(tg, courier, olga, said)
    what = replace(what, buttons=((("Go", "https://example.org/b"),),))
    first = await send(tg, courier, ali, what)
    assert await send(tg, courier, ali, what) == first
    (got,) = [m for m in await ali.chat() if not m.mine]
    assert (got.text, got.forwarded) == ("Fresh news here", "")
    assert [(one["kind"], one["url"]) for one in got.entities] == [
        ("Bold", None),
        ("TextUrl", "https://example.org/a"),
    ]
    assert got.buttons[0][0]["url"] == "https://example.org/b"


@pytest.mark.parametrize("forward", [False, True])
async def test_an_album_stays_one_and_comes_once(tg, courier, olga, ali, photos, forward):
    sent = [await olga.sends("Trip" * (not n), photo=p, group=9) for n, p in enumerate(photos)]
    what = replace(await content(tg, courier, olga, *sent), forward=forward)
    first = await send(tg, courier, ali, what)
    assert await send(tg, courier, ali, what) == first
    called = [one["method"].lower() for one in await tg.calls("messages.*")]
    assert called.count(method(what).lower()) == 2
    got = [m for m in await ali.chat() if m.media]
    assert [m.media["name"] for m in got] == [path.name for path in photos]
    assert [m.text for m in got] == ["Trip", "", ""]
    assert len({m.group for m in got}) == 1
    assert {bool(m.forwarded) for m in got} == {forward}


async def test_stale_files_are_found_again_in_the_admins_message_or_in_a_copy(
    tg, courier, olga, ali, photos
):
    said = await olga.sends(photo=photos[0])
    what = await content(tg, courier, olga, said)
    copy = await send(tg, courier, ali, what)
    await tg.expires_references()
    with pytest.raises(ReferenceStale):
        await send(tg, courier, ali, what, 8)
    fresh = await courier.broadcasts.refreshed(what, [])
    assert fresh
    assert await send(tg, courier, ali, fresh, 8)

    await olga.deletes(said)
    await tg.expires_references()
    assert await courier.broadcasts.refreshed(what, []) is None
    again = await courier.broadcasts.refreshed(what, [copy])
    assert again
    assert await send(tg, courier, ali, again, 9)


async def test_what_cannot_be_reached_is_told_by_telegrams_word(tg, courier, olga, ali):
    what = await content(tg, courier, olga, await olga.sends("News"))
    await ali.blocks()
    for name in ("USER_IS_BLOCKED", "INPUT_USER_DEACTIVATED"):
        with pytest.raises(ChatClosed) as told:
            await send(tg, courier, ali, replace(what, forward=name.startswith("INPUT")))
        assert told.value.detail == name
        await ali.deactivates()


async def test_messages_of_many_chats_are_deleted_by_their_numbers(tg, courier, olga, ali):
    what = await content(tg, courier, olga, await olga.sends("News"))
    people = [ali, *[await tg.person(f"P{n}") for n in range(120)]]
    for person in people[1:]:
        await person.starts()
    numbers = [
        one
        for number, person in enumerate(people)
        for one in await send(tg, courier, person, what, number + 1)
    ]
    await courier.broadcasts.delete(numbers)
    await courier.broadcasts.delete(numbers)
    for person in people:
        assert [m.text for m in await person.chat() if not m.mine] == []


def test_the_random_ids_of_an_album_are_the_same_whenever_they_are_made():
    assert random_ids(5, 10) == random_ids(5, 10)
    assert len({*random_ids(5, 10), *random_ids(6, 10)}) == 20
    assert random_ids(5, 1) == [5]
