"""`chapar fetch`: a download by the sysadmin, through the same table, workers and engine as the
users', delivered to a folder instead of a chat."""

import re
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from daemon.command_error import Refusal
from daemon.commands import fetch_target
from daemon.console.open_store import opened
from procs.config import Settings
from procs.core import clock, codec
from procs.records.job import SYSADMIN, Ask, Link, State, Step
from procs.store.database import Database
from procs.store.reports import system_report
from procs.store.requests import requests
from procs.store.requests.request_status import RequestStatus, status_of
from procs.texts import i18n
from procs.texts.failure_text import reason
from procs.wishes import look_text
from procs.wishes.grammar import link, wish_reader
from procs.wishes.variant import Variant

#: Seconds between two looks, and until a missing worker is mentioned.
FETCH_POLL = 0.2
MISSING = 15.0
BAR = 24
STEP_WORDS = {
    Step.PROBE: "looking",
    Step.FETCH: "downloading",
    Step.PREPARE: "preparing",
    Step.UPLOAD: "sending",
    Step.DELIVER: "placing",
}


OFFERED_FORMS = (
    "write best, 144p to 2160p, audio, m4a, mp3, opus, file or 'subs fa',"
    " '1:20-2:05' for a part, and of a list '1-5,7' or all, as in --as '720 1:20-2:05'"
)


def wish_of(word: str) -> str:
    """The variant that `--as` names. Raises Refusal with what a chat would be asked."""
    wish = wish_reader.whole(word)
    if isinstance(wish, wish_reader.Unclear):
        raise Refusal(f"--as {word}: {i18n.say('en', f'ask-{wish.kind}', words=wish.words)}")
    if wish is None:
        raise Refusal(f"--as {word}: not a form; {OFFERED_FORMS}")
    return str(wish)


def link_of(url: str, wish: str) -> Link:
    """The link, parsed as in a chat. Raises Refusal."""
    found = link.read(url, wish)
    if isinstance(found, link.BadLink):
        raise Refusal(i18n.say("en", f"bad-{found.kind}", text=found.text))
    return found


def page_of(word: str | None) -> int:
    """The page that `--page` names, the first one without it. Raises Refusal."""
    if word is None:
        return 1
    if not re.fullmatch(r"[1-9][0-9]{0,3}", word):
        raise Refusal(f"--page {word}: not the number of a page; write 2 for the second one")
    return int(word)


def fetch(settings: Settings, url: str, *, wish: str, folder: Path) -> list[Path]:
    """Ask, wait, and move the files to `folder`. Returns where they are. Raises Refusal with the
    sentence a user would read, and its code. Ctrl-C cancels the request."""
    found = link_of(url, wish)
    fetch_target.require_folder(folder)
    last, files = carried(settings, found, folder)
    if last.state == "listed":
        listing = "\n".join(shown(last))
        raise Refusal(f"a list; choose with --as, as in --as '1-5 mp3'\n\n{listing}")
    if last.lost:
        print(f"these entries failed: {last.lost}; chapar errors tells why", file=sys.stderr)
    if last.found and last.entries:
        print(look_text.rest("en", last.found), file=sys.stderr)
    if last.state != "delivered":
        raise Refusal(why(last))
    return files


def look(settings: Settings, url: str, *, page: int) -> RequestStatus:
    """What a link leads to: a page of a list, or the forms of one media. Raises Refusal."""
    wish = str(Variant("look", pick="" if page == 1 else str(page)))
    last, _ = carried(settings, link_of(url, wish), None)
    if last.state != "listed":
        raise Refusal(why(last))
    return last


def shown(last: RequestStatus) -> list[str]:
    """What a look found, as lines of text."""
    return look_text.lines("en", last.found).split("\n")


def facts(last: RequestStatus) -> dict[str, Any]:
    """What a look found, for programs: as the request keeps it."""
    return dict(codec.load(last.found))


