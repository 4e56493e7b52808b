"""Pages with several media: the parts of one post, which belong together, or a list from which the
person chooses.

What tells them apart is how a site's reader gives them: a post's parts come complete, a list's
entries as addresses to be read one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from procs.engine.failures.exception_chain import plain
from procs.engine.protocol.decode import ITEMS
from procs.engine.protocol.messages import Entry, Order
from procs.errors import Empty, NoEntry, NoSuchVariant, Unsupported
from procs.wishes import picks
from procs.wishes.picks import ENTRIES_SHOWN
from procs.wishes.variant import Variant, parse

#: Parts of a post that are taken when none were chosen; of a list, so many entries are read at
#: least, from which a person chooses.
ALBUM = 30
#: How often a list of one entry is opened to find another in it.
DEPTH = 3
TITLE_LENGTH, ADDRESS = 120, 2048
LISTS = ("playlist", "multi_video")
ADDRESSES = ("url", "url_transparent")
#: What sites say of an entry that they give to nobody, or not to everybody: yt-dlp's words for it,
#: and the titles that YouTube gives it in a list.
LOCKED = ("private", "needs_auth", "premium_only", "subscriber_only")
WITHHELD = ("[private video]", "[deleted video]")

Info = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """What a link leads to: `infos` complete (one, or the parts of a post, of which one may be
    `chosen`, and there may be `more`), or the `entries` of a list, of which there are `count` where
    the site says so, and `more` than are here. `face` is what of a list the site has a picture of:
    itself, or the first entry with one."""

    infos: tuple[Info, ...] = ()
    entries: tuple[Entry, ...] = ()
    title: str = ""
    count: int | None = None
    more: bool = False
    chosen: bool = False
    face: Info | None = None


def wanted(order: Order) -> str:
    """The entries that yt-dlp reads, in its notation."""
    found = places(order)
    if isinstance(found, range):
        return f"{found[0]}:{found[-1]}"
    return ",".join(map(str, found))


def places(order: Order) -> Sequence[int]:
    """The numbers of the entries that are read; one more than is shown tells whether the list goes
    on."""
    wish = parse(order.variant)
    if order.search:
        return range(1, order.entries + 1)
    if order.followed:
        return range(1, order.followed + 2)
    if wish.looks and not order.whole:
        first = (wish.page - 1) * ENTRIES_SHOWN + 1
        return range(first, first + ENTRIES_SHOWN + 1)
    if wish.pick == picks.EVERYTHING:
        return range(1, order.entries + 2)
    if wish.pick and not wish.looks:
        return picks.numbers(wish.pick, order.entries)
    return range(1, offered(order) + 2)


def offered(order: Order) -> int:
    """Entries of a list from which a person may choose without another look: as many as one
    request may take."""
    return max(ALBUM, order.entries)


def opened(ydl: Any, info: Info | None, order: Order) -> OpenedLink:
    """What is in an extracted info. Raises Empty, NoSuchVariant, Unsupported."""
    wish = parse(order.variant)
    for _ in range(DEPTH):
        if not info:
            raise Empty("the page lists nothing")
        if info.get("_type") not in LISTS:
            return OpenedLink((info,))
        there = numbered(info)
        if not there:
            raise missing(info, wish) if wish.pick else Empty("an empty list")
        if not any(is_address(entry) for _, entry in there):
            return post(info, there, wish, order)
        if wish.pick or order.followed or len(there) > 1:
            return listed(info, there, wish, order)
        info = ydl.process_ie_result(dict(there[0][1]), download=False)
    raise Unsupported("a list of a list of a list")


def missing(info: Info, wish: Variant) -> NoSuchVariant:
    """The failure when none of the chosen entries exists; with the number of entries, where the
    site names it."""
    count = info.get("playlist_count")
    wanted = str((wish.page - 1) * ENTRIES_SHOWN + 1) if wish.looks else wish.pick
    facts = {"wanted": wanted, "count": str(count)} if isinstance(count, int) else {}
    return NoEntry(f"no entry {wanted} of {count}", facts=facts)


def numbered(info: Info) -> list[tuple[int, Info]]:
    """The entries with their numbers in the list."""
    entries = info.get("entries") or []
    places = info.get("requested_entries") or range(1, len(entries) + 1)
    return [(place, one) for place, one in zip(places, entries, strict=False) if one]


def is_address(entry: Info) -> bool:
    """Whether an entry is a link to be opened, not a media itself."""
    return entry.get("_type") in (*ADDRESSES, *LISTS)


def post(info: Info, there: list[tuple[int, Info]], wish: Variant, order: Order) -> OpenedLink:
    """The parts of one post. To be looked at, they are a list to choose from."""
    if wish.looks and not order.whole:
        return listed(info, there, wish, order)
    count, most = info.get("playlist_count"), len(there)
    if wish.pick in ("", picks.EVERYTHING):
        most = order.entries if wish.pick else ALBUM
    infos = tuple(one for _, one in there[:most])
    there_are = max(count if isinstance(count, int) else 0, len(there))
    more = wish.pick in ("", picks.EVERYTHING) and there_are > len(infos)
    return OpenedLink(infos, title=title(info), more=more, chosen=bool(wish.pick))


def listed(info: Info, there: list[tuple[int, Info]], wish: Variant, order: Order) -> OpenedLink:
    """A list with the entries that are chosen, or those of one page; `there` has their places from
    1 on."""
    chosen = wish.pick and not wish.looks
    paged = wish.looks and not order.whole
    most = order.entries if chosen else ENTRIES_SHOWN if paged else offered(order)
    goes_on = len(there) > (order.followed or most)
    if order.followed:
        there = opened_out(there)
        goes_on = any(place > order.followed for place, _ in there)
        most = ITEMS
    entries = tuple(entry(place, one) for place, one in there[:most])
    count = info.get("playlist_count")
    asked = picks.count(wish.pick) if chosen else None
    return OpenedLink(
        entries=entries,
        title=title(info),
        count=count if isinstance(count, int) and count >= len(there) else None,
        more=goes_on or (asked or 0) > order.entries,
        face=next((one for one in (info, *(one for _, one in there)) if has_picture(one)), None),
    )


def has_picture(one: Info) -> bool:
    """Whether yt-dlp knows a picture of an entry."""
    return bool(one.get("thumbnails") or one.get("thumbnail"))


def entry(place: int, one: Info) -> Entry:
    """An entry as the worker gets it, its texts shortened."""
    url = str(one.get("url") or one.get("webpage_url") or "")
    name = plain(one.get("title") or "", TITLE_LENGTH)
    lasts = float(one.get("duration") or 0)
    return Entry(place, name, plain(url, ADDRESS), lasts, locked=is_locked(one, name))


def is_locked(one: Info, name: str) -> bool:
    """Whether the site itself says that not everybody gets this entry."""
    return one.get("availability") in LOCKED or name.lower() in WITHHELD


def opened_out(there: list[tuple[int, Info]]) -> list[tuple[int, Info]]:
    """The entries of a list that is followed, without those that are only announced. A channel may
    come as a list of its lists, which are read already: their entries, with their places there."""
    found = []
    for place, one in there:
        inner = one.get("_type") in LISTS and one.get("entries")
        found += numbered(one) if inner else [(place, one)]
    return [one for one in found if not is_announced(one[1])]


def is_announced(one: Info) -> bool:
    """Whether an entry cannot be had yet: it is new when it can."""
    return one.get("live_status") == "is_upcoming"


def title(info: Info) -> str:
    """The title of a list, else its id."""
    return plain(info.get("title") or info.get("id") or "", TITLE_LENGTH)
