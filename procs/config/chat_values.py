"""How the settings of the chat are written, and what is wrong with one."""

import re

from procs.config import values
from procs.core.night_hours import NightHours

#: A name of Telegram, an address of mail, or one of a page, in up to 200 letters.
CONTACT = re.compile(
    r"(?=.{1,200}$)(@[A-Za-z]\w{3,31}|[^\s@]+@[^\s@]+\.[^\s@]+|https?://\S+)", re.ASCII
)
#: Lists that one person may follow at most, and seconds from look to look at least.
MOST_FOLLOWS, SHORTEST_INTERVAL = 1000, 1.0
NIGHT_HOURS = re.compile(r"([01]?\d|2[0-3])-([01]?\d|2[0-3])", re.ASCII)
#: Characters of a text; Telegram takes 4096 in one message.
LONGEST_TEXT = 2000
#: Characters that shape Persian words and emoji, and the directions of a line.
JOINERS = "\u200c\u200d\u200e\u200f\u2066\u2067\u2068\u2069"
SWITCH = {"on": True, "off": False}


def contact(text: str) -> str:
    """Whom people may write to, as they read it: `@name`, an address of mail or of a page."""
    if not CONTACT.fullmatch(text):
        raise ValueError(f"{text!r} is nobody to write to; write @name, mail or a page's address")
    return text


def switch(text: str) -> bool:
    """Something that is on or off."""
    if text.lower() not in SWITCH:
        raise ValueError(f"{text!r} is neither on nor off; write one of them")
    return SWITCH[text.lower()]


def follows(text: str) -> int:
    """How many lists one person may follow; `off` for none."""
    return 0 if text.lower() == "off" else values.whole(text, most=MOST_FOLLOWS)


def interval(text: str) -> float:
    """Seconds from one look at a list that is followed to the next."""
    length = values.seconds(text)
    if length < SHORTEST_INTERVAL:
        raise ValueError(f"{text} is too often for any site; write at least {SHORTEST_INTERVAL:g}s")
    return length


def night(text: str) -> NightHours | None:
    """The hours of a night, `23-8`; None for `off`."""
    if text.lower() == "off":
        return None
    hours = NIGHT_HOURS.fullmatch(text)
    if hours is None or int(hours[1]) == int(hours[2]):
        raise ValueError(f"{text!r} is no night; write two hours such as 23-8, or off")
    return NightHours(int(hours[1]), int(hours[2]))


def words(text: str) -> str:
    r"""What the operator says to people in place of our own words; `\n` stands for a line's end."""
    text = text.replace("\\n", "\n").strip()
    if any(not one.isprintable() and one != "\n" for one in text if one not in JOINERS):
        raise ValueError("there is a character that cannot be printed; write it anew, by hand")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"{len(text)} characters are too many; write at most {LONGEST_TEXT}")
    return text
