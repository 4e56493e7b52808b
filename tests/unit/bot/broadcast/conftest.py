"""A bot whose owner writes broadcasts."""

from tests.unit.bot.admin.conftest import appointed, bot, olga

__all__ = ["appointed", "bot", "olga"]
