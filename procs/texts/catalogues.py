"""The catalogues: one file of `procs/locale` for each language, with all its texts by key.

Babel is loaded at first need: it is two megabytes of memory, and processes that say nothing import
this too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from pathlib import Path
from typing import Any

from procs.errors import remedies

LOCALE = Path(__file__).parents[1] / "locale"
DEFAULT = "en"
#: A language is one file of the catalogue: whoever adds another adds nothing else. The one for
#: everybody else stands last.
LANGUAGES = tuple(
    sorted((one.stem for one in LOCALE.glob("*.po")), key=lambda it: (it == DEFAULT, it))
)
#: Persian with Latin digits, for who prefers them: a language of its own for all that is said.
LATIN_DIGITS = "-latn"
PERSIAN_LATIN = "fa" + LATIN_DIGITS
LATIN = str.maketrans("۰۱۲۳۴۵۶۷۸۹٫٬٪", "0123456789.,%")


def base(language: str) -> str:
    """A language without what is preferred of its digits."""
    return language.removesuffix(LATIN_DIGITS)


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of a language, by key; of one with plural forms, that for many."""
    return {key: forms[-1] for key, forms in written(language).items()}


@cache
def written(language: str) -> dict[str, tuple[str, ...]]:
    """All texts of a language with their plural forms, by key."""
    texts, _ = from_file(base(language))
    if language != PERSIAN_LATIN:
        return texts
    return {key: tuple(text.translate(LATIN) for text in forms) for key, forms in texts.items()}


@cache
def from_file(language: str) -> tuple[dict[str, tuple[str, ...]], str]:
    """The texts of a language's file by key, and its rule of plural forms. What Babel makes of the
    file is larger, and not kept. The English remedies stand in `procs.errors.remedies`, since
    processes log them that load no catalogue."""
    from babel.messages.pofile import read_po

    with (LOCALE / f"{language}.po").open("rb") as file:
        found: Any = read_po(file, locale=language)
    texts = {
        str(one.id[0] if one.pluralizable else one.id): (
            tuple(one.string) if one.pluralizable else (str(one.string),)
        )
        for one in found
        if one.id
    }
    if language == DEFAULT:
        texts |= {f"fix-{name}": (text,) for name, text in remedies.BY_NAME.items()}
    return texts, found.plural_expr


@dataclass(frozen=True, slots=True)
class PluralForms:
    """The texts of a language that have a form for each number, and which form a number has."""

    forms: dict[str, tuple[str, ...]]
    form: Callable[[int], int]


@cache
def counted(language: str) -> PluralForms:
    """By gettext's rule, which the file states or CLDR knows."""
    several = {key: forms for key, forms in written(language).items() if len(forms) > 1}
    return PluralForms(several, c2py(from_file(base(language))[1]))


def how_many(values: Mapping[str, object]) -> int:
    """The number that a text is about: its `count`, or what is the `most`."""
    found: Any = values.get("count", values.get("most", 0))
    return int(found) if isinstance(found, int | float) or str(found).isdecimal() else 0
