"""The card of a post of many media: all of it, only its pictures or films, one ZIP, or a selection.
Pure."""

from collections.abc import Sequence

from procs.bot.cards import list_pages
from procs.bot.cards.card_labels import CHOOSE, DROP, TURN, CardButton, Told
from procs.bot.cards.card_pages import Page, PageOf
from procs.records.card_values import MAIN, TICK_PAGE
from procs.store.media.cards import Card
from procs.texts import i18n
from procs.wishes import card_offer, list_entries, look_text
from procs.wishes.look_text import BEST

#: The form in which all media come in one archive.
ZIP = "zip"


def heading(card: Card, told: Told, language: str) -> list[str]:
    """The post's title, and the number of its media."""
    title = look_text.shortened(told["title"]) or card.url
    counts = [
        i18n.say(language, f"album-count-{kind}", count=len(places))
        for kind in card_offer.ALBUM_KINDS
        if (places := card_offer.of_kind(told, kind))
    ]
    site = i18n.isolated(language, card.site)
    return [i18n.say(language, "album-title", name=title), " · ".join([*counts, site])]


def main(card: Card, told: Told, language: str) -> Page:
    """The first page of a post's card: everything, one kind, a ZIP, or a selection."""
    every = len(told["entries"])
    size = f" · {i18n.size(language, told['size'])}" if told["size"] else ""
    whole = i18n.say(language, "album-first" if told["more"] else "album-all", count=every)
    rows = [
        [chosen(f"{whole}{size}", BEST)],
        [
            chosen(i18n.say(language, f"album-{kind}", count=len(places)), only(places))
            for kind in card_offer.ALBUM_KINDS
            if 0 < len(places := card_offer.of_kind(told, kind)) < every
        ],
        [
            chosen(i18n.say(language, "album-zip"), ZIP),
            CardButton(
                i18n.say(language, "list-ticks-button"), TURN, {"page": TICK_PAGE, "place": 0}
            ),
        ],
        [CardButton(i18n.say(language, "card-drop"), DROP)],
    ]
    more = [i18n.say(language, "album-rest", place=every + 1)] if told["more"] else []
    return [*more, i18n.say(language, "card-choose")], [row for row in rows if row]


def chosen(label: str, form: str) -> CardButton:
    """A button that chooses a form."""
    return CardButton(label, CHOOSE, {"form": form})


def only(places: Sequence[int]) -> str:
    """The form that takes only these places of the post."""
    return f"{BEST}#{list_entries.choice(places)}"


ALBUM_PAGES: dict[str, PageOf] = {MAIN: main, TICK_PAGE: list_pages.ticks}
