"""Inline mode in tests: media that Telegram keeps, and a worker that only delivers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from procs.core import clock
from procs.records.job import File, Lane, Lease, Media, Part
from procs.store import wake
from procs.store.database import Database
from procs.store.jobs import leases, outcomes
from procs.store.media import references
from procs.store.requests import request_status
from procs.store.requests.request_status import RequestStatus
from procs.store.searches import search_listings, search_results
from procs.store.searches.search_results import SearchHit
from procs.telegram.delivery.courier import Courier
from procs.telegram.delivery.media_assembly import ignore_progress
from procs.telegram.pace import Pace
from procs.wishes.grammar import link
from procs.worker.delivery_jobs import deliver
from tests.sandbox.bot_parts import LINK, Hands, until


def hit(place: int, title: str) -> SearchHit:
    return SearchHit(place, title, f"https://example.org/{place}.mp4", 245.0, "A channel")


class Screen:
    """Progress that nobody reads."""

    def say(self, *_: object) -> None:
        pass


class Deliverer:
    """What a delivery needs of a worker's context: the real courier, the real pace."""

    name = "w00-1"

    def __init__(self, hands: Hands, courier: Courier, folder: Path) -> None:
        self.db: Database = hands.db
        self.hands, self.courier, self.folder = hands, courier, folder
        self.pace, self.progress = Pace(hands.db), Screen()
        self.lasts: set[int] = set()

    async def telegram(self) -> Courier:
        return self.courier

    async def end(self, lease: Lease, lane: Lane, freed: int, write: Callable[[], object]) -> None:
        """End a job in a transaction; nothing is claimed in it."""
        with self.db.write(full=True):
            write()

    async def part(self, name: str = "clip.mp4", kind: str = "video") -> Part:
        """A file that Telegram has; of another name it is another one."""
        path = self.folder / name
        path.write_bytes(name.encode() * 500)
        file = File(str(path), kind, name, "video/mp4", path.stat().st_size, duration=6.0)
        reference = await self.courier.upload(file, ignore_progress)
        return Part(reference, kind, name, file.size, duration=6.0)

    def keeps(self, *parts: Part, url: str = LINK, title: str = "A clip") -> Media:
        """Have a media of these parts kept, as if somebody had asked for it before."""
        (known,) = link.parse(url).links
        media = Media(known.key, known.variant, title, known.site, known.url, parts)
        references.save(self.db, media, keys={known.key}, now=clock.now())
        return media

    async def claims(self, lane: Lane = Lane.HEAVY) -> Lease:
        """The next job, as soon as there is one."""
        found: list[Lease] = []

        def claimed() -> bool:
            now = clock.now()
            facts: dict[str, Any] = {"worker": self.hands.worker, "lane": lane, "room": 1}
            found.extend(leases.claim(self.db, **facts, now=now))
            return bool(found)

        await until(claimed)
        return found[0]

    def fetches(self, lease: Lease, *parts: Part, title: str = "A clip") -> None:
        """Have a download end in these parts."""
        asked = lease.link
        media = Media(asked.key, asked.variant, title, asked.site, asked.url, parts)
        outcomes.finish_download(self.db, lease, media, keys={asked.key}, now=clock.now())

    async def delivers(self) -> None:
        context: Any = self
        await deliver.deliver(context, await self.claims(Lane.LIGHT))

    async def searches(self, *titles: str, others: tuple[str, ...] = ()) -> None:
        """Carry the next search: results of these titles."""
        lease = await self.claims(Lane.LOOK)
        hits = [hit(place, title) for place, title in enumerate(titles, 1)]
        search_results.keep(self.db, lease.link.key, hits, now=clock.now())
        search_listings.show(self.db, lease, hits, others, now=clock.now())
        wake.notify(self.db.run, wake.BOT)

    def inline(self) -> list[RequestStatus]:
        """The requests of inline messages about which the last word is not said."""
        return request_status.inline(self.db, now=clock.now())
