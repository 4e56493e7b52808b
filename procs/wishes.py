"""The words people write after a link, as a variant: `mp3`, `۷۲۰`, `1:20-2:05`, `زیرنویس fa`, and
of a list `1-5`, `۲،۴`, `all`."""

import re
from collections.abc import Iterator
from contextlib import suppress

from procs import picks
from procs.variant import AUDIO, BadVariant, Clip, Variant, parse
from procs.variant import FORMS as FORM_TEXTS

#: Words without a meaning for us after which the rest is talk.
REACH = 3

#: The joiners of Persian words are no letters here.
SILENT = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    "\ufeff\u00ad")
)  # fmt: skip
DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")

SOUND = "audio music song sound صدا صداش صوت صوتی آهنگ اهنگ آهنگش اهنگش موزیک موسیقی ترانه"
LOOKS = "look list page choices choice qualities quality فهرست لیست صفحه کیفیت کیفیتها گزینهها"
FORMS = {
    **{form: form for form in ("best", "file", *AUDIO)},
    "امپیتری": "mp3",
    "فایل": "file",
    **dict.fromkeys(SOUND.split(), "audio"),
    **dict.fromkeys(LOOKS.split(), "look"),
}
#: What phones and sites call the usual heights; 180 is nobody's word.
HEIGHTS = (144, 240, 360, 480, 720, 1080, 1440, 2160)
HEIGHT = re.compile(r"(\d{3,4})(?:p|پی)?")

#: What may follow in one word: `1 - 5`, `۱ تا ۵`, `2, 4`.
SPACED = re.compile(r"(?<=\d)\s*(?:-|–|—|تا|to)\s*(?=\d)")
LISTED = re.compile(r"(?<=\d)\s*[,،]\s*(?=\d)")
TIME = r"(?:(?:\d{1,2}:)?\d{1,3}:[0-5]\d)"
SPAN = re.compile(rf"(?<![\d:])({TIME})-({TIME})(?![\d:])")

#: Words that say how, and the fields of a variant that they set.
MANNERS = {
    **dict.fromkeys(["exact", "exactly", "convert", "دقیق", "تبدیل"], "anew"),
    **dict.fromkeys(["nosponsor", "nosponsors", "noads", "بیتبلیغ", "بدونتبلیغ"], "clean"),
}
EVERYTHING = "all همه همهاش همش"
#: A lone number from here up is no entry: people write years, and heights that nobody has.
TALK = 100

#: The word for subtitles, and the language it means when none is said.
SUBTITLES = {"subs": "en", "sub": "en", "subtitles": "en", "subtitle": "en", "زیرنویس": "fa"}
NAMES = {
    "fa": "persian farsi فارسی",
    "en": "english انگلیسی",
    "ar": "arabic عربی",
    "tr": "turkish ترکی",
    "ku": "kurdish کردی",
    "de": "german آلمانی",
    "fr": "french فرانسوی",
    "es": "spanish اسپانیایی",
    "ru": "russian روسی",
}
NAMED = {name: code for code, names in NAMES.items() for name in names.split()}
CODES = (
    "aa ab af am ar as az be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gl gu ha he hi"
    " hr hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lo lt lv mg mi mk ml mn mr ms mt my ne"
    " nl no pa pl ps pt ro ru rw sd si sk sl so sq sr su sv sw ta te tg th ti tk tl tr tt ug uk ur"
    " uz vi xh yi yo zh zu"
)
CODE = re.compile(r"([a-z]{2})(-[a-z0-9]{2,8})?")


class Wish:
    """What was understood so far: the first word of each sort counts."""

    def __init__(self) -> None:
        self.form = ""
        self.clip: Clip | None = None
        self.subtitles = ""
        self.picked: list[str] = []
        self.manners: set[str] = set()
        self.unknown = 0

    def variant(self) -> Variant:
        """The wish as a whole. What cannot go together is left out: words inside a song, times of
        a film without its sponsors."""
        pick = picks.ALL if picks.ALL in self.picked else picks.normal(",".join(self.picked))
        if self.form == "look":
            return Variant("look", pick=pick if pick.isdecimal() else "")
        if self.subtitles and not (self.form or self.clip or self.manners):
            return Variant("subs", None, self.subtitles, pick=pick)
        bare = Variant(self.form or "best", self.clip)
        return Variant(
            bare.form,
            bare.clip,
            self.subtitles if bare.takes_words else "",
            anew="anew" in self.manners and bare.takes_words,
            clean="clean" in self.manners and bare.takes_cuts,
            pick=pick,
        )


def after(text: str) -> str:
    """The variant that the first words after a link ask for, else `best`."""
    return str(understood(text).variant())


def whole(text: str) -> str | None:
    """The variant that a text asks for when each of its words has a meaning, or when it is a
    variant's own text; else None."""
    with suppress(BadVariant):
        return str(parse(text))
    wish = understood(text)
    return None if wish.unknown or not text.strip() else str(wish.variant())


def understood(text: str) -> Wish:
    wish = Wish()
    words = iter(split(text))
    word = next(words, None)
    while word is not None and wish.unknown < REACH:
        word = take(wish, word, words)
    return wish


def split(text: str) -> list[str]:
    """The words in plain letters; a span of time, or of entries, is one word, however it was
    written."""
    plain = text.translate(SILENT).translate(DIGITS).lower()
    spans = SPAN.sub(r" \1-\2 ", LISTED.sub(",", SPACED.sub("-", plain)))
    return [word for word in (one.strip(".,;!?()[]،؛؟") for one in spans.split()) if word]


def take(wish: Wish, word: str, words: Iterator[str]) -> str | None:
    """Understand one word, and give back the next."""
    if word in SUBTITLES:
        following = next(words, None)
        code = language(following or "")
        wish.subtitles = wish.subtitles or code or SUBTITLES[word]
        return next(words, None) if code else following
    clip, found, pick, manner = span(word), form(word), picked(word), MANNERS.get(word)
    wish.clip, wish.form = wish.clip or clip, wish.form or found
    wish.picked += [pick] if pick else []
    wish.manners |= {manner} if manner else set()
    wish.unknown += not (clip or found or pick or manner)
    return next(words, None)


def picked(word: str) -> str:
    """The entries of a list that a word names; nothing where it names none."""
    if word in EVERYTHING.split():
        return picks.ALL
    if word.isdecimal() and (int(word) >= TALK or form(word)):
        return ""
    return picks.normal(word)


def form(word: str) -> str:
    """`720p` of `720`, `mp3` of `mp3`; nothing where a word names no form."""
    height = HEIGHT.fullmatch(word)
    if height and (int(height[1]) in HEIGHTS or f"{height[1]}p" == word in FORM_TEXTS):
        return f"{height[1]}p"
    return FORMS.get(word, "")


def language(word: str) -> str:
    """The code of a language by its name or code; nothing where it is none."""
    code = CODE.fullmatch(word)
    return NAMED.get(word) or (word if code and code[1] in CODES.split() else "")


def span(word: str) -> Clip | None:
    """The clip of `1:20-2:05`; None when it is none, or ends before it begins."""
    match = SPAN.fullmatch(word)
    try:
        return Clip(seconds(match[1]), seconds(match[2])) if match else None
    except BadVariant:
        return None


def seconds(time: str) -> int:
    """80 of `1:20`, 4805 of `1:20:05`."""
    total = 0
    for part in time.split(":"):
        total = total * 60 + int(part)
    return total
