"""What the end of a file says of the rest of it."""

from enum import Enum

#: The part of a stated size that may be missing: some files are like that, and play well.
LACKING = 0.1


class Ending(Enum):
    """`WHOLE` is also a file of which nothing is known. `ODD` is one of which a little is missing,
    or which ends in the middle of a piece, as recordings of broadcasts do."""

    WHOLE = "whole"
    ODD = "odd"
    CUT = "cut"


def of_sizes(there: float, stated: float) -> Ending:
    """The verdict on so much of what a container states, in whatever unit."""
    if there >= stated:
        return Ending.WHOLE
    return Ending.CUT if stated - there > LACKING * stated else Ending.ODD