def why(last: RequestStatus) -> str:
    """The sentence that a user would read, and its code."""
    said = reason("en", last.say or "cancelled", site=last.site, found=last.found)
    return f"{said} ({last.code or last.state}; the logs have the same code)"


def carried(
    settings: Settings, link: Link, folder: Path | None
) -> tuple[RequestStatus, list[Path]]:
    """Ask for a link and wait until the request is over; what was delivered lies in `folder`. With
    no folder it is only looked at, which needs no room on the disk."""
    ask = Ask(SYSADMIN, 0, secrets.randbits(62), 0, link, folder=True)
    with opened(settings) as db:
        if folder is not None:
            fetch_target.require_room(db, settings)
        request = requests.submit(db, [ask], now=clock.now())[0].request
        last = wait(db, request)
        files = []
        if folder is not None and last.state == "delivered":
            files = fetch_target.collect(settings.outbox / str(request), folder)
        requests.close(db, request, now=clock.now())
    return last, files


def wait(db: Database, request: int) -> RequestStatus:
    """Show how it goes until the request is over."""
    show = progress_line() if sys.stderr.isatty() else notices()
    began = clock.now().boot
    try:
        while (now := status_read(db, request)).state == "open":
            if (
                now.step is None
                and not now.entries
                and clock.now().boot - began > MISSING
                and not has_worker(db)
            ):
                raise Refusal("no worker runs; start them with: chapar up -d --no-bot")
            show(now)
            time.sleep(FETCH_POLL)
    except (KeyboardInterrupt, Refusal):
        requests.cancel(db, request, user=SYSADMIN, now=clock.now())
        raise
    finally:
        show(None)
    return now


def status_read(db: Database, request: int) -> RequestStatus:
    """The status of a request. Raises Refusal when it is gone."""
    found = status_of(db, request, now=clock.now())
    if found is None:
        raise Refusal(f"request {request} is no longer in the database")
    return found


def has_worker(db: Database) -> bool:
    """Whether a worker of this machine lives, which would carry the job."""
    workers = system_report.overview(db, now=clock.now()).workers
    return any(worker.alive for worker in workers if worker.here)


def progress_line() -> Callable[[RequestStatus | None], None]:
    """Something that rewrites one line of the terminal; None clears it."""

    def show(now: RequestStatus | None) -> None:
        width = shutil.get_terminal_size().columns - 1
        text = line(now)[:width] if now else ""
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

    return show


def notices() -> Callable[[RequestStatus | None], None]:
    """Something that says, without a terminal, each reason for which nothing goes on, once."""
    said: set[tuple[State | None, str]] = set()

    def show(now: RequestStatus | None) -> None:
        if now is None or now.job_state not in (State.HELD, State.LATER):
            return
        reason = (now.job_state, now.error)
        if reason not in said:
            said.add(reason)
            print(line(now), file=sys.stderr, flush=True)

    return show


def line(now: RequestStatus) -> str:
    """One request as a line with a bar."""
    if now.entries:
        return f"{now.sent} of {now.entries} entries"
    if now.job_state is State.LATER and now.retry_at:
        wait = i18n.span("en", now.retry_at - clock.now().wall)
        return f"{now.error or 'that failed'}: trying again in {wait}"
    if now.job_state is State.HELD:
        return "held by a pause; chapar status shows it"
    if now.step is None:
        return f"waiting, place {now.place}"
    word = STEP_WORDS[now.step]
    if not now.total:
        return f"{word} {i18n.size('en', now.done)}" if now.done else f"{word} …"
    share = min(now.done / now.total, 1.0)
    bar = "█" * int(share * BAR)
    parts = [
        f"{word:<12}{bar:░<{BAR}} {i18n.percent('en', share):>4}",
        f"{i18n.size('en', now.done)} of {i18n.size('en', now.total)}",
    ]
    if now.rate:
        left = i18n.clock("en", (now.total - now.done) / now.rate)
        parts += [f"{i18n.size('en', now.rate)}/s", f"{left} left"]
    return "  ".join(parts)
