"""The one answer to a link that is on its way for the same person already."""

from procs.bot.conversation.reply_sender import Speech, once
from procs.core import log
from procs.records.job import Ask
from procs.store.database import Database
from procs.store.requests import duplicates
from procs.telegram.chat.inbound import Incoming
from procs.telegram.chat.sender import OutgoingMessage
from procs.texts import i18n


async def points(db: Database, speech: Speech, heard: Incoming, ask: Ask) -> bool:
    """Whether the same is on its way already: one answer points to it, however often it is asked
    for. Raises as `Speech.send`."""
    there = duplicates.running(db, ask)
    if there is None:
        return False
    log.info("request.repeated", request=there.request, user=ask.user)
    text = i18n.say(heard.language, "running-already")
    random_id = once("running", there.request)
    message = OutgoingMessage(
        heard.chat, heard.access, text, random_id, there.shown, (), heard.topic
    )
    await speech.send(message)
    return True
