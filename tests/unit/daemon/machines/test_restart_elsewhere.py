"""A rolling restart of another machine: what is refused, and what comes back of it."""

import asyncio
import os
from contextlib import closing

import pytest

from daemon.command_error import NotServing, Refusal, RestartUnderWay
from daemon.machines import restart_elsewhere
from procs.core import clock
from procs.core.clock import Now
from procs.store.database import open_database
from procs.store.machines import machine_rows, restart_orders
from tests.sandbox.house import house

__all__ = ["house"]


def beat(house, name, *, ago=0.0):
    now = clock.now()
    facts = {"boot": "b", "home": "/srv/c", "roles": "worker", "slots": 2, "version": "1"}
    machine_rows.beat(house.db, name, **facts, now=Now(now.wall - ago, now.boot - ago))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("m9", "'m9' is no machine; there are m2, m3, m4"),
        ("m3", "m3 is silent: nothing is restarted there; see chapar status"),
        ("m4", "m4 was stopped: nothing is restarted there; see chapar status"),
    ],
)
def test_a_machine_that_cannot_obey_is_refused_in_a_sentence(house, name, why):
    beat(house, "m2")
    beat(house, "m3", ago=61)
    beat(house, "m4")
    machine_rows.leave(house.db, "m4", now=clock.now())

    assert house.says("rolling-restart", name) == (1, [], f"chapar: {why}\n")
    assert restart_orders.due(house.db, name) == []


def test_one_restart_of_a_machine_at_a_time(house):
    beat(house, "m2")
    restart_orders.give(house.db, "m2", now=clock.now())

    with pytest.raises(RestartUnderWay, match="a rolling restart of m2 is under way already"):
        restart_elsewhere.restart(house.db, "m2", print)


def test_an_order_that_no_keeper_takes_is_withdrawn(house, monkeypatch):
    monkeypatch.setattr(restart_elsewhere, "UNTAKEN", 0.1)
    beat(house, "m2")

    with pytest.raises(NotServing, match="the keeper of m2 did not take the order"):
        restart_elsewhere.restart(house.db, "m2", print)

    assert restart_orders.due(house.db, "m2") == []


async def test_what_is_said_there_is_printed_here_and_its_end_is_the_commands(house):
    beat(house, "m2")
    said: list[str] = []

    def ask() -> int:
        with closing(open_database(house.url, run=house.run)) as db:
            return restart_elsewhere.restart(db, "m2", said.append)

    asked = asyncio.create_task(asyncio.to_thread(ask))
    async with asyncio.timeout(30):
        while not (found := restart_orders.due(house.db, "m2")):
            await asyncio.sleep(0.01)
        assert restart_orders.take(house.db, found[0].id, os.getpid())
        restart_orders.note(house.db, found[0].id, "worker:worker-00: asked to make room")
        while not said:
            await asyncio.sleep(0.01)
        machine_rows.leave(house.db, "m2", now=clock.now())  # its keeper is being replaced
        restart_orders.note(house.db, found[0].id, "keeper: told to stop")
        while len(said) < 2:
            await asyncio.sleep(0.01)
        restart_orders.note(house.db, found[0].id, "gave up waiting for worker:worker-00")
        restart_orders.end(house.db, found[0].id, 3)

        assert await asked == 3
    assert said == [
        "worker:worker-00: asked to make room",
        "keeper: told to stop",
        "gave up waiting for worker:worker-00",
    ]


def test_all_machines_go_in_turn_and_the_first_that_fails_is_the_last(house, monkeypatch):
    for name in ("m1", "m2", "m3"):
        beat(house, name)
    machine_rows.leave(house.db, "m3", now=clock.now())
    codes, said = {"m1": 0, "m2": 3}, []
    ended: list[str] = []
    monkeypatch.setattr(restart_elsewhere, "restart", lambda db, name, say: codes[name])

    assert restart_elsewhere.restart_all(house.db, said.append, lambda: ended.append("") or 0) == 3

    assert said == ["m1:", "m2:", "m2 was not restarted whole: nothing more is restarted"]
    assert not ended


def test_a_database_of_one_machine_has_no_other(house):
    with pytest.raises(Refusal, match="the database belongs to one machine"):
        restart_elsewhere.restart(house.db, "m2", print)
