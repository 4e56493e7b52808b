"""What a group takes of a media at most: its card locks what is larger."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from procs.bot.cards.card_labels import is_over
from procs.core import codec
from procs.store.database import Database
from procs.store.media import cards
from procs.store.media.cards import Card
from procs.store.people import preferences
from procs.wishes import card_offer
from procs.wishes.look_text import BEST

#: The media as it is: the best form, or its file.
UNCUT_FORMS = (BEST, "file")


def read(db: Database, request: int) -> Card | None:
    """The card of a request, with what the admins of its group want at most now."""
    card = cards.read(db, request)
    if card is None or card.chat > 0:
        return card
    return replace(card, largest=preferences.read_group(db, card.chat).largest)


def of_form(card: Card, form: str) -> Mapping[str, Any] | None:
    """The form of a button as the look found it, where it is too large for the group."""
    told = codec.load(card.found)
    there = [*card_offer.heights(told), *card_offer.sounds(told)]
    if form in UNCUT_FORMS:
        there.append({"variant": form, "size": told["size"], "parts": 1})
    found = next((one for one in there if one["variant"] == form), None)
    return found if found is not None and is_over(card, told, found) else None
