"""How the settings of the chat are written, and what is wrong with one."""

import re

from procs.core.night_hours import NightHours

#: A name of Telegram, an address of mail, or one of a page, in up to 200 letters.
CONTACT = re.compile(
    r"(?=.{1,200}$)(@[A-Za-z]\w{3,31}|[^\s@]+@[^\s@]+\.[^\s@]+|https?://\S+)", re.ASCII
)
NIGHT_HOURS = re.compile(r"([01]?\d|2[0-3])-([01]?\d|2[0-3])", re.ASCII)
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


def night(text: str) -> NightHours | None:
    """The hours of a night, `23-8`; None for `off`."""
    if text.lower() == "off":
        return None
    hours = NIGHT_HOURS.fullmatch(text)
    if hours is None or int(hours[1]) == int(hours[2]):
        raise ValueError(f"{text!r} is no night; write two hours such as 23-8, or off")
    return NightHours(int(hours[1]), int(hours[2]))
