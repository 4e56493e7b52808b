"""What a card is about: whose usual form is taken without a choice, and what was set on it so far.

In the database the options are a JSON object; what another version wrote there and this one does
not know is left out.
"""

from dataclasses import dataclass, replace

from procs.core import codec
from procs.wishes.variant import BadVariant, parse

#: The pages of a card.
MAIN, WORDS, PLACE, FACTS = "main", "words", "place", "facts"
PART_PAGE, SOUND_PAGE = "part", "sound"
#: Those of a list: a form for all of it, which entries from where to where, one by one.
FORM_PAGE, RANGE_PAGE, TICK_PAGE = "form", "range", "ticks"
PAGES = (MAIN, WORDS, PLACE, PART_PAGE, SOUND_PAGE, FACTS, FORM_PAGE, RANGE_PAGE, TICK_PAGE)
#: Pages that ask for a text.
ASKING = (PART_PAGE, RANGE_PAGE)


@dataclass(frozen=True, slots=True)
class CardTerms:
    """How a link is asked about: its `usual` form, which is taken where there is no choice, and
    after `timeout` seconds without one (0: never). Less than 0: the person wants another form, so
    they are asked though the usual one is here, or is all that others would be offered."""

    usual: str = "best"
    timeout: float = 0.0

    @property
    def insists(self) -> bool:
        return self.timeout < 0


@dataclass(frozen=True, slots=True)
class CardOptions:
    """What was set on a card before its form is chosen: the `page` that it shows, and which `part`
    of that; the part of the media (`80-125`), the languages of words inside the film and of the
    sound; whether what is kept is not wanted (`anew`), and the form is to be remembered. Of a
    list, the `form` of each entry ("" for the usual one), and the places that were ticked."""

    page: str = MAIN
    place: int = 0
    words: str = ""
    part: str = ""
    inside: str = ""
    sound: str = ""
    anew: bool = False
    remember: bool = False
    form: str = ""
    ticks: str = ""

    def variant(self, form: str) -> str:
        """The wish that a form is with these options. What cannot be with a form is left out of it:
        nobody shows words on a song. Raises BadVariant for what is no form."""
        wish = parse(form)
        if wish.words_alone or wish.looks:
            return str(wish)
        if self.part:
            clip = parse(f"best@{self.part}").clip
            wish = replace(wish, clip=clip)
        if self.inside and wish.takes_words:
            wish = replace(wish, subtitles=self.inside)
        return str(replace(wish, spoken=self.sound))


def decode(text: str) -> CardOptions:
    """The options of a card's row. Raises nothing for a row of another version."""
    found = codec.load(text)
    options = codec.record(CardOptions, found if isinstance(found, dict) else {})
    return options if options.page in PAGES else CardOptions()


def encode(options: CardOptions) -> str:
    return codec.dump({name: getattr(options, name) for name in codec.names(CardOptions)})


def can_be(form: str, options: CardOptions) -> bool:
    """Whether there can be such a form with these options."""
    try:
        options.variant(form)
    except BadVariant:
        return False
    return True
