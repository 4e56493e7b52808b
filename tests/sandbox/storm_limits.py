"""What a storm asks of the loopback Telegram: its limits are enforced, and uploads are slow.

What Telegram says of messages (core.telegram.org/bots/faq) it says neither of reactions nor of
edits. Among all messages reactions count here all the same, which is the severer reading; in a chat
they count by themselves, as often as messages.
"""

from tests.sandbox.telegram.desk import Desk

#: Bytes a second that all uploads share, so that many are met by a trouble.
UPLOADS = 3_000_000


async def tighten(telegram: Desk) -> None:
    """From now on."""
    await telegram.throttles(UPLOADS)
    await telegram.limits("messages.send*", 30, 1.0)
    await telegram.limits("messages.sendM*", 5, 1.0, per_chat=True)
    await telegram.limits("messages.sendReaction", 5, 1.0, per_chat=True)
    await telegram.limits("messages.editMessage", 5, 1.0)
