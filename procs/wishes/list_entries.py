"""The entries of a list as links of their own, from what a look told of them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from procs.records.job import Link
from procs.wishes import picks
from procs.wishes.grammar import link
from procs.wishes.picks import ENTRIES_SHOWN

#: What a site's reader hides behind an address for itself.
SMUGGLED = "#__youtubedl_smuggle="
Told = Mapping[str, Any]


def entry_link(url: str, title: str, variant: str) -> Link | None:
    """The link of an entry, None when nobody may open it. What a reader of the site hid behind
    the address for itself stays there."""
    found = link.read(url, variant)
    if isinstance(found, link.BadLink):
        return None
    if SMUGGLED in url:
        found = Link(url, found.site, link.by_hash(url), variant)
    return replace(found, title=title)


def links(told: Told, places: Sequence[int], variant: str) -> list[tuple[int, Link]] | None:
    """The links of the entries at these places, those apart that cannot be had; None where the
    look did not read one of them."""
    there = {one["place"]: one for one in told["entries"]}
    if any(place not in there for place in places):
        return None
    chosen = [there[place] for place in places if not there[place].get("locked")]
    found = [(one["place"], entry_link(one["url"], one["title"], variant)) for one in chosen]
    return [(place, one) for place, one in found if one is not None]


def open_places(told: Told) -> list[int]:
    """The places of the entries that can be had, as far as the look read."""
    return [one["place"] for one in told["entries"] if not one.get("locked")]


def total(told: Told) -> int | None:
    """How many entries there are; None where the site does not say, and the look did not reach the
    end."""
    if told["count"]:
        return int(told["count"])
    return None if told["more"] else len(told["entries"])


def goes_on(told: Told, place: int) -> bool:
    """Whether there are entries behind this place."""
    there = total(told)
    return there is None or there > place


def page(told: Told, start: int) -> list[dict[str, Any]]:
    """The entries that are shown together, from an index on."""
    return list(told["entries"][start : start + ENTRIES_SHOWN])


def choice(places: Sequence[int]) -> str:
    """The choice of these places as a wish can say it: where its text would be too long, from the
    first to the last."""
    return picks.normal(picks.of(places)) or f"{min(places)}-{max(places)}"
