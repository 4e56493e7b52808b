"""How often a status message may change. Pure.

Telegram publishes no numbers and has answered progress bars with waits of 37 minutes to 15 hours
on messages.EditMessage (tangyoha/telegram_media_downloader 182 and 287, rcmltb 3), so we stay far
below what any bot reported.
"""

import math
import re
from dataclasses import dataclass

from procs.bot.status.status_text import BEGINS, QUEUED, StatusView
from procs.store.requests.request_status import RequestStatus

#: Seconds between two edits of one message: within a stage, also in a group, where bots met waits
#: below this, and when a new stage begins.
SAME, GROUP, NEW = 5.0, 10.0, 1.0
#: What says only that a download begins waits a little: its first bytes are a better word.
BEGUN = 3.0
#: The same where only a place in the line, or the time until a turn, changes.
QUEUE = 20.0
#: Share of one between two edits within a stage.
STEP = 0.05

#: Where a bar begins, and the percent behind one.
BAR = re.compile(r"[▰▱]")
PERCENT = re.compile(r"[▰▱] (?:(\d+)[%٪]|[%٪](\d+))")


@dataclass(frozen=True, slots=True)
class ShownStatus:
    """What a message says, since when (by Telegram's clock), and for how long at least within a
    stage."""

    text: str
    stage: str = ""
    share: float | None = None
    at: float = 0.0
    rest: float = SAME


def shown(status: RequestStatus) -> ShownStatus:
    """What a request's status message says."""
    rest = SAME if status.chat > 0 else GROUP
    return ShownStatus(status.shown, status.shown_stage, status.shown_share, status.shown_at, rest)


def due(view: StatusView, shown: ShownStatus, now: float) -> bool:
    """Whether a message that says `shown` may say `view` now, by Telegram's clock. What was shown
    in the far future was written by another clock, and holds nothing up."""
    at = due_at(view, shown)
    return now >= at or (at < math.inf and shown.at > now + QUEUE)


def due_at(view: StatusView, shown: ShownStatus) -> float:
    """From which instant on a message that says `shown` may say `view`; never (inf), where the text
    is the same, or too little of it moved. Where numbers alone would change, no name of a stage
    makes it sooner."""
    if view.text == shown.text:
        return math.inf
    if view.stage != shown.stage and shape(view.text) != shape(shown.text):
        return shown.at + (BEGUN if view.stage == BEGINS else NEW)
    moved = view.share is None or shown.share is None or abs(view.share - shown.share) >= STEP
    rest = QUEUE if view.stage == QUEUED else shown.rest
    return shown.at + rest if moved else math.inf


def urgency(view: StatusView, shown: ShownStatus) -> tuple[bool, float]:
    """Sorts messages that are due: a new stage first, then who waited longest."""
    return view.stage == shown.stage, shown.at


def shape(text: str) -> str:
    """A text up to its first bar, without its numbers: between two of one shape only progress
    lies."""
    chat_session, *bar = BAR.split(text, maxsplit=1)
    return re.sub(r"\d+", "0", chat_session) + "▰" * len(bar)


def share_in(text: str) -> float | None:
    """The share of one that a text's first bar stands for; None without one."""
    found = PERCENT.search(text)
    return int(found[1] or found[2]) / 100 if found else None
