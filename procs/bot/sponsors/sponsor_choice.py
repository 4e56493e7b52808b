"""Which sponsors somebody is asked for. Pure."""

import hashlib
import math
from collections.abc import Iterable

from procs.records.sponsor_records import Sponsor

#: Seconds after which a sponsor that was skipped is tried again.
RETRY = 600.0
#: Values of a hash that stands for chance.
CHANCES = 2**64


def asked(
    sponsors: Iterable[Sponsor], person: int, language: str, most: int, *, wall: float
) -> list[Sponsor]:
    """The sponsors of whose chats somebody has to be a member at a wall instant, in their order.
    Of more than `most` (0: no limit) those that the weights choose, always the same for one
    person: who joined them is not asked for others the next day."""
    active = [
        one
        for one in sponsors
        if one.is_active(wall) and one.language in ("", language) and not is_skipped(one, wall)
    ]
    if not most or len(active) <= most:
        return active
    best = sorted(active, key=lambda one: rank(one, person), reverse=True)[:most]
    return [one for one in active if one in best]


def is_skipped(sponsor: Sponsor, wall: float) -> bool:
    """Whether the bot cannot look there for now."""
    return bool(sponsor.fault) and wall < sponsor.fault_at + RETRY


def rank(sponsor: Sponsor, person: int) -> float:
    """A random number of a person and a sponsor; the larger ones of each person fall to sponsors in
    proportion to their weights (Efraimidis and Spirakis, Weighted random sampling, 2006)."""
    digest = hashlib.sha256(f"{sponsor.chat}:{person}".encode()).digest()
    chance = (int.from_bytes(digest[:8], "big") + 1) / (CHANCES + 1)
    return math.log(chance) / max(sponsor.weight, 1)
