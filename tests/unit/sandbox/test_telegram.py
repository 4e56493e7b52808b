"""The loopback Telegram, seen by the unmodified client: signing in, talking, pressing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pyrogram import Client, errors, filters
from pyrogram.handlers import CallbackQueryHandler, MessageHandler
from pyrogram.types import (
    BotCommand,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
)

from tests.sandbox.person import Person
from tests.sandbox.telegram.clients import client, user_client
from tests.sandbox.telegram.desk import Refused
from tests.sandbox.telegram.fixtures import tg
from tests.sandbox.telegram.server import Telegram

__all__ = ["tg"]
BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("✖ Cancel", callback_data="cancel:1")]])


@pytest.fixture
async def ali(tg: Telegram) -> Person:
    return await tg.person("Ali", language="fa")


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path) -> AsyncIterator[Client]:
    """A bot that repeats what it hears, with a button that ends it."""
    started = client(tg, tmp_path)

    async def hears(_: Client, message: Message) -> None:
        words = f"{message.from_user.language_code}: {message.text}"
        await message.reply(words, reply_markup=BUTTONS)

    async def pressed(_: Client, query: CallbackQuery) -> None:
        await query.answer("Cancelled", show_alert=True)
        await query.message.edit_text("Gone")

    started.add_handler(MessageHandler(hears, filters.incoming))
    started.add_handler(CallbackQueryHandler(pressed))
    async with started:
        yield started


async def test_a_bot_signs_in_and_answers_in_the_persons_language(tg, bot, ali):
    await ali.sends("salam")

    answer = await ali.sees("fa: salam")

    assert answer.button("Cancel") == {"text": "✖ Cancel", "data": "cancel:1", "url": None}
    assert await tg.sign_ins() == 1


async def test_a_press_reaches_the_bot_and_its_answer_comes_back(bot, ali):
    await ali.sends("salam")

    answer = await ali.presses("Cancel")

    assert answer == {"text": "Cancelled", "alert": True, "url": ""}
    edited = await ali.sees("Gone")
    assert [form["text"] for form in edited.edits] == ["fa: salam", "Gone"]
    assert edited.buttons == []


async def test_a_button_that_is_not_there_cannot_be_pressed(tg, bot, ali):
    await ali.sends("salam")
    answer = await ali.sees("fa: salam")

    with pytest.raises(Refused, match="DATA_INVALID"):
        await tg.do("press", person=ali.id, message=answer.id, data="other", patience=1)


async def test_a_bot_that_does_not_answer_a_press(tg, bot, ali):
    await ali.sends("salam")
    await ali.sees("fa: salam")
    await bot.stop()

    with pytest.raises(Refused, match="BOT_RESPONSE_TIMEOUT"):
        await ali.presses("Cancel", patience=0.1)
    await bot.start()


async def test_links_are_found_by_the_server(tg, bot, ali):
    sent = await ali.sends("see https://example.org/a, and youtu.be/x", links=[(0, 3, "http://h/")])

    kinds = [(e["kind"], e["offset"], e["length"]) for e in sent.entities]

    assert kinds == [("TextUrl", 0, 3), ("Url", 4, 21), ("Url", 31, 10)]


async def test_the_bot_deletes_what_the_person_sees(bot, ali):
    await ali.sends("salam")
    answer = await ali.sees("fa: salam")

    await bot.delete_messages(ali.id, 2)

    assert (await ali.sees_gone(answer)).deleted
    assert [m.text for m in await ali.chat()] == ["salam"]


async def test_forwards_stickers_and_photos_reach_the_bot(tg, bot, ali, tmp_path):
    heard = []
    bot.add_handler(MessageHandler(lambda _, message: heard.append(message), filters.all), -1)
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\0\x80")

    await ali.sends("https://example.org", photo=picture)
    await ali.forwards("https://example.net", author="Sara")
    await ali.sends(sticker=picture)
    await tg.called("messages.sendMessage", times=3)

    assert [bool(m.photo) for m in heard] == [True, False, False]
    assert heard[0].caption == "https://example.org"
    assert heard[1].forward_origin.sender_user_name == "Sara"
    assert heard[2].sticker.emoji == "🙂"


async def test_a_bot_may_not_speak_first(bot, ali):
    with pytest.raises(errors.PeerIdInvalid):
        await bot.send_message(ali.id, "hello")


async def test_a_person_who_blocked_the_bot_hears_nothing(bot, ali):
    await ali.starts()
    await ali.sees("/start")
    await ali.blocks()

    with pytest.raises(errors.UserIsBlocked):
        await bot.send_message(ali.id, "hello")


async def test_limits_of_texts_buttons_and_edits(bot, ali):
    await ali.starts()
    answer = await ali.sees("/start")
    long_data = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="x" * 65)]])

    with pytest.raises(errors.MessageTooLong):
        await bot.send_message(ali.id, "😀" * 2049)
    with pytest.raises(errors.ButtonDataInvalid):
        await bot.send_message(ali.id, "x", reply_markup=long_data)
    with pytest.raises(errors.MessageNotModified):
        await bot.edit_message_text(ali.id, 2, answer.text, reply_markup=BUTTONS)


async def test_a_false_token_is_refused(tg, tmp_path):
    stranger = client(tg, tmp_path, bot_token="not-a-token")

    with pytest.raises(errors.AccessTokenInvalid):
        await stranger.start()


async def test_an_unknown_method_is_refused_and_logged(tg, bot):
    with pytest.raises(errors.InputMethodInvalid):
        await bot.get_dialogs_count()

    assert [call["result"] for call in await tg.calls("messages.get*")] == ["INPUT_METHOD_INVALID"]


async def test_a_real_client_signs_in_as_the_person(tg, bot, ali, tmp_path):
    phone = user_client(tg, tmp_path, ali)
    heard = []
    phone.add_handler(MessageHandler(lambda _, message: heard.append(message), filters.incoming))
    await ali.starts()
    await ali.sees("/start")

    async with phone:
        await phone.send_message("chapar_sandbox_bot", "from a phone")
        answer = await ali.sees("from a phone")
        pressed = await phone.request_callback_answer(tg.bot, answer.id, "cancel:1")

    assert pressed.message == "Cancelled"
    assert "fa: from a phone" in [message.text for message in heard]


async def test_a_real_client_forwards_and_the_first_author_stays(tg, bot, ali, tmp_path):
    sara = await tg.person("Sara", username="sara")
    await tg.do("say", person=sara.id, to=ali.id, text="https://example.org/x")

    async with user_client(tg, tmp_path, ali) as phone:
        [theirs] = [message async for message in phone.get_chat_history("sara", limit=1)]
        await phone.forward_messages("chapar_sandbox_bot", "sara", theirs.id)

    await ali.sees("fa: https://example.org/x")
    assert (await ali.chat())[0].forwarded == "Sara"


async def test_a_bots_commands_are_kept(tg, bot):
    await bot.set_bot_commands([BotCommand("start", "begin")], language_code="fa")

    facts = await tg.do("bot", token="", username="")
    assert facts["commands"] == {"fa": [("start", "begin")]}


async def test_members_of_a_channel(tg, bot, ali):
    await ali.starts()
    channel = await tg.channel("News", "news")
    await tg.join(channel, tg.bot, "admin")
    await bot.get_chat("news")

    with pytest.raises(errors.UserNotParticipant):
        await bot.get_chat_member(channel_id(channel), ali.id)
    await tg.join(channel, ali.id)

    member = await bot.get_chat_member(channel_id(channel), ali.id)
    assert member.user.id == ali.id


def channel_id(channel: int) -> int:
    """As the library spells it."""
    return int(f"-100{-channel}")
