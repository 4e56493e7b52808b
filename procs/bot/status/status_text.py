"""What a status message says: from a request's status to words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from procs.bot.status import search_text, wait_text
from procs.bot.status.status_offers import Offer, offers
from procs.core.clock import Now
from procs.records.job import State, Step
from procs.store.requests.link_mentions import INSTEAD, REPLACED
from procs.store.requests.request_status import NO_ROOM, RequestStatus
from procs.telegram.chat.sender import Buttons
from procs.texts import failure_text, i18n, untrusted_text
from procs.texts.i18n import LocalText
from procs.wishes import look_text, searches, sites

#: Boxes of a progress bar.
BOXES = 8
#: Characters of a name in a message, and on a button.
NAME_LENGTH, LABEL_LENGTH = 60, 30
#: Bytes that have come before it is told how many: fewer would be read as nothing.
FIRST = 1024
#: Time left is not guessed below this rate, in bytes a second.
CRAWL = 1024.0

#: Stages that are no step of a job. QUEUED is one whose words change slowly.
QUEUED, LIST, PAUSED = "queued", "list", "paused"
STALLED, LATER, BEGINS = "stalled", "later", "begins"

#: What buttons do (`router` reads their data): stop one request, all of a message, all of a chat.
CANCEL, CANCEL_GROUP, CANCEL_ALL = "cancel", "cancel-group", "cancel:all"


@dataclass(frozen=True, slots=True)
class StatusView:
    """`stage` changes when something new begins; `share` of one where there is a percent."""

    text: str
    stage: str
    share: float | None = None
    buttons: Buttons = ()
    #: Rows of buttons, above the others, whose tokens are made when it is written.
    offers: Sequence[Sequence[Offer]] = ()


def render(glance: RequestStatus, now: Now) -> StatusView:
    """The status message of a request at this moment."""
    if glance.state == "listed" and search_text.is_search(glance.found):
        text, rows = search_text.page(glance.language, glance.found)
        return StatusView(text, "listed", buttons=rows)
    if glance.state == "listed":
        text = look_text.lines(glance.language, glance.found)
        return StatusView(text, "listed", offers=offers(glance))
    if glance.state == "delivered":
        return StatusView(about(glance, entries(glance)), "delivered", offers=offers(glance))
    if glance.state == "failed":
        return StatusView(failure(glance), "failed", offers=offers(glance))
    if glance.state == "cancelled":
        return StatusView(about(glance, cancelled(glance)), "cancelled")
    stage = stage_of(glance)
    share = share_of(glance, stage)
    words = about(glance, line(glance, stage, share, now))
    offered = offers(glance)
    button = (i18n.say(glance.language, "cancel-button"), f"{CANCEL}:{glance.request}")
    # A button that drops the request does the same as the one that cancels.
    return StatusView(words, stage, share, () if offered else (button,), offered)


def cancelled(glance: RequestStatus) -> LocalText:
    """How it was let go; of a list, how much of it had come before."""
    if glance.say in (REPLACED, INSTEAD):
        return i18n.say(glance.language, glance.say)
    if glance.sent:
        facts = {"sent": glance.sent, "entries": glance.entries}
        return i18n.say(glance.language, "list-stopped", **facts)
    return i18n.say(glance.language, "cancelled")


def stage_of(glance: RequestStatus) -> str:
    if glance.entries:
        return LIST
    if glance.paused:
        return PAUSED
    if glance.stalls:
        return STALLED
    if glance.error in wait_text.FULL:
        return NO_ROOM
    if glance.job_state is State.LATER:
        return LATER
    if glance.step is Step.FETCH and glance.done < FIRST:
        return BEGINS
    # Claimed, but no step is reported yet.
    idle = Step.PROBE if glance.job_state is State.LEASED else QUEUED
    return glance.step or idle


def share_of(glance: RequestStatus, stage: str) -> float | None:
    """How much of a stage is done, of one; None where there is nothing to tell yet."""
    moves = glance.total and glance.done and stage in (Step.FETCH, Step.UPLOAD)
    return glance.done / glance.total if moves else None


def line(glance: RequestStatus, stage: str, share: float | None, now: Now) -> LocalText:
    """The step that runs at the moment, in a line."""
    language = glance.language
    if stage == LIST:
        return entries(glance)
    if stage == PAUSED:
        return wait_text.paused(glance)
    if stage == LATER:
        return wait_text.later(glance, now)
    if stage == Step.FETCH:
        return downloading(glance, share)
    if stage in (Step.UPLOAD, Step.DELIVER):
        return sending(language, share)
    if stage == QUEUED:
        return wait_text.in_line(glance)
    if stage == Step.PROBE and searches.sought(glance.key):
        return i18n.say(language, "searching")
    return i18n.say(language, STAGE_TEXTS[stage])


#: Stages with the same words each time.
STAGE_TEXTS = {
    STALLED: "stalled",
    NO_ROOM: "no-room",
    BEGINS: "begins",
    Step.PROBE: "probing",
    Step.PREPARE: "preparing",
}


def entries(glance: RequestStatus) -> LocalText:
    """How much of a list is there, and what will not come."""
    language = glance.language
    lines = [i18n.say(language, "list-sent", sent=glance.sent, entries=glance.entries)]
    if glance.lost:
        places = i18n.digits(language, glance.lost)
        lines.append(i18n.say(language, "list-lost", places=places))
    if glance.found:
        lines.append(look_text.rest(language, glance.found))
    if glance.paused:
        lines.append(wait_text.paused(glance))
    return LocalText("\n".join(lines))


def downloading(glance: RequestStatus, share: float | None) -> LocalText:
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
    return LocalText(" · ".join(parts))


def sending(language: str, share: float | None) -> LocalText:
    if share is None:
        return i18n.say(language, "sending-open")
    return i18n.say(language, "sending", bar=bar(share), percent=i18n.percent(language, share))


def bar(share: float) -> LocalText:
    full = min(BOXES, int(max(share, 0.0) * BOXES))
    return LocalText("▰" * full + "▱" * (BOXES - full))


def about(glance: RequestStatus, line: LocalText) -> str:
    return i18n.say(glance.language, "status", name=name(glance), line=line)


def failure(glance: RequestStatus) -> str:
    """One sentence about what happened, and the code that the log has too."""
    facts = {"name": name(glance), "reason": reason(glance), "code": glance.code}
    return i18n.say(glance.language, "failure", **facts)


def reason(glance: RequestStatus) -> LocalText:
    """Why a request failed, in a sentence."""
    return failure_text.reason(glance.language, glance.say, site=glance.site, found=glance.found)


def name(glance: RequestStatus, most: int = NAME_LENGTH) -> str:
    """What a person calls it: the title, else the address without what everybody skips."""
    words = untrusted_text.text(glance.title, 4 * NAME_LENGTH)
    words = words or sites.spoken(glance.url)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
