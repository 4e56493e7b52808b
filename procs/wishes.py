"""The words people write after a link, as a variant: `mp3`, `۷۲۰`, `1:20-2:05`, `زیرنویس fa`."""

import re
from collections.abc import Iterator
from contextlib import suppress

from procs.variant import AUDIO, BadVariant, Clip, Variant, parse

#: Words without a meaning for us after which the rest is talk.
REACH = 3

#: The joiners of Persian words are no letters here.
SILENT = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    "\ufeff\u00ad")
)  # fmt: skip
DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")

SOUND = "audio music song sound صدا صداش صوت صوتی آهنگ اهنگ آهنگش اهنگش موزیک موسیقی ترانه"
FORMS = {
    **{form: form for form in ("best", "file", *AUDIO)},
    "امپیتری": "mp3",
    "فایل": "file",
    **dict.fromkeys(SOUND.split(), "audio"),
}
#: What phones and sites call the usual heights; 180 is nobody's word.
HEIGHTS = (144, 240, 360, 480, 720, 1080, 1440, 2160)
HEIGHT = re.compile(r"(\d{3,4})(?:p|پی)?")

TIME = r"(?:(?:\d{1,2}:)?\d{1,3}:[0-5]\d)"
SPAN = re.compile(rf"(?<![\d:])({TIME})\s*(?:-|–|—|تا|to)\s*({TIME})(?![\d:])")

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
        self.unknown = 0

    def variant(self) -> Variant:
        """The wish as a whole. Words inside a song or a plain file are left out."""
        if self.subtitles and not (self.form or self.clip):
            return Variant("subs", None, self.subtitles)
        bare = Variant(self.form or "best", self.clip)
        words = self.subtitles if bare.takes_words else ""
        return Variant(bare.form, bare.clip, words)


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
    """The words in plain letters; a span of time is one word, however it was written."""
    plain = text.translate(SILENT).translate(DIGITS).lower()
    spans = SPAN.sub(r" \1-\2 ", plain)
    return [word for word in (one.strip(".,;!?()[]،؛؟") for one in spans.split()) if word]


def take(wish: Wish, word: str, words: Iterator[str]) -> str | None:
    """Understand one word, and give back the next."""
    if word in SUBTITLES:
        following = next(words, None)
        code = language(following or "")
        wish.subtitles = wish.subtitles or code or SUBTITLES[word]
        return next(words, None) if code else following
    clip = span(word)
    found = form(word)
    wish.clip, wish.form = wish.clip or clip, wish.form or found
    wish.unknown += not (clip or found)
    return next(words, None)


def form(word: str) -> str:
    """`720p` of `720`, `mp3` of `mp3`; nothing where a word names no form."""
    height = HEIGHT.fullmatch(word)
    if height and int(height[1]) in HEIGHTS:
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
