"""Slots, posts, the spare, and the leave to recycle."""

import asyncio
import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from procs.worker.process.slots import POST_LOOK, LockRow, SlotLocks, rooms_of

SPAWN = multiprocessing.get_context("spawn")


def hold(run: Path, pipe: Connection) -> None:
    pipe.send(LockRow(run, 1).take())
    signal.pause()


def test_what_a_killed_process_held_is_free_at_once(tmp_path: Path) -> None:
    here, there = SPAWN.Pipe()
    other = SPAWN.Process(target=hold, args=(tmp_path, there))
    other.start()
    assert here.recv() == 0
    assert LockRow(tmp_path, 1).take() is None

    os.kill(other.pid or 0, signal.SIGKILL)
    other.join()

    assert LockRow(tmp_path, 1).take() == 0


async def test_the_spare_follows_on_the_post_that_is_given_away(tmp_path: Path) -> None:
    serving, spare = SlotLocks(tmp_path, 1), SlotLocks(tmp_path, 1)
    serving.posts.take()
    waiting = asyncio.create_task(spare.wait_for_post())
    await asyncio.sleep(0)

    assert serving.may_leave()
    assert not serving.is_replaced()

    assert await asyncio.wait_for(waiting, 5) == 0
    assert serving.is_replaced()


def test_nobody_recycles_without_a_spare(tmp_path: Path) -> None:
    alone = SlotLocks(tmp_path, 1)
    alone.posts.take()

    assert not alone.may_leave()
    assert alone.posts.mine == 0


def test_one_recycles_at_a_time(tmp_path: Path) -> None:
    one, two, spare = (SlotLocks(tmp_path, 2) for _ in range(3))
    for serving in (one, two):
        serving.posts.take()
    spare.spare.take()

    assert one.may_leave()
    assert not two.may_leave()


def test_a_refused_leave_can_be_had_later(tmp_path: Path) -> None:
    one, spare = SlotLocks(tmp_path, 1), SlotLocks(tmp_path, 1)
    one.posts.take()
    assert not one.may_leave()

    spare.spare.take()

    assert one.may_leave()


def test_there_is_a_slot_for_the_spare_too(tmp_path: Path) -> None:
    places = [SlotLocks(tmp_path, 2) for _ in range(4)]

    assert [place.slots.take() for place in places] == [0, 1, 2, None]


@pytest.mark.parametrize(("posts", "downloads"), [(2, 8), (3, 8), (8, 32), (4, 2)])
def test_the_rooms_of_all_posts_are_the_downloads_allowed(posts: int, downloads: int) -> None:
    rooms = [rooms_of(n, posts=posts, downloads=downloads) for n in range(posts)]

    assert sum(rooms) == downloads
    assert max(rooms) - min(rooms) <= 1


async def test_the_spare_is_woken_when_the_process_at_a_post_is_killed(tmp_path: Path) -> None:
    here, there = SPAWN.Pipe()
    serving = SPAWN.Process(target=hold, args=(tmp_path / "posts", there))
    serving.start()
    assert here.recv() == 0
    waiting = asyncio.create_task(SlotLocks(tmp_path, 1).wait_for_post())
    await asyncio.sleep(0.3)

    os.kill(serving.pid or 0, signal.SIGKILL)
    began = asyncio.get_running_loop().time()

    assert await waiting == 0
    assert asyncio.get_running_loop().time() - began < POST_LOOK / 2
    serving.join()


async def test_a_spare_that_waits_looks_at_the_posts_only_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving, looks = SlotLocks(tmp_path, 1), []
    serving.posts.take()
    take = LockRow.take
    monkeypatch.setattr(LockRow, "take", lambda row: (looks.append(row), take(row))[1])
    waiting = asyncio.create_task(SlotLocks(tmp_path, 1).wait_for_post())

    await asyncio.sleep(1.0)

    assert len(looks) == 1
    waiting.cancel()
