"""Authorisations, updates and restarts of the loopback Telegram."""

import asyncio
import shutil
import sys
from asyncio.subprocess import PIPE
from typing import Any

import pytest
from pyrogram import Client, errors, filters
from pyrogram.handlers import EditedMessageHandler, MessageHandler, RawUpdateHandler

from procs.core import codec
from tests.sandbox.events import until
from tests.sandbox.telegram import updates
from tests.sandbox.telegram.clients import client, receipt, say
from tests.sandbox.telegram.control import Control
from tests.sandbox.telegram.fixtures import tg
from tests.sandbox.telegram.server import Telegram

__all__ = ["tg"]


def listening(bot: Client) -> list[str]:
    """The texts that reach the bot from now on, in order; edits with a sign."""
    heard: list[str] = []
    bot.add_handler(MessageHandler(lambda _, m: heard.append(m.text), filters.incoming))
    bot.add_handler(EditedMessageHandler(lambda _, m: heard.append(f"~{m.text}")))
    return heard


async def test_what_was_sent_while_the_bot_was_down_comes_back(tg, tmp_path):
    ali = await tg.person("Ali")
    await ali.starts()
    async with client(tg, tmp_path):
        pass
    sent = await ali.sends("are you there?")
    await ali.sends("hello?")
    await ali.edits(sent, "are you here?")

    bot = client(tg, tmp_path)
    heard = listening(bot)
    async with bot:
        await until(lambda: len(heard) >= 3)

    assert heard == ["are you here?", "hello?", "~are you here?"]
    assert await tg.sign_ins() == 1


async def test_a_long_absence_comes_back_in_slices(tg, tmp_path, monkeypatch):
    monkeypatch.setattr(updates, "SLICE", 3)
    ali = await tg.person("Ali")
    async with client(tg, tmp_path):
        pass
    for number in range(7):
        await ali.sends(str(number))

    bot = client(tg, tmp_path)
    heard = listening(bot)
    async with bot:
        await until(lambda: len(heard) == 7)

    assert len(await tg.calls("updates.getDifference")) >= 3


async def test_only_sessions_that_listen_get_updates(tg, tmp_path):
    ali = await tg.person("Ali")
    chat_session, slot = client(tg, tmp_path), client(tg, tmp_path, "slot-0", no_updates=True)
    heard = listening(chat_session)
    async with chat_session, slot:
        await ali.sends("hello")
        await until(lambda: heard == ["hello"])

        listeners = [c["listens"] for c in await tg.connections(tg.bot)]
        assert sorted(listeners) == [False, True]


async def test_the_front_hears_what_another_session_sent(tg, tmp_path):
    ali = await tg.person("Ali")
    await ali.starts()
    chat_session, slot = client(tg, tmp_path), client(tg, tmp_path, "slot-0", no_updates=True)
    own = []

    async def note(_: object, update: Any, *__: object) -> None:
        own.append(update.message.out)

    chat_session.dispatcher.update_parsers.clear()  # which read more of it than the bot decodes
    chat_session.add_handler(RawUpdateHandler(note))
    async with chat_session, slot:
        await say(slot, ali, "from a slot", random_id=7)
        await until(lambda: own == [True])


async def test_one_session_file_in_two_places_is_dead(tg, tmp_path):
    (tmp_path / "copy").mkdir()
    async with client(tg, tmp_path):
        pass
    shutil.copy(tmp_path / "bot.session", tmp_path / "copy")

    async with client(tg, tmp_path, no_updates=True) as first:
        with pytest.raises(errors.AuthKeyDuplicated):
            await client(tg, tmp_path / "copy", no_updates=True).start()
        with pytest.raises(errors.AuthKeyDuplicated):
            await first.get_me()


async def test_a_reconnect_is_not_a_second_place(tg, tmp_path):
    async with client(tg, tmp_path) as bot:
        for _ in range(3):
            await bot.session.restart()
            await bot.get_me()

    results = {call["result"] for call in await tg.calls()}
    assert results == {"ok"}


async def test_uploads_run_beside_the_main_connection(tg, tmp_path):
    data = tmp_path / "data.bin"
    data.write_bytes(bytes(100_000))

    async with client(tg, tmp_path) as bot:
        await bot.save_file(data)
        await bot.get_me()

        speaks = [c["speaks"] for c in await tg.connections(tg.bot)]
        assert sorted(speaks) == [False, True]


async def test_a_revoked_session_is_told_so(tg, tmp_path):
    async with client(tg, tmp_path) as bot:
        await tg.revokes(tg.bot)

        with pytest.raises(errors.SessionRevoked):
            await bot.get_me()


async def test_the_server_comes_back_on_its_port(tg, tmp_path):
    ali = await tg.person("Ali")
    bot = client(tg, tmp_path)
    heard = listening(bot)
    async with bot:
        await tg.stop()
        await ali.sends("while you were away")
        await tg.start()
        await until(lambda: heard == ["while you were away"])
        await ali.sends("hello again")
        await until(lambda: heard[1:] == ["hello again"])


async def test_a_folder_is_the_same_telegram_after_a_restart(tmp_path):
    home = tmp_path / "tg"
    async with Telegram(home) as tg:
        ali = await tg.person("Ali")
        await ali.starts()
        async with client(tg, tmp_path, no_updates=True) as bot:
            first = receipt(await say(bot, ali, "once", random_id=7))

    async with Telegram(home, port=tg.port) as tg:
        async with client(tg, tmp_path, no_updates=True) as bot:
            again = receipt(await say(bot, ali, "once", random_id=7))
        assert await tg.sign_ins() == 1
    assert again == (first[0], 0)


@pytest.fixture
async def process(tmp_path):
    """The server as a process of its own; ended with the test, however that ends."""
    module = ["-m", "tests.sandbox.telegram", "--home", str(tmp_path)]
    started = await asyncio.create_subprocess_exec(sys.executable, *module, stdout=PIPE)
    yield started
    if started.returncode is None:
        started.kill()
        await started.wait()


async def test_in_a_process_of_its_own(process, tmp_path):
    ready = codec.load(await process.stdout.readline())
    async with Control(ready["control"]) as tg:
        ali = await tg.person("Ali")
        await ali.starts()
        async with client(tg, tmp_path, no_updates=True) as bot:
            await bot.send_message(ali.id, "hello")
            assert (await ali.sees("hello")).sender == "chapar_sandbox_bot"
        assert [call["peer"] for call in await tg.called("messages.sendMessage")] == [ali.id]
    process.terminate()
    assert await process.wait() == 0


async def test_a_person_waits_in_vain_with_the_chat_in_the_complaint(tg):
    ali = await tg.person("Ali")
    await ali.sends("anybody?")

    with pytest.raises(AssertionError, match=r"(?s)never saw 'yes'.*Ali: anybody\?"):
        await ali.sees("yes", timeout=0.05)
