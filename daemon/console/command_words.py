"""What words of the command line have to be; argparse makes the usage of what these refuse."""

import argparse
import re


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
