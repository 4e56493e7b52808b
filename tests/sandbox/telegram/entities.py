"""What Telegram finds in a text by itself: links and commands. Clients need not mark them."""

import re
from typing import Any

from pyrogram import raw

from tests.sandbox.telegram.limits import units

types = raw.types

URL = re.compile(
    r"https?://[^\s<>\"]+|(?<![\w@.])(?:[\w-]+\.)+(?:com|org|net|be|tv|ir|io|me)(?:/\S*)?"
)
COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,64}(?:@\w+)?")
#: Punctuation that ends a sentence, not a link.
TAIL = ".,;:!?)]}»\"'"


def found(words: str, given: list[Any]) -> list[Any]:
    """`given`, and what is found outside of it, in the order of the text."""
    taken = [(e.offset, e.offset + e.length) for e in given]
    more = [
        make(offset=units(words[: match.start()]), length=units(match[0].rstrip(TAIL)))
        for shape, make in ((URL, types.MessageEntityUrl), (COMMAND, types.MessageEntityBotCommand))
        for match in shape.finditer(words)
    ]
    free = [e for e in more if all(e.offset >= b or e.offset + e.length <= a for a, b in taken)]
    return sorted([*given, *free], key=lambda e: e.offset)
