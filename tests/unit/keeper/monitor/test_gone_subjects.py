"""Alerts about what is not there any more end by themselves: nobody else would see them end."""

from dataclasses import replace
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
from procs.core import clock, disk
from procs.errors import alert_kinds
from procs.keeper.monitor.gone_subjects import GoneSubjects
from procs.store.database import Database
from procs.store.health import alerts, low_disks
from procs.store.limits import revoked_sessions
from procs.store.machines import machine_rows

LINK = "https://vimeo.com/1"


@pytest.fixture
def settings(short_home: Path) -> Settings:
    cookies, sites = short_home / "a.txt", short_home / "sites.toml"
    cookies.write_text(".vimeo.com\tTRUE\t/\tTRUE\t0\tmember\tyes\n")
    cookies.chmod(0o600)
    sites.write_text(f'["vimeo"]\ncookies = ["{cookies}"]\ncheck = ["{LINK}"]\n')
    environ = {"CHAPAR_HOME": str(short_home), "CHAPAR_SITES": str(sites), "CHAPAR_WORKERS": "2"}
    return config.load(environ, Path("/dev/null"), need_telegram=False)


#: Of each kind: what is there, and what is not.
SUBJECTS = {
    alert_kinds.ENDING: ("vimeo a.txt", ["vimeo b.txt", "youtube a.txt", ""]),
    alert_kinds.REFUSED: ("vimeo a.txt", ["vimeo b.txt", "youtube a.txt"]),
    alert_kinds.TURNED_LINK: (f"vimeo {LINK}", [f"vimeo {LINK}2", f"youtube {LINK}"]),
    alert_kinds.LOW: (disk.host(), ["the-host-of-before"]),
    alert_kinds.EGRESS_OPEN: (disk.host(), ["the-host-of-before"]),
    alert_kinds.REVOKED: ("slot-1", ["slot-2", "slot-17"]),
    alert_kinds.SIGN_IN: ("bot", ["slot-2"]),
    alert_kinds.MEMORY: ("", ["a-machine-of-before"]),
}


@pytest.mark.parametrize("kind", SUBJECTS)
def test_what_is_gone_is_over_and_what_is_there_goes_on(
    db: Database, settings: Settings, kind: str
) -> None:
    there, gone = SUBJECTS[kind]
    for subject in (there, *gone):
        alerts.note(db, kind, subject, now=clock.now(), lasts=True)

    GoneSubjects(db, settings).end()

    assert [one.subject for one in alerts.standing(db)] == [there]


def test_a_sponsor_that_was_removed_is_missed_by_nobody(db: Database, settings: Settings) -> None:
    alerts.note(db, alert_kinds.SPONSOR_LOST, "Film News", now=clock.now(), lasts=True)

    GoneSubjects(db, settings).end()

    assert alerts.standing(db) == []


def test_the_low_disk_of_a_host_that_has_another_name_now_keeps_nobody_waiting(
    db: Database, settings: Settings
) -> None:
    """As in a container that was made anew: its host's name is another one each time."""
    for host in ("3f2a9c", disk.host()):
        low_disks.note_low(db, host, free=1, now=clock.now())

    GoneSubjects(db, settings).end()

    assert list(low_disks.low(db)) == [disk.host()]


def test_the_lost_sign_in_of_a_slot_that_there_is_no_longer_is_forgotten(
    db: Database, settings: Settings
) -> None:
    for name in ("bot", "slot-1", "slot-2"):
        revoked_sessions.note_lost(db, name, mark="1:a", why="revoked", now=clock.now())

    GoneSubjects(db, settings).end()

    assert [one.name for one in revoked_sessions.unresolved(db)] == ["bot", "slot-1"]


@pytest.fixture
def shared(db: Database, settings: Settings) -> Settings:
    """Those of a machine that shares its database with another."""
    facts = {"boot": "b", "home": "/srv", "roles": "worker", "slots": 2, "version": "1"}
    machine_rows.beat(db, "two", **facts, now=clock.now())
    return replace(settings, database_url="postgresql://db.example/chapar", machine="one")


def test_what_may_be_another_machines_is_left_to_it(db: Database, shared: Settings) -> None:
    """Where machines share a database, each has rules and slots of its own."""
    subjects = {
        alert_kinds.ENDING: "youtube b.txt/two",
        alert_kinds.REFUSED: "vimeo a.txt/one",
        alert_kinds.TURNED_LINK: "youtube https://youtu.be/1",
        alert_kinds.REVOKED: "slot-9-two",
        alert_kinds.MEMORY: "two",
    }
    for kind, subject in subjects.items():
        alerts.note(db, kind, subject, now=clock.now(), lasts=True)
    gone = {
        alert_kinds.ENDING: ("vimeo a.txt", "youtube b.txt/one", "youtube b.txt/gone-machine"),
        alert_kinds.REVOKED: ("slot-9-one",),
        alert_kinds.LOW: ("gone-machine",),
        alert_kinds.MEMORY: ("gone-machine",),
    }
    for kind, subject in ((kind, one) for kind, named in gone.items() for one in named):
        alerts.note(db, kind, subject, now=clock.now(), lasts=True)

    GoneSubjects(db, shared).end()

    assert {one.kind: one.subject for one in alerts.standing(db)} == subjects


def test_a_lost_sign_in_goes_with_its_machine(db: Database, shared: Settings) -> None:
    """The last one is from the time before machines shared the database."""
    for name in ("bot-one", "bot-two", "bot-three", "slot-0-one", "slot-0-three", "slot-0"):
        revoked_sessions.note_lost(db, name, mark="1:a", why="revoked", now=clock.now())
        alerts.note(db, alert_kinds.REVOKED, name, now=clock.now(), lasts=True)

    GoneSubjects(db, shared).end()

    left = ["bot-one", "bot-two", "slot-0-one"]
    assert [one.name for one in revoked_sessions.unresolved(db)] == left
    assert sorted(one.subject for one in alerts.standing(db)) == left
