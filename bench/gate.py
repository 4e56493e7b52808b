"""`make bench-gate`: milliseconds that four sponsors add to a link, known and asked anew.

`make bench-admin` has these figures too; alone they take seconds.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from procs import config
from procs.core import clock
from procs.records.job import Person as Known
from procs.store.database import migrate, open_database
from procs.store.sponsors import sponsor_rows
from procs.telegram.chat.inbound import Incoming
from tests.sandbox.bot_parts import running
from tests.sandbox.telegram.server import Telegram

TOKEN = "777000001:AAsandboxsandboxsandboxsandboxsandb"
#: Sponsors of which the person is a member, and links of each figure, each of another person live.
SPONSORS, LINKS = 4, 50
GOALS = {"gate_ms_cached": 2.0, "gate_ms_live": 300.0}


async def measure() -> dict[str, float]:
    """The medians over all links."""
    with tempfile.TemporaryDirectory(prefix="cg") as home:
        async with Telegram(token=TOKEN) as telegram:
            return await figures(telegram, Path(home))


async def figures(telegram: Telegram, home: Path) -> dict[str, float]:
    """Median milliseconds of the gate, with its answers kept and asked anew of Telegram."""
    settings = config.load(
        {
            "CHAPAR_API_ID": "12345",
            "CHAPAR_API_HASH": "0" * 32,
            "CHAPAR_BOT_TOKEN": TOKEN,
            "CHAPAR_HOME": str(home),
            "CHAPAR_TELEGRAM_SERVER": telegram.address,
            "CHAPAR_TELEGRAM_SERVER_KEY": str(telegram.key_path),
        },
        env_file=None,
    )
    migrate(settings.database_url, run=settings.run)
    people = [await telegram.person(f"Person {place}") for place in range(LINKS)]
    chats = [
        await telegram.group(f"Sponsor {place}", *people, bot="admin", broadcast=True)
        for place in range(SPONSORS)
    ]
    db = open_database(settings.database_url, run=settings.run)
    async with running(settings) as bot:
        for person in people:
            await person.starts()
        await asyncio.gather(*(person.sees(lambda m: m.text, 60) for person in people))
        for chat in chats:
            facts = {"chat": chat.chat_id, "access": 0, "title": chat.title, "nick": ""}
            facts |= {"link": "https://t.me/sponsor_tg", "own": False}
            sponsor_rows.add(db, facts, now=clock.now())
        told = [Incoming(Known(one.id), one.id, 0, 1_000_000, "") for one in people]
        live = [await took(bot.intake.sponsors.holds(one)) for one in told]
        cached = [await took(bot.intake.sponsors.holds(one)) for one in told]
    db.close()
    medians = statistics.median(cached), statistics.median(live)
    return dict(zip(GOALS, medians, strict=True))


async def took(work: object) -> float:
    """Milliseconds of one passage; it must let the person pass."""
    begun = time.perf_counter()
    held = await work  # type: ignore[misc]
    assert held is False
    return (time.perf_counter() - begun) * 1000


def main() -> int:
    found = asyncio.run(measure())
    print(json.dumps({name: round(value, 3) for name, value in found.items()}))
    return 0 if all(found[name] <= goal for name, goal in GOALS.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
