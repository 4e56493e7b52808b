"""The one place where a site's or a stranger's text is made safe: titles, names, descriptions.

Whoever names a film can put marks into its name that turn the direction of reading for the rest of
our message, hide what follows, or end our lines: none of them comes further than this.
"""

import re

#: Control characters of Unicode (category Cc), surrogates, what is no character, and line ends.
BLANKS = re.compile("[\x00-\x20\x7f-\xa0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
#: Marks of direction (UAX #9), of annotation, of tags, and letters of no width; Persian needs the
#: joiners (200C, 200D) and emoji the last of the variation selectors.
HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
#: Marks above and below one letter; more than some are drawn over our own lines.
ABOVE = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]"
MARKS = re.compile(f"({ABOVE}{{3}}){ABOVE}+")


def text(words: object, most: int) -> str:
    """Somebody's words as one line of at most `most` letters that shows all it has."""
    shown = HIDDEN.sub("", str(words)[: most * 8])
    shown = MARKS.sub(r"\1", BLANKS.sub(" ", shown)).strip()
    return shown[:most].rstrip()
