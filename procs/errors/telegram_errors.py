"""What Telegram answers with, or does not answer."""

from procs.errors.base import ChaparError, JobError


class TelegramWait(ChaparError):
    """Telegram asked us to wait before calling `scope` again (FLOOD_WAIT). Costs no attempt."""

    def __init__(self, seconds: float, scope: str) -> None:
        super().__init__(f"{scope}: wait {seconds:g} s")
        self.seconds = seconds
        self.scope = scope


class Crowded(TelegramWait):
    """Our own budget of `scope` is spent for so long. Telegram asked for nothing."""


class ChatClosed(JobError):
    """The person blocked the bot, or the chat is gone: there is nobody to deliver to."""

    say = "failed-chat-closed"


class GroupLeft(ChatClosed):
    """The bot is not in the group, or the channel, any more, or was thrown out."""

    say = "failed-group-left"


class GroupMuted(ChatClosed):
    """The bot is in the group and may not write there."""

    say = "failed-group-muted"


class GroupMediaForbidden(ChatClosed):
    """The bot may write in the group, but not send this kind of media."""

    say = "failed-group-media"


class TopicClosed(ChatClosed):
    """The topic of the forum takes no messages any more, or is deleted."""

    say = "failed-topic-closed"


class GroupTooLarge(JobError):
    """Larger than the admins of the group want it."""

    say = "failed-group-too-large"
    tells = ("size", "most")


class ReferenceStale(ChaparError):
    """The stored reference of an uploaded file is no longer accepted; it must be made anew."""


class TelegramRefused(JobError):
    """Telegram does not accept this file or message."""

    retry = True
    attempts = 3
    say = "failed-telegram"


class UploadRefused(JobError):
    """Telegram takes no uploads from us, for whomever they are made. No chat is to blame."""

    retry = True
    attempts = 4
    least = 5.0
    say = "failed-upload"


class TelegramAway(JobError):
    """Telegram cannot be reached at the moment."""

    retry = True
    attempts = 30
    say = "failed-telegram-away"


class SessionRevoked(ChaparError):
    """This slot's sign-in is no longer valid, or is used by another process."""
