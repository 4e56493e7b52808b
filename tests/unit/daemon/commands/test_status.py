"""`chapar status` as text."""

import dataclasses
import os
import socket
from pathlib import Path

import pytest

from daemon.commands import status
from daemon.supervisor.control import ProcessState
from procs import config
from procs.store.health.alerts import Alert
from procs.store.health.workers import Worker
from procs.store.limits.revoked_sessions import RevokedSession
from procs.store.reports.system_report import Overview

WORKER = Worker(
    id=1, name="w00-11", host=socket.gethostname(), boot="b", pid=11, started=1, slot=1,
    state="serving", jobs=7, entered_at=0.0, served_at=0.0, beat_at=0.0,
)  # fmt: skip
SPARE = dataclasses.replace(WORKER, pid=12, slot=None, state="spare", jobs=0)
COUNTS = {"heavy": {"leased": 2, "queued": 1, "waiting": 0, "later": 3}, "light": {}}
STORE = Overview(workers=[WORKER, SPARE], jobs=COUNTS, oldest=40.0, requests_today={"delivered": 9})


def process(name, pid, state="RUNNING", group="worker"):
    return ProcessState(group, name, state, pid=pid, since=100.0, now=161.0)


@pytest.fixture
def settings():
    return config.load({"CHAPAR_HOME": "/srv/c"}, Path(os.devnull), need_telegram=False)


def test_workers_stand_with_their_place_and_jobs(settings):
    running = [process("worker-00", 11), process("worker-01", 12), process("worker-02", 13)]
    lines = status.render(status.Status(settings, running, STORE)).splitlines()

    assert lines[3].split() == ["worker:worker-00", "RUNNING", "11", "1:01", "slot", "1", "7"]
    assert lines[4].split() == ["worker:worker-01", "RUNNING", "12", "1:01", "spare", "0"]
    assert lines[5].split() == ["worker:worker-02", "RUNNING", "13", "1:01", "starts"]


def test_the_queue_is_told_also_when_nothing_runs(settings):
    text = status.render(status.Status(settings, None, STORE))
    assert "not running" in text
    assert "2 leased, 1 queued, 0 waiting, 3 later" in text
    assert "40 seconds" in text
    assert "9 delivered" in text


def test_a_lost_sign_in_of_another_machine_is_named_and_no_fault_of_this_one(settings):
    shared = dataclasses.replace(
        settings, database_url="postgresql://db.example/chapar", machine="m1"
    )
    names = ("slot-1-m1", "bot-m2")
    lost = {name: RevokedSession(name, "1:a", "SESSION_REVOKED", 0.0) for name in names}
    running = [process("bot", 11, group="bot")]
    mine, others = (status.Status(shared, running, STORE, lost=[lost[name]]) for name in names)

    assert (mine.all_run, others.all_run) == (False, True)
    assert "rm /srv/c/sessions/slot-1.session*" in status.render(mine)
    assert "on the machine m2: chapar status there" in status.render(others)


def test_alerts_stand_with_their_remedy_and_admins_who_hear_of_none_with_theirs(settings):
    alarm = Alert("bot-check", "a.example", False, 3, 0, 5.0, 9.0, None, None, 1, "", "")
    it = status.Status(settings, None, STORE, alarms=[alarm], deaf=[(42, 0.0, "USER_IS_BLOCKED")])

    text = status.render(it)

    assert "ALERT bot-check a.example: 3 times since" in text
    assert "another egress" in text
    assert "admin 42 hears of no alert" in text


def test_a_bot_left_out_on_purpose_is_not_missed(settings):
    out = dataclasses.replace(process("bot", 0, "STOPPED", "bot"), since=0.0)
    assert status.Status(settings, [out], None).all_run
    dead = process("bot", 0, "FATAL", "bot")
    assert not status.Status(settings, [dead], None).all_run


def test_what_is_missing_is_named(settings):
    settings = dataclasses.replace(settings, workers=2)
    there = [process("worker-00", 11), process("worker-01", 12), process("worker-02", 13)]
    bot = process("bot", 9, "STARTING", "bot")
    assert status.Status(settings, [*there, bot], STORE).missing == [
        *("bot is STARTING", "worker:worker-02 starts", "1 of 2 workers serve")
    ]
    served = dataclasses.replace(STORE, workers=[WORKER, SPARE])
    one = dataclasses.replace(settings, workers=1)
    assert status.Status(one, there[:2], served).missing == []
    assert status.Status(one, None, served).missing == ["supervisord does not answer"]


def test_workers_of_an_earlier_start_are_not_counted(settings):
    fresh = [process("worker-00", 21), process("worker-01", 22)]
    one = dataclasses.replace(settings, workers=1)
    assert status.Status(one, fresh, STORE).missing == [
        *("worker:worker-00 starts", "worker:worker-01 starts", "0 of 1 workers serve")
    ]


ROOM = status.DiskStatus(free=10 << 40, promised=[], low_since=None, kept=0)
BOTH = [process("worker-00", 11), process("worker-01", 12)]


def test_all_runs_while_a_worker_serves_on_a_disk_with_room(settings):
    paused = [("all", 0.0, "by hand")]
    assert status.Status(settings, BOTH, STORE, disk=ROOM).all_run
    assert status.Status(settings, BOTH, STORE, paused, disk=ROOM).all_run


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({"free": 1 << 20}, "LOW: no download starts below 1 GB free"),
        ({"low_since": 5.0}, "LOW since 1970-01-01"),
        ({"below": 1 << 20}, "FULL: 1 MB free where the database lies"),
    ],
)
def test_a_disk_on_which_no_download_starts_is_a_fault(settings, facts, line):
    short = status.Status(settings, BOTH, STORE, disk=dataclasses.replace(ROOM, **facts))
    assert not short.all_run
    assert line in status.render(short)


def test_workers_of_which_none_serves_are_a_fault(settings):
    idle = dataclasses.replace(STORE, workers=[SPARE])
    nobody = status.Status(settings, BOTH, idle, disk=ROOM)
    assert not nobody.all_run
    assert "NO WORKER SERVES" in status.render(nobody)


def test_a_supervisord_that_cannot_be_asked_is_shown_with_what_runs_below_it(settings):
    mute = status.SilentSupervisor(
        7, "timed out", [status.process_tree.RunningProcess(8, 7, "worker")]
    )
    text = status.render(it := status.Status(settings, None, STORE, disk=ROOM, mute=mute))
    assert not it.all_run
    assert "supervisord runs (pid 7) and cannot be asked (timed out); chapar stop" in text
    assert "worker     8" in text
