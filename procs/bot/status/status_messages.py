"""Status messages: which requests each speaks for."""

from collections.abc import Iterable
from dataclasses import dataclass

from procs.bot.status import group_text, status_text
from procs.bot.status.status_text import StatusView
from procs.core.clock import Now
from procs.records.job import State
from procs.store.requests.request_status import RequestStatus

#: How a request ends of which nothing more has to be said: the media, or the list, is in the chat.
SHOWN = frozenset({"delivered", "listed"})
#: Seconds after which a person does not watch the chat any more.
LATE_AFTER = 600.0


@dataclass(frozen=True, slots=True)
class StatusMessage:
    """One status message. `members` are the requests that it speaks for, in the order of their
    links; what it says stands in the row of the first."""

    members: tuple[RequestStatus, ...]

    @property
    def head(self) -> RequestStatus:
        """The request whose row keeps the message."""
        return self.members[0]

    @property
    def id(self) -> int:
        """The number of the head's request."""
        return self.head.request

    @property
    def is_group(self) -> bool:
        """Whether it speaks for several requests."""
        return bool(self.head.speaker)

    @property
    def is_open(self) -> bool:
        """Whether one of its requests is not over."""
        return any(one.state == "open" for one in self.members)

    @property
    def needs_no_word(self) -> bool:
        """Whether everything is in the chat, and nothing of it missing."""
        if self.head.reaction and self.is_past:
            return not any(has_lost_entries(one) for one in self.members)
        shown = SHOWN if self.is_group else {"delivered"}
        return all(
            (one.state in shown or one.is_apart) and not has_lost_entries(one)
            for one in self.members
        )

    @property
    def is_past(self) -> bool:
        """Whether it is over without anything that a person has to hear."""
        return all(one.state in ("delivered", "cancelled") for one in self.members)

    @property
    def unlisted(self) -> RequestStatus | None:
        """A link of a group that turned out to be a list, which nobody was shown."""
        found = (one for one in self.members if one.state == "listed" and one.listing is None)
        return next(found, None) if self.is_group else None

    def is_late(self, now: Now) -> bool:
        """Whether it ends without its media so long after it was asked for that nobody looks at the
        message any more: a new one makes a sound. A media that comes late does so itself."""
        ends = any(one.state == "failed" or has_lost_entries(one) for one in self.members)
        return ends and now.wall - min(one.received for one in self.members) > LATE_AFTER

    @property
    def depends_on_time(self) -> bool:
        """Whether what it says changes with the clock alone."""
        return any(one.job_state is State.LATER for one in self.members)

    def render(self, now: Now) -> StatusView:
        """What it should say at this moment."""
        if self.is_group:
            return group_text.render(self.members, now)
        return status_text.render(self.head, now)


def has_lost_entries(one: RequestStatus) -> bool:
    """Whether a list has entries that failed, or that were left out."""
    return one.state == "delivered" and bool(one.lost or one.found)


def gather(rows: Iterable[RequestStatus]) -> list[StatusMessage]:
    """The status messages of these requests, which come in the order of their numbers."""
    posts: dict[int, list[RequestStatus]] = {}
    for row in rows:
        posts.setdefault(row.speaker or row.request, []).append(row)
    return [StatusMessage(tuple(members)) for members in posts.values()]


@dataclass(slots=True)
class MessageState:
    """What the board caches of one message. Losing it costs a query."""

    post: StatusMessage | None = None
    view: StatusView | None = None
    #: Nobody sent its message before: the request was accepted by this process.
    fresh: bool = False
    #: No message before this boot instant: the media is about to arrive.
    withheld: float = 0.0
    #: Nothing before this boot instant: the last attempt failed.
    resting: float = 0.0
