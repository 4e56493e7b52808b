"""A run that ends without a result says why in one sentence, or shows its trace."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bench.load import __main__ as load
from bench.load import failures
from bench.load.scenario import Scenario
from bench.load.trial import Trial
from daemon.command_error import NotUp
from procs.errors import StoreError
from tests.sandbox.stack import PATIENCE, Stack
from tests.sandbox.telegram.desk import Refused

GONE = ConnectionError("the loopback Telegram is gone")


class Ended(Trial):
    """One whose run ends with an error."""

    def __init__(self, error: Exception) -> None:
        super().__init__(Scenario("x", seconds=1, per_second=1), print)
        self.error = error

    async def run(self) -> dict[str, Any]:
        raise self.error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (TimeoutError(), "took longer than it may"),
        (StoreError("the database is gone"), "the database is gone"),
        (Refused(420, "FLOOD_WAIT"), "420 FLOOD_WAIT"),
        (NotUp("Connection refused"), "Connection refused"),
        (ExceptionGroup("unhandled errors", [GONE, ExceptionGroup("", [GONE])]), str(GONE)),
    ],
)
def test_what_ends_a_run_is_one_sentence(error, words, capsys):
    code = load.run(Ended(error))

    told = capsys.readouterr().err
    assert code == 1
    assert told.startswith("chapar load: ")
    assert told.count(words) == 1
    assert told.count("\n") == 1


@pytest.mark.parametrize("error", [KeyError("at"), ExceptionGroup("", [GONE, KeyError("at")])])
def test_a_mistake_in_the_load_itself_keeps_its_trace(error):
    assert failures.sentence(error) == ""
    if isinstance(error, ExceptionGroup):
        with pytest.raises(ExceptionGroup):
            load.run(Ended(error))


def test_a_product_that_is_given_a_long_grace_is_waited_for_as_long(tmp_path):
    assert Stack(tmp_path, drain_grace="5m").ending == 300 + PATIENCE


class Half(Trial):
    """One whose stack cannot be prepared, as on a full disk."""

    homes: tuple[Path, ...] = ()

    def made(self, settings: dict[str, Any]) -> Stack:
        stack = super().made(settings)
        self.homes = (stack.home,)
        return stack

    def prepare(self, stack: Stack) -> None:
        super().prepare(stack)
        raise OSError(28, "No space left on device")


def test_a_stack_that_is_not_ready_leaves_no_folder():
    half = Half(Scenario("x", seconds=1, per_second=1), print)

    with pytest.raises(OSError, match="No space"):
        asyncio.run(half.run())

    assert [home for home in half.homes if home.exists()] == []
    assert half.homes
