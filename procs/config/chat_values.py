"""How the settings of the chat, and of what it brings, are written, and what is wrong with one."""

import re

from procs.config import values
from procs.config.values import HOUR, BadSettingText
from procs.core import durations
from procs.core.night_hours import NightHours
from procs.wishes import searches

#: A name of Telegram, an address of mail, or one of a page, in up to 200 letters.
CONTACT = re.compile(
    r"(?=.{1,200}$)(@[A-Za-z]\w{3,31}|[^\s@]+@[^\s@]+\.[^\s@]+|https?://\S+)", re.ASCII
)
#: Lists that one person may follow at most, and seconds from look to look at least.
MOST_FOLLOWS, SHORTEST_INTERVAL = 1000, 1.0
#: Entries of a list that one request may take, minutes of a broadcast, seconds of a film.
MOST_ENTRIES, MOST_MINUTES, LONGEST_FILM = 500, 120, 6 * HOUR
NIGHT_HOURS = re.compile(r"([01]?\d|2[0-3])-([01]?\d|2[0-3])", re.ASCII)
#: Characters of a text; Telegram takes 4096 in one message.
LONGEST_TEXT = 2000
#: Characters that shape Persian words and emoji, and the directions of a line.
JOINERS = "\u200c\u200d\u200e\u200f\u2066\u2067\u2068\u2069"
SWITCH = {"on": True, "off": False}


def contact(text: str) -> str:
    """Whom people may write to, as they read it: `@name`, an address of mail or of a page."""
    if not CONTACT.fullmatch(text):
        message = f"{text!r} is nobody to write to; write @name, mail or a page's address"
        raise BadSettingText(message, "contact", name="@name")
    return text


def switch(text: str) -> bool:
    """Something that is on or off."""
    if text.lower() not in SWITCH:
        message = f"{text!r} is neither on nor off; write one of them"
        raise BadSettingText(message, "word", there="on, off")
    return SWITCH[text.lower()]


def follows(text: str) -> int:
    """How many lists one person may follow; `off` for none."""
    return 0 if text.lower() == "off" else values.whole(text, most=MOST_FOLLOWS)


def interval(text: str) -> float:
    """Seconds from one look at a list that is followed to the next."""
    length = values.seconds(text)
    if length < SHORTEST_INTERVAL:
        shown = f"{SHORTEST_INTERVAL:g}s"
        message = f"{text} is too often for any site; write at least {shown}"
        raise BadSettingText(message, "often", least=shown)
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
        message = "there is a character that cannot be printed; write it anew, by hand"
        raise BadSettingText(message, "unprintable")
    if len(text) > LONGEST_TEXT:
        message = f"{len(text)} characters are too many; write at most {LONGEST_TEXT}"
        raise BadSettingText(message, "characters", most=LONGEST_TEXT)
    return text


def entries(text: str) -> int:
    """How many entries of a list one request may take; their rows are written in one stroke."""
    return values.whole(text, most=MOST_ENTRIES)


def early(text: str) -> int:
    """From which size on files go up while they come down, in bytes."""
    return values.size(text, values.SIZE_SUFFIXES["MIB"], values.PREMIUM_FILE)


def minutes(text: str) -> int:
    """How much of a broadcast is recorded, in minutes; 0 for none."""
    return values.whole(text, 0, MOST_MINUTES)


def encoding(text: str) -> float:
    """The seconds of a film that may be encoded anew; `off` for none."""
    length = 0.0 if text == "off" else durations.read(text, unit="s")
    if length is None:
        message = f"{text!r} is neither off nor a duration; write for example 90s or 10m"
        raise BadSettingText(message, "encoding", example="10m", off="off")
    if length > LONGEST_FILM:
        message = f"{text} is longer than a core has time for; write at most 6h"
        raise BadSettingText(message, "long", most="6h")
    return length


def search(text: str) -> tuple[str, ...]:
    """The sites where words are searched for, in their order."""
    names = tuple(dict.fromkeys(re.split(r"[,\s]+", text.lower())))
    if strange := next((name for name in names if name not in searches.PAGES), ""):
        there = ", ".join(searches.PAGES)
        message = f"{strange!r} is none of {there}; write one of them"
        raise BadSettingText(message, "word", there=there)
    return names
