"""The one answer to a link that is on its way for the same person already."""

from procs.bot.conversation.reply_sender import ReplySender, once
from procs.core import log
from procs.records.job import Ask
from procs.store.database import Database
from procs.store.requests import duplicates
from procs.telegram.chat.inbound import Incoming
from procs.telegram.chat.sender import OutgoingMessage
from procs.texts import i18n


async def points(db: Database, replies: ReplySender, incoming: Incoming, ask: Ask) -> bool:
    """Whether the same is on its way already: one answer points to it, however often it is asked
    for. Raises as `ReplySender.send`."""
    there = duplicates.running(db, ask)
    if there is None:
        return False
    log.info("request.repeated", request=there.request, user=ask.user)
    text = i18n.say(incoming.language, "running-already")
    random_id = once("running", there.request)
    message = OutgoingMessage(
        incoming.chat, incoming.access, text, random_id, there.shown, (), incoming.topic
    )
    sent = await replies.send(message)
    replies.note_passing(incoming.chat, incoming.access, sent)
    return True
