"""A home with a database, the command, and one worker's row; no process runs."""

import os

import pytest

from daemon import cli
from procs import config
from procs.core import clock
from procs.records.job import Ask, Lane, Link, Person
from procs.store.database import open_database
from procs.store.health import workers
from procs.store.jobs import leases, outcomes
from procs.store.people import users
from procs.store.requests import requests
from tests.fresh_database import fresh


class House:
    """A home with a database, the command, and one worker's row (this process)."""

    def __init__(self, home, capsys):
        self.url, self.run, self.capsys = f"sqlite:///{home}/chapar.db", home / "run", capsys
        fresh(self.url, run=self.run)
        self.db = open_database(self.url, run=self.run)
        self.worker = workers.enter(self.db, "w00-77", now=clock.now())
        self.messages = 0

    def asks(self, user, *names, site="site.test"):
        """The numbers of the jobs for these links."""
        users.remember(self.db, Person(user), now=clock.now())
        self.messages += 1
        asks = [
            Ask(user, user, self.messages, n, Link(f"https://{site}/{name}", site, f"url:{name}"))
            for n, name in enumerate(names)
        ]
        return [one.job for one in requests.submit(self.db, asks, now=clock.now())]

    def claims(self, room=1):
        return leases.claim(
            self.db, worker=self.worker, lane=Lane.HEAVY, room=room, now=clock.now()
        )

    def fails(self):
        """Let the next job fail; its code."""
        (lease,) = self.claims()
        return outcomes.fail(self.db, lease, error="gone", say="failed-gone", now=clock.now())

    def says(self, *words):
        """(exit code, lines on standard output, standard error)"""
        code = cli.main(words)
        out, err = self.capsys.readouterr()
        return code, out.splitlines(), err


@pytest.fixture
def house(short_home, monkeypatch, capsys):
    for name in config.NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHAPAR_HOME", str(short_home))
    monkeypatch.setenv("CHAPAR_ENV_FILE", os.devnull)
    house = House(short_home, capsys)
    yield house
    house.db.close()
