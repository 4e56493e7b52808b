"""Colours, on a terminal alone (https://no-color.org)."""

import sys

from procs.core import process

#: SGR parameters of ECMA-48.
RED, YELLOW, BLUE = "31", "33", "34"


def are_wanted() -> bool:
    """Whether standard output is a terminal, and nobody forbade colours."""
    around = process.environment(("NO_COLOR",))
    return sys.stdout.isatty() and not around.get("NO_COLOR") and not is_dumb()


def is_dumb() -> bool:
    """Whether the terminal can do nothing but print (terminfo's `dumb`): an editor's shell, say."""
    return process.environment(("TERM",)).get("TERM") == "dumb"


def painted(text: str, colour: str) -> str:
    """A text in a colour (an SGR code), as it is where colours are not wanted."""
    return f"\x1b[{colour}m{text}\x1b[0m" if colour and are_wanted() else text
