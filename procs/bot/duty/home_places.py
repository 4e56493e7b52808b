"""The place in Telegram's updates of a bot that has its database for itself.

It stands in the session's file too. Where Telegram revoked the sign-in, that file is removed, and
without the place whatever people sent until the next sign-in would never be heard.
"""

from procs.config import Settings
from procs.errors import StoreError
from procs.store.database import Database
from procs.store.machines import bot_places
from procs.store.machines.bot_places import ALONE, Place
from procs.store.server_absence import ServerAbsence
from procs.telegram.chat.bot_session import PlaceBook
from procs.telegram.updates.update_client import UpdateClient
from procs.telegram.updates.update_contents import COMMON

UNKEPT = "bot-places.unkept"


class HomePlaces(PlaceBook):
    """Keeps it beside the session's file, for a file that knows none."""

    def __init__(self, settings: Settings, db: Database) -> None:
        self.db = db
        #: The bot's number: the places of another bot are none of this one.
        self.account = int(settings.bot_token.partition(":")[0])
        self.written: set[Place] = set()
        self.absence = ServerAbsence("bot places")

    def stored(self, is_new: bool) -> list[Place]:
        """Those of this account, if the session knows none. Raises StoreError."""
        places = bot_places.stored(self.db) if is_new else []
        is_ours = (COMMON, self.account) in {(box, access) for box, *_, access in places}
        return places if is_ours else []

    async def keep(self, client: UpdateClient) -> None:
        """Store what changed. Where that cannot be written the session's file is enough."""
        places: list[Place] = [
            (box, pts, qts, date, seq, self.account if box == COMMON else access)
            for box, pts, qts, date, seq, access in await client.places()
        ]
        fresh = [place for place in places if place not in self.written]
        if not fresh:
            return
        try:
            bot_places.keep(self.db, fresh, fence=ALONE, lineage=self.db.lineage())
        except StoreError as error:
            self.absence.note_either(error, UNKEPT)
        else:
            self.absence.end()
            self.written = set(places)
