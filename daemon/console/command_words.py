"""What words of the command line have to be; argparse makes the usage of what these refuse."""

import argparse
import re
from math import isfinite, nan


def row_count(word: str) -> int:
    """How many rows somebody wants to see. Raises ArgumentTypeError."""
    if not re.fullmatch("[0-9]{1,9}", word):
        raise argparse.ArgumentTypeError(f"{word!r} is no number of lines; write for example 50")
    return int(word)


def plain_text(word: str) -> str:
    """A text that is kept or looked up in the database. Raises ArgumentTypeError for bytes that are
    none, as of another encoding."""
    if not word.isascii() and any("\ud800" <= one <= "\udfff" for one in word):
        raise argparse.ArgumentTypeError(f"{word!r} is no text in UTF-8; write it in that encoding")
    return word


def some_name(word: str) -> str:
    """A name of somebody or something, which changes what a command is about: one that is empty, as
    by a variable of the shell that is not set, is none left out. Raises ArgumentTypeError."""
    if not word.strip():
        raise argparse.ArgumentTypeError("an empty name; see that the variable of the shell is set")
    return plain_text(word)


def amount(word: str) -> float:
    """Seconds, or so many times as many: a number above 0. Raises ArgumentTypeError."""
    try:
        number = float(word)
    except ValueError:
        number = nan
    if not (isfinite(number) and number > 0):
        raise argparse.ArgumentTypeError(f"{word!r} is no number above 0; write for example 0.5")
    return number
