"""One worker without a process, with real rows, and people who ask it for links of one site."""

from pathlib import Path

import pytest

from procs import config
from procs.config.rules import Rules
from procs.core import clock
from procs.engine.client import Engine
from procs.errors import JobError, NotNow
from procs.records.job import Ask, Lane, Lease, Link, Person
from procs.store.database import open_database
from procs.store.health import workers
from procs.store.jobs import leases, seats
from procs.store.people import users
from procs.store.requests import requests
from procs.telegram.delivery.courier import Courier
from procs.telegram.pace import Pace
from procs.worker.process.context import WorkerContext
from procs.worker.process.progress_writer import ProgressWriter
from procs.worker.site import admission
from tests.fresh_database import fresh

COOKIES = ".site.example\tTRUE\t/\tTRUE\t0\tmember\tyes\n"
#: A site that we know by name: what it says of us holds for everybody.
SITE = "vimeo"
HOST = "site.example"
#: Private networks that may be visited.
NETWORKS = ""
PROXY = "10.0.0.5:3128"
TWO_WAYS = f'["{SITE}"]\negress = ["default", "http://{PROXY}"]\n'
ACCOUNTS = f'["{SITE}"]\ncookies = ["none", "a.txt"]\n'


class Shop:
    """One worker without a process, and people who ask it."""

    def __init__(self, home: Path, rules: str) -> None:
        (home / "a.txt").write_text(COOKIES)
        (home / "sites.toml").write_text(rules)
        (home / "empty.env").touch()
        texts = {"CHAPAR_HOME": str(home), "CHAPAR_ALLOWED_NETWORKS": NETWORKS}
        settings = config.load(texts, home / "empty.env", need_telegram=False)
        fresh(settings.database_url, run=settings.run)
        self.db = open_database(settings.database_url, run=settings.run)
        worker = workers.enter(self.db, "w00-1", now=clock.now())
        parts = ProgressWriter(self.db), Engine(settings.run), Courier(settings, 0), Pace(self.db)
        self.context = WorkerContext(settings, self.db, worker, "w00-1", *parts)
        self.asked = 0

    @property
    def rules(self) -> Rules:
        return self.context.settings.sites.of(SITE)

    def leases(
        self, count: int = 1, *, site: str = SITE, user: int = 0, scheme: str = "https"
    ) -> list[Lease]:
        """Running downloads, each of another person, or all of one."""
        found = []
        for _ in range(count):
            self.asked += 1
            person = user or self.asked
            users.remember(self.db, Person(person), now=clock.now())
            seats.set_cap(self.db, person, 99, now=clock.now())
            link = Link(f"{scheme}://{HOST}/{self.asked}", site, f"url:{self.asked}")
            ask = Ask(person, person, self.asked, 0, link)
            requests.submit(self.db, [ask], now=clock.now())
            found += self.claim()
        return found

    def claim(self, room: int = 1) -> list[Lease]:
        facts = {"worker": self.context.worker, "lane": Lane.HEAVY, "now": clock.now()}
        return leases.claim(self.db, room=room, **facts)

    def way(self, lease: Lease) -> str:
        return admission.enter(self.context, lease).identity.name

    def put_off(self, lease: Lease) -> NotNow:
        with pytest.raises(NotNow) as wait:
            admission.enter(self.context, lease)
        return wait.value

    def fails(self, lease: Lease, error: JobError) -> admission.FailureVerdict:
        self.way(lease)
        return admission.judge(self.context, lease, error)


@pytest.fixture
def shop(tmp_path):
    shops = []

    def open_shop(rules: str = "") -> Shop:
        shops.append(Shop(tmp_path, rules))
        return shops[-1]

    yield open_shop
    for one in shops:
        one.db.close()
