"""Checks that ask others: Telegram with the token, and downloads of our own and the operator's
pages. Each can take as long as its network does."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from daemon.doctor.diagnosis import Finding, Severity, fine
from daemon.doctor.doctor_facts import DoctorFacts
from procs.engine.releases.versions import EngineRefused, Versions
from procs.engine.updates import smoke_test
from procs.errors import (
    SessionRevoked,
    TelegramAway,
    TelegramRefused,
    TelegramWait,
    alert_kinds,
    remedies,
)
from procs.keeper.engine_updates import trial
from procs.store.sponsors import sponsor_rows

#: Seconds by which the clock may differ from Telegram's; MTProto refuses messages that are half a
#: minute ahead or five minutes behind.
SKEW = 10.0
#: What to do about what Telegram says of an application or a token.
REFUSAL_FIXES = {
    "API_ID_INVALID": "CHAPAR_API_ID and CHAPAR_API_HASH: copy both from https://my.telegram.org/apps",
    "API_ID_PUBLISHED_FLOOD": "make an application of your own at https://my.telegram.org/apps",
}
TOKEN = "CHAPAR_BOT_TOKEN: take the present one from @BotFather: /mybots, API Token"


def telegram(facts: DoctorFacts) -> Iterator[Finding]:
    """Telegram takes the application and the token, and agrees about the time."""
    from procs.telegram.session import account_probe  # half a second, and may be broken

    settings = facts.reading.settings
    if settings is None:
        return  # `settings` says what is missing
    chats = sponsor_rows.listed(facts.db) if facts.db else []
    keep = facts.db is not None
    try:
        seen = asyncio.run(account_probe.look(settings, chats, keep=keep))
    except account_probe.ProbeBusy as error:
        yield Finding("telegram", Severity.HINT, "not asked", str(error), "wait for the other one")
    except TelegramWait as error:
        says = "Telegram lets nobody sign in for a while"
        fix = "wait; do not run this more often than every few minutes"
        yield Finding("telegram", Severity.WARNING, says, str(error), fix)
    except TelegramAway as error:
        fix = "see that this machine reaches Telegram (TCP port 443), or CHAPAR_TELEGRAM_SERVER"
        yield Finding("telegram", Severity.ERROR, "Telegram does not answer", str(error), fix)
    except (SessionRevoked, TelegramRefused) as error:
        name = str(error).rpartition(" ")[2]
        fix = next((words for code, words in REFUSAL_FIXES.items() if code in str(error)), TOKEN)
        yield Finding("telegram", Severity.ERROR, "Telegram refuses the sign-in", name, fix)
    else:
        yield fine("telegram", f"signed in as @{seen.nick}", f"id {seen.id}")
        yield from skewed(seen.skew)
        for title, why in seen.blind:
            fix = remedies.of(alert_kinds.SPONSOR_LOST) or ""
            says = f"the bot cannot check who joined {title}"
            yield Finding("sponsors", Severity.ERROR, says, why, fix)


def skewed(by: float) -> Iterator[Finding]:
    """The finding about the clock, which differs from Telegram's by so many seconds."""
    seen = f"{by:+.1f} s against Telegram"
    if abs(by) <= SKEW:
        yield fine("clock", "right", seen)
        return
    fix = "have the clock set by the network: apt-get install systemd-timesyncd"
    yield Finding("clock", Severity.ERROR, "the clock is wrong", seen, fix)


def downloads(facts: DoctorFacts) -> list[Finding]:
    """A page of our own is downloaded, and the operator's pages are read, in the jail and by the
    proxy as every job does."""
    home = Path(tempfile.mkdtemp(prefix="chapar-doctor-"))
    try:
        return asyncio.run(tried(facts, home / "run"))
    finally:
        shutil.rmtree(home, ignore_errors=True)


async def tried(facts: DoctorFacts, place: Path) -> list[Finding]:
    """The findings of a download of a page of our own, and of the operator's links."""
    version = Versions(facts.given.engines).current()
    try:
        await smoke_test.own_page(version, place)
    except EngineRefused as error:
        fix = "chapar check, then chapar engine rollback if an update was taken lately"
        says = "a page of our own cannot be downloaded"
        return [Finding("download", Severity.ERROR, says, str(error), fix)]
    return [
        fine("download", "a page of our own was downloaded", f"yt-dlp {version.name}"),
        *[one async for one in operators(facts, place)],
    ]


async def operators(facts: DoctorFacts, place: Path) -> AsyncIterator[Finding]:
    """A finding for each of the operator's links."""
    version, given = Versions(facts.given.engines).current(), trial(facts.given)
    for url in given.urls:
        if why := await smoke_test.fails(version, place, url, given):
            says = f"{url} cannot be read"
            fix = "chapar engine update; chapar breakers, and sites.toml for that site"
            yield Finding("download", Severity.ERROR, says, why, fix)
        else:
            yield fine("download", f"{url} can be read")
