"""Slots, the spare, and the leave to recycle."""

import asyncio
import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from procs.worker.slots import Slots, rooms_of

SPAWN = multiprocessing.get_context("spawn")


def hold(run: Path, pipe: Connection) -> None:
    pipe.send(Slots(run, 1).take())
    signal.pause()


def test_a_slot_of_a_killed_process_is_free_at_once(tmp_path: Path) -> None:
    here, there = SPAWN.Pipe()
    other = SPAWN.Process(target=hold, args=(tmp_path, there))
    other.start()
    assert here.recv() == 0
    assert Slots(tmp_path, 1).take() is None

    os.kill(other.pid or 0, signal.SIGKILL)
    other.join()

    assert Slots(tmp_path, 1).take() == 0


async def test_the_spare_takes_the_slot_that_becomes_free(tmp_path: Path) -> None:
    serving, spare = Slots(tmp_path, 1), Slots(tmp_path, 1)
    serving.take()
    waiting = asyncio.create_task(spare.wait())
    await asyncio.sleep(0)

    serving.free()

    assert await asyncio.wait_for(waiting, 5) == 0


def test_nobody_recycles_without_a_spare(tmp_path: Path) -> None:
    assert not Slots(tmp_path, 1).may_leave()


def test_one_recycles_at_a_time(tmp_path: Path) -> None:
    one, two, spare = (Slots(tmp_path, 2) for _ in range(3))
    spare.spare.take()

    assert one.may_leave()
    assert not two.may_leave()


def test_a_refused_leave_can_be_had_later(tmp_path: Path) -> None:
    one, spare = Slots(tmp_path, 1), Slots(tmp_path, 1)
    assert not one.may_leave()

    spare.spare.take()

    assert one.may_leave()


@pytest.mark.parametrize(("slots", "downloads"), [(2, 8), (3, 8), (8, 32), (4, 2)])
def test_the_rooms_of_all_slots_are_the_downloads_allowed(slots: int, downloads: int) -> None:
    rooms = [rooms_of(n, slots=slots, downloads=downloads) for n in range(slots)]

    assert sum(rooms) == downloads
    assert max(rooms) - min(rooms) <= 1
