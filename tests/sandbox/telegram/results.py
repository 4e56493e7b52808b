"""The results of an inline query: what a bot may give, and what each shows and says.

Sources: core.telegram.org/method/messages.setInlineBotResults (errors), core.telegram.org/bots/api
#answerinlinequery (50 results, ids of 1 to 64 bytes, an offset of 64 bytes). What Telegram would
fetch from the web itself is refused here.
"""

import re
from typing import Any

from pyrogram import raw

from tests.sandbox.telegram import limits, render
from tests.sandbox.telegram.files import Stored, Vault
from tests.sandbox.telegram.methods.send import worded
from tests.sandbox.telegram.tl import Rpc
from tests.sandbox.telegram.world import Content

types = raw.types
START = re.compile(r"[A-Za-z0-9_-]*")
START_LONGEST = 64
#: Of a result that is made of words.
ARTICLE = "article"
KINDS = {"photo", "video", "gif", "audio", "voice", "file", "sticker"}


def checked(vault: Vault, query: Any) -> dict[str, tuple[Any, Content]]:
    """id -> (the result as a client sees it, what choosing it says). Raises Rpc."""
    if len(query.results) > limits.RESULTS:
        raise Rpc(400, "RESULTS_TOO_MUCH")
    if len((query.next_offset or "").encode()) > limits.NEXT_OFFSET:
        raise Rpc(400, "NEXT_OFFSET_INVALID")
    if query.switch_pm:
        switch(query.switch_pm)
    found: dict[str, tuple[Any, Content]] = {}
    for given in query.results:
        if not given.id:
            raise Rpc(400, "RESULT_ID_EMPTY")
        if len(given.id.encode()) > limits.RESULT_ID:
            raise Rpc(400, "RESULT_ID_INVALID")
        if given.id in found:
            raise Rpc(400, "RESULT_ID_DUPLICATE")
        found[given.id] = one(vault, given)
    return found


def switch(given: Any) -> None:
    """The button above the results, which opens the bot's chat with a start parameter."""
    if not given.text:
        raise Rpc(400, "SWITCH_PM_TEXT_EMPTY")
    if not given.start_param:
        raise Rpc(400, "START_PARAM_EMPTY")
    if len(given.start_param) > START_LONGEST:
        raise Rpc(400, "START_PARAM_TOO_LONG")
    if not START.fullmatch(given.start_param):
        raise Rpc(400, "START_PARAM_INVALID")


def one(vault: Vault, given: Any) -> tuple[Any, Content]:
    if isinstance(given, types.InputBotInlineResultPhoto):
        return media(vault, given, vault.known(given.photo))
    if isinstance(given, types.InputBotInlineResultDocument):
        return media(vault, given, vault.known(given.document))
    if given.type != ARTICLE or given.content is not None:
        raise Rpc(400, "RESULT_TYPE_INVALID")
    if not given.title:
        raise Rpc(400, "ARTICLE_TITLE_EMPTY")
    said = says(given.send_message, 0)
    shown = types.BotInlineResult(
        id=given.id,
        type=given.type,
        send_message=message(given.send_message, said),
        title=given.title,
        description=given.description,
        url=given.url,
    )
    return shown, said


def media(vault: Vault, given: Any, stored: Stored) -> tuple[Any, Content]:
    """A file that Telegram has already."""
    if given.type not in KINDS:
        raise Rpc(400, "RESULT_TYPE_INVALID")
    said = says(given.send_message, stored.id)
    reference = vault.reference(stored)
    photo = render.photo(stored, reference) if stored.kind == "photo" else None
    shown = types.BotInlineMediaResult(
        id=given.id,
        type=given.type,
        send_message=message(given.send_message, said),
        photo=photo,
        document=None if photo else render.document(stored, reference),
        title=getattr(given, "title", None),
        description=getattr(given, "description", None),
    )
    return shown, said


def says(given: Any, file: int) -> Content:
    """The message that a result becomes: words, or the file with a caption."""
    markup = limits.markup(given.reply_markup)
    if isinstance(given, types.InputBotInlineMessageText):
        return Content(**worded(limits.text(given.message), given.entities), markup=markup)
    if not (file and isinstance(given, types.InputBotInlineMessageMediaAuto)):
        raise Rpc(400, "SEND_MESSAGE_TYPE_INVALID")
    words = worded(limits.caption(given.message), given.entities)
    return Content(**words, media=file, markup=markup)


def message(given: Any, said: Content) -> Any:
    auto = isinstance(given, types.InputBotInlineMessageMediaAuto)
    kind = types.BotInlineMessageMediaAuto if auto else types.BotInlineMessageText
    return kind(message=said.text, entities=said.entities or None, reply_markup=said.markup)
