"""Translates Telegram's errors into our classes: one table, read in one place.

Sources: core.telegram.org/api/errors and the error lists of the methods we call.
"""

import re

from pyrogram.errors import RPCError

from procs.errors import (
    ChaparError,
    ChatClosed,
    GroupLeft,
    GroupMediaForbidden,
    GroupMuted,
    ReferenceStale,
    SessionRevoked,
    TelegramAway,
    TelegramRefused,
    TelegramWait,
    TopicClosed,
)


class AlreadySent(ChaparError):
    """This random_id was used before: the message is there, or its twin is being sent now."""


class FilePartMissing(ChaparError):
    """Telegram no longer has part `number` of an upload, or never had it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"part {number} is missing")
        self.number = number


class PeerRefused(ChaparError):
    """An upload is not taken for this peer; for another it may be. Says nothing of any chat."""


class UploadSlowed(TelegramWait):
    """Telegram slows an upload down (FLOOD_PREMIUM_WAIT): the part is wanted again after that.
    Never a failure (core.telegram.org/api/files)."""


class ChatSlow(TelegramWait):
    """A chat takes a message only now and then (SLOWMODE_WAIT); other chats go on."""


class TwoPyrograms(ChaparError):
    """Two installed distributions own the package `pyrogram`; which one runs is left to chance."""


#: Waits: the number is in the error. SLOWMODE is of one chat, the others of a method.
WAITS: dict[str, type[TelegramWait]] = {
    "FLOOD_WAIT_X": TelegramWait,
    "FLOOD_PREMIUM_WAIT_X": UploadSlowed,
    "SLOWMODE_WAIT_X": ChatSlow,
}
MISSING = "FILE_PART_X_MISSING"

#: Calls that name a chat: only there does a refused peer mean that the chat is closed to us.
IN_A_CHAT = frozenset(
    {
        *("messages.SendMessage", "messages.SendMedia", "messages.SendMultiMedia"),
        "messages.ForwardMessages",
        *("messages.EditMessage", "messages.DeleteMessages", "messages.SetTyping"),
        *("channels.DeleteMessages", "channels.GetMessages", "channels.GetParticipant"),
        "updates.GetChannelDifference",
    }
)
#: The call that makes a medium of an upload; its peer is a formality.
UPLOAD = "messages.UploadMedia"
#: Errors about the peer that a call names.
PEER = frozenset(
    {
        *("USER_IS_BLOCKED", "INPUT_USER_DEACTIVATED", "YOU_BLOCKED_USER", "USER_IS_BOT"),
        *("PEER_ID_INVALID", "USER_ID_INVALID", "CHAT_ID_INVALID", "INPUT_PEER_INVALID"),
        *("CHAT_WRITE_FORBIDDEN", "CHAT_FORBIDDEN", "CHAT_RESTRICTED", "CHAT_ADMIN_REQUIRED"),
        *("CHANNEL_PRIVATE", "CHANNEL_INVALID", "USER_BANNED_IN_CHANNEL", "USER_NOT_PARTICIPANT"),
        *(
            "CHAT_GUEST_SEND_FORBIDDEN",
            "CHAT_SEND_PLAIN_FORBIDDEN",
            "TOPIC_CLOSED",
            "TOPIC_DELETED",
        ),
    }
)

#: What keeps us from writing in a group (core.telegram.org/method/messages.sendMessage,
#: /messages.sendMedia); the rest of the above means that there is nobody.
CLOSED_GROUPS: dict[str, type[ChatClosed]] = {
    **dict.fromkeys(
        (
            *("CHANNEL_PRIVATE", "CHANNEL_INVALID", "CHAT_FORBIDDEN", "CHAT_ID_INVALID"),
            "USER_NOT_PARTICIPANT",
        ),
        GroupLeft,
    ),
    **dict.fromkeys(
        (
            *("CHAT_WRITE_FORBIDDEN", "CHAT_RESTRICTED", "CHAT_ADMIN_REQUIRED"),
            *("USER_BANNED_IN_CHANNEL", "CHAT_GUEST_SEND_FORBIDDEN", "CHAT_SEND_PLAIN_FORBIDDEN"),
        ),
        GroupMuted,
    ),
    **dict.fromkeys(("TOPIC_CLOSED", "TOPIC_DELETED"), TopicClosed),
}
ERRORS_BY_NAME: dict[str, type[ChaparError]] = {
    "RANDOM_ID_DUPLICATE": AlreadySent,
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
#: The fault and its fix, of names that say neither.
SENTENCES = {
    "AUTH_KEY_DUPLICATED": "AUTH_KEY_DUPLICATED: another Chapar, such as a copy of this home on "
    "another machine, uses the same sign-in; stop it for good, then remove this session's file "
    "under sessions/",
}
STALE = "FILE_REFERENCE_"
UNNAMED, NUMBER = re.compile(r"\[\d+ (\w+)\]"), re.compile(r"_(\d+)\b")
#: A group that lets nobody, or not us, send this kind of message.
SENDING = re.compile(r"CHAT_SEND_\w+_FORBIDDEN")


def translate(error: Exception, method: str) -> ChaparError:
    """The error of ours that says what `error` means. `method` is what was called."""
    if not isinstance(error, RPCError):  # OSError: the connection, or an answer that never came
        return TelegramAway(f"{method}: {type(error).__name__}: {error}")
    name, number = named(error)
    if name in WAITS and number is not None:
        return WAITS[name](float(number), method)
    if name == MISSING and number is not None:
        return FilePartMissing(number)
    if name.startswith(STALE):
        return ReferenceStale(name)
    if name in PEER or SENDING.fullmatch(name):
        return refused(name, method)
    if name in ERRORS_BY_NAME:
        return ERRORS_BY_NAME[name](SENTENCES.get(name, name))
    if error.CODE == 401:
        return SessionRevoked(name)
    if (error.CODE or 500) >= 500:
        return TelegramAway(f"{method}: {name}")
    return TelegramRefused(name)


def named(error: RPCError) -> tuple[str, int | None]:
    """An error's name, and the number in it, which the name has as X. One that the library does
    not know under its code comes as `[400 NAME_7]`."""
    if error.ID:
        return str(error.ID), error.value if isinstance(error.value, int) else None
    name = UNNAMED.sub(r"\1", str(error.value))
    digits = NUMBER.search(name)
    return (NUMBER.sub("_X", name), int(digits[1])) if digits else (name, None)


def refused(name: str, method: str) -> ChaparError:
    """What an error about a peer means, by the call that named it."""
    if method == UPLOAD:
        return PeerRefused(name)
    if method not in IN_A_CHAT:
        return TelegramRefused(f"{method}: {name}")
    unnamed = GroupMediaForbidden if SENDING.fullmatch(name) else ChatClosed
    return CLOSED_GROUPS.get(name, unnamed)(name)
