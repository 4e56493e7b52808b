"""Answers inline queries and edits the messages that results became."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyrogram import raw

from procs.errors import TelegramRefused
from procs.records.inline_records import InlineTarget
from procs.records.job import Part
from procs.telegram.chat.sender import Buttons, MessageSender, row_of
from procs.telegram.delivery.inline_edit import edit_inline, keyboard
from procs.telegram.delivery.media_caption import NOTHING, Caption
from procs.telegram.delivery.media_input import referred
from procs.telegram.delivery.presentation import Presentation
from procs.telegram.delivery.send_once import ChatTarget, send_part
from procs.telegram.session.peers import TEXT_LENGTH, cut
from procs.telegram.session.rpc import Leave

types = raw.types
#: Results of one answer (core.telegram.org/method/messages.setInlineBotResults).
RESULTS = 50
#: The query expired: the person typed on, or stopped waiting.
UNASKED = "QUERY_ID_INVALID"
#: A kind of part, as results name it; an article is words.
KINDS = {
    "photo": "photo",
    "video": "video",
    "animation": "gif",
    "audio": "audio",
    "document": "file",
}


@dataclass(frozen=True, slots=True)
class InlineResult:
    """One result: a `part` that Telegram has, with its `caption`, or an article that becomes a
    message of this text."""

    id: str
    title: str
    description: str
    text: str
    buttons: Buttons = ()
    part: Part | None = None
    caption: Caption = NOTHING


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """Results for one query. `cache` in seconds; they are for this person alone. `switch` is the
    button above them: (label, start parameter)."""

    results: Sequence[InlineResult]
    cache: int = 0
    next_offset: str = ""
    switch: tuple[str, str] | None = None


class InlineSender(MessageSender):
    """Sends the calls of inline mode. Every method raises as `Rpc.ask`."""

    async def answer_query(self, query: int, answer: InlineAnswer) -> None:
        """Send the results of a query; an expired query is no error."""
        switch = answer.switch
        call = raw.functions.messages.SetInlineBotResults(
            query_id=query,
            results=[result(one) for one in answer.results[:RESULTS]],
            cache_time=answer.cache,
            private=True,
            next_offset=answer.next_offset or None,
            switch_pm=types.InlineBotSwitchPM(text=switch[0], start_param=switch[1])
            if switch
            else None,
        )
        try:
            await self._line().ask(call)
        except TelegramRefused as error:
            if error.detail != UNASKED:
                raise

    async def edit_inline(
        self, target: InlineTarget, text: str, *, buttons: Buttons = (), leave: Leave
    ) -> bool:
        """Edit the text of an inline message. False when the message is gone."""
        rows = [row_of(row) for row in buttons]
        words = cut(text, TEXT_LENGTH)
        return await edit_inline(self._line(), target, words, buttons=rows, leave=leave)

    async def send_part(
        self, target: ChatTarget, part: Part, random_id: int, *, shown: Presentation, leave: Leave
    ) -> int | None:
        """Send a part of a media. Returns, and raises, as `send_once.send_part`."""
        return await send_part(self._line(), target, part, random_id, shown=shown, leave=leave)


def result(one: InlineResult) -> Any:
    """A result in Telegram's form."""
    markup = keyboard([row_of(row) for row in one.buttons])
    if one.part is None:
        said = types.InputBotInlineMessageText(
            message=cut(one.text, TEXT_LENGTH), no_webpage=True, reply_markup=markup
        )
        return types.InputBotInlineResult(
            id=one.id,
            type="article",
            title=one.title,
            description=one.description or None,
            send_message=said,
        )
    shown = types.InputBotInlineMessageMediaAuto(
        **Presentation(one.caption).words, reply_markup=markup
    )
    kind, held = KINDS.get(one.part.kind, "file"), referred(one.part.reference).id
    if one.part.reference.kind == "photo":
        return types.InputBotInlineResultPhoto(
            id=one.id, type="photo", photo=held, send_message=shown
        )
    return types.InputBotInlineResultDocument(
        id=one.id,
        type=kind,
        title=one.title or None,
        description=one.description or None,
        document=held,
        send_message=shown,
    )
