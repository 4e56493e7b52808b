"""What the doctor asks of a loopback Telegram: token, sponsors' rights, the clock."""

import asyncio
from pathlib import Path

import pytest

from daemon.doctor import live_checks
from daemon.doctor.diagnosis import Severity
from daemon.doctor.doctor_facts import DoctorFacts
from procs.core import clock
from procs.store.sponsors import sponsor_rows
from procs.telegram.server_clock import CLOCK
from procs.telegram.session import account_probe
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


async def test_sponsors_into_whose_chats_the_bot_may_not_look_are_named_alone(environ, tg, db):
    chats = {
        title: await tg.group(title, broadcast=is_channel, bot=role)
        for title, is_channel, role in (
            *(("Kept", True, "admin"), ("Demoted", True, "member"), ("Lost", True, "admin")),
            ("Group", False, "member"),
        )
    }
    for title, group in chats.items():
        facts = {"chat": group.chat_id, "access": 0, "title": title, "nick": "", "own": False}
        sponsor_rows.add(db, facts | {"link": "https://t.me/x"}, now=clock.now())
    await chats["Lost"].loses(tg.bot)

    found = [one for one in await asked() if one.check == "sponsors"]

    assert {one.says.rpartition(" ")[2]: one.evidence for one in found}.keys() == {
        "Demoted",
        "Lost",
    }
    assert all(one.severity is Severity.ERROR and "admin" in one.fix for one in found)


@pytest.mark.parametrize(
    ("word", "fix"),
    [
        ("400 API_ID_INVALID", "my.telegram.org"),
        ("400 API_ID_PUBLISHED_FLOOD", "of your own"),
        ("400 ACCESS_TOKEN_EXPIRED", "@BotFather"),
        ("420 FLOOD_WAIT_900", "wait"),
    ],
)
async def test_what_telegram_says_to_a_sign_in_leads_to_its_own_remedy(environ, tg, word, fix):
    await tg.fails("auth.importBotAuthorization", word, times=9)

    (found,) = await asked()

    assert found.severity >= Severity.WARNING
    assert fix in found.fix


async def test_a_telegram_that_takes_connections_and_says_nothing_is_left_after_a_while(environ):
    environ.setattr(account_probe, "PROBE_TIMEOUT", 0.5)
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        environ.setenv("CHAPAR_TELEGRAM_SERVER", f"{host}:{port}")

        (found,) = await asked()

    assert (found.severity, found.says) == (Severity.ERROR, "Telegram does not answer")


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hear, and never answer."""
    await reader.read()
    writer.close()


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
