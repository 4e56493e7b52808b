"""Where machines share a database, each tells the chat of its own figures, and one of them of what
all find alike."""

from dataclasses import replace

import pytest

from procs.bot.alerts import alert_text
from procs.config import Settings
from procs.core import clock
from procs.core.clock import Now
from procs.errors.alert_kinds import DISK_SHARE, MEMORY, QUEUE_OLD, WORKERS_DOWN
from procs.keeper.monitor.chat_alerts import REFRESH, ChatAlerts
from procs.keeper.outside.outside_message import ToldAlert
from procs.store.database import Database
from procs.store.health import alerts
from procs.store.machines import machine_rows
from tests.unit.keeper.monitor.test_monitor import Watch, settings

__all__ = ["settings"]


class Chat(ChatAlerts):
    """What one machine's monitor tells the chat, whose clock moves only when told."""

    def __init__(self, db: Database, machine: str) -> None:
        super().__init__(db, machine)
        self.at = 1000.0

    def tells(self, *kinds: str, detail: str = "", after: float = 5.0) -> None:
        self.at += after
        wanted = {kind: ToldAlert(kind, "", 0.0, 0.0, detail) for kind in kinds}
        self.rows = alerts.standing(self.db)
        self.bring(wanted, now=Now(self.at, self.at))
        if self.thread:
            self.thread.join()


def rows(db: Database) -> list[tuple[str, str, int]]:
    """Kind and subject, and how often it was noted."""
    return sorted((one.kind, one.subject, one.count) for one in alerts.standing(db))


def test_a_keeper_that_starts_ends_nothing_of_another_machine(db: Database) -> None:
    Chat(db, "m1").tells(WORKERS_DOWN)

    Chat(db, "m2").tells()

    assert rows(db) == [(WORKERS_DOWN, "m1", 1)]


def test_what_two_machines_have_ends_for_each_by_itself(db: Database) -> None:
    first, second = Chat(db, "m1"), Chat(db, "m2")
    first.tells(MEMORY)
    second.tells(MEMORY)

    first.tells()

    assert rows(db) == [(MEMORY, "m2", 1)]


def test_details_that_change_leave_the_others_alerts_as_they_are(db: Database) -> None:
    first, second = Chat(db, "m1"), Chat(db, "m2")
    for minute in range(4):
        first.tells(MEMORY, detail=f"{81 + minute} %", after=REFRESH)
        second.tells(DISK_SHARE, detail=f"{9 - minute} % free", after=REFRESH)

    assert rows(db) == [(DISK_SHARE, "m2", 1), (MEMORY, "m1", 1)]
    assert {one.detail for one in alerts.standing(db)} == {"84 %", "6 % free"}


@pytest.mark.parametrize("machine", ["", "m1"])
def test_a_row_that_somebody_ended_is_written_again_while_it_is_true(
    db: Database, machine: str
) -> None:
    chat = Chat(db, machine)
    chat.tells(WORKERS_DOWN)
    alerts.clear(db, (WORKERS_DOWN,), machine, now=clock.now())
    chat.tells(WORKERS_DOWN)
    early = rows(db)

    chat.tells(WORKERS_DOWN, after=REFRESH)

    assert (early, rows(db)) == ([], [(WORKERS_DOWN, machine, 1)])


def test_what_all_find_alike_is_told_by_one_of_them_and_goes_on_with_the_next(
    db: Database,
) -> None:
    first, second = Chat(db, "m1"), Chat(db, "m2")
    first.leads = True
    first.tells(QUEUE_OLD)
    second.tells()
    told = rows(db)
    second.tells(QUEUE_OLD)
    second.leads = True  # the first one is gone
    second.tells(QUEUE_OLD)
    goes_on = rows(db)

    second.tells()

    assert (told, goes_on, rows(db)) == ([(QUEUE_OLD, "", 1)], [(QUEUE_OLD, "", 1)], [])


def test_rows_of_the_time_before_machines_had_their_own_end(db: Database) -> None:
    alerts.note(db, MEMORY, now=clock.now(), lasts=True)
    first = Chat(db, "m1")
    first.leads = True

    first.tells(MEMORY)

    assert rows(db) == [(MEMORY, "m1", 1)]


def shared(db: Database, settings: Settings, roles: str) -> Settings:
    """Those of m1, which goes on to beat for as long as a test looks."""
    now = clock.now()
    facts = {"boot": "b", "home": "/srv", "roles": roles, "slots": 2, "version": "1"}
    machine_rows.beat(db, "m1", **facts, now=replace(now, boot=now.boot + 3600))
    return replace(settings, database_url="postgresql://db.example/chapar", machine="m1")


@pytest.mark.parametrize(("roles", "leads"), [("worker,keeper", True), ("worker", False)])
def test_a_monitor_knows_its_machine_and_whether_it_tells_what_is_common(
    db: Database, settings: Settings, roles: str, leads: bool
) -> None:
    watch = Watch(db, shared(db, settings, roles)).looks_for(120)

    assert (WORKERS_DOWN, "m1", 1) in rows(db)
    assert watch.monitor.chat.leads is leads


def test_what_another_machine_told_for_all_goes_on_until_this_one_sees_its_end(
    db: Database, settings: Settings
) -> None:
    alerts.note(db, QUEUE_OLD, now=clock.now(), lasts=True)
    watch = Watch(db, shared(db, settings, "keeper")).looks_for(300)
    before = watch.rows()

    watch.looks_for(600)

    assert (QUEUE_OLD in before, QUEUE_OLD in watch.rows()) == (True, False)


@pytest.mark.parametrize(
    ("language", "first"),
    [
        ("en", "🔴 on m1, m2: the memory is nearly used up"),
        ("fa", "🔴 روی سرور "),
    ],
)
def test_admins_read_on_which_machines_it_is(language: str, first: str) -> None:
    facts = {"kind": MEMORY, "detail": "", "word": "new", "seconds": 60, "job": 0, "worker": ""}
    body = [{**facts, "count": 1, "lasts": True, "subject": name} for name in ("m1", "m2", "")]
    several, alone = alert_text.render(language, body[:2]), alert_text.render(language, body[2:])

    strip = str.maketrans("", "", "\u2066\u2067\u2068\u2069\u200e\u200f")
    assert several.translate(strip).startswith(first)
    assert "m1" in several
    assert first[2:] not in alone.translate(strip)
