"""What a media is made of: a file that is ready for Telegram, a file that Telegram holds, and all
parts of one media."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from procs.core import codec


@dataclass(frozen=True, slots=True)
class File:
    """One file ready for Telegram, with its facts. Sizes in bytes, durations in seconds,
    width and height as displayed (after rotation and pixel shape)."""

    path: str
    kind: str  # video | audio | photo | document | animation
    name: str
    mime: str
    size: int
    duration: float = 0.0
    width: int = 0
    height: int = 0
    silent: bool = False
    title: str = ""
    performer: str = ""
    thumbnail: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A file that Telegram holds: what is needed to send it again without uploading."""

    kind: str  # photo | document
    id: int
    access_hash: int
    file_reference: str  # hex


@dataclass(frozen=True, slots=True)
class MessagePicture:
    """A photo that Telegram holds, for a message; under a `spoiler` until it is touched."""

    reference: Reference
    spoiler: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a media: its reference and the facts a caption shows."""

    reference: Reference
    kind: str
    name: str
    size: int
    duration: float = 0.0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Media:
    """What one link, in one variant, was. `parts` in sending order; `adult` where the site marks it
    as for adults. `rest` is the number of the first media of a post that was left out, 0 for
    none."""

    key: str
    variant: str
    title: str
    site: str
    url: str
    parts: tuple[Part, ...]
    id: int = 0
    adult: bool = False
    rest: int = 0


def part_of(facts: Mapping[str, Any]) -> Part:
    """The part of its JSON form; fields of another version are left out. Raises TypeError and
    KeyError when one is missing that a part needs."""
    reference = codec.record(Reference, facts["reference"])
    return codec.record(Part, {**facts, "reference": reference})


#: Of the limit, what a part should be: rates vary, and each part has an index of its own.
PART_FILL = 0.95


def parts_of(size: int, limit: int) -> int:
    """Into how many parts a film of this size (bytes) goes; 1 when it fits as it is."""
    return 1 if size <= limit else math.ceil(size / (limit * PART_FILL))
