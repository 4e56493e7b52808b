"""What a storm asks of the loopback Telegram: its limits are enforced, and uploads are slow."""

from tests.sandbox.telegram.desk import Desk

#: Bytes a second that all uploads share, so that many are met by a trouble.
UPLOADS = 3_000_000


async def tighten(telegram: Desk) -> None:
    """From now on."""
    await telegram.throttles(UPLOADS)
    await telegram.limits("messages.send*", 30, 1.0)
    await telegram.limits("messages.send*", 5, 1.0, per_chat=True)
    await telegram.limits("messages.editMessage", 5, 1.0)
