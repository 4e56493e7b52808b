"""The card of a list: how many entries there are and which, in pages; what can be taken at once;
and the form in which each comes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from procs.bot.cards import card_labels
from procs.bot.cards.card_labels import DROP, TURN, CardButton, Told
from procs.bot.cards.card_pages import Page, PageOf, back, rows_of, turns
from procs.records import press_actions
from procs.records.card_values import FORM_PAGE, MAIN, RANGE_PAGE, TICK_PAGE
from procs.store.media.cards import Card
from procs.texts import i18n
from procs.texts.i18n import LocalText
from procs.wishes import list_entries, look_text, picks
from procs.wishes.picks import ENTRIES_SHOWN

#: What buttons of lists do: fetch entries (a choice, or TICKED), tick one or take its tick away,
#: say why one cannot be had.
ENTRIES, TICK, WITHHELD = "list-entries", "list-tick", "list-withheld"
#: In the data of ENTRIES: those that are ticked now.
TICKED = "ticked"
#: How many first ones are offered, besides all.
FIRST_ENTRIES = (5, 10)
#: Entries to tick on one page, letters of a title on a button, forms in a row.
TICKS_ON_PAGE, TICK_TITLE, FORMS_IN_ROW = 8, 40, 4
#: The forms that all entries can come in: what most media have.
ENTRY_FORMS = ("best", "1080p", "720p", "480p", "360p", "mp3", "m4a", "file")
LOCKED, ON, OFF, CHOSEN = "🔒", "☑️", "◻️", "✅"
#: Parts of a post.
PART_MARKS = {"photo": " 🖼", "video": " 🎬", "audio": " 🎵", "file": " 📄"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A card of a list, with the values that its pages share."""

    card: Card
    told: Told
    language: str

    @property
    def form(self) -> str:
        """The form in which each entry comes."""
        return form_of(self.card)

    @property
    def ticked(self) -> list[int]:
        """The places that are ticked."""
        return ticked(self.card)

    @property
    def most(self) -> int:
        """Entries that may be taken at once."""
        return int(self.told["most"])

    def say(self, key: str, **values: object) -> LocalText:
        """A text of the catalogue in the person's language."""
        return i18n.say(self.language, key, **values)


def form_of(card: Card) -> str:
    """The form in which entries are fetched: the chosen one, else the usual one."""
    return card.options.form or card.terms.usual


def ticked(card: Card) -> list[int]:
    """The places that are ticked, in order."""
    return picks.numbers(card.options.ticks, picks.LAST) if card.options.ticks else []


def heading(card: Card, told: Told, language: str) -> list[str]:
    """The list's name, how many entries it has, and in which form they come."""
    shown = Shown(card, told, language)
    there = list_entries.total(told)
    counted = [shown.say("list-card-count", count=there)] if there else []
    if there is None:
        counted = [shown.say("list-card-open", count=len(told["entries"]))]
    facts = " · ".join([*counted, i18n.isolated(language, card.site)])
    form = card_labels.form_name(language, shown.form)
    title = look_text.shortened(told["title"]) or card.url
    return [shown.say("list-title", name=title), facts, shown.say("list-card-form", form=form)]


def main(card: Card, told: Told, language: str) -> Page:
    """A page of the entries, and what can be taken of them."""
    shown = Shown(card, told, language)
    place = start_of(card, told, ENTRIES_SHOWN)
    here = list_entries.page(told, place)
    lines = [line(shown, one) for one in here]
    rows = [
        *rows_of(firsts(shown), 3),
        [
            CardButton(shown.say("list-range-button"), TURN, {"page": RANGE_PAGE}),
            CardButton(shown.say("list-ticks-button"), TURN, {"page": TICK_PAGE, "place": place}),
        ],
        [CardButton(form_label(shown), TURN, {"page": FORM_PAGE})],
        turns(MAIN, place, len(told["entries"]), ENTRIES_SHOWN),
        follow(shown),
        [CardButton(shown.say("card-drop"), DROP)],
    ]
    return [*lines, "", *limits(shown), shown.say("list-card-choose")], [r for r in rows if r]


def follow(shown: Shown) -> list[CardButton]:
    """🔔 in a private chat: there the new entries arrive."""
    if shown.card.chat < 0 or not shown.told.get("follows"):
        return []
    return [CardButton(shown.say("follow-button"), press_actions.FOLLOW)]


def longest(told: Told) -> int:
    """The index of the first entry of the page that says most; 0 for what is no list."""
    if told["kind"] != "list":
        return 0
    starts = range(0, max(1, len(told["entries"])), ENTRIES_SHOWN)
    return max(starts, key=lambda at: sum(len(x["title"]) for x in list_entries.page(told, at)))


def start_of(card: Card, told: Told, size: int) -> int:
    """The index of the first entry of the page that is shown."""
    place = card.options.place if 0 <= card.options.place < len(told["entries"]) else 0
    return place - place % size


