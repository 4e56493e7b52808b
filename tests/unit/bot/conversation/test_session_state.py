"""A bot whose sign-in was taken away waits for help, instead of trying again and again."""

import asyncio

from procs.bot.__main__ import connect
from procs.bot.assembly import assembled
from procs.bot.bot_options import BotOptions
from procs.core import clock
from procs.core.clock import Now
from procs.store.health import alerts, notifications
from procs.store.limits import revoked_sessions
from procs.telegram.chat.bot_session import BOT_SESSION, BotSession
from procs.telegram.session.session_state import SessionState
from tests.sandbox.events import until


async def connected(settings, db) -> BotSession:
    chat_session = BotSession(settings)
    parts = assembled(db, chat_session, BotOptions())
    await connect(parts, SessionState(db, settings, BOT_SESSION))
    return chat_session


async def test_a_bot_that_was_signed_out_signs_in_only_once_its_file_is_gone(tg, settings, db):
    chat_session = await connected(settings, db)
    await chat_session.close()
    await tg.revokes(tg.bot)

    waiting = asyncio.ensure_future(connected(settings, db))
    await until(lambda: revoked_sessions.unresolved(db))
    calls = len(await tg.calls("*"))
    await asyncio.sleep(0.5)
    assert (len(await tg.calls("*")), waiting.done()) == (calls, False)

    for file in settings.sessions.glob(f"{BOT_SESSION}.session*"):
        file.unlink()
    chat_session = await waiting
    await chat_session.close()
    assert revoked_sessions.unresolved(db) == []
    later = Now(clock.now().wall + notifications.GATHER, 0)
    assert [one.kind for one in notifications.due(db, later)] == ["session-revoked"]
    assert alerts.standing(db) == []
    assert len(await tg.calls("auth.importBotAuthorization")) == 2
