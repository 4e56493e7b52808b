"""Inline mode's own records: how a message is named that the bot never sees."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InlineTarget:
    """The inline id of a message (core.telegram.org/type/InputBotInlineMessageID): the data center
    that keeps it, who owns it (0 in the older form, which names nobody), its number and the hash
    that addresses it."""

    dc: int
    owner: int
    message: int
    access: int


@dataclass(frozen=True, slots=True)
class InlineMessage:
    """An inline message that becomes a media. `token` is the button that began it, `bot` the bot's
    name at that moment, for addresses that open its chat."""

    id: int
    target: InlineTarget
    token: str
    bot: str

    @property
    def private(self) -> str:
        """The address that opens the private chat with what this message was asked for."""
        return private_chat(self.bot, self.token)


def private_chat(bot: str, token: str) -> str:
    """The address that opens the bot's private chat with a parameter."""
    return f"https://t.me/{bot}?start={token}"
