"""What a card says and which buttons it has, from its row. Pure: a button's token comes later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from procs.bot.cards import album_pages, card_labels, card_pages, list_pages
from procs.bot.cards.card_labels import CHOOSE, DROP, REFUSED, TURN, CardButton, Told
from procs.core import codec
from procs.records.card_values import FACTS, MAIN, PART_PAGE, PLACE, SOUND_PAGE, WORDS
from procs.store.media.cards import Card
from procs.texts import i18n, untrusted_text
from procs.texts.i18n import LocalText
from procs.wishes import card_offer
from procs.wishes.card_offer import is_as_it_is
from procs.wishes.look_text import BEST, CUT, READY

Rows = list[list[CardButton]]
#: Letters of a title on a card.
TITLE = 120
LOCKED = "🔒"
#: What a mark means that stands on a button.
MEANINGS = ((READY, "card-ready"), (CUT.format(""), "card-cut"), (LOCKED, "card-locked"))


@dataclass(frozen=True, slots=True)
class CardView:
    """What a card's message shows: its text and its rows of buttons."""

    text: str
    rows: Rows = field(default_factory=list)


def render(card: Card, language: str) -> CardView:
    """The page of a card that is to be shown."""
    told: Told = codec.load(card.found)
    pages, head = CARD_PAGES.get(told["kind"], (PAGES, heading))
    about, rows = pages.get(card.options.page, pages[MAIN])(card, told, language)
    return CardView("\n".join([*head(card, told, language), "", *about]), rows)


def heading(card: Card, told: Told, language: str) -> list[str]:
    """Title, who made it, how long it is, and whose site it is of."""
    title = untrusted_text.text(told["title"], TITLE) or card.url
    key = "card-song" if told["kind"] == "audio" else "card-film"
    facts: list[str] = []
    if told["card"]["performer"]:
        facts.append(i18n.isolated(language, told["card"]["performer"]))
    if told["duration"]:
        facts.append(i18n.clock(language, told["duration"]))
    facts.append(i18n.isolated(language, card.site))
    return [i18n.say(language, key, name=title), " · ".join(facts), *set_so_far(card, language)]


def set_so_far(card: Card, language: str) -> list[str]:
    """A line for each thing that was set on the card."""
    lines: list[str] = []
    options = card.options
    if options.part:
        lines.append(i18n.say(language, "card-has-part", part=span(language, options.part)))
    if options.inside:
        words = i18n.tongue(language, options.inside)
        beside = options.beside or options.document
        key = "card-has-words-beside" if beside and not options.part else "card-has-words"
        lines.append(i18n.say(language, key, spoken=words))
    if options.sound:
        lines.append(
            i18n.say(language, "card-has-sound", spoken=i18n.tongue(language, options.sound))
        )
    if options.document:
        lines.append(i18n.say(language, "card-has-document"))
    if options.anew:
        lines.append(i18n.say(language, "card-has-anew"))
    if options.remember:
        lines.append(i18n.say(language, "card-has-remember", site=card.site))
    return lines


def span(language: str, part: str) -> LocalText:
    """`1:20–2:05`."""
    start, _, end = part.partition("-")
    shown = f"{i18n.clock(language, int(start))}–{i18n.clock(language, int(end))}"
    return i18n.isolated(language, shown)


def main(card: Card, told: Told, language: str) -> card_pages.Page:
    """The forms, what can be set, and the way out."""
    rows = [
        *card_pages.rows_of(pictures(card, told, language), 2),
        incoming(card, told, language),
        extras(card, told, language),
        besides(card, told, language),
        [remember(card, language)],
        [CardButton(i18n.say(language, "card-drop"), DROP)],
    ]
    shown = [row for row in rows if row]
    labels = [one.label for row in shown for one in row]
    marks = [
        i18n.say(language, key) for mark, key in MEANINGS if any(mark in one for one in labels)
    ]
    late = [usual(card, language)] if card.terms.timeout else []
    return [i18n.say(language, "card-choose"), *late, *marks], shown


def usual(card: Card, language: str) -> LocalText:
    """What comes without a choice, and when."""
    wait = i18n.span(language, card.terms.timeout)
    return i18n.say(
        language, "card-usual", form=card_labels.form_name(language, card.terms.usual), wait=wait
    )


