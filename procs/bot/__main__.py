"""`python -m procs.bot`: the process that receives updates and answers."""

import asyncio
import sys
from collections.abc import Coroutine, Sequence
from typing import Any

from procs import config, start
from procs.bot.admin.system.order_reports import OrderReports
from procs.bot.alerts.alert_sender import AlertSender
from procs.bot.alerts.clock_notes import ClockNotes
from procs.bot.assembly import BotParts, assembled
from procs.bot.bot_options import configured
from procs.bot.broadcast.progress_sender import ProgressSender
from procs.bot.commands.command_menu import MenuSync
from procs.bot.conversation.failure_boundary import logged
from procs.bot.conversation.tidy_chat import TidyChat
from procs.bot.duty.bot_duty import BotDuty
from procs.bot.duty.home_places import HomePlaces
from procs.bot.follows.follow_notifier import FollowNotifier
from procs.bot.round_trip_probe import RoundTripProbe
from procs.bot.sponsors.note_sender import NoteSender
from procs.core import log, process
from procs.core.files.file_lock import FileLock
from procs.errors import ChaparError, SessionRevoked, TelegramAway, TelegramWait
from procs.store.database import Database
from procs.telegram.chat.bot_session import BOT_SESSION, BotSession
from procs.telegram.session.clock_record import ClockRecord
from procs.telegram.session.session_state import SessionState
from procs.telegram.session.sign_in import SIGN_IN

#: Seconds that messages on their way have to finish after a stop signal.
DRAIN_TIMEOUT = 5.0
#: Seconds between two attempts to connect to Telegram.
RECONNECT_WAIT = 5.0


async def live(settings: config.Settings, db: Database) -> int:
    """Receive and answer until a stop signal. Returns 1 when Telegram ended the session, or another
    machine runs the bot.

    One process of a home does so at a time: a bot whose supervisord was killed still ends what is
    on its way, and a sign-in that two connections use at once is taken away (AUTH_KEY_DUPLICATED
    in core.telegram.org/api/errors).
    """
    signals, lock = process.Signals(), FileLock(settings.run / "bot.lock")
    process.own_every_task()
    try:
        await signals.unless_stopped(lock.wait())
        return 0 if signals.stop.is_set() else await on_duty(settings, db, signals)
    finally:
        lock.free()


async def on_duty(settings: config.Settings, db: Database, signals: process.Signals) -> int:
    """Be the bot, where machines share a database once this one has the lease. Returns as
    `live`."""
    duty = BotDuty(settings, db) if settings.has_server else None
    if duty is None:
        return await serve(settings, db, signals, BotSession(settings, HomePlaces(settings, db)))
    await signals.unless_stopped(duty.begin())
    if signals.stop.is_set():
        return 0
    chat_session = BotSession(settings, duty)
    serving = asyncio.create_task(serve(settings, db, signals, chat_session))
    holding = asyncio.create_task(duty.hold(lambda: chat_session.connected))
    await asyncio.wait({serving, holding}, return_when=asyncio.FIRST_COMPLETED)
    if not serving.done():
        serving.cancel()
        await asyncio.wait({serving})
        duty.end()
        if duty.is_mute:
            await signals.unless_stopped(duty.hand_over())
        return 0 if signals.stop.is_set() else 1
    holding.cancel()
    duty.end()
    return serving.result()


async def serve(
    settings: config.Settings, db: Database, signals: process.Signals, chat_session: BotSession
) -> int:
    """The bot, from its connection to its end. Returns as `live`."""
    parts = assembled(db, chat_session, configured(settings))
    session_state = SessionState(db, settings, BOT_SESSION)
    ClockRecord(db, settings).take_up()
    sides: list[asyncio.Task[Any]] = []
    try:
        await signals.unless_stopped(connect(parts, session_state))
        if not signals.stop.is_set():
            sides = beside(settings, db, parts)
            await signals.unless_stopped(parts.status_board.run())
            if (line := chat_session.line) and line.revoked:  # the next process tries nothing
                session_state.note(SessionRevoked(line.revoked))
            await end_tasks(sides)  # the next start completes what they leave
            await chat_session.quiet(DRAIN_TIMEOUT)
            await parts.status_board.settle(DRAIN_TIMEOUT)
            await parts.inline_board.settle(DRAIN_TIMEOUT)
    except ChaparError as error:
        log.error("bot.refused", error=error, why=type(error).__name__)
    finally:  # also when it goes off duty: nothing may use what is closed now
        writes = (*parts.status_board.busy.values(), *parts.inline_board.busy.values())
        await end_tasks([*sides, *chat_session.handling, *writes])
        await parts.intake.first_hand.close()
        await chat_session.close()
    log.info("bot.left", asked=signals.stop.is_set())
    return 0 if signals.stop.is_set() else 1


async def end_tasks(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel tasks, and wait until they are over."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=DRAIN_TIMEOUT)


def beside(settings: config.Settings, db: Database, parts: BotParts) -> list[asyncio.Task[Any]]:
    """Start the tasks that run beside the status board."""
    intake = parts.intake
    works: tuple[Coroutine[Any, Any, Any], ...] = (
        ProgressSender(db, parts.replies).run(),
        ClockNotes(db, parts.chat_session, ClockRecord(db, settings)).run(),
        AlertSender(db, parts.replies, settings.admins).run(),
        FollowNotifier(db, parts.replies).run(),
        TidyChat(db, parts.replies).run(),
        OrderReports(db, parts.replies).run(),
        RoundTripProbe(db, parts.chat_session).run(),
        intake.admins.menus.run(),
        MenuSync(db, parts.chat_session, settings).run(),
        logged(intake.inline.note_switch()),
        intake.inbox.run(),
        intake.first_hand.run(),
        intake.cards.run(),
        intake.sponsors.run(),
        NoteSender(db, parts.replies).run(),
        intake.admins.sponsor_adder.run(),
    )
    return [asyncio.create_task(work) for work in works]


async def connect(parts: BotParts, session_state: SessionState) -> None:
    """Connect, however long Telegram is unreachable or makes the bot wait. After a revoked sign-in
    nothing is tried until its file or the token has changed."""
    intake, pace = parts.intake, parts.replies.pace
    while True:
        await session_state.until_replaced()
        try:
            await parts.chat_session.connect(
                intake.on_message,
                intake.on_press,
                intake.side_handlers,
                before=lambda: pace.wait_until_allowed(SIGN_IN, 0.0),
            )
        except TelegramWait as wait:
            pace.note(wait)
            session_state.wait(wait)
            await asyncio.sleep(wait.seconds)
        except SessionRevoked as error:
            session_state.note(error)
        except TelegramAway as error:
            log.warning("telegram.away", error=error)
            await asyncio.sleep(RECONNECT_WAIT)
        else:
            return session_state.good()


if __name__ == "__main__":
    sys.exit(start.run("bot", live, need_telegram=True))
