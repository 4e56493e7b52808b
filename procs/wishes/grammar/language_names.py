"""The languages of subtitles, by their names and codes, and the numbers that people write out."""

from itertools import product

#: The languages that people name, and every code of two letters.
LANGUAGE_WORDS = {
    "fa": "persian farsi فارسی فارس فارسیش farsy parsi", "en": "english انگلیسی انگلیس engelisi"
    " englisi eng",
    "ar": "arabic عربی arabi", "tr": "turkish ترکی torki turki", "ku": "kurdish کردی kordi",
    "de": "german آلمانی المانی almani deutsch", "fr": "french فرانسوی فرانسه faransavi",
    "es": "spanish اسپانیایی",
    "ru": "russian روسی rusi", "it": "italian ایتالیایی", "ja": "japanese ژاپنی", "ko": "korean"
    " کره‌ای کرهای",
    "zh": "chinese چینی", "hi": "hindi هندی", "pt": "portuguese پرتغالی", "ur": "urdu اردو",
    "az": "azeri آذری اذری",
    "nl": "dutch هلندی", "sv": "swedish سوئدی سویدی", "uk": "ukrainian اوکراینی",
    "id": "indonesian", "pl": "polish",
}  # fmt: skip
CODES = (
    "aa ab af am ar as az be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gl gu ha he hi"
    " hr hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lo lt lv mg mi mk ml mn mr ms mt my ne"
    " nl no pa pl ps pt ro ru rw sd si sk sl so sq sr su sv sw ta te tg th ti tk tl tr tt ug uk ur"
    " uz vi xh yi yo zh zu"
)
LANGUAGE_BY_NAME = {
    name + end: code
    for code, names in LANGUAGE_WORDS.items()
    for name, end in product(names.split(), ("", "ش", "شو", "و"))
}

UNITS = "یک دو سه چهار پنج شش هفت هشت نه ده", "one two three four five six seven eight nine ten"
#: Numbers in words.
SPELLED = {word: n for words in UNITS for n, word in enumerate(words.split(), 1)} | {
    "بیست": 20,
    "سی": 30,
    "panj": 5,
    "chahar": 4,
}


def language(word: str, *, behind: bool = False) -> str:
    """The code of a language, read from its name or, after the word for subtitles, from the
    code; nothing of another word."""
    base, _, rest = word.partition("-")
    code = base if behind and base in CODES.split() and len(rest) < 9 else ""
    return LANGUAGE_BY_NAME.get(word) or (word if code else "")