def line(shown: Shown, one: Told) -> str:
    """One entry, with a lock where it cannot be fetched."""
    mark = f"{LOCKED} " if one.get("locked") else ""
    return f"{mark}{look_text.entry(shown.language, one)}"


def limits(shown: Shown) -> list[LocalText]:
    """What cannot be had, and how much at once."""
    said: list[LocalText] = []
    if shown.told["kind"] != "list":
        return said
    if any(one.get("locked") for one in shown.told["entries"]):
        said.append(shown.say("list-card-locked"))
    if (list_entries.total(shown.told) or shown.most + 1) > shown.most:
        said.append(shown.say("list-card-most", most=shown.most))
    return said


def firsts(shown: Shown) -> list[CardButton]:
    """The first five, ten, and all, or as many as may be taken."""
    there = list_entries.open_places(shown.told)
    can = there[: shown.most]
    whole = len(can) == len(there) and not shown.told["more"]
    row = [first(shown, can[:count]) for count in FIRST_ENTRIES if count < len(can)]
    return [*row, first(shown, can, whole=whole)] if can else []


def first(shown: Shown, places: Sequence[int], *, whole: bool = False) -> CardButton:
    """The button that takes these places: all of a list, or its first ones."""
    key = "list-all-button" if whole else "list-first-button"
    return CardButton(shown.say(key, count=len(places)), ENTRIES, {"pick": picks.of(places)})


def form_label(shown: Shown) -> LocalText:
    """The label of the button that changes the form."""
    form = card_labels.form_name(shown.language, shown.form)
    return shown.say("list-form-button", form=form)


def forms(card: Card, told: Told, language: str) -> Page:
    """One form for all entries."""
    shown = Shown(card, told, language)
    there = list(dict.fromkeys((*ENTRY_FORMS, card.terms.usual)))
    flat = [
        CardButton(
            f"{CHOSEN} {name}" if form == shown.form else name,
            TURN,
            {"page": MAIN, "form": form},
        )
        for form in there
        for name in [card_labels.form_name(language, form)]
    ]
    return [shown.say("list-form-ask")], [*rows_of(flat, FORMS_IN_ROW), back(language)]


def range_(card: Card, told: Told, language: str) -> Page:
    """Asks from which entry to which."""
    shown = Shown(card, told, language)
    said = [shown.say("list-range-ask"), *limits(shown)]
    return said, [back(language)]


def ticks(card: Card, told: Told, language: str) -> Page:
    """Entries one by one."""
    shown = Shown(card, told, language)
    place, on = start_of(card, told, TICKS_ON_PAGE), shown.ticked
    here = told["entries"][place : place + TICKS_ON_PAGE]
    rows = [[tick(shown, one, on=one["place"] in on)] for one in here]
    rows.append(turns(TICK_PAGE, place, len(told["entries"]), TICKS_ON_PAGE))
    if on:
        send = shown.say("list-ticked-button", count=len(on))
        off = {"page": TICK_PAGE, "place": place, "ticks": ""}
        rows.append([CardButton(send, ENTRIES, {"pick": TICKED})])
        rows.append([CardButton(shown.say("list-unticked-button"), TURN, off)])
    chosen = [shown.say("list-ticked", places=places_of(shown, on))] if on else []
    said = [shown.say("list-ticks-ask"), *chosen, *limits(shown)]
    return said, [row for row in [*rows, back(language)] if row]


def places_of(shown: Shown, places: Sequence[int]) -> LocalText:
    """Places as people read them."""
    return i18n.digits(shown.language, ", ".join(map(str, places)))


def tick(shown: Shown, one: Told, *, on: bool) -> CardButton:
    """The button of one entry: its tick, or a lock."""
    named = one["title"] or one["url"] or shown.told["title"]
    title = look_text.shortened(named, TICK_TITLE)
    number = i18n.number(shown.language, one["place"])
    label = f"{number}. {i18n.isolated(shown.language, title)}"
    if one.get("locked"):
        return CardButton(f"{LOCKED} {label}", WITHHELD, {"entry": one["place"]})
    mark = (ON if on else OFF) + PART_MARKS.get(one.get("kind") or "", "")
    return CardButton(f"{mark} {label}", TICK, {"entry": one["place"], "on": not on})


LIST_PAGES: dict[str, PageOf] = {
    MAIN: main,
    FORM_PAGE: forms,
    RANGE_PAGE: range_,
    TICK_PAGE: ticks,
}


def taken(told: Told, places: Sequence[int]) -> list[int]:
    """Of these places, those that may be taken at once and can be had, as far as is known."""
    there = {one["place"]: bool(one.get("locked")) for one in told["entries"]}
    last = list_entries.total(told)
    wanted = [one for one in places if not there.get(one) and (last is None or one <= last)]
    return wanted[: int(told["most"])]
