"""A list that people follow, looked at by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from procs.records.job import Lane, Lease, Link, Person
from procs.store.follows import follow_requests, follows, sources
from procs.store.follows.follow_limits import USUAL, FollowLimits
from procs.store.follows.follows import Begun
from procs.store.follows.sources import SeenList
from procs.store.people import users
from procs.store.requests.allowances import Allowance
from tests.contract.conftest import Desk

LIST = Link("https://site.example/list", "site.example", "url:list", title="A list")
LIMITS = FollowLimits(most=3, sources=10, interval=1800.0)
BROUGHT = "SELECT user_id, url, variant FROM requests WHERE message < 0 ORDER BY id"


@dataclass
class FollowDesk:
    """The store, in the words of these tests."""

    desk: Desk
    worker: int

    def follow(self, person: int, link: Link = LIST, *, form: str = USUAL, **limits: int) -> Begun:
        now = self.desk.clock.now()
        users.remember(self.desk.db, Person(person, "en", f"user {person}"), now=now)
        most = FollowLimits(**{"most": 3, "sources": 10, "interval": 1800.0, **limits})
        return follows.begin(self.desk.db, person, link, limits=most, form=form, now=now)

    def number(self, person: int) -> int:
        return follows.listed(self.desk.db, person)[0].id

    def claims(self) -> Lease:
        """The look that is due, begun by a worker."""
        assert sources.plan(self.desk.db, now=self.desk.clock.now()) == 1
        (lease,) = self.desk.claim(self.worker, lane=Lane.SOURCE)
        return lease

    def looks(self, *names: str, partly: bool = False) -> int:
        """One look that finds these entries: how many are news."""
        return self.settles(self.claims(), *names, partly=partly)

    def settles(self, lease: Lease, *names: str, partly: bool = False) -> int:
        seen = SeenList("A list", entries(names), partly)
        now = self.desk.clock.now()
        return sources.finish_look(self.desk.db, lease, seen, least=1800.0, now=now)

    def later(self, seconds: float = 25 * 3600.0) -> None:
        self.desk.clock.skip(seconds)

    def brings(self, most: int = 0) -> int:
        return follow_requests.bring(self.desk.db, Allowance(most), now=self.desk.clock.now())

    def brought(self, person: int) -> list[str]:
        """What came to a person by itself, the first first."""
        rows = self.desk.db.all(BROUGHT)
        return [url.rpartition("/")[2] for user, url, _ in rows if user == person]


def entries(names: Sequence[str]) -> list[tuple[str, Link | None]]:
    return [
        (f"url:{one}", Link(f"https://site.example/{one}", "site.example", f"url:{one}", title=one))
        for one in names
    ]


@pytest.fixture
def desk_of_follows(desk: Desk) -> FollowDesk:
    return FollowDesk(desk, desk.worker())
