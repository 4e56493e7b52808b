"""Work of the bot that is repeated: one failure neither ends it nor vanishes."""

import asyncio

import pytest

from procs.bot.conversation.failure_boundary import repeat, until_tick
from procs.errors import StoreError, TelegramAway


class Looks:
    """Fails at its first looks by these errors, and is over at the look after them."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.over = asyncio.Event()

    async def look(self) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.over.set()


@pytest.mark.parametrize("error", [RuntimeError("ours"), TelegramAway("theirs")])
async def test_a_look_that_fails_is_logged_once_and_repeated(error, caplog):
    looks = Looks(error)
    running = asyncio.create_task(repeat(looks.look, 0.0))

    await looks.over.wait()

    running.cancel()
    (line,) = (record for record in caplog.records if record.name == "chapar")
    assert str(error) in caplog.text
    assert line.levelname in {"ERROR", "WARNING"}


async def test_a_database_that_refuses_is_no_failure_of_the_look_and_is_told_once(caplog):
    """Another program locks it: each look had a trace and a code, as for a fault of ours."""
    looks = Looks(*(StoreError("the database is locked by another program") for _ in range(3)))
    running = asyncio.create_task(repeat(looks.look, 0.0))

    await looks.over.wait()

    running.cancel()
    (line,) = (record for record in caplog.records if record.name == "chapar")
    assert (line.levelname, line.exc_info) == ("WARNING", None)
    assert "look.late whose=Looks.look" in line.getMessage()


async def test_work_that_is_repeated_ends_when_it_is_cancelled():
    looks = Looks()
    running = asyncio.create_task(repeat(looks.look, 60.0))
    await looks.over.wait()

    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize(("now", "wait"), [(100.0, 0.2), (100.07, 0.13), (100.199, 0.201)])
async def test_what_is_repeated_comes_at_the_same_instants(monkeypatch, now, wait):
    """A tick that is there, or all but there, is not waited for."""
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
    found = until_tick(0.2)
    monkeypatch.undo()
    assert found == pytest.approx(wait)


async def test_a_tick_is_never_further_than_its_interval_and_a_moment():
    assert until_tick(0.0) == 0.0
    assert all(
        0.0 < until_tick(interval) <= interval + 0.005 for interval in (0.01, 0.2, 1.0, 60.0)
    )
