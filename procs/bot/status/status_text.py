"""What a status message says: from a request's status to words. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from procs.bot.status import search_text, wait_text
from procs.bot.status.status_offers import Offer, offers
from procs.core.clock import Now
from procs.records.job import State, Step
from procs.records.media_records import MessagePicture
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
    #: A picture that the message gets with this text.
    picture: MessagePicture | None = None

    def below(self, words: str) -> "StatusView":
        """With what the operator says to who waits in line below our line; "" for nothing."""
        waits = words and self.stage == QUEUED
        return replace(self, text=f"{self.text}\n{words}") if waits else self


#: What the operator says to who waits in line, in a language.
OwnWords = Callable[[str], str]


def render(status: RequestStatus, now: Now) -> StatusView:
    """The status message of a request at this moment."""
    if status.state == "listed" and search_text.is_search(status.found):
        text, rows = search_text.page(status.language, status.found)
        return StatusView(text, "listed", buttons=rows)
    if status.state == "listed":
        text = look_text.lines(status.language, status.found)
        return StatusView(text, "listed", offers=offers(status))
    if status.state == "delivered":
        return StatusView(about(status, entries(status)), "delivered", offers=offers(status))
    if status.state == "failed":
        return StatusView(failure(status), "failed", offers=offers(status))
    if status.state == "cancelled":
        return StatusView(about(status, cancelled(status)), "cancelled")
    stage = stage_of(status)
    share = share_of(status, stage)
    words = about(status, line(status, stage, share, now))
    offered = offers(status)
    button = (i18n.say(status.language, "cancel-button"), f"{CANCEL}:{status.request}")
    # A button that drops the request does the same as the one that cancels.
    return StatusView(words, stage, share, () if offered else (button,), offered)


def cancelled(status: RequestStatus) -> LocalText:
    """How it was let go; of a list, how much of it had come before."""
    if status.say in (REPLACED, INSTEAD):
        return i18n.say(status.language, status.say)
    if status.sent:
        facts = {"sent": status.sent, "entries": status.entries}
        return i18n.say(status.language, "list-stopped", **facts)
    return i18n.say(status.language, "cancelled")


def stage_of(status: RequestStatus) -> str:
    """Which sentence a request is at: why it waits, or the step that it is in."""
    if status.entries:
        return LIST
    if status.paused:
        return PAUSED
    if status.stalls:
        return STALLED
    if status.error in wait_text.FULL:
        return NO_ROOM
    if status.job_state is State.LATER:
        return LATER
    if status.step is Step.FETCH and status.done < FIRST:
        return BEGINS
    # Claimed, but no step is reported yet.
    idle = Step.PROBE if status.job_state is State.LEASED else QUEUED
    return status.step or idle


def share_of(status: RequestStatus, stage: str) -> float | None:
    """How much of a stage is done, of one; None where there is nothing to tell yet."""
    moves = status.total and status.done and stage in (Step.FETCH, Step.UPLOAD)
    return status.done / status.total if moves else None


def line(status: RequestStatus, stage: str, share: float | None, now: Now) -> LocalText:
    """The step that runs at the moment, in a line."""
    language = status.language
    if stage == LIST:
        return entries(status)
    if stage == PAUSED:
        return wait_text.paused(status)
    if stage == LATER:
        return wait_text.later(status, now)
    if stage == Step.FETCH:
        return downloading(status, share)
    if stage in (Step.UPLOAD, Step.DELIVER):
        return sending(language, share)
    if stage == QUEUED:
        return wait_text.in_line(status)
    if stage == Step.PROBE and searches.sought(status.key):
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


def entries(status: RequestStatus) -> LocalText:
    """How much of a list is there, and what will not come."""
    language = status.language
    lines = [i18n.say(language, "list-sent", sent=status.sent, entries=status.entries)]
    if status.lost:
        places = i18n.digits(language, status.lost)
        lines.append(i18n.say(language, "list-lost", places=places))
    if status.found:
        lines.append(look_text.rest(language, status.found))
    if status.paused:
        lines.append(wait_text.paused(status))
    return LocalText("\n".join(lines))


def downloading(status: RequestStatus, share: float | None) -> LocalText:
    """Percent when the size is known, else what has come; speed and time left where known."""
    language = status.language
    if share is None:
        parts = [i18n.say(language, "downloading-open", done=i18n.size(language, status.done))]
    else:
        shown = i18n.percent(language, share)
        parts = [i18n.say(language, "downloading", bar=bar(share), percent=shown)]
    if status.rate > CRAWL:
        parts.append(i18n.say(language, "speed", size=i18n.size(language, status.rate)))
        if share is not None and share < 1:
            left = i18n.clock(language, (status.total - status.done) / status.rate)
            parts.append(i18n.say(language, "left", clock=left))
    return LocalText(" · ".join(parts))


def sending(language: str, share: float | None) -> LocalText:
    """The line of an upload; `share` is None where its size is not known."""
    if share is None:
        return i18n.say(language, "sending-open")
    return i18n.say(language, "sending", bar=bar(share), percent=i18n.percent(language, share))


def bar(share: float) -> LocalText:
    """A bar of BOXES boxes."""
    full = min(BOXES, int(max(share, 0.0) * BOXES))
    return LocalText("▰" * full + "▱" * (BOXES - full))


def about(status: RequestStatus, line: LocalText) -> str:
    """The status with the name of the media, or of what is searched for."""
    key = "status-search" if searches.sought(status.key) else "status"
    return i18n.say(status.language, key, name=name(status), line=line)


def failure(status: RequestStatus) -> str:
    """One sentence about what happened, and the code that the log has too."""
    facts = {"name": name(status), "reason": reason(status), "code": status.code}
    return i18n.say(status.language, "failure", **facts)


def reason(status: RequestStatus) -> LocalText:
    """Why a request failed, in a sentence."""
    return failure_text.reason(status.language, status.say, site=status.site, found=status.found)


def name(status: RequestStatus, most: int = NAME_LENGTH) -> str:
    """What a person calls it: the title, else the address without what everybody skips."""
    words = untrusted_text.text(status.title, 4 * NAME_LENGTH)
    words = words or sites.spoken(status.url)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
