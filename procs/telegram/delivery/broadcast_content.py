"""Reads what a broadcast says from an admin's messages, and makes Telegram's objects of it again.

What is copied are texts with their formatting, photos and documents (videos, sounds, files), also
as an album; polls, places and contacts can only be forwarded.
"""

from collections.abc import Sequence
from typing import Any

from pyrogram import raw
from pyrogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from procs.records.broadcast_records import BroadcastContent, BroadcastItem
from procs.telegram.delivery import media_input, message_lookup
from procs.telegram.session.peers import CAPTION_LENGTH, TEXT_LENGTH

#: Entities that a person makes, with the fields that each has besides its place; links, hashtags
#: and commands are found by the server (core.telegram.org/api/entities).
ENTITIES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("Bold", "Italic", "Underline", "Strike", "Spoiler", "Code"), ()),
    "Pre": ("language",),
    "TextUrl": ("url",),
    "Blockquote": ("collapsed",),
    "CustomEmoji": ("document_id",),
}
PREFIX = "MessageEntity"


def read(chat: int, access: int, messages: Sequence[Any]) -> BroadcastContent:
    """The content of these messages of one chat, by Telegram's objects: to be copied where that is
    possible, else to be forwarded."""
    items = tuple(item(one) for one in messages)
    copied = all(is_copyable(one) for one in messages)
    return BroadcastContent(
        chat,
        access,
        items,
        forward=not copied,
        forward_only=not copied,
        buttons=addresses(messages[0].reply_markup) if len(messages) == 1 else (),
        preview=isinstance(messages[0].media, raw.types.MessageMediaWebPage),
    )


def is_copyable(message: Any) -> bool:
    """Whether it can be sent again as a message of ours."""
    media = message.media
    if media is None or isinstance(media, raw.types.MessageMediaWebPage):
        return bool(message.message) and units(message.message) <= TEXT_LENGTH
    return message_lookup.is_file(media) and units(message.message or "") <= CAPTION_LENGTH


def units(text: str) -> int:
    """The length of a text as Telegram counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def item(message: Any) -> BroadcastItem:
    """What a broadcast needs of one message: text, entities, reference of its media."""
    media = message.media
    is_file = message_lookup.is_file(media)
    return BroadcastItem(
        message.id,
        message.message or "",
        tuple(fact for one in message.entities or () if (fact := entity_facts(one))),
        media_input.reference(media) if is_file else None,
        bool(is_file and media.spoiler),
    )


def entity_facts(entity: Any) -> dict[str, Any] | None:
    """One entity as JSON; None for what the server finds by itself."""
    name = type(entity).__name__.removeprefix(PREFIX)
    if name not in ENTITIES:
        return None
    return {name: getattr(entity, name) for name in ("offset", "length", *ENTITIES[name])} | {
        "name": name
    }


def entities(item: BroadcastItem) -> list[Any] | None:
    """The entities of an item as Telegram's objects; None for none."""
    found = []
    for facts in item.entities:
        fields = ENTITIES.get(facts["name"])
        if fields is not None:
            kind = getattr(raw.types, PREFIX + facts["name"])
            found.append(kind(**{name: facts[name] for name in ("offset", "length", *fields)}))
    return found or None


def addresses(markup: Any) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The buttons of a message that open an address, in their rows."""
    rows = [
        tuple((one.text, url) for one in row.buttons if (url := address(one)))
        for row in getattr(markup, "rows", ())
    ]
    return tuple(row for row in rows if row)


def address(button: Any) -> str:
    """The address that a button opens; empty for a button that opens none."""
    return getattr(getattr(button, "type", button), "url", None) or ""


async def keyboard(content: BroadcastContent, client: Any) -> Any:
    """The buttons as Telegram's object; None for none."""
    if not content.buttons:
        return None
    rows = [[InlineKeyboardButton(label, url=url) for label, url in row] for row in content.buttons]
    return await InlineKeyboardMarkup(rows).write(client)
