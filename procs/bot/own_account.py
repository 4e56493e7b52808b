"""What Telegram says of the bot's own account, kept for the workers: they give media a button that
writes to the bot from another chat only where its owner switched that on."""

from procs.core import clock
from procs.store.database import Database
from procs.store.health import runtime_settings
from procs.telegram.chat.bot_session import Front


async def note(db: Database, front: Front) -> None:
    """Keep it as soon as it is known. Raises StoreFull."""
    await front.named.wait()
    runtime_settings.switch(db, runtime_settings.INLINE, is_on=front.serves_inline, now=clock.now())
