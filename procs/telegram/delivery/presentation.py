"""How a media stands in a chat: its caption, the buttons under it, and whether it makes a sound."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pyrogram import raw

from procs.records.press_actions import TOKEN_PREFIX
from procs.telegram.delivery.media_caption import NOTHING, Caption
from procs.telegram.session.peers import CAPTION_LENGTH, cut

#: What Telegram says of buttons that it does not take from this bot.
REFUSED_BUTTONS = ("BUTTON_", "REPLY_MARKUP_", "BOT_INLINE_DISABLED")


@dataclass(frozen=True, slots=True)
class MediaButton:
    """A button under a media: it sends a token back, or writes a `query` to the bot into a chat
    that the person chooses."""

    label: str
    token: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class Presentation:
    """`silent` sends it without a sound, `spoiler` hides the picture until it is touched."""

    caption: Caption = NOTHING
    buttons: Sequence[MediaButton] = ()
    silent: bool = False
    spoiler: bool = False

    @property
    def words(self) -> dict[str, Any]:
        """The caption as the arguments of a call, its entities counted in UTF-16 units."""
        text, link = cut(self.caption.text, CAPTION_LENGTH), self.caption.link
        units = len(text[: self.caption.linked].encode("utf-16-le", "surrogatepass")) // 2
        named = [raw.types.MessageEntityTextUrl(offset=0, length=units, url=link)]
        return {"message": text, "entities": named if units and link else None}

    def bare(self) -> "Presentation":
        """The same without buttons."""
        return replace(self, buttons=())


PLAIN = Presentation()
#: Buttons in a row: more of them are cut off on a narrow screen.
MEDIA_ROW = 2


def keyboard(buttons: Sequence[MediaButton]) -> Any:
    """Buttons as Telegram's type; None for none."""
    if not buttons:
        return None
    made = [raw.types.KeyboardInlineButton(text=one.label, type=deed(one)) for one in buttons]
    rows = [made[at : at + MEDIA_ROW] for at in range(0, len(made), MEDIA_ROW)]
    return raw.types.ReplyInlineMarkup(
        rows=[raw.types.KeyboardInlineButtonRow(buttons=row) for row in rows]
    )


def deed(button: MediaButton) -> Any:
    """What a button does, as Telegram's type."""
    if button.query:
        return raw.types.InlineButtonTypeSwitchInline(query=button.query)
    return raw.types.InlineButtonTypeCallback(data=(TOKEN_PREFIX + button.token).encode())
