"""How a slot signs in, connects again, and learns that Telegram does not want it or is away."""

import asyncio
from dataclasses import replace

import pytest

from procs.errors import SessionRevoked, TelegramAway, TelegramWait
from procs.records.job import Reference
from procs.telegram.delivery.courier import Courier
from tests.sandbox.uploads import a_file, ali, heard, send

__all__ = ["ali"]


async def test_a_slot_signs_in_once_in_its_life(tg, settings):
    for _ in range(3):
        courier = Courier(settings, 0)
        await courier.connect()
        await courier.connect()
        await courier.close()
    assert len(await tg.calls("auth.importBotAuthorization")) == 1


async def test_a_session_of_another_bot_than_the_tokens_is_not_used(tg, settings, courier):
    """As a restored backup of that bot has, or a home whose token was changed."""
    await courier.close()
    before = len(await tg.calls("*"))
    other = replace(settings, bot_token="777000002:AAsandboxsandboxsandboxsandboxsandb")

    with pytest.raises(SessionRevoked) as caught:
        await Courier(other, 0).connect()

    assert "signed in as bot 777000001, and CHAPAR_BOT_TOKEN is that of bot 777000002" in str(
        caught.value
    )
    assert [call["method"] for call in (await tg.calls("*"))[before:]] == ["help.getConfig"]


async def test_a_login_wait_holds_up_only_slots_that_never_signed_in(tg, settings, courier):
    async def not_now() -> None:
        raise TelegramWait(3600, "auth.ImportBotAuthorization")

    await courier.close()
    await courier.connect(before=not_now)
    fresh = Courier(settings, 1)
    with pytest.raises(TelegramWait):
        await fresh.connect(before=not_now)
    assert len(await tg.calls("auth.importBotAuthorization")) == 1


async def test_connecting_again_asks_nothing_but_the_configuration(tg, settings, courier):
    await courier.close()
    before = len(await tg.calls("*"))
    await courier.connect()
    assert [call["method"] for call in (await tg.calls("*"))[before:]] == ["help.getConfig"]


async def test_a_login_wait_is_told_and_leaves_nothing_open(tg, settings):
    await tg.fails("auth.importBotAuthorization", "FLOOD_WAIT_1800")
    courier = Courier(settings, 1)
    with pytest.raises(TelegramWait) as caught:
        await courier.connect()
    assert caught.value.scope == "auth.ImportBotAuthorization"
    await courier.connect()
    await courier.close()


async def test_a_revoked_session_is_told_and_not_signed_in_again(tg, settings, courier, ali):
    await tg.revokes(tg.bot)
    with pytest.raises(SessionRevoked):
        await send(tg, courier, ali, Reference("document", 1, 1, "00"))
    with pytest.raises(SessionRevoked):
        await courier.connect()
    assert len(await tg.calls("auth.importBotAuthorization")) == 1


async def test_a_telegram_that_is_away_is_told(tg, settings, ali):
    courier = Courier(settings, 2)
    await tg.stop()
    with pytest.raises(TelegramAway):
        await courier.connect()
    await tg.start()
    await courier.connect()
    await courier.close()


async def test_a_broken_connection_fails_its_calls_at_once_and_heals(tg, courier, ali, tmp_path):
    reference = await courier.upload(a_file(tmp_path, 1000), heard)
    await tg.swallows("messages.sendMedia", done=True, close=True)
    async with asyncio.timeout(8):
        with pytest.raises(TelegramAway):
            await send(tg, courier, ali, reference)
        assert await send(tg, courier, ali, reference) is not None
    assert len([m for m in await ali.chat() if not m.mine]) == 1
