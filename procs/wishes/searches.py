"""Words that are searched for at a site, as a link: its key says what it is. Pure.

A search goes the way of every look, so that the lane, the rules of the site, its breaker and what
people read while they wait are the same.
"""

from collections.abc import Mapping
from urllib.parse import quote

#: The sites whose own search yt-dlp can ask, and where a person would see the same.
PAGES: Mapping[str, str] = {
    "youtube": "https://www.youtube.com/results?search_query={}",
    "soundcloud": "https://soundcloud.com/search/sounds?q={}",
}
#: What people call them.
NAMES = {"youtube": "YouTube", "soundcloud": "SoundCloud"}
#: Characters of what is searched for, at least and at most.
SHORTEST_SEARCH, LONGEST_SEARCH = 2, 100
#: What the key of such a link begins with, and the variant that is only read.
PREFIX, READ_ONLY = "search", "look"


def words_in(text: str) -> str:
    """The words of a text to search for; "" for a text that is no search."""
    words = " ".join(text.split())
    plain = any(letter.isalnum() for letter in words)
    return words if plain and SHORTEST_SEARCH <= len(words) <= LONGEST_SEARCH else ""


def address(words: str, site: str) -> str:
    """Where a person would see the results."""
    return PAGES[site].format(quote(words))


def key(words: str, site: str) -> str:
    """The name of a search, the same however it is written."""
    return f"{PREFIX}:{site}:{words.casefold()}"


def sought(name: str) -> tuple[str, str] | None:
    """The site and the words of a search, by its key; None for any other."""
    prefix, _, rest = name.partition(":")
    site, _, words = rest.partition(":")
    return (site, words) if prefix == PREFIX and site in PAGES and words else None
