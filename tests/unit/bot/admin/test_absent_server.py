"""What works off the wishes of admins lives on when the server of the database was away."""

from procs.errors import StoreAway
from procs.store.sponsors import sponsor_wishes
from tests.sandbox.bot_parts import until


async def test_sponsors_are_added_after_the_server_was_away(bot, monkeypatch):
    looks = []

    def listed(db):
        looks.append(db)
        if len(looks) == 1:
            raise StoreAway("the server is away")
        return []

    monkeypatch.setattr(sponsor_wishes, "listed", listed)
    await bot.intake.admins.sponsor_adder.nudge()

    await until(lambda: len(looks) == 2)
