"""A machine whose clock is wrong, against a Telegram that refuses other times as MTProto says."""

import asyncio
from collections.abc import Callable

import pytest

from procs.config import Settings
from procs.core import clock
from procs.core.clock import Now
from procs.telegram import server_clock
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.inbound import Incoming, Press
from procs.telegram.server_clock import UNITS, ServerClock, described
from tests.sandbox.telegram.server import Telegram
from tests.unit.conftest import TOKEN

HOUR = 3600.0


@pytest.fixture(autouse=True)
def fresh_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that never heard of Telegram."""
    monkeypatch.setattr(server_clock.CLOCK, "_base", None)


@pytest.mark.parametrize("ahead", [120.0, -120.0, 2 * HOUR, -2 * HOUR])
async def test_the_bot_signs_in_hears_and_answers_whatever_its_clock_says(
    settings_for: Callable[[Telegram], Settings], ahead: float, caplog: pytest.LogCaptureFixture
) -> None:
    async with Telegram(token=TOKEN) as telegram:
        telegram.ids.ahead = ahead
        session = BotSession(settings_for(telegram))
        heard: asyncio.Queue[str] = asyncio.Queue()

        async def hear(message: Incoming) -> None:
            await heard.put(message.text)

        await session.connect(hear, ignore)
        ali = await telegram.person("Ali")
        await ali.sends("hello")
        async with asyncio.timeout(10):
            assert await heard.get() == "hello"
        assert abs(await session.read_clock_offset() - ahead) < 2
        await session.close()

    (line,) = [one for one in caplog.messages if "clock.wrong" in one]
    assert f"{abs(ahead):.0f} s {'behind' if ahead > 0 else 'ahead of'} Telegram's" in line
    assert "timedatectl" in line


async def ignore(_: Press) -> None:
    """Nobody presses here."""


@pytest.mark.parametrize("step", [2 * HOUR, -2 * HOUR])
def test_a_step_of_the_machines_clock_moves_no_number(
    step: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = ServerClock()
    known.note(int(1_800_000_000 * UNITS))
    real = clock.now

    monkeypatch.setattr(clock, "now", lambda: Now(real().wall + step, real().boot))
    monkeypatch.setattr(clock, "own_wall", lambda: real().wall + step)

    assert abs(known.time() - 1_800_000_000) < 5
    assert not known.refuses(int(1_800_000_000 * UNITS))


def test_a_message_that_was_long_on_its_way_does_not_set_the_clock_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known, began = ServerClock(), clock.steady()
    monkeypatch.setattr(clock, "steady", lambda: began)
    known.note(int(1_800_000_000 * UNITS))

    known.note(int(1_799_999_998 * UNITS))

    assert abs(known.time() - 1_800_000_000) < 0.01


def test_a_clock_that_telegram_set_back_is_gone_by_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known, began = ServerClock(), clock.steady()
    known.note(int(1_800_000_000 * UNITS))

    for later in (61.0, 122.0, 123.0):
        monkeypatch.setattr(clock, "steady", lambda later=later: began + later)
        known.note(int((1_799_990_000 + later) * UNITS))

    assert abs(known.time() - 1_799_990_123) < 0.01


def test_numbers_come_down_slowly_to_a_time_that_turns_out_to_be_earlier(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known, began = ServerClock(), clock.steady()
    monkeypatch.setattr(clock, "steady", lambda: began)
    known.note(int(1_800_000_000 * UNITS))
    for later in (61.0, 122.0):  # two spans in which this process read everything 2 s late
        monkeypatch.setattr(clock, "steady", lambda later=later: began + later)
        known.note(int((1_799_999_998 + later) * UNITS))
    numbers = []
    for later in (122.0, 123.0, 124.0, 170.0):
        monkeypatch.setattr(clock, "steady", lambda later=later: began + later)
        numbers.append(known.number_time() - 1_800_000_000)

    assert [round(one, 2) for one in numbers] == [122.0, 122.95, 123.9, 168.0]
    assert abs(known.time() - 1_800_000_168) < 0.01


def test_a_first_packet_that_is_read_late_brings_no_number_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known, began = ServerClock(), clock.steady()
    monkeypatch.setattr(clock, "steady", lambda: began)
    monkeypatch.setattr(clock, "own_wall", lambda: 1_800_000_000.0)
    first = known.number_time()

    known.note(int(1_799_999_998.5 * UNITS))

    assert known.number_time() >= first - 0.001
    assert abs(known.time() - 1_799_999_998.5) < 0.01


@pytest.mark.parametrize(
    ("offset", "said"),
    [
        (120.0, "this machine's clock is 120 s behind Telegram's"),
        (-7200.4, "this machine's clock is 7200 s ahead of Telegram's"),
    ],
)
def test_a_wrong_clock_is_named_with_its_side(offset: float, said: str) -> None:
    assert described(offset) == said
