"""What somebody reads who lacks sponsors. Pure."""

from collections.abc import Sequence

from procs.records.sponsor_records import Sponsor
from procs.telegram.chat.sender import Buttons
from procs.texts import i18n, untrusted_text
from procs.texts.i18n import LocalText

#: What ✅ does.
JOINED = "sponsors-joined"
#: Letters of a chat's name on a button.
BUTTON_NAME = 40
Shown = tuple[LocalText, Buttons]


def missing(language: str, sponsors: Sequence[Sponsor], data: str) -> Shown:
    """A button for each of these that opens its chat, and ✅ with this data."""
    text = i18n.say(language, "sponsors-join", count=len(sponsors))
    opens = [[(i18n.say(language, "sponsors-open", name=name(one)), one.link)] for one in sponsors]
    return text, [*opens, [(i18n.say(language, "sponsors-joined"), data)]]


def still(language: str, sponsors: Sequence[Sponsor]) -> LocalText:
    """What is said to who pressed too early."""
    names = i18n.say(language, "sponsors-comma").join(name(one) for one in sponsors)
    return i18n.say(language, "sponsors-still", names=names)


def name(sponsor: Sponsor) -> str:
    """The chat's name as it may stand on a button."""
    return untrusted_text.text(sponsor.title, BUTTON_NAME)
