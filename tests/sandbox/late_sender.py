"""A process of the bot's that says one word to each of many people, in line: to be stopped while
some of the words are paid for and not said. `config.load` reads its environment; people are ids and
access hashes, in JSON."""

import asyncio
import json
import os
import sys

from procs import config
from procs.bot.conversation.reply_sender import ReplySender
from procs.store.database import open_database
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.pace import Urgency


async def on_message(*_: object) -> None:
    """Nothing is said to it."""


async def say_all(people: list[tuple[int, int]]) -> None:
    settings = config.load(os.environ, env_file=None)
    chat_session = BotSession(settings)
    await chat_session.connect(on_message, on_message)
    db = open_database(settings.database_url, run=settings.run)
    replies = ReplySender(db, chat_session)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.gather(
        *(
            replies.send(OutgoingMessage(chat, access, "word", chat), urgency=Urgency.COMMAND)
            for chat, access in people
        )
    )
    await chat_session.close()
    db.close()


if __name__ == "__main__":
    asyncio.run(say_all(json.loads(sys.argv[1])))
