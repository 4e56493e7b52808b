"""Work of the bot that is repeated: one failure neither ends it nor vanishes."""

import asyncio

import pytest

from procs.bot.conversation.failure_boundary import repeat
from procs.errors import TelegramAway


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


async def test_work_that_is_repeated_ends_when_it_is_cancelled():
    looks = Looks()
    running = asyncio.create_task(repeat(looks.look, 60.0))
    await looks.over.wait()

    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
