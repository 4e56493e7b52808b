"""The picture on a card: in the one message that the card is, which is its caption from then on."""

import pytest

from procs.core import clock
from procs.records.job import File, Reference
from procs.store import wake
from procs.store.media import thumbnails
from procs.store.people import preferences
from procs.telegram.delivery.media_assembly import ignore_progress
from procs.telegram.session.rpc import free
from procs.wishes.grammar import link
from tests.sandbox.bot_parts import until
from tests.sandbox.card_parts import PAGE, entry, looks, playlist, told
from tests.sandbox.uploads import JPEG
from tests.unit.bot.cards.test_card_chat import card_of, wanted
from tests.unit.bot.cards.test_list_chat import card_of as list_card

(KEY,) = [one.key for one in link.parse(PAGE).links]


@pytest.fixture
async def photo(courier, tmp_path) -> Reference:
    """A picture that Telegram holds, uploaded by a worker's session."""
    path = tmp_path / "card.jpg"
    path.write_bytes(JPEG)
    file = File(str(path), "photo", "card.jpg", "image/jpeg", path.stat().st_size)
    return await courier.upload(file, ignore_progress)


def comes(db, reference, *, adult=False):
    """A worker has uploaded the picture."""
    thumbnails.keep(db, KEY, reference, adult=adult, now=clock.now())
    wake.notify(db.run, wake.BOT)


def mine(messages):
    return [m for m in messages if not m.mine]


async def test_a_card_gets_its_picture_in_the_message_that_it_is(bot, db, hands, sara, photo):
    card = await card_of(sara, hands)
    comes(db, photo)
    seen = await sara.sees(lambda m: m.id == card.id and m.media)
    assert (seen.media["kind"], seen.text, seen.buttons) == ("photo", card.text, card.buttons)
    await bot.rests()
    assert [m.id for m in mine(await sara.history())] == [card.id]


async def test_what_is_chosen_goes_on_under_the_picture(bot, db, hands, sara, photo):
    card = await card_of(sara, hands)
    comes(db, photo)
    await sara.sees(lambda m: m.id == card.id and m.media)
    await sara.presses("480p", card)
    seen = await sara.sees_edit(card, "In line")
    assert seen.media["kind"] == "photo"
    assert wanted(bot) == [("open", "480p")]
    assert [m.id for m in mine(await sara.history())] == [card.id]


async def test_pages_turn_under_the_picture_which_is_put_there_once(
    bot, db, hands, tg, sara, photo
):
    card = await card_of(sara, hands)
    comes(db, photo)
    await sara.sees(lambda m: m.id == card.id and m.media)
    await sara.presses("Subtitles", card)
    seen = await sara.sees(lambda m: m.id == card.id and m.button("Persian"))
    assert seen.media["kind"] == "photo"
    edits = await tg.calls("messages.editMessage")
    assert len([one for one in edits if one["result"] == "ok"]) == len(edits)
    assert db.one("SELECT pictured FROM cards") == (1,)


async def test_a_picture_that_telegram_does_not_take_leaves_the_card_as_it_is(
    bot, db, hands, tg, sara
):
    card = await card_of(sara, hands)
    comes(db, Reference("photo", 1, 2, "ab"))
    await until(lambda: db.one("SELECT pictured FROM cards") == (1,))
    await bot.rests()
    await sara.presses("480p", card)
    seen = await sara.sees_edit(card, "In line")
    assert not seen.media


async def test_a_picture_that_comes_after_the_choice_changes_nothing(bot, db, hands, sara, photo):
    card = await card_of(sara, hands)
    await sara.presses("480p", card)
    await sara.sees_edit(card, "In line")
    comes(db, photo)
    await bot.rests()
    assert not (await sara.sees(lambda m: m.id == card.id)).media


async def test_a_card_that_would_not_fit_under_a_picture_has_none(bot, db, hands, sara, photo):
    many = [
        {"variant": f"{height}p", "size": 1, "codecs": "a" * 200, "parts": 1}
        for height in (2160, 1440, 1080, 720, 480, 360)
    ]
    card = await card_of(sara, hands, told(choices=many))
    comes(db, photo)
    await bot.rests()
    await until(lambda: not bot.requests())
    assert not (await sara.sees(lambda m: m.id == card.id)).media


async def test_a_second_card_from_the_kept_look_has_the_picture_with_its_first_edit(
    bot, db, hands, sara, photo
):
    card = await card_of(sara, hands)
    comes(db, photo)
    await sara.sees(lambda m: m.id == card.id and m.media)
    sent = await sara.sends(f"{PAGE}#again")
    again = await sara.sees(lambda m: m.reply == sent.id)
    looks(hands, told()) if not again.button("720p") else None
    await sara.sees(lambda m: m.id == again.id and m.media)


async def test_a_card_in_a_group_that_takes_no_pictures_stays_a_text(bot, db, hands, tg, sara):
    card = await card_of(sara, hands)
    await tg.fails("messages.editMessage", "403 CHAT_SEND_PHOTOS_FORBIDDEN")
    comes(db, Reference("photo", 1, 2, "ab"))
    await until(lambda: db.one("SELECT pictured FROM cards") == (1,))
    await sara.presses("480p", card)
    await sara.sees_edit(card, "In line")


@pytest.mark.parametrize("wanted_", [True, False])
async def test_what_is_for_adults_is_under_a_spoiler_where_its_person_wants_one(
    bot, db, hands, tg, sara, photo, wanted_
):
    preferences.change(db, sara.id, "spoiler", wanted_, now=clock.now())
    card = await card_of(sara, hands)
    comes(db, photo, adult=True)
    seen = await sara.sees(lambda m: m.id == card.id and m.media)
    assert bool(seen.media["spoiler"]) is wanted_


async def test_the_card_of_a_list_keeps_its_picture_while_its_entries_come(
    bot, db, hands, sara, photo
):
    card = await list_card(sara, hands)
    comes(db, photo)
    seen = await sara.sees(lambda m: m.id == card.id and m.media)
    assert (seen.media["kind"], seen.text) == ("photo", card.text)
    await sara.presses("▶️", seen)
    await sara.sees_edit(card, "Lesson 11")
    await sara.presses("First 5", card)
    told_ = await sara.sees_edit(card, "0 of 5 sent")
    assert told_.media["kind"] == "photo"


async def test_a_list_with_a_page_that_is_no_caption_has_no_picture(bot, db, hands, sara, photo):
    long = [entry(n, title="A long story " * 9) for n in range(11, 21)]
    entries = [*(entry(n) for n in range(1, 11)), *long]
    card = await list_card(sara, hands, playlist(20, entries=entries))
    comes(db, photo)
    await bot.rests()
    assert [m.media for m in mine(await sara.history())] == [None]
    await sara.presses("▶️", card)
    await sara.sees_edit(card, "A long story")


async def test_what_is_too_long_for_the_caption_under_a_picture_is_cut(bot, db, hands, sara, photo):
    card = await card_of(sara, hands)
    comes(db, photo)
    await sara.sees(lambda m: m.id == card.id and m.media)
    there = db.one("SELECT chat, chat_access FROM requests")
    assert await bot.chat_session.edit(*there, card.id, "word " * 400, leave=free)
    seen = await sara.sees_edit(card, "word")
    assert (len(seen.text) <= 1024, seen.media["kind"]) == (True, "photo")
