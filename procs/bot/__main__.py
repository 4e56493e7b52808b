"""`python -m procs.bot`: the process that listens and answers."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

from procs import config, start
from procs.bot.alerts.alert_sender import AlertSender
from procs.bot.commands import command_menu
from procs.bot.commands.command_set import Manners
from procs.bot.conversation.failure_boundary import logged
from procs.bot.conversation.reply_sender import ReplySender
from procs.bot.intake import Intake
from procs.bot.sponsors.note_sender import NoteSender
from procs.bot.status.status_board import StatusBoard
from procs.core import log, process
from procs.errors import ChaparError, SessionRevoked, TelegramAway, TelegramWait
from procs.store.database import Database
from procs.store.requests.allowances import Allowance
from procs.telegram.chat.bot_session import BOT_SESSION, BotSession
from procs.telegram.session.session_state import SessionState
from procs.telegram.session.sign_in import SIGN_IN

#: Seconds that what is being said has to finish when we are told to stop.
DRAIN_TIMEOUT = 5.0
#: Seconds between two attempts to reach Telegram.
RECONNECT_WAIT = 5.0


async def live(settings: config.Settings, db: Database) -> int:
    """Listen and answer until told to stop. Returns 1 when Telegram gave us up."""
    signals = process.Signals()
    process.own_every_task()
    chat_session = BotSession(settings)
    replies = ReplySender(db, chat_session)
    status_board = StatusBoard(db, chat_session, replies)
    group = settings.max_open_requests_per_group
    allowance = Allowance(settings.max_open_requests, settings.max_playlist, group)
    intake = Intake(
        db,
        chat_session,
        status_board,
        replies,
        catch_up=settings.catch_up,
        allowance=allowance,
        admins=settings.admins,
        largest=settings.max_file_size * settings.max_parts,
        manners=Manners(
            settings.messages_per_minute, settings.support, reply_keyboard=settings.reply_keyboard
        ),
        search=settings.search,
    )
    session_state = SessionState(db, settings, BOT_SESSION)
    try:
        await signals.unless_stopped(connect(chat_session, intake, replies, session_state))
        if not signals.stop.is_set():
            sides = beside(settings, db, chat_session, replies, intake)
            await signals.unless_stopped(status_board.run())
            for side in sides:  # what was half said is said to its end by the next start
                side.cancel()
            await chat_session.quiet(DRAIN_TIMEOUT)
            await status_board.settle(DRAIN_TIMEOUT)
            await intake.inline.status_board.settle(DRAIN_TIMEOUT)
    except ChaparError as error:
        log.error("bot.refused", error=error, why=type(error).__name__)
    finally:
        await chat_session.close()
    log.info("bot.left", asked=signals.stop.is_set())
    return 0 if signals.stop.is_set() else 1


def beside(
    settings: config.Settings,
    db: Database,
    chat_session: BotSession,
    replies: ReplySender,
    intake: Intake,
) -> list[asyncio.Task[Any]]:
    """What goes on while the board looks."""
    works: tuple[Coroutine[Any, Any, Any], ...] = (
        AlertSender(db, replies, settings.admins).run(),
        logged(command_menu.register(db, chat_session)),
        logged(intake.inline.note_switch()),
        intake.inbox.run(),
        intake.cards.run(),
        intake.sponsors.run(),
        NoteSender(db, replies).run(),
        intake.admins.sponsor_adder.run(),
    )
    return [asyncio.create_task(work) for work in works]


async def connect(
    chat_session: BotSession, intake: Intake, replies: ReplySender, session_state: SessionState
) -> None:
    """Be connected, however long Telegram is away or makes us wait, or has taken the sign-in away:
    then nothing is tried until its file or the token is another."""
    while True:
        await session_state.until_replaced()
        try:
            await chat_session.connect(
                intake.on_message,
                intake.on_press,
                before=lambda: replies.pace.allowed(SIGN_IN, 0.0),
            )
        except TelegramWait as wait:
            replies.pace.note(wait)
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
