"""What a status message says: from a glance at a request to words. Pure."""

import re
from dataclasses import dataclass

from procs import foreign, i18n, listing
from procs.clock import Now
from procs.errors import DiskFull
from procs.i18n import Local
from procs.job import State, Step
from procs.reasons import reason
from procs.store.breakers import WAITS
from procs.store.glances import NO_ROOM, Glance
from procs.store.mentions import REPLACED
from procs.store.visits import FULL as SITE_FULL
from procs.store.visits import TURN

#: Boxes of a progress bar.
BOXES = 8
#: Characters of a name in a message, and on a button.
NAME, LABEL = 60, 30
#: Time left is not guessed below this rate, in bytes a second.
CRAWL = 1024.0
#: Seconds of waiting that are worth a word.
WORTH = 10.0

#: What is said while a site is left alone, by the class of failure that made us.
RESTS = {"bot-check": "later-bot-check", "site-busy": "later-site-busy"}

#: Why a request waits when there is no room for it, before the download or in it.
FULL = (NO_ROOM, DiskFull("").name)

CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class View:
    """`stage` changes when something new begins; `share` of one where there is a percent."""

    text: str
    stage: str
    share: float | None = None
    buttons: tuple[tuple[str, str], ...] = ()


def render(glance: Glance, now: Now) -> View:
    """The status message of a request at this moment."""
    if glance.state == "listed":
        return View(listing.lines(glance.language, glance.found), "listed")
    if glance.state == "delivered":
        return View(about(glance, entries(glance)), "delivered")
    if glance.state == "failed":
        return View(failure(glance), "failed")
    if glance.state == "cancelled":
        key = REPLACED if glance.say == REPLACED else "cancelled"
        return View(about(glance, i18n.say(glance.language, key)), "cancelled")
    stage = stage_of(glance)
    share = (
        glance.done / glance.total if glance.total and stage in (Step.FETCH, Step.UPLOAD) else None
    )
    words = about(glance, line(glance, stage, share, now))
    button = (i18n.say(glance.language, "cancel-button"), f"{CANCEL}:{glance.request}")
    return View(words, stage, share, (button,))


def stage_of(glance: Glance) -> str:
    if glance.entries:
        return f"list {glance.sent} {glance.lost}"
    if glance.error in FULL:
        return NO_ROOM
    if glance.job_state is State.LATER:
        return "later"
    return glance.step or "queued"


def line(glance: Glance, stage: str, share: float | None, now: Now) -> Local:
    """What is being done at the moment, in a line."""
    language = glance.language
    if glance.entries:
        return entries(glance)
    if stage == NO_ROOM:
        return i18n.say(language, "no-room")
    if stage == "later":
        return later(glance, now)
    if stage == Step.PROBE:
        return i18n.say(language, "probing")
    if stage == Step.FETCH:
        return downloading(glance, share)
    if stage == Step.PREPARE:
        return i18n.say(language, "preparing")
    if stage in (Step.UPLOAD, Step.DELIVER):
        return sending(language, share)
    place = i18n.place(language, glance.place)
    if glance.place and glance.wait >= WORTH:
        wait = i18n.span(language, glance.wait)
        return i18n.say(language, "queued-wait", place=place, wait=wait)
    if glance.place:
        return i18n.say(language, "queued-place", place=place)
    return i18n.say(language, "queued")


def later(glance: Glance, now: Now) -> Local:
    """When it is tried again, and why not now when the whole site has to wait."""
    language, at = glance.language, glance.retry_at or 0.0
    wait = i18n.span(language, max(1.0, at - now.wall))
    waits, _, why = glance.error.partition(" ")
    if waits in (TURN, SITE_FULL):
        key = "later-turn" if waits == TURN and at - now.wall >= WORTH else "later-full"
        return i18n.say(language, key, site=glance.site, wait=wait)
    if waits != WAITS or at - now.wall < WORTH:
        return i18n.say(language, "later", wait=wait)
    key = RESTS.get(why, "later-site")
    clock = i18n.hour(language, at)
    return i18n.say(language, key, site=glance.site, wait=wait, clock=clock)


def entries(glance: Glance) -> Local:
    """How much of a list is there, and what will not come."""
    language = glance.language
    lines = [i18n.say(language, "list-sent", sent=glance.sent, entries=glance.entries)]
    if glance.lost:
        places = i18n.digits(language, glance.lost)
        lines.append(i18n.say(language, "list-lost", places=places))
    if glance.found:
        lines.append(listing.rest(language, glance.found))
    return Local("\n".join(lines))


def downloading(glance: Glance, share: float | None) -> Local:
    """Percent when the size is known, else what has come; speed and time left where known."""
    language = glance.language
    if share is None:
        parts = [i18n.say(language, "downloading-open", done=i18n.size(language, glance.done))]
    else:
        shown = i18n.percent(language, share)
        parts = [i18n.say(language, "downloading", bar=bar(share), percent=shown)]
    if glance.rate > CRAWL:
        parts.append(i18n.say(language, "speed", size=i18n.size(language, glance.rate)))
        if share is not None and share < 1:
            left = i18n.clock(language, (glance.total - glance.done) / glance.rate)
            parts.append(i18n.say(language, "left", clock=left))
    return Local(" · ".join(parts))


def sending(language: str, share: float | None) -> Local:
    if share is None:
        return i18n.say(language, "sending-open")
    return i18n.say(language, "sending", bar=bar(share), percent=i18n.percent(language, share))


def bar(share: float) -> Local:
    full = min(BOXES, int(max(share, 0.0) * BOXES))
    return Local("▰" * full + "▱" * (BOXES - full))


def about(glance: Glance, line: Local) -> str:
    return i18n.say(glance.language, "status", name=name(glance), line=line)


def failure(glance: Glance) -> str:
    """One sentence about what happened, and the code that the log has too."""
    language = glance.language
    why = reason(language, glance.say, site=glance.site, found=glance.found)
    return i18n.say(language, "failure", name=name(glance), reason=why, code=glance.code)


def name(glance: Glance, most: int = NAME) -> str:
    """What a person calls it: the title, else the address without what everybody skips."""
    words = foreign.text(glance.title, 4 * NAME)
    words = words or re.sub(r"^https?://(?:www\.)?", "", glance.url).rstrip("/")
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
