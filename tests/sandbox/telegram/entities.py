"""What Telegram finds in a text by itself: links and commands. Clients need not mark them."""

import re
from typing import Any

from pyrogram import raw

from tests.sandbox.telegram.limits import units

types = raw.types

URL = re.compile(
    r"https?://[^\s<>\"]+|(?<![\w@.])(?:[\w-]+\.)+(?:com|org|net|be|tv|ir|io|me)(?:/\S*)?"
)
MENTION = re.compile(r"(?<![\w@/.])@[A-Za-z]\w{3,31}(?!\w)")
HASHTAG = re.compile(r"(?<![\w#/&])#(?!\d+\b)\w+")
COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,64}(?:@\w+)?")
SHAPES = (
    (URL, types.MessageEntityUrl),
    (COMMAND, types.MessageEntityBotCommand),
    (MENTION, types.MessageEntityMention),
    (HASHTAG, types.MessageEntityHashtag),
)
#: Punctuation that ends a sentence, not a link.
TAIL = ".,;:!?)]}»\"'"


def found(words: str, given: list[Any]) -> list[Any]:
    """`given`, and what is found outside of it, in the order of the text."""
    taken = [(e.offset, e.offset + e.length) for e in given]
    told = list(given)
    for shape, make in SHAPES:
        for match in shape.finditer(words):
            one = make(offset=units(words[: match.start()]), length=units(match[0].rstrip(TAIL)))
            if all(one.offset >= b or one.offset + one.length <= a for a, b in taken):
                taken.append((one.offset, one.offset + one.length))
                told.append(one)
    return sorted(told, key=lambda e: e.offset)
