"""Classic BPF programs that judge system calls: instructions, and programs made of them.

A step is (instruction, steps to skip when true, when false, value). The kernel remembers which
numbers a program allows whatever their arguments are, and does not run it for them.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

#: Load a word, compare, go on further down, mask, return.
LOAD, EQUAL, AT_LEAST, ANY_OF, JUMP, MASK, RETURN = 0x20, 0x15, 0x35, 0x45, 0x05, 0x54, 0x06
#: Where struct seccomp_data has the call's number, the machine, and the lower half of arguments.
NUMBER, MACHINE, ARGUMENT = 0, 4, (16, 24, 32, 40)
#: The furthest that a comparison can skip.
FAR = 255

Insn = tuple[int, int, int, int]


def answer(value: int) -> Insn:
    """The instruction that ends the program with a value."""
    return (RETURN, 0, 0, value)


def block(number: int, steps: Sequence[Insn]) -> list[Insn]:
    """`steps`, which end with a return, for one call only."""
    return [(EQUAL, 0, len(steps), number), *steps]


def search(inside: Iterable[int], *, yes: Insn, no: Insn) -> list[Insn]:
    """Is the loaded number one of these? A tree of comparisons, about eight for each call."""
    bounds = borders(inside)
    return tree(bounds, 0, len(bounds), yes=yes, no=no)


def borders(inside: Iterable[int]) -> list[int]:
    """The first number of each run and the first after it, by turns."""
    ordered = sorted(set(inside))
    if not ordered:
        return []
    gaps = [edge for one, two in pairwise(ordered) if two != one + 1 for edge in (one + 1, two)]
    return [ordered[0], *gaps, ordered[-1] + 1]


def tree(bounds: Sequence[int], low: int, high: int, *, yes: Insn, no: Insn) -> list[Insn]:
    """The steps for a number which lies above the borders before `low`, and below that at `high`:
    after an odd number of borders it is inside."""
    if low == high:
        return [yes if low % 2 else no]
    middle = (low + high) // 2
    below = tree(bounds, low, middle, yes=yes, no=no)
    above = tree(bounds, middle + 1, high, yes=yes, no=no)
    if len(below) <= FAR:
        return [(AT_LEAST, len(below), 0, bounds[middle]), *below, *above]
    return [(AT_LEAST, 0, 1, bounds[middle]), (JUMP, 0, 0, len(below)), *below, *above]
