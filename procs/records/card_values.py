"""What a card is about: whose usual form is taken without a choice, and what was set on it so far.

In the database the options are a JSON object; what another version wrote there and this one does
not know is left out.
"""

from collections.abc import Sequence
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
#: What a row keeps of the terms of a card as one text.
WANTED = ("asks", "words", "beside", "document", "wordless")


@dataclass(frozen=True, slots=True)
class CardTerms:
    """How a link is asked about: its `usual` form, which is taken where there is no choice, and
    after `timeout` seconds without one (0: never). Less than 0: the person wants another form, so
    they are asked though the usual one is here, or is all that others would be offered. One who is
    not asked (`asks`) only has the link looked at, because their usual form depends on what is
    there."""

    usual: str = "best"
    timeout: float = 0.0
    asks: bool = True
    #: What the person set for all: the languages of subtitles, the first that there is being taken,
    #: whether they go beside the film, and whether the film is to be a document.
    words: tuple[str, ...] = ()
    beside: bool = False
    document: bool = False
    #: The person set subtitles for all, and left them out of this link in words: where it turns out
    #: to be a list, of each entry.
    wordless: bool = False

    @property
    def insists(self) -> bool:
        """Whether the card waits for a choice without end: the usual form is never taken by
        itself."""
        return self.timeout < 0

    @property
    def wants_words(self) -> bool:
        """Whether the usual form has subtitles where the media has some in a language of theirs."""
        wish = parse(self.usual)
        beside = (self.beside or wish.is_document) and wish.takes_words_beside
        return bool(self.words) and not wish.subtitles and (beside or wish.takes_words)

    def settled(self, there: Sequence[str]) -> str:
        """The usual form of a media with subtitles in these languages."""
        if not self.wants_words:
            return self.usual
        return replace(self.options(there), document=False).variant(self.usual)

    def options(self, there: Sequence[str]) -> "CardOptions":
        """What is set on a card before its person sets anything."""
        language = spoken(self.words, there)
        return CardOptions(inside=language, beside=self.beside, document=self.document)


@dataclass(frozen=True, slots=True)
class CardOptions:
    """What was set on a card before its form is chosen: the `page` that it shows, and which `part`
    of that; the part of the media (`80-125`), the languages of words inside the film and of the
    sound; whether those words go `beside` the film in a file of their own, and the film is a
    `document`; whether what is kept is not wanted (`anew`), and the form is to be remembered. Of a
    list, the `form` of each entry ("" for the usual one), and the places that were ticked."""

    page: str = MAIN
    place: int = 0
    words: str = ""
    part: str = ""
    inside: str = ""
    sound: str = ""
    beside: bool = False
    document: bool = False
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
        if self.document:
            wish = wish.as_document
        beside = (self.beside or wish.is_document) and wish.takes_words_beside
        if self.inside and (beside or wish.takes_words):
            wish = replace(wish, subtitles=self.inside, beside=beside)
        return str(replace(wish, spoken=self.sound))


def spoken(wanted: Sequence[str], there: Sequence[str]) -> str:
    """The first language of several that there is, in whatever form the site has it."""
    for language in wanted:
        plain = language.partition("-")[0]
        if any(one in (language, plain) or one.startswith(f"{language}-") for one in there):
            return language
    return ""


def terms(usual: str, timeout: float, wanted: str) -> CardTerms:
    """The terms of a card's row; what another version wrote and this one does not know is left
    out."""
    found = codec.load(wanted)
    facts = {name: found[name] for name in WANTED if name in found}
    if "words" in facts:
        facts["words"] = tuple(facts["words"])
    return CardTerms(usual, timeout, **facts)


def wanted(kept: CardTerms) -> str:
    """What a row says of terms besides the usual form and the time."""
    usual = CardTerms()
    facts = {name: getattr(kept, name) for name in WANTED}
    return codec.dump({name: it for name, it in facts.items() if it != getattr(usual, name)})


def decode(text: str) -> CardOptions:
    """The options of a card's row. Raises nothing for a row of another version."""
    found = codec.load(text)
    options = codec.record(CardOptions, found if isinstance(found, dict) else {})
    return options if options.page in PAGES else CardOptions()


def encode(options: CardOptions) -> str:
    """The options as JSON, for their column."""
    return codec.dump({name: getattr(options, name) for name in codec.names(CardOptions)})


def can_be(form: str, options: CardOptions) -> bool:
    """Whether there can be such a form with these options."""
    try:
        options.variant(form)
    except BadVariant:
        return False
    return True
