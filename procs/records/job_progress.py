"""The progress of a job: what its attempts have achieved and learned; the next attempt resumes from
it.

In the database it is a JSON object, which holds only what there is. An upgrade rolls while jobs are
under way, so a process reads rows of an older and of a newer version: a field that it does not know
is kept as it is, and what it cannot read counts as absent, so that the step is done again.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

from procs.core import codec
from procs.records.media_records import File, Part, part_of


class Turn(NamedTuple):
    """The instant (wall) that is booked for a visit by an egress."""

    egress: str
    at: float


class Unfinished(NamedTuple):
    """A download that began: the name of the folder that it writes into, and the boot during which
    it did. After a power cut a file may be longer than what of it reached the disk."""

    folder: str
    boot: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A media beside its parts: its title and site, the keys that it is known by, whether it is
    marked as for adults, and the number of the first media of a post that was left out, 0 for
    none."""

    title: str
    site: str
    keys: tuple[str, ...]
    adult: bool = False
    rest: int = 0


@dataclass(frozen=True, slots=True)
class Prepared:
    """Files that are ready to go up, and the name of the folder in which they lie."""

    folder: str
    whole: Whole
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A download that is whole, before its files are prepared: its folder, the boot during which it
    came, name and size of each file, and what the engine said of them, as JSON."""

    folder: str
    boot: str
    sizes: tuple[tuple[str, int], ...]
    said: str


@dataclass(slots=True)
class Progress:
    """The one record of a lease that changes while the lease is held: a step sets a field, and
    `leases.note` writes all of them down.

    `way` is the egress by which the site is visited now, `tried` are those that failed the job,
    `turn` is what is booked for a later visit. `size` is what the disk had no room for, in bytes;
    `ready` since when (wall) a delivery waits only for those before it. `parts` are with Telegram;
    with `whole`, all of them are. `unfinished` is where a download that ended half-way goes on,
    `downloaded` one that is whole. `is_shown` is of this lease alone, and not written: whether
    people may be shown how far it is, by a row that must go with the lease.
    """

    way: str | None = None
    tried: tuple[str, ...] = ()
    turn: Turn | None = None
    size: int | None = None
    ready: float | None = None
    prepared: Prepared | None = None
    parts: tuple[Part, ...] = ()
    whole: Whole | None = None
    unfinished: Unfinished | None = None
    downloaded: Downloaded | None = None
    #: What another version of ours keeps there.
    rest: dict[str, Any] = field(default_factory=dict)
    is_shown: bool = field(default=False, compare=False)

    @property
    def left(self) -> tuple[Unfinished | Downloaded | Prepared | None, ...]:
        """What an attempt may leave on the disk, by how far it came."""
        return self.unfinished, self.downloaded, self.prepared

    @property
    def folders(self) -> set[str]:
        """The names of the folders with whose files the next attempt goes on."""
        return {one.folder for one in self.left if one}


def whole_of(facts: Any) -> Whole:
    """What a finished download said of itself, from JSON."""
    whole = codec.record(Whole, facts)
    return replace(whole, keys=tuple(whole.keys))


def prepared_of(facts: Any) -> Prepared:
    """The files that are ready for the upload, from JSON."""
    files = tuple(codec.record(File, one) for one in facts["files"])
    return Prepared(facts["folder"], whole_of(facts["whole"]), files)


def downloaded_of(facts: Any) -> Downloaded:
    """A download that is whole, from JSON."""
    sizes = tuple((str(name), int(size)) for name, size in facts["sizes"])
    return Downloaded(str(facts["folder"]), str(facts["boot"]), sizes, str(facts["said"]))


#: How a field is made of its JSON form.
READERS: dict[str, Callable[[Any], Any]] = {
    "way": str,
    "tried": tuple,
    "turn": lambda facts: Turn(*facts),
    "size": int,
    "ready": float,
    "prepared": prepared_of,
    "parts": lambda facts: tuple(part_of(one) for one in facts),
    "whole": whole_of,
    "unfinished": lambda facts: Unfinished(*map(str, facts)),
    "downloaded": downloaded_of,
}
UNREADABLE = (TypeError, KeyError, ValueError, AttributeError)


def decode(text: str) -> Progress:
    """The progress of a job's row. Raises nothing for a row of another version."""
    if text == "{}":
        return Progress()
    facts = codec.load(text)
    read: dict[str, Any] = {"rest": {}}
    for name, fact in facts.items() if isinstance(facts, dict) else ():
        if name not in READERS:
            read["rest"][name] = fact
        elif fact is not None:
            try:
                read[name] = READERS[name](fact)
            except UNREADABLE:
                continue
    return Progress(**read)


def encode(progress: Progress) -> str:
    """The text for a job's row."""
    return codec.dump({**progress.rest, **_written(progress)})


def _written(progress: Progress) -> dict[str, Any]:
    """What there is, in the form of JSON."""
    facts = ((name, getattr(progress, name)) for name in READERS)
    return {name: _plain(fact) for name, fact in facts if fact is not None and fact != ()}


def _plain(fact: Any) -> Any:
    if isinstance(fact, Whole | Prepared | Downloaded):
        return asdict(fact)
    if isinstance(fact, tuple):
        return [asdict(one) if isinstance(one, Part) else one for one in fact]
    return fact
