"""A delivery into an inline message: an edit replaces the placeholder with the media.

The edit may be repeated after any crash: Telegram answers that nothing changed. Only one file
fits, so the message names the others and has a button that opens the private chat.
"""

import asyncio
from dataclasses import replace
from functools import partial

from procs.core import clock
from procs.errors import ChatClosed
from procs.records.inline_records import InlineMessage
from procs.records.job import Lease, Media
from procs.store.inline import inline_messages
from procs.store.media.deliveries import SentCopy
from procs.store.people import users
from procs.store.requests.requests import RequestOrder
from procs.telegram.delivery.delivery_presentation import FORMED, inline_presentation
from procs.telegram.delivery.inline_edit import EDIT_INLINE
from procs.telegram.delivery.media_caption import with_line
from procs.telegram.pace import Urgency
from procs.texts import i18n
from procs.worker.process.context import WorkerContext

#: Seconds that the edit waits for its leave while it occupies a room, as other deliveries do.
LINE_TIMEOUT = 5.0
#: Seconds between two checks whether the bot's edit is over.
EDIT_POLL = 0.05


async def show(
    context: WorkerContext,
    lease: Lease,
    order: RequestOrder,
    media: Media,
    *,
    inline: InlineMessage,
) -> dict[int, SentCopy | None]:
    """Replace the placeholder with the media: no message to be stored. Raises ChatClosed when the
    message is gone, and as `Courier.edit_inline`."""
    await until_still(context, inline)
    language = users.language(context.db, order.user)
    shown, key = inline_presentation(context.db, order, media), "inline-forms"
    if rest := len(media.parts) - 1:
        words, key = i18n.say(language, "inline-rest", count=rest), "inline-open"
        shown = replace(shown, caption=with_line(shown.caption, words, gap="\n\n"))
    has_forms = rest or media.parts[0].kind in FORMED
    buttons = [[(i18n.say(language, key), inline.private)]] if has_forms else []
    leave = partial(
        context.pace.leave, EDIT_INLINE, urgency=Urgency.DELIVERY, patience=LINE_TIMEOUT
    )
    there = await context.courier.edit_inline(
        inline.target, media.parts[0], shown=shown, buttons=buttons, leave=leave
    )
    if not there:
        raise ChatClosed(f"inline message {inline.id} is gone")
    return {}


async def until_still(context: WorkerContext, inline: InlineMessage) -> None:
    """Wait until no edit of the bot is on its way: one that arrived later would replace the
    caption."""
    until = inline_messages.places(context.db, inline.id)
    while until > clock.now().wall:
        await asyncio.sleep(EDIT_POLL)
        until = inline_messages.edits_until(context.db, inline.id)
