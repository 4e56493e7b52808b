"""How many rows somebody wants to see, as a word of the command line."""

import argparse
import re


def row_count(word: str) -> int:
    """The number that a word names. Raises ArgumentTypeError, of which argparse makes the usage."""
    if not re.fullmatch("[0-9]{1,9}", word):
        raise argparse.ArgumentTypeError(f"{word!r} is no number of lines; write for example 50")
    return int(word)
