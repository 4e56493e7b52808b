"""The bot is killed between any two steps of a status message that speaks for three links: the chat
ends with one message at most, which says what is true."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
from procs.store.database import Database, open_database
from tests.fresh_database import fresh
from tests.sandbox.bot_parts import Hands, until, wants
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import ROOT
from tests.sandbox.telegram.server import Telegram
from tests.unit.bot.status.test_link_groups import THREE, fetches
from tests.unit.conftest import TOKEN
from tests.unit.strict_telegram import tg

__all__ = ["tg"]

CLOSED = "SELECT COUNT(*) FROM requests WHERE closed_at IS NOT NULL"


@pytest.fixture
def environment(tg: Telegram, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = tmp_path_factory.mktemp("h")
    ours = {
        "CHAPAR_API_ID": "12345",
        "CHAPAR_API_HASH": "0" * 32,
        "CHAPAR_BOT_TOKEN": TOKEN,
        "CHAPAR_HOME": str(home),
        "CHAPAR_TELEGRAM_SERVER": tg.address,
        "CHAPAR_TELEGRAM_SERVER_KEY": str(tg.key_path),
        "CHAPAR_ENV_FILE": "/dev/null",
    }
    return {**{k: v for k, v in os.environ.items() if not k.startswith("CHAPAR_")}, **ours}


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    ours = {name: value for name, value in environment.items() if name.startswith("CHAPAR_")}
    return config.load(ours, env_file=None)


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    for folder in (settings.home, settings.run, settings.sessions):
        Path(folder).mkdir(parents=True, exist_ok=True)
    fresh(settings.database_url, run=settings.run)
    db = open_database(settings.database_url, run=settings.run)
    yield db
    db.close()


@asynccontextmanager
async def bot(environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """The real process; killed at the end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "procs.bot"), cwd=ROOT, env=environment
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def said(person: Person) -> list[Message]:
    return [message for message in await person.chat() if not message.mine]


#: Where the bot is killed: in the course of which call, before it was carried out or after.
POINTS = [
    (method, done)
    for method in ("messages.sendMessage", "messages.editMessage", "messages.deleteMessages")
    for done in (False, True)
]
ENDS: dict[str, Callable[[Hands], str]] = {
    "arrives": lambda hands: fetches(hands) or "",
    "fails": lambda hands: hands.fails(hands.claim(), "failed-gone"),
}


@pytest.mark.parametrize("last", ENDS)
@pytest.mark.parametrize(("method", "done"), POINTS)
async def test_one_true_message_is_left_wherever_the_bot_is_killed(
    environment, db, tg, method, done, last
):
    sara = await tg.person("Sara", language="en")
    wants(db, sara.id)
    if (method, last) == ("messages.deleteMessages", "fails"):
        pytest.skip("a last word deletes nothing")
    hold = await tg.holds(method, done=done)
    async with bot(environment) as first:
        await tg.called("updates.getState", times=1, timeout=60)
        await sara.sends(THREE)
        await until(lambda: db.all("SELECT 1 FROM requests"))
        hands, code = Hands(db), ""
        reached = asyncio.ensure_future(hold.reached(30))
        for end in (ENDS["arrives"], ENDS["arrives"], ENDS[last]):
            if method == "messages.editMessage" and not reached.done():
                await sara.sees("3 links")
            code = end(hands) or code
            if method != "messages.deleteMessages":
                await asyncio.wait({reached}, timeout=1.5)
        await reached
        first.kill()
        await first.wait()
    await tg.do("heal")
    async with bot(environment):
        async with asyncio.timeout(30):
            while db.all(CLOSED) != [(3,)]:
                await asyncio.sleep(0.05)
    left = await said(sara)
    if last == "arrives":
        assert left == []
    else:
        (only,) = left
        assert code in only.text
        assert "2 sent" in only.text
        assert [one["text"] for row in only.buttons for one in row] == ["🔁 3"]
