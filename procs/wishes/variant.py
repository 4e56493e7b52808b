"""Which form of a media is wanted, and the one text that names it in keys, rows and commands.

    best  720p  audio  m4a  mp3  opus  file  zip  subs:fa
    720p@80-125            the part from 1:20 to 2:05, cut at a key frame
    720p@80-125!           the same, cut exactly, which means to encode it anew
    best!                  encoded anew where it would not play in a chat
    best~                  without what sponsors paid for
    best+subs:fa           a film with Persian subtitles that can be switched on
    best+srt:fa            a film, and its Persian subtitles in a file of their own
    720p+file              such a film as a document; the best there is so is `file`
    720p+sound:de          a film, or its sound, in German where the site has it so
    720p-subs              such a film without subtitles, whatever its person wants of every film
    mp3#1-5,7  mp3#all     of a list, these entries
    look  look#2           what is there: the qualities of a media, the second page of a list

Every wish has exactly one text, and every such text one wish.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from procs.errors import ChaparError
from procs.wishes import picks

#: The height that the best film is thought to have where a smaller one is wanted, and heights that
#: few sites have.
WHOLE, ODD = 720, (144, 180, 240)
#: Forms without a picture.
AUDIO = ("audio", "m4a", "mp3", "opus")
HEIGHTS = (144, 180, 240, 360, 480, 720, 1080, 1440, 2160)
#: `file` is the best there is as a document, `zip` the same of a post in one archive, `subs` the
#: words alone, `look` no media at all.
FORMS = ("best", *AUDIO, "file", "zip", "subs", "look", *(f"{height}p" for height in HEIGHTS))
#: Seconds of the longest clip's end, which also means to the end, wherever that is: nobody cuts
#: from a film of four days.
LATEST = 99 * 3600
#: What the text of a wish has that leaves subtitles out.
WORDLESS = "-subs"
LANGUAGE = r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?"
VARIANT = re.compile(
    rf"(?P<form>[a-z0-9]{{3,6}})(?::(?P<alone>{LANGUAGE}))?"
    r"(?:@(?P<start>0|[1-9]\d{0,5})-(?P<end>[1-9]\d{0,5}))?"
    r"(?P<anew>!)?(?P<clean>~)?"
    rf"(?P<document>\+file)?(?:\+(?P<place>subs|srt):(?P<words>{LANGUAGE})|(?P<wordless>{WORDLESS}))?"
    rf"(?:\+sound:(?P<spoken>{LANGUAGE}))?"
    r"(?:#(?P<pick>[a-z0-9,-]{1,200}))?"
)


class BadVariant(ChaparError, ValueError):
    """Not the text of a form that we know."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A part of a media: from `start` to `end`, in whole seconds."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= LATEST:
            raise BadVariant(f"clip {self.start}-{self.end}")

    @property
    def length(self) -> int:
        """Whole seconds."""
        return self.end - self.start

    def within(self, duration: float) -> float:
        """Seconds of it that a media of this duration has; all where that is unknown (0)."""
        return min(self.end, duration or self.end) - self.start


