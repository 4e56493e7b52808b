"""The parts of a bot process, put together in one place: each is whole when it is made."""

from dataclasses import dataclass
from functools import partial

from procs.bot.bot_options import BotOptions
from procs.bot.cards.card_writer import CardWriter
from procs.bot.conversation.reply_sender import ReplySender
from procs.bot.inline.inline_board import InlineBoard
from procs.bot.intake import Intake
from procs.bot.status.status_board import StatusBoard
from procs.bot.status.status_writer import StatusWriter
from procs.store.database import Database
from procs.telegram.chat.bot_session import BotSession


@dataclass(frozen=True, slots=True)
class BotParts:
    """Whoever runs the bot connects the session with the handlers of the intake, and has the
    status board look; the inline board looks with it."""

    chat_session: BotSession
    replies: ReplySender
    status_board: StatusBoard
    inline_board: InlineBoard
    intake: Intake


def assembled(db: Database, chat_session: BotSession, options: BotOptions) -> BotParts:
    """All parts of one bot, not yet running."""
    replies = ReplySender(db, chat_session)
    writer = StatusWriter(db, chat_session, replies)
    inline_board = InlineBoard(db, chat_session, replies)
    cards = CardWriter(db, replies, writer)
    status_board = StatusBoard(
        db,
        chat_session,
        writer,
        cards,
        beside=(inline_board.look,),
        own_words=partial(options.manners.own, "waiting"),
    )
    intake = Intake(db, chat_session, status_board, replies, options)
    return BotParts(chat_session, replies, status_board, inline_board, intake)
