"""The entries of a list as links of their own, from what a look told of them. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from procs.records.job import Link
from procs.wishes.grammar import link
from procs.wishes.list_entries import Told

#: What a site's reader hides behind an address for itself begins with this.
SMUGGLED = "#__youtubedl_smuggle="


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
