"""Telegram's errors by our names: one table, read in one place.

Sources: core.telegram.org/api/errors and the error lists of the methods we call.
"""

from pyrogram.errors import RPCError

from procs.errors import (
    ChaparError,
    ChatClosed,
    ReferenceStale,
    SessionRevoked,
    TelegramAway,
    TelegramRefused,
    TelegramWait,
)


class AlreadySent(ChaparError):
    """This random_id was used before: the message is there, or its twin is being sent now."""


class PartMissing(ChaparError):
    """Telegram no longer has part `number` of an upload, or never had it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"part {number} is missing")
        self.number = number


class Slowed(TelegramWait):
    """Telegram slows an upload down (FLOOD_PREMIUM_WAIT): the part is wanted again after that.
    Never a failure (core.telegram.org/api/files)."""


class ChatSlow(TelegramWait):
    """A chat takes a message only now and then (SLOWMODE_WAIT); other chats go on."""


class TwoPyrograms(ChaparError):
    """Two installed distributions own the package `pyrogram`; which one runs is left to chance."""


#: Waits: the number is in the error. SLOWMODE is of one chat, the others of a method.
WAITS: dict[str, type[TelegramWait]] = {
    "FLOOD_WAIT_X": TelegramWait,
    "FLOOD_PREMIUM_WAIT_X": Slowed,
    "SLOWMODE_WAIT_X": ChatSlow,
}
MISSING = "FILE_PART_X_MISSING"

NAMED: dict[str, type[ChaparError]] = {
    "RANDOM_ID_DUPLICATE": AlreadySent,
    **dict.fromkeys(
        (
            "USER_IS_BLOCKED",
            "INPUT_USER_DEACTIVATED",
            "PEER_ID_INVALID",
            "USER_ID_INVALID",
            "CHAT_ID_INVALID",
            "CHAT_WRITE_FORBIDDEN",
            "CHAT_FORBIDDEN",
            "CHAT_RESTRICTED",
            "CHANNEL_PRIVATE",
            "CHANNEL_INVALID",
            "USER_BANNED_IN_CHANNEL",
        ),
        ChatClosed,
    ),
    **dict.fromkeys(
        (
            "AUTH_KEY_DUPLICATED",
            "AUTH_KEY_INVALID",
            "AUTH_KEY_PERM_EMPTY",
            "AUTH_KEY_UNREGISTERED",
            "SESSION_EXPIRED",
            "SESSION_REVOKED",
            "USER_DEACTIVATED",
            "USER_DEACTIVATED_BAN",
            "ACCESS_TOKEN_EXPIRED",
            "ACCESS_TOKEN_INVALID",
        ),
        SessionRevoked,
    ),
}
STALE = "FILE_REFERENCE_"


def translate(error: Exception, method: str) -> ChaparError:
    """The error of ours that says what `error` means. `method` is what was called."""
    if not isinstance(error, RPCError):  # OSError: the connection, or an answer that never came
        return TelegramAway(f"{method}: {type(error).__name__}: {error}")
    name = error.ID or str(error.value)
    if name in WAITS and isinstance(error.value, int):
        return WAITS[name](float(error.value), method)
    if name == MISSING and isinstance(error.value, int):
        return PartMissing(error.value)
    if name.startswith(STALE):
        return ReferenceStale(name)
    if name in NAMED:
        return NAMED[name](name)
    if error.CODE == 401:
        return SessionRevoked(name)
    if (error.CODE or 500) >= 500:
        return TelegramAway(f"{method}: {name}")
    return TelegramRefused(name)
