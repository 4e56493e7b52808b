"""The loopback Telegram's crowd, albums of people, and forwards without a name."""

import pytest
from pyrogram import raw
from pyrogram.errors import InputUserDeactivated, UserIsBlocked

from tests.sandbox.telegram.fixtures import ali, bot, tg
from tests.sandbox.uploads import JPEG

__all__ = ["ali", "bot", "tg"]

functions, types = raw.functions, raw.types


def to(number: int) -> types.InputPeerUser:
    return types.InputPeerUser(user_id=number, access_hash=0)


async def test_a_crowd_costs_nothing_until_somebody_is_named(tg, bot):
    before = len(tg.world.accounts)
    first, blocked, gone = await tg.crowd(100_000, blocked_each=100, gone_each=100)
    assert (blocked, gone, len(tg.world.accounts)) == (1000, 1000, before)

    call = functions.messages.SendMessage
    await bot.invoke(call(peer=to(first + 5), message="Hello", random_id=1))
    for number, error in ((first, UserIsBlocked), (first + 1, InputUserDeactivated)):
        with pytest.raises(error):
            await bot.invoke(call(peer=to(number), message="Hello", random_id=number))
    assert len(tg.world.accounts) == before + 3
    assert await tg.crowd_got(first, 100_000, "Hello") == {0: 99_999, 1: 1}


async def test_another_crowd_has_other_numbers(tg, bot):
    first, *_ = await tg.crowd(10)
    other, *_ = await tg.crowd(10)
    assert other == first + 10


async def test_an_album_of_a_person_is_forwarded_as_one_with_or_without_its_author(
    tg, bot, ali, tmp_path
):
    sent = []
    for number in range(2):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(JPEG + bytes([number]))
        sent.append(await ali.sends(photo=path, group=5))
    assert {message.group for message in sent} == {5}
    numbers = [tg.world.accounts[ali.id].box.posts[m.id].numbers[tg.bot] for m in sent]
    for dropped in (False, True):
        await bot.invoke(
            functions.messages.ForwardMessages(
                from_peer=to(ali.id),
                to_peer=to(ali.id),
                id=numbers,
                random_id=[10 + dropped, 20 + dropped],
                drop_author=dropped,
            )
        )
    got = [m for m in await ali.chat() if m.media and not m.mine]
    assert [bool(m.forwarded) for m in got] == [True, True, False, False]
    assert got[0].group == got[1].group != got[2].group == got[3].group
