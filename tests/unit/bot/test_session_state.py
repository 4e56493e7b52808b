"""A bot whose sign-in was taken away waits for help, instead of trying again and again."""

import asyncio
from types import SimpleNamespace

from procs.bot.__main__ import connect
from procs.core import clock
from procs.core.clock import Now
from procs.store.health import alerts, notifications
from procs.store.limits import revoked_sessions
from procs.telegram.chat.bot_session import BOT_SESSION, BotSession
from procs.telegram.pace import Pace
from procs.telegram.session.session_state import SessionState
from tests.sandbox.events import until


async def nothing(heard: object) -> None:
    """Hears and feels nothing."""


async def connected(settings, db) -> BotSession:
    front = BotSession(settings)
    hearer, speech = SimpleNamespace(hear=nothing, feel=nothing), SimpleNamespace(pace=Pace(db))
    await connect(front, hearer, speech, SessionState(db, settings, BOT_SESSION))
    return front


async def test_a_bot_that_was_signed_out_signs_in_only_once_its_file_is_gone(tg, settings, db):
    front = await connected(settings, db)
    await front.close()
    await tg.revokes(tg.bot)

    waiting = asyncio.ensure_future(connected(settings, db))
    await until(lambda: revoked_sessions.lost(db))
    calls = len(await tg.calls("*"))
    await asyncio.sleep(0.5)
    assert (len(await tg.calls("*")), waiting.done()) == (calls, False)

    for file in settings.sessions.glob(f"{BOT_SESSION}.session*"):
        file.unlink()
    front = await waiting
    await front.close()
    assert revoked_sessions.lost(db) == []
    later = Now(clock.now().wall + notifications.GATHER, 0)
    assert [one.kind for one in notifications.due(db, later)] == ["session-revoked"]
    assert alerts.standing(db) == []
    assert len(await tg.calls("auth.importBotAuthorization")) == 2
