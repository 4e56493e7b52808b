"""Media that is edited, keyboards, and answers to presses on the loopback Telegram."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pyrogram import Client, errors, raw, types
from pyrogram.handlers import CallbackQueryHandler, InlineQueryHandler

from tests.sandbox.person import Message, Person
from tests.sandbox.telegram.clients import client, upload
from tests.sandbox.telegram.desk import Refused
from tests.sandbox.telegram.server import Telegram

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0"
BUTTONS = types.InlineKeyboardMarkup([[types.InlineKeyboardButton("720p", callback_data="q:720")]])


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram() as server:
        yield server


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path) -> AsyncIterator[Client]:
    async with client(tg, tmp_path) as started:
        yield started


@pytest.fixture
async def ali(tg: Telegram) -> Person:
    person = await tg.person("Ali")
    await person.starts()
    return person


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "thumb.png"
    path.write_bytes(PNG)
    return str(path)


@pytest.fixture
def film(tmp_path: Path) -> str:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"film" * 1000)
    return str(path)


# --- media that is edited ----------------------------------------------------------------------


async def test_a_cards_caption_and_buttons_are_edited_under_its_picture(bot, ali, picture):
    sent = await bot.send_photo(ali.id, picture, caption="A film", reply_markup=BUTTONS)
    card = await ali.sees("A film")
    await sent.edit_caption("A film · 12 %")
    edited = await ali.sees_edit(card, "12 %")
    assert (edited.kind, edited.buttons) == ("photo", [])
    with pytest.raises(errors.MessageNotModified):
        await sent.edit_caption("A film · 12 %")
    with pytest.raises(errors.MediaCaptionTooLong):
        await sent.edit_caption("x" * 1025)


async def test_a_cards_picture_becomes_the_film(bot, ali, picture, film):
    sent = await bot.send_photo(ali.id, picture, caption="A film")
    card = await ali.sees("A film")
    await sent.edit_media(types.InputMediaVideo(film, caption="here"))
    edited = await ali.sees_edit(card, "here")
    assert (edited.id, edited.kind, edited.media["name"]) == (card.id, "video", "clip.mp4")


async def test_a_text_becomes_media_that_telegram_has(bot, ali, film):
    sent = await bot.send_message(ali.id, "on its way")
    known = await upload(bot, Path(film))
    await edit(bot, ali, sent.id, media=known, message="here")
    assert (await ali.sees(lambda m: m.media)).text == "here"
    with pytest.raises(errors.MessageNotModified):
        await edit(bot, ali, sent.id, media=known, message="here")


async def edit(bot: Client, ali: Person, number: int, **facts: Any) -> None:
    peer = raw.types.InputPeerUser(user_id=ali.id, access_hash=0)
    await bot.invoke(raw.functions.messages.EditMessage(peer=peer, id=number, **facts))


async def test_media_never_becomes_a_text(bot, ali, picture):
    sent = await bot.send_photo(ali.id, picture, caption="A film")
    with pytest.raises(errors.MediaEmpty):
        await edit(bot, ali, sent.id, media=raw.types.InputMediaEmpty(), message="words")


async def test_a_stale_reference_is_refused_in_an_edit_too(tg, bot, ali, film):
    sent = await bot.send_message(ali.id, "on its way")
    known = await upload(bot, Path(film))
    await tg.expires_references()
    with pytest.raises(errors.FileReferenceExpired):
        await edit(bot, ali, sent.id, media=known, message="here")


async def test_a_voice_message_cannot_be_exchanged(bot, ali, film, picture):
    sent = await bot.send_voice(ali.id, film)
    with pytest.raises(errors.MediaPrevInvalid):
        await sent.edit_media(types.InputMediaPhoto(picture))


async def test_a_picture_of_an_album_becomes_no_file(bot, ali, picture, film):
    album = await bot.send_media_group(ali.id, [types.InputMediaPhoto(picture)] * 2)
    with pytest.raises(errors.MediaGroupedInvalid):
        await album[0].edit_media(types.InputMediaDocument(film))


async def test_spoilers_and_silence_are_seen(bot, ali, picture):
    await bot.send_photo(ali.id, picture, has_spoiler=True, disable_notification=True)
    await bot.send_photo(ali.id, picture)
    [first, second] = [m for m in await ali.chat() if not m.mine]
    assert (first.media["spoiler"], first.silent) == (True, True)
    assert (second.media["spoiler"], second.silent) == (False, False)


# --- keyboards ---------------------------------------------------------------------------------


async def test_a_reply_keyboard_is_tapped_and_taken_away(tg, bot, ali):
    keyboard = types.ReplyKeyboardMarkup([["👤", "📘"], ["⚙️"]], resize_keyboard=True)
    await bot.send_message(ali.id, "hello", reply_markup=keyboard)
    assert await ali.keyboard() == [["👤", "📘"], ["⚙️"]]
    assert (await ali.taps("⚙️")).text == "⚙️"
    await bot.send_message(ali.id, "bye", reply_markup=types.ReplyKeyboardRemove())
    assert await ali.keyboard() == []


async def test_a_reply_keyboard_does_not_come_by_an_edit(bot, ali):
    sent = await bot.send_message(ali.id, "hello")
    with pytest.raises(errors.ReplyMarkupInvalid):
        await sent.edit_text("other", reply_markup=types.ReplyKeyboardMarkup([["👤"]]))


async def test_a_button_shares_into_another_chat(tg, bot, ali):
    await tg.botfather(inline=True)
    heard: asyncio.Queue[types.InlineQuery] = asyncio.Queue()

    async def asks(_: Client, query: types.InlineQuery) -> None:
        await heard.put(query)
        await query.answer([])

    bot.add_handler(InlineQueryHandler(asks))
    rows = [[button(switch_inline_query="kept:7")]]
    await bot.send_message(ali.id, "here", reply_markup=types.InlineKeyboardMarkup(rows))
    sent = await ali.sees("here")
    await ali.shares("x", sent, ali.at(await tg.person("Sara")))
    assert (await asyncio.wait_for(heard.get(), 10)).query == "kept:7"


def button(**facts: Any) -> types.InlineKeyboardButton:
    return types.InlineKeyboardButton("x", **facts)


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([[button(callback_data="x" * 65)]], errors.ButtonDataInvalid),
        ([[button(callback_data="ی" * 33)]], errors.ButtonDataInvalid),
        ([[button(url="ftp://example.org")]], errors.ButtonUrlInvalid),
        ([[button(url="nowhere")]], errors.ButtonUrlInvalid),
        ([[button(callback_data=str(n))] for n in range(101)], errors.ReplyMarkupTooLong),
    ],
)
async def test_a_keyboard_that_breaks_a_rule_is_refused(bot, ali, rows, error):
    with pytest.raises(error):
        await bot.send_message(ali.id, "x", reply_markup=types.InlineKeyboardMarkup(rows))


async def test_64_bytes_and_100_buttons_are_taken(bot, ali):
    rows = [[button(callback_data=f"{n:064}")] for n in range(98)]
    rows += [[button(url="t.me/somebody")], [button(url="https://example.org/a?b=c")]]
    await bot.send_message(ali.id, "x", reply_markup=types.InlineKeyboardMarkup(rows))
    assert len((await ali.sees("x")).buttons) == 100


# --- answers to presses ------------------------------------------------------------------------


@pytest.fixture
async def presses(bot: Client) -> "asyncio.Queue[types.CallbackQuery]":
    """What is pressed; the test answers."""
    queue: asyncio.Queue[types.CallbackQuery] = asyncio.Queue()

    async def pressed(_: Client, query: types.CallbackQuery) -> None:
        await queue.put(query)

    bot.add_handler(CallbackQueryHandler(pressed))
    return queue


@pytest.fixture
async def card(bot: Client, ali: Person) -> Message:
    await bot.send_message(ali.id, "A film", reply_markup=BUTTONS)
    return await ali.sees("A film")


async def test_a_press_is_answered_once(ali, presses, card):
    pressing = asyncio.create_task(ali.presses("720p", card))
    query = await asyncio.wait_for(presses.get(), 10)
    await query.answer("Starting")
    assert (await pressing)["text"] == "Starting"
    with pytest.raises(errors.QueryIdInvalid):
        await query.answer("Again")


async def test_a_late_answer_is_refused(ali, presses, card):
    with pytest.raises(Refused, match="BOT_RESPONSE_TIMEOUT"):
        await ali.presses("720p", card, patience=0.2)
    query = await asyncio.wait_for(presses.get(), 10)
    with pytest.raises(errors.QueryIdInvalid):
        await query.answer("Starting")


async def test_an_answer_that_breaks_a_rule_is_refused(ali, presses, card):
    pressing = asyncio.create_task(ali.presses("720p", card))
    query = await asyncio.wait_for(presses.get(), 10)
    with pytest.raises(errors.MessageTooLong):
        await query.answer("x" * 201)
    with pytest.raises(errors.UrlInvalid):
        await query.answer(url="https://example.org/")
    await query.answer(url="https://t.me/chapar_sandbox_bot?start=a", show_alert=True)
    told = await pressing
    assert (told["alert"], told["url"]) == (True, "https://t.me/chapar_sandbox_bot?start=a")


async def test_an_answer_that_may_be_kept_saves_the_bot_a_press(ali, presses, card):
    pressing = asyncio.create_task(ali.presses("720p", card))
    query = await asyncio.wait_for(presses.get(), 10)
    await query.answer("Not allowed", cache_time=60)
    await pressing
    assert (await ali.presses("720p", card))["text"] == "Not allowed"
    assert presses.empty()


async def test_a_button_in_a_group_is_pressed_by_everybody(tg, bot, ali, presses):
    ben = await tg.person("Ben")
    group = await tg.group("Film club", ali, ben)
    await bot.get_chat(group.chat_id)
    await bot.send_message(group.chat_id, "A film", reply_markup=BUTTONS)
    pressing = asyncio.create_task(ben.at(group).presses("720p"))
    query = await asyncio.wait_for(presses.get(), 10)
    await query.answer("Starting")
    assert (query.from_user.first_name, query.message.chat.id) == ("Ben", group.chat_id)
    assert (await pressing)["text"] == "Starting"
