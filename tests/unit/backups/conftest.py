"""What tests of backups share: a home with a database that is used, and words about it."""

from pathlib import Path

import pytest

from daemon.commands import launch
from daemon.console import open_store
from procs import config
from procs.backups import backup_taker
from procs.backups.backup_store import Backup
from procs.config import Settings
from procs.core import clock
from procs.records.job import Ask, Link, Person
from procs.store.database import Database, open_database
from procs.store.people import users
from procs.store.requests import requests


class Home:
    """A home in which requests are made and backups taken."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.texts = {"CHAPAR_HOME": str(folder), **more}
        launch.make_folders(self.settings)
        open_store.prepare(self.settings)

    @property
    def settings(self) -> Settings:
        return config.load(self.texts, env_file=None, need_telegram=False)

    @property
    def path(self) -> Path:
        return self.settings.home / "chapar.db"

    def open(self) -> Database:
        return open_database(self.settings.database_url, run=self.settings.run)

    def asks(self, *names: str) -> None:
        db = self.open()
        try:
            for number, name in enumerate(names):
                ask(db, name, number)
        finally:
            db.close()

    def asked(self) -> list[str]:
        db = self.open()
        try:
            return [key for (key,) in db.all("SELECT key FROM requests ORDER BY id")]
        finally:
            db.close()

    def backs_up(self) -> Backup:
        return backup_taker.take(self.settings, lambda line: None)

    def file(self, backup: Backup) -> Path:
        return self.settings.backup_folder / backup.name


def ask(db: Database, name: str, number: int) -> None:
    users.remember(db, Person(5, "fa", "Somebody"), now=clock.now())
    link = Link(f"https://site.example/{name}", "site.example", f"url:{name}", "best")
    requests.submit(db, [Ask(5, 5, hash(name) % 10**6, number, link)], now=clock.now())


@pytest.fixture
def home(short_home: Path) -> Home:
    return Home(short_home)
