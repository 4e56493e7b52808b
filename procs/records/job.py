"""The records that travel between the parts: what was asked, what is leased, what was got.

Plain frozen data: no connection, no row object, no behaviour beyond reading oneself.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from procs.core import codec
from procs.records.card_values import CardTerms
from procs.records.job_payload import (
    BroadcastPayload,
    DeliverPayload,
    LinkPayload,
    Payload,
    SourcePayload,
    TrialPayload,
)
from procs.records.job_progress import Progress
from procs.records.media_records import File as File
from procs.records.media_records import Media as Media
from procs.records.media_records import Part as Part
from procs.records.media_records import Reference as Reference

#: Whose requests `chapar fetch` makes: no Telegram user has this id.
SYSADMIN = 0


class State(IntEnum):
    """Where a job is. The numbers are stored; those from DONE on are over."""

    QUEUED = 0
    LEASED = 1
    LATER = 2
    HELD = 3
    WAITING = 10
    DONE = 20
    FAILED = 21
    CANCELLED = 22
    DEAD = 23

    @property
    def over(self) -> bool:
        """Whether nobody works on the job any more."""
        return self >= State.DONE


#: (state, event) -> next state. A pair that is not here is a bug, not a case.
MOVES = {
    (State.WAITING, "seat"): State.QUEUED,
    (State.WAITING, "cancel"): State.CANCELLED,
    (State.QUEUED, "claim"): State.LEASED,
    (State.QUEUED, "cancel"): State.CANCELLED,
    (State.LEASED, "finish"): State.DONE,
    (State.LEASED, "fail"): State.FAILED,
    (State.LEASED, "retry"): State.LATER,
    (State.LEASED, "release"): State.QUEUED,
    (State.LEASED, "reap"): State.QUEUED,
    (State.LEASED, "cancel"): State.CANCELLED,
    (State.LEASED, "quarantine"): State.DEAD,
    (State.WAITING, "pause"): State.HELD,
    (State.QUEUED, "pause"): State.HELD,
    (State.HELD, "resume"): State.QUEUED,
    (State.HELD, "cancel"): State.CANCELLED,
    (State.FAILED, "revive"): State.QUEUED,
    (State.CANCELLED, "revive"): State.QUEUED,
    (State.DEAD, "revive"): State.QUEUED,
    (State.LATER, "due"): State.QUEUED,
    (State.LATER, "crowd"): State.WAITING,
    (State.LATER, "cancel"): State.CANCELLED,
}


class Lane(IntEnum):
    """What a job waits behind: deliveries, downloads, looks, downloads that are encoded anew, and
    looks at sources that people follow never wait for each other. The numbers are stored."""

    LIGHT = 0
    HEAVY = 1
    LOOK = 2
    ENCODE = 3
    SOURCE = 4


#: By their numbers: to ask the class for one costs a sleeper microseconds.
LANES = {int(lane): lane for lane in Lane}


class Kind(StrEnum):
    """What a job does. The values are stored."""

    FETCH = "fetch"
    DELIVER = "deliver"
    LOOK = "look"
    TRIAL = "trial"
    SOURCE = "source"
    BROADCAST = "broadcast"
    CHECK = "check"


class Step(StrEnum):
    """What a leased job is doing, as the status message shows it."""

    PROBE = "probe"
    FETCH = "fetch"
    PREPARE = "prepare"
    UPLOAD = "upload"
    DELIVER = "deliver"


@dataclass(frozen=True, slots=True)
class Link:
    """What the user sent, parsed.

    `url` is the canonical address; `site` a short name for counters and words (`youtube`,
    `example.org`); `key` names the media without asking the network: `youtube:dQw4w9WgXcQ`, or
    `url:<hash>` where the address does not tell. `title` is what a list calls it, if it is of one.
    """

    url: str
    site: str
    key: str
    variant: str = "best"
    title: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A Telegram user as intake sees one. `access_hash` lets another session of the same bot
    address the chat (it belongs to the bot's account, not to one session). `language` is the one
    that we speak to them, `client` that of their Telegram. `nick` is the name behind an @, in
    small letters, "" for none."""

    id: int
    language: str = "en"
    name: str = ""
    access_hash: int = 0
    client: str = ""
    nick: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One link in one message. (chat, message, ordinal) is unique: an update that Telegram
    repeats is recognised by it. `folder` instead of a chat for `chapar fetch`. An entry of a list
    has a `parent`, the request for the list, and its `place` there.

    In a group: the `topic` of a forum into which the answer goes, the language that the group
    `spoken` there sets ("" for the person's), and whether a `reaction` shows that it goes on."""

    user: int
    chat: int
    message: int
    ordinal: int
    link: Link
    folder: bool = False
    chat_access: int = 0
    parent: int = 0
    place: int = 0
    #: What the link leads to was seen already.
    known: bool = False
    #: What is wanted of it is asked, by a card, once it was looked at.
    card: CardTerms | None = None
    topic: int = 0
    spoken: str = ""
    reaction: bool = False

    @property
    def is_joined(self) -> bool:
        """Whether one status message may speak for it and for other links of its message."""
        return not (self.folder or self.parent)


@codec.row_record
class Lease:
    """The right to work on a job until its time is over, or it is renewed."""

    job: int
    fence: int
    worker: int
    user: int
    lane: Lane
    seat: int
    kind: Kind
    attempt: int
    payload: Payload
    progress: Progress = field(default_factory=Progress)
    #: Its place in line when it was claimed: the wall instant at which it was queued.
    place: float = 0.0

    @property
    def link(self) -> LinkPayload:
        """What is fetched, looked at or tried. Raises TypeError for a delivery."""
        if isinstance(self.payload, LinkPayload):
            return self.payload
        raise TypeError(f"job {self.job} ({self.kind}) has no link")

    @property
    def trial(self) -> TrialPayload:
        """The breaker that is tried. Raises TypeError for any other job."""
        if isinstance(self.payload, TrialPayload):
            return self.payload
        raise TypeError(f"job {self.job} ({self.kind}) is no trial")

    @property
    def source(self) -> int:
        """The number of the source that is looked at. Raises TypeError for any other job."""
        if isinstance(self.payload, SourcePayload):
            return self.payload.source
        raise TypeError(f"job {self.job} ({self.kind}) looks at no source")

    @property
    def delivery(self) -> DeliverPayload:
        """What is sent for whom. Raises TypeError for any other job."""
        if isinstance(self.payload, DeliverPayload):
            return self.payload
        raise TypeError(f"job {self.job} ({self.kind}) is no delivery")

    @property
    def broadcast(self) -> int:
        """The number of the broadcast. Raises TypeError for any other job."""
        if isinstance(self.payload, BroadcastPayload):
            return self.payload.broadcast
        raise TypeError(f"job {self.job} ({self.kind}) is no broadcast")

    @property
    def site(self) -> str:
        """The site that the job visits, "" for a delivery."""
        return self.payload.site if isinstance(self.payload, LinkPayload) else ""
