"""Inline mode of the loopback Telegram, seen by the unmodified client."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pyrogram import Client, errors, raw
from pyrogram.handlers import CallbackQueryHandler, ChosenInlineResultHandler, InlineQueryHandler
from pyrogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultCachedDocument,
    InputTextMessageContent,
)

from tests.sandbox.person import Person
from tests.sandbox.telegram.clients import client, upload, user_client
from tests.sandbox.telegram.desk import Refused
from tests.sandbox.telegram.server import Telegram

BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("⏳", callback_data="wait:1")]])


def article(number: str, *, buttons: bool = True, title: str = "A film") -> Any:
    said = InputTextMessageContent(f"film {number}")
    markup = BUTTONS if buttons else None
    return InlineQueryResultArticle(title, said, id=number, reply_markup=markup)


class Bot:
    """A client; `answers` is what it gives to each query. What it heard is in the queues."""

    def __init__(self, started: Client) -> None:
        self.client = started
        self.answers: dict[str, Any] = {"results": [article("1")], "cache_time": 0}
        self.asked: asyncio.Queue[InlineQuery] = asyncio.Queue()
        self.chosen: asyncio.Queue[Any] = asyncio.Queue()
        self.pressed: asyncio.Queue[Any] = asyncio.Queue()
        self.failed: list[str] = []

        async def asks(_: Client, query: InlineQuery) -> None:
            await self.asked.put(query)
            try:
                if self.answers:
                    await query.answer(**self.answers)
            except errors.RPCError as error:
                self.failed.append(str(error.ID))

        async def chooses(_: Client, result: Any) -> None:
            await self.chosen.put(result)

        async def presses(_: Client, query: Any) -> None:
            await self.pressed.put(query)
            await query.answer("still working")

        started.add_handler(InlineQueryHandler(asks))
        started.add_handler(ChosenInlineResultHandler(chooses))
        started.add_handler(CallbackQueryHandler(presses))

    async def is_told(self) -> Any:
        return await asyncio.wait_for(self.chosen.get(), 10)


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram() as server:
        await server.botfather(inline=True, feedback=True)
        yield server


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path) -> AsyncIterator[Bot]:
    started = Bot(client(tg, tmp_path))
    async with started.client:
        yield started


@pytest.fixture
async def ali(tg: Telegram) -> Person:
    return await tg.person("Ali")


@pytest.fixture
async def with_sara(tg: Telegram, ali: Person) -> Person:
    """Ali, in the chat with Sara."""
    return ali.at(await tg.person("Sara"))


async def test_a_chosen_result_is_the_persons_message_via_the_bot(tg, bot, with_sara):
    results = await with_sara.inline("https://example.org/a")
    sent = await with_sara.chooses(results[0])

    query = bot.asked.get_nowait()
    assert (query.query, query.from_user.first_name, query.chat_type.name) == (
        "https://example.org/a",
        "Ali",
        "PRIVATE",
    )
    assert (sent.text, sent.mine, sent.via) == ("film 1", True, tg.bot)


async def test_the_bot_edits_a_chosen_message_by_its_inline_id(bot, with_sara):
    sent = await with_sara.chooses((await with_sara.inline("a"))[0])
    told = await bot.is_told()
    await bot.client.edit_inline_text(told.inline_message_id, "12 %", reply_markup=BUTTONS)

    assert (told.query, told.result_id) == ("a", "1")
    edited = await with_sara.sees_edit(sent, "12 %")
    assert [form["text"] for form in edited.edits] == ["film 1", "12 %"]
    with pytest.raises(errors.MessageNotModified):
        await bot.client.edit_inline_text(told.inline_message_id, "12 %", reply_markup=BUTTONS)


async def test_an_inline_message_becomes_media_that_telegram_has(bot, with_sara, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"film" * 100)
    known = await upload(bot.client, path)
    sent = await with_sara.chooses((await with_sara.inline("a"))[0])
    told = await bot.is_told()
    await edit(bot, told, media=known, message="the film")

    edited = await with_sara.sees_edit(sent, lambda m: m.media)
    assert (edited.media["name"], edited.text) == ("clip.mp4", "the film")


async def test_an_inline_edit_takes_no_fresh_file(bot, with_sara, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"film" * 100)
    await with_sara.chooses((await with_sara.inline("a"))[0])
    told = await bot.is_told()
    fresh = raw.types.InputMediaUploadedDocument(
        file=await bot.client.save_file(str(path)), mime_type="video/mp4", attributes=[]
    )
    with pytest.raises(errors.MediaInvalid):
        await edit(bot, told, media=fresh)


async def edit(bot: Bot, told: Any, **facts: Any) -> None:
    from pyrogram.utils import unpack_inline_message_id

    known = unpack_inline_message_id(told.inline_message_id)
    await bot.client.invoke(raw.functions.messages.EditInlineBotMessage(id=known, **facts))


async def test_a_message_that_is_deleted_cannot_be_edited(bot, with_sara):
    sent = await with_sara.chooses((await with_sara.inline("a"))[0])
    told = await bot.is_told()
    await with_sara.deletes(sent)
    with pytest.raises(errors.MessageIdInvalid):
        await bot.client.edit_inline_text(told.inline_message_id, "too late")


async def test_a_result_without_buttons_has_no_inline_id(bot, with_sara):
    bot.answers["results"] = [article("1", buttons=False)]
    await with_sara.chooses((await with_sara.inline("a"))[0])
    assert (await bot.is_told()).inline_message_id is None


async def test_without_inline_feedback_the_bot_is_not_told(tg, bot, with_sara):
    await tg.botfather(feedback=False)
    await with_sara.chooses((await with_sara.inline("a"))[0])
    await tg.botfather(feedback=True)
    await with_sara.chooses((await with_sara.inline("b"))[0])
    assert (await bot.is_told()).query == "b"


async def test_a_press_under_an_inline_message_names_its_inline_id(bot, with_sara):
    sent = await with_sara.chooses((await with_sara.inline("a"))[0])
    told = await bot.is_told()
    answer = await with_sara.presses("⏳", sent)
    query = await asyncio.wait_for(bot.pressed.get(), 10)

    assert answer["text"] == "still working"
    assert (query.message, query.inline_message_id) == (None, told.inline_message_id)


async def test_a_kept_answer_is_given_without_the_bot(tg, bot, with_sara):
    bot.answers["cache_time"] = 300
    await with_sara.inline("a")
    other = (await tg.person("Omid")).at(await tg.person("Sara"))
    assert len(await other.inline("a")) == 1
    assert bot.asked.qsize() == 1


async def test_a_personal_answer_is_kept_for_its_person_only(tg, bot, with_sara):
    bot.answers |= {"cache_time": 300, "is_personal": True}
    await with_sara.inline("a")
    await with_sara.inline("a")
    await (await tg.person("Omid")).inline("a")
    assert bot.asked.qsize() == 2


async def test_pages_and_the_button_above_reach_the_person(bot, ali):
    bot.answers |= {
        "next_offset": "50",
        "switch_pm_text": "Sign up first",
        "switch_pm_parameter": "inline",
    }
    first = await ali.inline("a")
    await ali.inline("a", offset=first.next_offset)

    assert first.switch == ["Sign up first", "inline"]
    assert [bot.asked.get_nowait().offset for _ in range(2)] == ["", "50"]
    assert (await ali.switches(first)).text == "/start inline"


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"results": [article(str(n)) for n in range(51)]}, "RESULTS_TOO_MUCH"),
        ({"results": [article("1"), article("1")]}, "RESULT_ID_DUPLICATE"),
        ({"results": [article("x" * 65)]}, "RESULT_ID_INVALID"),
        ({"results": [article("1", title="")]}, "ARTICLE_TITLE_EMPTY"),
        ({"next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
        ({"switch_pm_text": "Go", "switch_pm_parameter": "a b"}, "START_PARAM_INVALID"),
    ],
)
async def test_results_that_break_a_rule_are_refused(bot, ali, answers, error):
    bot.answers |= answers
    with pytest.raises(Refused, match="BOT_RESPONSE_TIMEOUT"):
        await ali.inline("a", patience=1)
    assert bot.failed == [error]


async def test_an_answer_that_is_late_or_second_is_refused(bot, ali):
    await ali.inline("a")
    query = bot.asked.get_nowait()
    with pytest.raises(errors.QueryIdInvalid):
        await query.answer([article("2")])


async def test_an_answer_that_nobody_waits_for_is_refused(bot, ali):
    bot.answers = {}
    with pytest.raises(Refused, match="BOT_RESPONSE_TIMEOUT"):
        await ali.inline("a", patience=0.2)
    query = await asyncio.wait_for(bot.asked.get(), 10)
    with pytest.raises(errors.QueryIdInvalid):
        await query.answer([article("1")])


async def test_media_that_telegram_has_is_sent_at_once(bot, ali, with_sara, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"film" * 100)
    await ali.starts()
    kept = await bot.client.send_document(ali.id, str(path))
    result = InlineQueryResultCachedDocument(kept.document.file_id, "A film", caption="the film")
    bot.answers["results"] = [result]
    found = await with_sara.inline("a")
    sent = await with_sara.chooses(found[0])

    assert (found[0].media, found[0].title) == ("file", "A film")
    assert (sent.media["name"], sent.text) == ("clip.mp4", "the film")


async def test_a_bot_without_inline_mode_is_not_asked(tg, bot, ali):
    await tg.botfather(inline=False)
    with pytest.raises(Refused, match="BOT_INLINE_DISABLED"):
        await ali.inline("a")


async def test_a_group_that_forbids_inline_results_refuses_them(tg, bot, ali):
    group = await tg.group("Film club", ali)
    await group.forbids("send_inline")
    here = ali.at(group)
    results = await here.inline("a")
    with pytest.raises(Refused, match="CHAT_SEND_INLINE_FORBIDDEN"):
        await here.chooses(results[0])


async def test_a_real_client_asks_and_chooses(tg, bot, ali, tmp_path):
    sara = await tg.person("Sara", username="sara")
    async with user_client(tg, tmp_path, ali) as phone:
        found = await phone.get_inline_bot_results("chapar_sandbox_bot", "from a phone")
        await phone.send_inline_bot_result("sara", found.query_id, found.results[0].id)

    told = await bot.is_told()
    assert told.query == "from a phone"
    [seen] = await sara.at(ali).chat()
    assert (seen.text, seen.via) == ("film 1", tg.bot)
