"""Parts of a film in words: `1:20-2:05`, `از دقیقه ۳ تا آخر`, `first 30 seconds`."""

from dataclasses import dataclass

from procs.core.durations import UNITS
from procs.wishes.grammar.language_names import SPELLED
from procs.wishes.grammar.pieces import Piece, Reader
from procs.wishes.variant import LATEST, Clip

#: Token kinds that separate the two ends, and words that may stand between them.
TO, BETWEEN = ("to", "dash"), ("fill", "comma", "stop")
TIMES = ("time", "dotted", "lasts")


@dataclass(frozen=True, slots=True)
class Point:
    """An instant of a film in seconds, or a bare `number` whose `unit` the other end names. `end`
    stands for the end of the film; `sure` says that it was written as a time."""

    seconds: float = 0
    number: int | None = None
    unit: int = 0
    end: bool = False
    sure: bool = False

    def at(self, unit: int) -> float:
        """The instant in seconds. A bare number takes its own unit, else `unit`, else minutes."""
        return self.seconds if self.number is None else self.number * (self.unit or unit or 60)


def part(reader: Reader) -> Piece | None:
    """Parse a clip at this position; None, without consuming a token, when none begins here."""
    place = reader.place
    for kind in (edge, span):
        found = kind(reader)
        if found is not None:
            return found
        reader.place = place
    return lone(reader)


def lone(reader: Reader) -> Piece | None:
    """`دقیقه ۳`: an instant or a length without its other end, which is reported as unclear."""
    place = reader.place
    found = point(reader)
    if found is not None and found.unit and reader.peek(-1).kind != "lasts":
        return Piece("odd", "time", reader.since(place))
    reader.place = place
    return None


def span(reader: Reader) -> Piece | None:
    """Parse a clip from an instant to another one, to the end, or of a given length."""
    place = reader.place
    told = reader.took("from") is not None
    reader.skip("fill")
    begin = Point() if not told and reader.peek().kind == "to" else point(reader)
    if begin is None or begin.end:
        return None
    reader.skip(*BETWEEN)
    after = reader.place
    if reader.took("onward"):
        return made(reader, place, begin.at(0), LATEST) if begin.sure or told else None
    if reader.took("for"):
        length = point(reader)
        good = length is not None and length.sure and begin.sure
        return (
            made(reader, place, begin.at(0), begin.at(0) + length.at(0))
            if good and length
            else None
        )
    if reader.peek().kind == "begin":  # «از ۱:۲۰ شروع بشه تا ۲:۰۵»
        reader.skip("begin", "fill", "asks")
    joined = reader.took(*TO, "and" if told else "to") is not None
    reader.skip("fill")
    end = point(reader) if joined or begin.sure else None
    if (
        end is not None
        and (begin.sure or end.sure)
        and (joined or (begin.number is None and end.number is None))
    ):
        if end.end and begin == Point():
            return Piece("fill", "", reader.since(place))  # from the start to the end: all of it
        last = LATEST if end.end else end.at(begin.unit)
        if begin.number is None or begin.unit or end.unit or not end.end:
            return made(reader, place, begin.at(end.unit), last)
    reader.place = after
    return made(reader, place, begin.at(0), LATEST) if told and begin.sure else None


def edge(reader: Reader) -> Piece | None:
    """Parse `the first N seconds`. `The last N` is reported as unclear: the length of the film is
    not known yet."""
    place = reader.place
    first = reader.took("first", "last")
    count = reader.took("number")
    unit = reader.took("unit")
    lasting = None if unit else reader.took("lasts")
    if not (unit or lasting):
        return None
    reader.skip("fill", "from")
    first = first or reader.took("first", "last") or (reader.took("end") and reader.peek(-1))
    if first is None:
        return None
    length = (
        lasting.value
        if lasting
        else (int(count.value) if count else 1) * (unit.value if unit else 0)
    )
    if first.kind != "first":
        return Piece("odd", "last", reader.since(place), strong=True)
    return made(reader, place, 0, length)


def point(reader: Reader) -> Point | None:
    """`1:20`, `1m20s`, `دقیقه ۳`, `3 minutes and 20 seconds`, `the end`, or a bare number."""
    first = reader.peek().kind == "first" and reader.peek(1).kind in TO
    word = reader.took("begin", "end", *(["first"] if first else []))
    if word is not None and reader.peek().kind not in TIMES:  # else `start 1:20 end 2:05`
        return Point(end=word.kind == "end", sure=word.kind == "end")
    unit = reader.took("unit")
    if (time := reader.took(*TIMES)) is not None:
        hours = unit is not None and unit.value == 3600 and time.word.count(":") == 1
        named = UNITS.get(time.word[-1], 0) if time.word[:-1].isdecimal() else 0
        return Point(time.value * (60 if hours else 1), unit=named, sure=True)
    if reader.peek().kind != "number" and reader.peek().word not in SPELLED:
        return None
    word = reader.take()
    number = SPELLED.get(word.word, word.value)
    if unit is None and (unit := reader.took("unit")) is None:
        return Point(number=number)
    return more(reader, Point(number=number, unit=unit.value, sure=True))


def more(reader: Reader, found: Point) -> Point:
    """Add the seconds named after the minutes, if any."""
    place = reader.place
    reader.took("and")
    before = reader.took("unit")
    number = reader.took("number")
    unit = before or reader.took("unit")
    if number is None or unit is None or unit.value >= found.unit:
        reader.place = place
        return found
    return more(reader, Point(found.at(0) + number.value * unit.value, unit=unit.value, sure=True))


def made(reader: Reader, place: int, begin: float, end: float) -> Piece | None:
    """Build the clip. One that ends before it begins is `backwards`; one beyond any film is
    `odd`."""
    words = reader.since(place)
    if max(begin, min(end, LATEST)) > LATEST or (end > LATEST):
        return Piece("odd", "", words, strong=True)
    if end <= begin:
        return Piece("backwards", "", words, strong=True)
    return Piece("clip", Clip(int(begin), int(end)), words, strong=True)
