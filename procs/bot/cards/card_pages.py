"""The pages behind a card: subtitles, a part, the language of the sound, facts. Pure."""

from collections.abc import Callable, Sequence
from datetime import date

from procs.bot.cards.card_labels import CHOOSE, TURN, CardButton, Told
from procs.records.card_values import MAIN, PART_PAGE, PLACE, SOUND_PAGE, WORDS, CardOptions, can_be
from procs.store.media.cards import Card
from procs.texts import i18n, untrusted_text
from procs.texts.i18n import LocalText
from procs.wishes import card_offer
from procs.wishes.variant import LATEST

Page = tuple[Sequence[str], list[list[CardButton]]]
PageOf = Callable[[Card, Told, str], Page]
#: Languages and chapters on one page, and languages in a row.
LANGUAGES_ON_PAGE, CHAPTERS_ON_PAGE, WIDE = 12, 8, 3
#: Letters of a chapter on a button; letters of an address among the facts.
CHAPTER_LENGTH, ADDRESS_LENGTH_SHOWN = 40, 200
#: Behind a language whose words a machine wrote.
MACHINE = "🤖"


def back(language: str) -> list[CardButton]:
    """The row with the button to the first page."""
    return [CardButton(i18n.say(language, "card-back"), TURN, {"page": MAIN})]


def turns(page: str, place: int, count: int, size: int) -> list[CardButton]:
    """Buttons to the previous and the next page, where there are any."""
    before, after = place - size, place + size
    row = [CardButton("◀️", TURN, {"page": page, "place": before})] if before >= 0 else []
    return row + ([CardButton("▶️", TURN, {"page": page, "place": after})] if after < count else [])


def rows_of(flat: Sequence[CardButton], wide: int) -> list[list[CardButton]]:
    """Buttons in rows of so many."""
    return [list(flat[at : at + wide]) for at in range(0, len(flat), wide)]


def words(card: Card, told: Told, language: str) -> Page:
    """The languages of subtitles: those that people wrote first."""
    there = card_offer.languages(told)
    place = card.options.place if 0 <= card.options.place < len(there) else 0
    shown = there[place : place + LANGUAGES_ON_PAGE]
    flat = [
        CardButton(
            str(i18n.tongue(language, code)) + (f" {MACHINE}" if machine else ""),
            TURN,
            {"page": PLACE, "words": code},
        )
        for code, machine in shown
    ]
    rows = [*rows_of(flat, WIDE), turns(WORDS, place, len(there), LANGUAGES_ON_PAGE)]
    if card.options.inside:
        off = {"page": MAIN, "inside": "", "words": ""}
        rows.append([CardButton(i18n.say(language, "card-words-off"), TURN, off)])
    said = [i18n.say(language, "card-words-ask")]
    if any(machine for _, machine in shown):
        said.append(i18n.say(language, "card-words-machine"))
    return said, [row for row in [*rows, back(language)] if row]


def place_of_words(card: Card, told: Told, language: str) -> Page:
    """Inside the film, or as a file of their own."""
    code = card.options.words
    row: list[CardButton] = []
    rows: list[list[CardButton]] = []
    if told["kind"] == "video" and can_be("best", CardOptions(inside=code)):
        inside = {"page": MAIN, "inside": code, "beside": False}
        row.append(CardButton(i18n.say(language, "card-words-inside"), TURN, inside))
        beside = {**inside, "beside": True}
        rows.append([CardButton(i18n.say(language, "card-words-beside"), TURN, beside)])
    alone = {"form": f"subs:{code}"}
    row.append(CardButton(i18n.say(language, "card-words-file"), CHOOSE, alone))
    said = i18n.say(language, "card-words-place", spoken=i18n.tongue(language, code))
    return [said], [row, *rows, back(language)]


def part(card: Card, told: Told, language: str) -> Page:
    """The page that asks for a part in words, and offers the chapters."""
    chapters = told["card"]["chapters"]
    place = card.options.place if 0 <= card.options.place < len(chapters) else 0
    starts = [start for start, _ in chapters]
    ends = [*starts[1:], told["duration"] or LATEST][: len(starts)]
    rows = [
        [chapter(language, number, start, end, title)]
        for number, ((start, title), end) in enumerate(zip(chapters, ends, strict=True), 1)
    ]
    rows = rows[place : place + CHAPTERS_ON_PAGE]
    rows.append(turns(PART_PAGE, place, len(chapters), CHAPTERS_ON_PAGE))
    if card.options.part:
        whole = CardButton(i18n.say(language, "card-part-off"), TURN, {"page": MAIN, "part": ""})
        rows.append([whole])
    key = "card-part-or-chapter" if chapters else "card-part-ask"
    return [i18n.say(language, key)], [row for row in [*rows, back(language)] if row]


def chapter(language: str, number: int, start: float, end: float, title: str) -> CardButton:
    """The button that takes one chapter as the part."""
    name = untrusted_text.text(title, CHAPTER_LENGTH)
    label = f"{i18n.number(language, number)}. {name} · {i18n.clock(language, start)}"
    first = int(start)
    return CardButton(label, TURN, {"page": MAIN, "part": f"{first}-{max(first + 1, int(end))}"})


def sound(card: Card, told: Told, language: str) -> Page:
    """The languages of the sound."""
    there = card_offer.codes(told["card"]["sounds"])
    place = card.options.place if 0 <= card.options.place < len(there) else 0
    shown = there[place : place + LANGUAGES_ON_PAGE]
    flat = [
        CardButton(str(i18n.tongue(language, code)), TURN, {"page": MAIN, "sound": code})
        for code in shown
    ]
    rows = [*rows_of(flat, WIDE), turns(SOUND_PAGE, place, len(there), LANGUAGES_ON_PAGE)]
    if card.options.sound:
        off = {"page": MAIN, "sound": ""}
        rows.append([CardButton(i18n.say(language, "card-sound-off"), TURN, off)])
    return [i18n.say(language, "card-sound-ask")], [row for row in [*rows, back(language)] if row]


def facts(card: Card, told: Told, language: str) -> Page:
    """Codecs and sizes of each form, where it is from, and of which day."""
    lines = [fact(language, one) for one in told["choices"]]
    day = told["card"]["published"]
    lines.append(i18n.say(language, "card-source", link=card.url[:ADDRESS_LENGTH_SHOWN]))
    if day and (shown := published(language, day)):
        lines.append(i18n.say(language, "card-published", date=shown))
    if told["card"]["chapters"]:
        lines.append(i18n.say(language, "card-chapters", count=len(told["card"]["chapters"])))
    return lines, [back(language)]


def fact(language: str, one: Told) -> str:
    """One line for a form: name, codecs, size."""
    size = i18n.size(language, one["size"]) if one["size"] else i18n.say(language, "card-no-size")
    codecs = i18n.isolated(language, one["codecs"].replace("+", " + "))
    return " · ".join(filter(None, (i18n.isolated(language, one["variant"]), codecs, size)))


def published(language: str, day: str) -> LocalText | None:
    """The day in words; None where the site tells one that there is not."""
    try:
        return i18n.date(language, date(int(day[:4]), int(day[4:6]), int(day[6:])))
    except ValueError:
        return None