@dataclass(frozen=True, slots=True)
class Variant:
    """One wish. `subtitles` is the language of the words: alone where the form is `subs`, else
    inside the film, or `beside` it in a file of their own. `anew` asks for encoding, `clean` leaves
    sponsors out, `pick` chooses from a list (of `look`, a page), `spoken` is the language of the
    sound, and a `document` is a film of some height that a chat does not play. `wordless` says that
    what a person set about subtitles is not meant: a media is never kept under such a wish. Raises
    BadVariant for what cannot be."""

    form: str = "best"
    clip: Clip | None = None
    subtitles: str = ""
    anew: bool = False
    clean: bool = False
    pick: str = ""
    spoken: str = ""
    beside: bool = False
    document: bool = False
    wordless: bool = False

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise BadVariant(f"form {self.form!r}")
        if self.subtitles and not re.fullmatch(LANGUAGE, self.subtitles):
            raise BadVariant(f"language {self.subtitles!r}")
        if self.spoken and not re.fullmatch(LANGUAGE, self.spoken):
            raise BadVariant(f"language {self.spoken!r}")
        if self.spoken and (self.words_alone or self.looks):
            raise BadVariant(f"nobody speaks in {self.form}")
        if self.words_alone and (self.clip or not self.subtitles):
            raise BadVariant("the words alone: of all of it, in one language")
        if self.subtitles and not (self.words_alone or self.takes_words or self.beside):
            raise BadVariant(f"no words inside {self.form}")
        if self.beside and not (self.subtitles and self.takes_words_beside):
            raise BadVariant(f"no words beside {self.form}")
        if self.wordless and (self.subtitles or not self.can_be_wordless):
            raise BadVariant(f"no words to leave out of {self.form}")
        if self.document and not self.height:
            raise BadVariant(f"{self.form} is no film of a height")
        if self.anew and not self.takes_words:
            raise BadVariant(f"{self.form} is not encoded anew")
        if self.clean and not self.takes_cuts:
            raise BadVariant("nothing to leave out of this")
        if self.zipped and (self.clip or self.spoken):
            raise BadVariant("an archive has what there is")
        if self.looks and (self.clip or (self.pick and not self.pick.isdecimal())):
            raise BadVariant("to look at: all of it, or one page")
        if self.pick != picks.normal(self.pick):
            raise BadVariant(f"choice {self.pick!r}")

    @property
    def words_alone(self) -> bool:
        """Whether subtitles are wanted and no media."""
        return self.form == "subs"

    @property
    def looks(self) -> bool:
        """Whether nothing is to be downloaded."""
        return self.form == "look"

    @property
    def zipped(self) -> bool:
        """Whether all of it comes in one archive."""
        return self.form == "zip"

    @property
    def page(self) -> int:
        """The page of a list that is looked at."""
        return int(self.pick or 1)

    @property
    def sound(self) -> bool:
        """Whether the form is sound without a picture."""
        return self.form in AUDIO

    @property
    def takes_words(self) -> bool:
        """Whether subtitles can be put inside."""
        return self.form == "best" or bool(self.height)

    @property
    def takes_words_beside(self) -> bool:
        """Whether subtitles can come along in a file of their own: the times of a part of the media
        would not be those of the file."""
        return (self.takes_words or self.form == "file") and not self.clip

    @property
    def can_be_wordless(self) -> bool:
        """Whether subtitles may come with it that nobody asked for in words."""
        return self.takes_words or self.form == "file"

    @property
    def is_document(self) -> bool:
        """Whether the film is to be sent as a file, not as something to play."""
        return self.document or self.form == "file"

    @property
    def as_document(self) -> "Variant":
        """The same film as a file; unchanged where there is no such form."""
        if self.height:
            return replace(self, document=True)
        if self.form != "best" or self.anew or (self.subtitles and not self.takes_words_beside):
            return self
        return replace(self, form="file", beside=bool(self.subtitles))

    @property
    def takes_cuts(self) -> bool:
        """Whether parts can be left out; the times of a clip would no longer be true."""
        return not (self.clip or self.words_alone or self.looks or self.zipped)

    @property
    def height(self) -> int:
        """The 720 of `720p`; 0 where no height was asked for."""
        return int(self.form[:-1]) if self.form[:-1].isdecimal() else 0

    @property
    def one(self) -> "Variant":
        """The same of one media, whatever was chosen from a list."""
        return replace(self, pick="")

    @property
    def fetched(self) -> "Variant":
        """The media that is meant, once it is known that no subtitles are added."""
        return replace(self, wordless=False) if self.wordless else self

    @property
    def smaller(self) -> "Variant | None":
        """The next smaller film; None of what is no film, or the smallest."""
        if not self.takes_words and self.form != "file":
            return None
        height = self.height or WHOLE
        below = max((it for it in HEIGHTS if it < height and it not in ODD), default=0)
        return replace(self, form=f"{below}p", document=self.is_document) if below else None

    def __str__(self) -> str:
        alone = f":{self.subtitles}" if self.words_alone else ""
        clip = f"@{self.clip.start}-{self.clip.end}" if self.clip else ""
        place = "srt" if self.beside else "subs"
        words = f"+{place}:{self.subtitles}" if self.subtitles and not alone else ""
        words += WORDLESS if self.wordless else ""
        document = "+file" if self.document else ""
        flags = ("!" if self.anew else "") + ("~" if self.clean else "")
        spoken = f"+sound:{self.spoken}" if self.spoken else ""
        pick = f"#{self.pick}" if self.pick else ""
        return self.form + alone + clip + flags + document + words + spoken + pick


@lru_cache(maxsize=128)
def parse(text: str) -> Variant:
    """The wish that a text names. Raises BadVariant, also for a second spelling of a wish."""
    match = VARIANT.fullmatch(text)
    if match is None:
        raise BadVariant(text[:40])
    start, end = match["start"], match["end"]
    found = Variant(
        match["form"],
        Clip(int(start), int(end)) if end else None,
        match["alone"] or match["words"] or "",
        anew=bool(match["anew"]),
        clean=bool(match["clean"]),
        pick=match["pick"] or "",
        spoken=match["spoken"] or "",
        beside=match["place"] == "srt",
        document=bool(match["document"]),
        wordless=bool(match["wordless"]),
    )
    if str(found) != text:
        raise BadVariant(text[:40])
    return found
