"""Telegram's limits on texts, buttons and parts, each with its error. Sources: the README."""

import re
from typing import Any

from tests.sandbox.telegram.tl import Rpc

TEXT = 4096
CAPTION = 1024
CALLBACK_DATA = 64
#: Of the answer to a press, and of an inline query.
TOAST = 200
QUERY = 256
#: Of an inline query's results, of a result's id and of the offset in bytes.
RESULTS, RESULT_ID, NEXT_OFFSET = 50, 64, 64
#: Different reactions on one message, and those of one account that does not pay.
REACTIONS, OWN_REACTIONS = 11, 1
COMMANDS, DESCRIPTION = 100, 256
COPIED = 256
BUTTONS = 100
ALBUM = range(2, 11)
PART = 512 << 10
#: Parts of one file, and of an account that pays.
PARTS, PREMIUM_PARTS = 4000, 8000
SMALL_FILE = 10 << 20
PHOTO = 10 << 20
PHOTO_SIDES = 10_000
PHOTO_RATIO = 20
THUMB = 200 << 10
CHUNK = 1 << 20


#: What a button may open; Telegram adds the scheme where there is none.
ADDRESS = re.compile(r"(https?|tg|ton)://\S+$|[\w-]+(\.[\w-]+)+(/\S*)?$")


def units(text: str) -> int:
    """The length as Telegram counts it: in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def text(words: str) -> str:
    """A message's text as it will be kept: without white space around it."""
    kept = words.strip()
    if not kept:
        raise Rpc(400, "MESSAGE_EMPTY")
    if units(kept) > TEXT:
        raise Rpc(400, "MESSAGE_TOO_LONG")
    return kept


def caption(words: str) -> str:
    kept = words.strip()
    if units(kept) > CAPTION:
        raise Rpc(400, "MEDIA_CAPTION_TOO_LONG")
    return kept


def entities(given: list[Any], words: str) -> list[Any]:
    size = units(words)
    if any(e.offset < 0 or e.length < 1 or e.offset + e.length > size for e in given):
        raise Rpc(400, "ENTITY_BOUNDS_INVALID")
    return list(given)


def markup(given: Any) -> Any:
    """A keyboard, inline or not, or None."""
    buttons = [button for row in getattr(given, "rows", []) for button in row.buttons]
    if len(buttons) > BUTTONS:
        raise Rpc(400, "REPLY_MARKUP_TOO_LONG")
    for button in buttons:
        if not button.text.strip():
            raise Rpc(400, "BUTTON_TEXT_INVALID")
        pressed(getattr(button, "type", button))
    return given


def pressed(deed: Any) -> None:
    """What a button does. Source: core.telegram.org/api/bots/buttons."""
    data, url = getattr(deed, "data", None), getattr(deed, "url", None)
    if data is not None and not 1 <= len(data) <= CALLBACK_DATA:
        raise Rpc(400, "BUTTON_DATA_INVALID")
    if url is not None and not ADDRESS.match(url):
        raise Rpc(400, "BUTTON_URL_INVALID")
    if units(getattr(deed, "copy_text", "")) > COPIED:
        raise Rpc(400, "BUTTON_COPY_TEXT_INVALID")


def part(number: int, total: int, data: bytes, *, premium: bool = False) -> None:
    """`total` is 0 in the small form, and -1 while the client does not know it."""
    most = PREMIUM_PARTS if premium else PARTS
    if not data:
        raise Rpc(400, "FILE_PART_EMPTY")
    if len(data) > PART:
        raise Rpc(400, "FILE_PART_TOO_BIG")
    if not 0 <= number < (total if total > 0 else most):
        raise Rpc(400, "FILE_PART_INVALID")
    if total > most:
        raise Rpc(400, "FILE_PARTS_INVALID")


def part_size(size: int) -> None:
    """Of every part but the last."""
    if size % 1024 or PART % size:
        raise Rpc(400, "FILE_PART_SIZE_INVALID")


def chunk(offset: int, limit: int) -> None:
    """Of upload.getFile, without the `precise` flag."""
    if offset < 0 or offset % 4096:
        raise Rpc(400, "OFFSET_INVALID")
    if limit % 4096 or not 0 < limit <= CHUNK or CHUNK % limit:
        raise Rpc(400, "LIMIT_INVALID")


def photo(width: int, height: int, size: int) -> None:
    if not width or not height:
        raise Rpc(400, "PHOTO_EXT_INVALID")
    if size > PHOTO:
        raise Rpc(400, "PHOTO_SAVE_FILE_INVALID")
    if width + height > PHOTO_SIDES or max(width, height) > PHOTO_RATIO * min(width, height):
        raise Rpc(400, "PHOTO_INVALID_DIMENSIONS")