def pictures(card: Card, told: Told, language: str) -> list[CardButton]:
    """A button for each form with a picture, or the one form in which the media comes."""
    there = card_offer.qualities(told)
    if is_as_it_is(told):
        there = [{"variant": BEST, "size": told["size"], "parts": 1}]
    return [picture(card, told, one, language) for one in there]


def picture(card: Card, told: Told, one: Mapping[str, Any], language: str) -> CardButton:
    """The button of one form; a form over the limit has a lock and says why when it is pressed."""
    if one.get("refused"):
        size = f" · {i18n.size(language, one['size'])}" if one["size"] else ""
        label = f"{LOCKED} {i18n.isolated(language, one['variant'])}{size}"
        return CardButton(label, REFUSED, {"form": one["variant"], "size": one["size"] or 0})
    return form_button(card, told, one, language)


def form_button(
    card: Card, told: Told, one: Mapping[str, Any], language: str, mark: str = ""
) -> CardButton:
    """Fetch a form; or why not, where it is larger than the group takes."""
    label = card_labels.form_label(card, told, one, language)
    if card_labels.is_over(card, told, one):
        mark, label = f"{LOCKED} {mark}", label.removeprefix(f"{READY} ")
    return CardButton(f"{mark}{label}", CHOOSE, {"form": one["variant"]})


def incoming(card: Card, told: Told, language: str) -> list[CardButton]:
    """🎧 mp3 and 🎵 m4a."""
    there = {one["variant"]: one for one in card_offer.sounds(told)}
    return [
        form_button(card, told, there[form], language, f"{mark} ")
        for form, mark in (("mp3", "🎧"), ("m4a", "🎵"))
        if form in there
    ]


def extras(card: Card, told: Told, language: str) -> list[CardButton]:
    """A part, subtitles, the file."""
    row = [CardButton(i18n.say(language, "card-part"), TURN, {"page": PART_PAGE, "place": 0})]
    if told["subtitles"] or told["card"]["captions"]:
        row.append(CardButton(i18n.say(language, "card-words"), TURN, {"page": WORDS, "place": 0}))
    return [*row, document(card, told, language)]


def document(card: Card, told: Told, language: str) -> CardButton:
    """As a file: a film in whatever quality is chosen then; of what has none, at once."""
    if not card_offer.qualities(told):
        whole = {"variant": "file", "size": told["size"], "parts": 1}
        lock = f"{LOCKED} " if card_labels.is_over(card, told, whole) else ""
        return CardButton(lock + i18n.say(language, "card-file"), CHOOSE, {"form": "file"})
    on = card.options.document
    label = i18n.say(language, "card-file-off" if on else "card-file")
    return CardButton(label, TURN, {"page": MAIN, "document": not on})


def besides(card: Card, told: Told, language: str) -> list[CardButton]:
    """The language of the sound, the facts, and a copy that is not the kept one."""
    row = []
    if told["card"]["sounds"]:
        data = {"page": SOUND_PAGE, "place": 0}
        row.append(CardButton(i18n.say(language, "card-sound"), TURN, data))
    row.append(CardButton(i18n.say(language, "card-facts"), TURN, {"page": FACTS}))
    if told["ready"] or card.options.anew:
        data = {"page": MAIN, "anew": not card.options.anew}
        key = "card-anew-off" if card.options.anew else "card-anew"
        row.append(CardButton(i18n.say(language, key), TURN, data))
    return row


def remember(card: Card, language: str) -> CardButton:
    """The switch by which the choice becomes the usual one for this site."""
    on = card.options.remember
    key = "card-remember-off" if on else "card-remember"
    data = {"page": MAIN, "remember": not on}
    return CardButton(i18n.say(language, key, site=card.site), TURN, data)


PAGES: dict[str, card_pages.PageOf] = {
    MAIN: main,
    WORDS: card_pages.words,
    PLACE: card_pages.place_of_words,
    PART_PAGE: card_pages.part,
    SOUND_PAGE: card_pages.sound,
    FACTS: card_pages.facts,
}
#: The pages and the heading of a card that is of no single media.
CARD_PAGES = {
    "list": (list_pages.LIST_PAGES, list_pages.heading),
    "album": (album_pages.ALBUM_PAGES, album_pages.heading),
}
