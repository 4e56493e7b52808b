"""Why a request waits, in words that never name a wrong reason. Pure.

A job that waits says why in its row: the class of the failure after which it is tried again, or
what it waits for, which is no failure. Of a word that is not known here only the time is told.
"""

from datetime import date

from procs import errors
from procs.core.clock import Now
from procs.errors import DiskFull, JobError
from procs.records.job import State
from procs.store.requests.request_status import NO_ROOM, RequestStatus
from procs.store.sites.breakers import WAITS
from procs.store.sites.visits import FULL as SITE_FULL
from procs.store.sites.visits import TURN
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: Seconds of waiting that are worth a word.
WORTH = 10.0
#: What a wait for Telegram, or for our own pace towards it, begins with; its scope follows.
FLOOD = "flood-wait"
#: Why a request waits when there is no room for it, before the download or in it.
FULL = (NO_ROOM, DiskFull("").name)

#: What is said while a site's breaker is open, by the class of failure that opened it.
RESTS = {
    "bot-check": "later-bot-check",
    "site-busy": "later-site-busy",
    "network-broken": "later-network",
    "proxy-broken": "later-proxy",
}
#: What is said of a failed attempt, by its class; of the others, that it did not work.
RETRIES = {
    "bot-check": "retry-bot-check",
    "site-busy": "retry-site-busy",
    "site-broken": "retry-site",
    "network-broken": "retry-network",
    "telegram-away": "retry-telegram",
}
#: The failures that have names.
FAILURES = frozenset(
    kind("").name
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, JobError)
)
#: Places in the line are told exactly up to the first of these, then as one of them.
PLACES = (5, 10, 20, 50, 100, 200, 500, 1000)
#: A waiting time is told in such steps, in seconds, up to such a length.
STEPS = ((60.0, 30.0), (600.0, 60.0), (3600.0, 300.0))


def later(status: RequestStatus, now: Now) -> LocalText:
    """What a job waits for that comes again at an instant, and when that is."""
    language, at = status.language, status.retry_at or 0.0
    facts = {"site": status.site, "wait": i18n.span(language, max(1.0, at - now.wall))}
    what, _, why = status.error.partition(" ")
    key = {
        FLOOD: pace_key(status),
        TURN: "later-turn",
        SITE_FULL: "later-full",
        WAITS: RESTS.get(why, "later-site"),
    }.get(what)
    if key is None:
        key = RETRIES.get(what, "later") if what in FAILURES else "later-wait"
    elif at - now.wall < WORTH:
        key = SOON.get(key, "later-soon")
    return i18n.say(language, key, **facts, clock=instant(language, at, now))


def instant(language: str, at: float, now: Now) -> LocalText:
    """A time on the clock, with the date where it is of another day."""
    hour, day = i18n.hour(language, at), i18n.day(language, at)
    if day == i18n.day(language, now.wall):
        return hour
    return LocalText(f"{hour} · {i18n.date(language, date.fromordinal(day))}")


#: What is said instead when it is not worth naming a time.
SOON = {
    "later-send": "later-send-soon",
    "later-telegram": "later-telegram-soon",
    "later-turn": "later-full",
    "later-full": "later-full",
}


def pace_key(status: RequestStatus) -> str:
    """The key of the sentence for a wait on Telegram: ready to be sent, or not yet fetched."""
    return "later-send" if status.ready else "later-telegram"


def paused(status: RequestStatus) -> LocalText:
    """Whose pause it is; that of who asked before is nothing that this person did."""
    if status.paused == "user" and status.shared:
        return i18n.say(status.language, "paused-shared")
    return i18n.say(status.language, f"paused-{status.paused}", site=status.site)


def in_line(status: RequestStatus) -> LocalText:
    """Where a job stands that nothing but its turn holds up. Of a person's own line only the first
    tells the time: it speaks for those behind it."""
    language = status.language
    wait = i18n.span(language, coarse(status.wait))
    worth = status.wait >= WORTH
    if status.ahead:
        told = worth and status.ahead == 1
        return i18n.say(language, "queued-behind-wait" if told else "queued-behind", wait=wait)
    if not status.place or status.job_state is State.WAITING:
        return i18n.say(language, "queued-shared" if status.shared else "queued")
    exact = status.place <= PLACES[0]
    key = ("queued" if exact else "queued-about") + ("-wait" if worth else "-place")
    number = place(status.place)
    shown = i18n.place(language, number) if exact else i18n.digits(language, str(number))
    return i18n.say(language, key, place=shown, wait=wait)


def place(number: int) -> int:
    """A place as it is told: so that it does not change with every job that ends."""
    return number if number <= PLACES[0] else next((n for n in PLACES if n >= number), PLACES[-1])


def coarse(seconds: float) -> float:
    """A waiting time, rounded up to what can be promised."""
    step = next((step for most, step in STEPS if seconds <= most), 3600.0)
    return -(-seconds // step) * step
