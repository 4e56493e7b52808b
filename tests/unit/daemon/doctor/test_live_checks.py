"""What the doctor asks of a loopback Telegram: token, sponsors' rights, the clock."""

import asyncio
from pathlib import Path

import pytest

from daemon.doctor import live_checks
from daemon.doctor.diagnosis import Severity
from daemon.doctor.doctor_facts import DoctorFacts
from procs.telegram.server_clock import CLOCK
from tests.sandbox.telegram.server import Telegram
from tests.unit.conftest import TOKEN


@pytest.fixture
def environ(tg: Telegram, short_home: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in (
        *(("HOME", str(short_home)), ("ENV_FILE", "/dev/null"), ("API_ID", "12345")),
        *(("API_HASH", "0" * 32), ("BOT_TOKEN", TOKEN)),
        *(("TELEGRAM_SERVER", tg.address), ("TELEGRAM_SERVER_KEY", str(tg.key_path))),
    ):
        monkeypatch.setenv(f"CHAPAR_{name}", value)
    return monkeypatch


async def asked():
    """The findings, from a thread: the check has a loop of its own."""

    def look():
        with DoctorFacts(live=True) as facts:
            return list(live_checks.telegram(facts))

    return await asyncio.to_thread(look)


async def test_a_right_token_is_signed_in_and_the_clock_is_compared(environ, short_home):
    found = {one.check: one for one in await asked()}

    assert (found["telegram"].severity, found["clock"].severity) == (Severity.OK, Severity.OK)
    assert list(short_home.glob("sessions/*")) == []


async def test_a_wrong_token_is_refused_with_telegrams_word_and_where_to_get_one(environ):
    environ.setenv("CHAPAR_BOT_TOKEN", TOKEN[:-3] + "xyz")

    (found,) = await asked()

    assert (found.severity, "TOKEN" in found.evidence) == (Severity.ERROR, True)
    assert "@BotFather" in found.fix


async def test_a_telegram_that_is_away_is_named_so(environ):
    environ.setenv("CHAPAR_TELEGRAM_SERVER", "127.0.0.1:9")

    (found,) = await asked()

    assert (found.severity, found.says) == (Severity.ERROR, "Telegram does not answer")


@pytest.mark.parametrize(
    ("by", "is_wrong"), [(0.4, False), (-9.0, False), (7200, True), (-40, True)]
)
def test_a_clock_that_is_far_from_telegrams_is_wrong(by, is_wrong):
    (found,) = live_checks.skewed(by)

    assert (found.severity is Severity.ERROR) == is_wrong


@pytest.mark.parametrize("ahead", [120.0, -120.0])
async def test_a_clock_that_telegram_would_refuse_is_named_beside_the_sign_in(environ, tg, ahead):
    environ.setattr(CLOCK, "_base", None)  # as in a process that never heard of Telegram
    tg.ids.ahead = ahead

    found = {one.check: one for one in await asked()}

    assert found["telegram"].severity is Severity.OK
    assert found["clock"].severity is Severity.ERROR
    assert found["clock"].evidence.startswith("-1" if ahead > 0 else "+1")
