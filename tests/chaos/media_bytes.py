"""Media that should have the same bytes: parts of one number, of the same film in one form."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from tests.sandbox.person import Message


@dataclass(frozen=True, slots=True)
class Came:
    """What a request brought: by whom it is named, its link, the form, and all of its media."""

    name: str
    link: str
    form: str
    media: Sequence[Message]

    @property
    def film(self) -> tuple[str, str]:
        """What it is, and in which form: whatever else stands behind a path, the site has one film
        there for each padding."""
        link = urlsplit(self.link)
        padding = "".join(parse_qs(link.query).get("pad", []))
        return f"{link.path} {padding}", self.form

    @property
    def bytes(self) -> tuple[str, ...]:
        """The sum of each part, in their order."""
        ordered = sorted(self.media, key=lambda m: m.id)
        return tuple(m.media["sha256"] for m in ordered if m.media)


def altered(found: Iterable[Came]) -> list[str]:
    """Who got other bytes than most of those who got the same film in that form and number of
    parts. Of two that differ one is wrong, and nobody knows which: the later one is named."""
    by_film: dict[tuple[str, str, int], list[Came]] = defaultdict(list)
    for one in found:
        by_film[*one.film, len(one.media)].append(one)
    return [name for same in by_film.values() for name in odd(same)]


def odd(same: Sequence[Came]) -> list[str]:
    ((usual, _),) = Counter(one.bytes for one in same).most_common(1)
    return [one.name for one in same if one.bytes != usual]
