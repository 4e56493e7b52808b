"""Splits a text into tokens: normalised words, each with its kind and its original spelling."""

import re
from dataclasses import dataclass
from typing import Any

from procs.core.durations import UNITS
from procs.wishes.grammar.idioms import PHRASES
from procs.wishes.grammar.language_names import SPELLED
from procs.wishes.grammar.vocabulary import VOCABULARY

#: The joiners of Persian words, marks of direction, vowel signs and the long stroke are no letters.
SILENT = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    "\ufeff\u00ad\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0654\ufe0f\u061c")
)  # fmt: skip
PLAIN_LETTERS = str.maketrans(
    "۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩يىئكآأإٱةۀؤ’‘٫٬–—−‐~…",
    "01234567890123456789یییکااااههو''.,-----.",
)
LONGEST = 4000
#: Several words in quotation marks are quoted text, which is no wish.
QUOTATION = re.compile(r"[\"“«„](?:[^\"”»“«\n]*\s){2}[^\"”»“«\n]*[\"”»“]")
QUOTE = " @quoted "
#: Kinds that a dash makes a range of.
COUNTED = ("number", "time", "dotted", "lasts", "end")
REPEATED = re.compile(r"([^\W\d])\1{2,}")
TOKEN = re.compile(
    r"(?P<time>(?<![\d:.])\d{1,3}[:'][0-5]\d(?::[0-5]\d)?(?![\d:]))"
    r"|(?P<dotted>(?<![\d.])\d{1,2}\.[0-5]\d(?![\d.]))"
    r"|(?P<lasts>(?<![a-z\d])(?=\d)(?:\d{1,2}h)?(?:\d{1,3}m(?:in)?)?(?:\d{1,4}s(?:ec)?)?(?![a-z\d]))"
    r"|(?P<size>\d{3,4}[x×*]\d{3,4})"
    r"|(?P<ratio>(?<![\d:])\d{1,4}(?::\d{1,4})+)"
    r"|(?P<date>\d+(?:[/.]\d+)+|\d+ ?[%٪])"
    r"|(?P<tag>[#@][^\W\d]\w*|\w+@\w+|https?://\S+|[a-z0-9-]+\.[a-z]{2,}\S*)"
    r"|(?P<word>(?:[a-z0-9]|[^\W_\u0600-\u06ff])+(?:'[a-z]+)?|[\u0621-\u065f\u066e-\u06d3\u06d5-\u06ef\u06fa-\u06ff]+|w/)"
    r"|(?P<dash>-+)|(?P<comma>[,،])|(?P<stop>[.!?;؛؟:]+)|(?P<other>[^\s\w])"
)
ORDINAL = re.compile(r"(\d{1,4})(?:st|nd|rd|th)")
HEIGHT = re.compile(r"(?:f?hd)?(\d{3,4})(?:p|p?f?hd)")
HEIGHT_BEHIND = re.compile(r"f?hd(\d{3,4})p?")
#: Words of letters and digits that are written as names of forms are.
FORMLIKE = re.compile(
    r"mp\d+\w?|\d{2,3}o+p?|\d{3,4}p\d+|\d{3,4}[a-z]{1,2}|\d{1,2}k|\d{2,4}(?:kbps?|kbs|fps|k?bit|[mgk]b|meg|mg)|\d+x"
)
#: Numbers that are read as years.
YEARS = (range(1300, 1450), range(1900, 2100))


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is the role of a word in a wish, `value` its meaning, `text` its original spelling."""

    kind: str
    value: Any
    text: str
    word: str = ""


def tokens(text: str) -> list[Token]:
    """The tokens of one line."""
    shown = REPEATED.sub(r"\1", QUOTATION.sub(QUOTE, text[:LONGEST].translate(SILENT)))
    plain = "".join(map(lowered, shown)).translate(PLAIN_LETTERS)
    found = [token(match, shown) for match in TOKEN.finditer(plain)]
    return phrased(undashed([one for one in found if one.kind != "other"]))


def undashed(found: list[Token]) -> list[Token]:
    """Remove the dashes that join or separate words; a dash beside a number is a range (`to`)."""
    around = zip([None, *found], found, [*found[1:], None], strict=False)
    return [
        one
        for before, one, after in around
        if one.kind != "dash" or any(side and side.kind in COUNTED for side in (before, after))
    ]


def lowered(letter: str) -> str:
    """A letter in lower case, if that is one letter: places in the text must not move."""
    small = letter.lower()
    return small if len(small) == 1 else letter


def token(match: re.Match[str], shown: str) -> Token:
    """The token of a match; `shown` is the text as it was written."""
    kind, word = str(match.lastgroup), match[0]
    text = shown[match.start() : match.end()]
    if kind in ("time", "dotted"):
        return Token(kind, clock(re.sub("[.']", ":", word)), text, word)
    if kind == "lasts":
        return (
            Token("lasts", lasting(word), text, word)
            if not word.isdecimal()
            else number(text, word)
        )
    if kind == "size":
        return height(str(min(map(int, re.split(r"\D", word)))), text)
    if kind in ("tag", "date", "ratio"):
        return Token("odd" if kind == "ratio" else "talk", "", text, word)
    return of_word(word, text) if kind == "word" else Token(kind, "", text, word)


def of_word(word: str, text: str) -> Token:
    """The token of a word: a number, an ordinal, a height, a word of the vocabulary, else talk."""
    if word.isdecimal():
        return number(text, word)
    if match := ORDINAL.fullmatch(word):
        return Token("ordinal", int(match[1]), text, word)
    if match := HEIGHT.fullmatch(word) or HEIGHT_BEHIND.fullmatch(word):
        return height(match[1], text)
    if word in VOCABULARY:
        kind, value = VOCABULARY[word]
        return Token(kind, value, text, word)
    if word in SPELLED:
        return Token("number", SPELLED[word], text, word)
    return Token("odd" if FORMLIKE.fullmatch(word) else "talk", "", text, word)


def number(text: str, word: str) -> Token:
    """The token of a number; one of more than four digits is talk."""
    if len(word) > 4:
        return Token("talk", "", text, word)
    return Token("number", int(word), text, word)


def height(digits: str, text: str) -> Token:
    """The token of a height in lines."""
    return Token("height", f"{int(digits)}p", text, f"{digits}p")


def is_year(number: int) -> bool:
    """Whether a number is a year of a calendar that people here use."""
    return any(number in years for years in YEARS)


def clock(word: str) -> int:
    """The seconds of a clock time: 80 for `1:20`, 4805 for `1:20:05`."""
    total = 0
    for part in word.split(":"):
        total = total * 60 + int(part)
    return total


def lasting(word: str) -> int:
    """The seconds of a duration: 80 for `1m20s`."""
    return sum(int(n) * UNITS[unit] for n, unit in re.findall(r"(\d+)([hms])", word))


def phrased(found: list[Token]) -> list[Token]:
    """Join words that have a meaning only together into one token."""
    joined: list[Token] = []
    place = 0
    while place < len(found):
        for length in (3, 2, 1):
            part = found[place : place + length]
            meaning = PHRASES.get(tuple(one.word for one in part))
            if meaning and len(part) == length:
                words = " ".join(one.text for one in part)
                joined.append(Token(*meaning, words, words))
                break
        else:
            length = 1
            joined.append(found[place])
        place += length
    return joined
