"""The result of a look, kept for the download that follows: no site is asked twice."""

import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from procs.core import codec
from procs.engine.protocol.messages import LOOK_FILE, Order
from procs.engine.ytdlp.media_info import PlainFile
from procs.engine.ytdlp.playlists import OpenedLink
from procs.wishes import picks
from procs.wishes.variant import parse

Read = tuple[OpenedLink, list[PlainFile | None]]

#: Bytes, packed and unpacked, beyond which nothing is kept: the site is asked again then.
PACKED, UNPACKED = 512 * 1024, 16 * 1024**2
#: Names of facts and of headers that sign a visitor in.
SIGNED_IN = frozenset({"cookie", "cookies"})


def write(ydl: Any, opened: OpenedLink, files: list[PlainFile | None]) -> None:
    """Leave what was read of one media, or of a whole post, in the job's folder. Lists are read
    again, and so is a post of which one part was chosen."""
    if opened.entries or opened.chosen:
        return
    facts = {
        "infos": [without_cookies(ydl.sanitize_info(info)) for info in opened.infos],
        "files": [asdict(file) if file else None for file in files],
        "title": opened.title,
        "more": opened.more,
    }
    body = zlib.compress(codec.dump(facts).encode())
    if len(body) <= PACKED:
        Path(LOOK_FILE).write_bytes(body)


def without_cookies(facts: Any) -> Any:
    """The same without what signs a visitor in: the download brings the cookies of the same way
    along again, and nobody else reads this."""
    if isinstance(facts, dict):
        kept = ((name, one) for name, one in facts.items() if name.lower() not in SIGNED_IN)
        return {name: without_cookies(one) for name, one in kept}
    return [without_cookies(one) for one in facts] if isinstance(facts, list) else facts


def unpacked() -> dict[str, Any]:
    """What an earlier look left, as it is."""
    body = zlib.decompressobj().decompress(Path(LOOK_FILE).read_bytes(), UNPACKED)
    told = codec.load(body)
    return told if isinstance(told, dict) else {}


def read(ydl: Any, order: Order) -> Read | None:
    """What an earlier look left, with formats chosen for this order; None where parts of a post
    are wanted that were not among what was read."""
    told = unpacked()
    if "info" in told:  # an earlier version kept single media only
        told = {"infos": [told["info"]], "files": [told["file"]], "title": ""}
    if "infos" not in told:
        return None
    pick, more = (
        parse(order.variant).pick if len(told["infos"]) > 1 else "",
        told.get("more", False),
    )
    if pick == picks.EVERYTHING and more:
        return None
    places = picks.numbers(pick, order.entries) if pick not in ("", picks.EVERYTHING) else []
    if places and places[-1] > len(told["infos"]):
        return None
    chosen = [place - 1 for place in places] or range(len(told["infos"]))
    infos = [ydl.process_ie_result(told["infos"][at], download=False) for at in chosen]
    files = [PlainFile(**told["files"][at]) if told["files"][at] else None for at in chosen]
    opened = OpenedLink(
        tuple(infos), title=told["title"], more=more and not pick, chosen=bool(pick)
    )
    return opened, files
