"""Which form of a media is wanted, and the one text that names it in keys, rows and commands.

    best  720p  audio  m4a  mp3  opus  file  subs:fa
    720p@80-125            the part from 1:20 to 2:05
    best+subs:fa           a film with Persian subtitles that can be switched on

Every wish has exactly one text, and every such text one wish.
"""

import re
from dataclasses import dataclass

from procs.errors import ChaparError

#: Forms without a picture.
AUDIO = ("audio", "m4a", "mp3", "opus")
HEIGHTS = (144, 180, 240, 360, 480, 720, 1080, 1440, 2160)
#: `file` is the best there is as a document, `subs` the words alone.
FORMS = ("best", *AUDIO, "file", "subs", *(f"{height}p" for height in HEIGHTS))
#: Seconds of the longest clip's end: nobody cuts from a film of four days.
LATEST = 99 * 3600
LANGUAGE = r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?"
TEXT = re.compile(
    rf"(?P<form>[a-z0-9]{{3,6}})(?::(?P<alone>{LANGUAGE}))?"
    rf"(?:@(?P<start>0|[1-9]\d{{0,5}})-(?P<end>[1-9]\d{{0,5}}))?"
    rf"(?:\+subs:(?P<beside>{LANGUAGE}))?"
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
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Variant:
    """One wish. `subtitles` is the language of the words: alone where the form is `subs`, else
    inside the film. Raises BadVariant for what cannot be."""

    form: str = "best"
    clip: Clip | None = None
    subtitles: str = ""

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise BadVariant(f"form {self.form!r}")
        if self.subtitles and not re.fullmatch(LANGUAGE, self.subtitles):
            raise BadVariant(f"language {self.subtitles!r}")
        if self.words_alone and (self.clip or not self.subtitles):
            raise BadVariant("the words alone: of all of it, in one language")
        if self.subtitles and not (self.words_alone or self.takes_words):
            raise BadVariant(f"no words inside {self.form}")

    @property
    def words_alone(self) -> bool:
        return self.form == "subs"

    @property
    def sound(self) -> bool:
        return self.form in AUDIO

    @property
    def takes_words(self) -> bool:
        """Whether subtitles can be put inside."""
        return self.form == "best" or bool(self.height)

    @property
    def height(self) -> int:
        """The 720 of `720p`; 0 where no height was asked for."""
        return int(self.form[:-1]) if self.form[:-1].isdecimal() else 0

    def __str__(self) -> str:
        if self.words_alone:
            return f"subs:{self.subtitles}"
        clip = f"@{self.clip.start}-{self.clip.end}" if self.clip else ""
        return self.form + clip + (f"+subs:{self.subtitles}" if self.subtitles else "")


def parse(text: str) -> Variant:
    """The wish that a text names. Raises BadVariant, also for a second spelling of a wish."""
    match = TEXT.fullmatch(text)
    if match is None:
        raise BadVariant(text[:40])
    start, end = match["start"], match["end"]
    clip = Clip(int(start), int(end)) if end else None
    found = Variant(match["form"], clip, match["alone"] or match["beside"] or "")
    if str(found) != text:
        raise BadVariant(text[:40])
    return found
