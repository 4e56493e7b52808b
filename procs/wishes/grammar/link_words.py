"""Which words of a message belong to which of its links.

- Words behind a link, on its line, are that link's; so are words before it on its line. Where a
  line begins with a wish and ends with a link, each wish is of the links behind it.
- A wish at the end of a line of several links with nothing between them is of all of them.
- A wish on a line of its own, above the first link or below the last, is of every link that has
  none of its own; between links it is of the one above, or below where the first line is a wish.
"""

import re
from collections.abc import Sequence

from procs.wishes.grammar.pieces import Piece
from procs.wishes.grammar.variant_builder import Unclear, understood
from procs.wishes.grammar.wish_detector import wished
from procs.wishes.variant import Variant

Said = list[Piece]
#: The number that a list of links gives to the next one, on one line.
NUMBERED = re.compile(r"(?<!\S)\d{1,2} ?[-.)] ?$")


def each(gaps: Sequence[str]) -> list[Variant | Unclear]:
    """The wish for each link; `gaps` are the texts before the first, between two, and after the
    last."""
    own, general = lines(gaps)
    return [of_one(said, general, alone=len(own) == 1) for said in own]


def have_wish(gaps: Sequence[str]) -> list[bool]:
    """Whether each link has a wish, of its own or one for all links. That there are to be no
    subtitles says nothing about the form."""
    own, general = lines(gaps)
    return [any(piece.kind != "wordless" for piece in (*one, *general)) for one in own]


def of_one(said: Said, general: Said, *, alone: bool) -> Variant | Unclear:
    """A link's own words take precedence over those for every link; a single link gets all
    words."""
    both = understood([*said, *general])
    return both if alone or not isinstance(both, Unclear) else understood(said or general)


def lines(gaps: Sequence[str]) -> tuple[list[Said], Said]:
    """The wishes on the lines of each link, and those on lines above or below all of them."""
    count = len(gaps) - 1
    own: list[Said] = [[] for _ in range(count)]
    *over, front = gaps[0].split("\n")
    above = [piece for line in over for piece in wished(line)]
    before = [wished(front, before=True)]
    behind: list[Said] = []
    between: list[Said] = []
    joined: list[bool] = []
    for gap in (NUMBERED.sub("", gap) for gap in gaps[1:-1]):
        first, *rest = gap.split("\n")
        joined.append(not rest)
        last = rest.pop() if rest else ""
        behind.append(wished(first, behind=True))
        between.append([piece for line in rest for piece in wished(line)])
        before.append(wished(last, before=True) if last.strip() else [])
    first, *rest = gaps[-1].split("\n")
    behind.append(wished(first, behind=True))
    below = [piece for line in rest for piece in wished(line)]
    return settle(own, before, behind, between, joined, above), [*above, *below]


def settle(
    own: list[Said],
    before: list[Said],
    behind: list[Said],
    between: list[Said],
    joined: list[bool],
    above: Said,
) -> list[Said]:
    """Assign each link its wish."""
    for number in range(len(own)):
        own[number] += before[number]
    start = 0
    for end in range(1, len(own) + 1):
        if end == len(own) or not joined[end - 1]:
            row(own, before[start], behind, range(start, end))
            start = end
    for number, said in enumerate(between):
        own[number + 1 if above else number] += said
    return own


def row(own: list[Said], front: Said, behind: list[Said], links: range) -> None:
    """The links of one line. A wish in front and none at the end: wishes are of what follows."""
    first, last = links[0], links[-1]
    if front and not behind[last]:
        wish = front
        for number in links:
            own[number] = list(wish)
            wish = behind[number] or wish
        return
    gathered: list[int] = []
    for number in links:
        gathered.append(number)
        if behind[number]:
            for one in gathered:
                own[one] += behind[number]
            gathered = []
    if front:
        for number in range(first + 1, last + 1):
            own[number] = own[number] or list(front)
