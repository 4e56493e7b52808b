"""Everything that was asked beside everything that arrived, by Telegram's own record."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hdrh.histogram import HdrHistogram

from bench.load import links
from bench.load.crowd import Asked
from tests.sandbox.person import Message

#: A histogram in microseconds up to an hour, three digits exact.
LOWEST, HIGHEST, DIGITS = 1, 3_600_000_000, 3
PERCENTILES = (50.0, 75.0, 90.0, 95.0, 99.0, 99.9)
#: Kinds of links of which all bring the same media, as the site has them; `press`: what is pressed.
ALIKE = ("list", "album", "clip", "press")
#: What is wrong with a request that is not served yet.
MISSING = frozenset({"unanswered", "lost", "incomplete"})
#: Of each series so many worst cases are told; of each fault so many names.
WORST, NAMED = 5, 20


@dataclass
class Series:
    """Times of one kind, from the instant at which the plan had a person write. The histogram is
    HdrHistogram's: its percentiles are exact to three digits at any range, and series of several
    runs can be added (`encoded`)."""

    histogram: HdrHistogram = field(default_factory=lambda: HdrHistogram(LOWEST, HIGHEST, DIGITS))
    points: list[tuple[float, float]] = field(default_factory=list)

    def add(self, due: float, seconds: float) -> None:
        """Add a time in seconds; `due` is its second of the load. Of one beyond the histogram's
        range its end is counted, and the time itself is among the worst."""
        self.histogram.record_value(min(max(LOWEST, round(seconds * 1e6)), HIGHEST))
        self.points.append((due, seconds))

    def facts(self) -> dict[str, Any]:
        """Percentiles, worst times, and the histogram in its own encoding."""
        named = {f"p{p:g}": self.histogram.get_value_at_percentile(p) / 1e6 for p in PERCENTILES}
        worst = sorted(self.points, key=lambda point: -point[1])[:WORST]
        most = worst[0][1] if worst else 0.0
        return {
            "count": len(self.points),
            **{name: round(min(value, most), 6) for name, value in named.items()},
            "max": round(most, 6),
            "worst": [{"at": round(at, 3), "seconds": round(took, 3)} for at, took in worst],
            "encoded": self.histogram.encode().decode(),
        }


@dataclass(frozen=True, slots=True)
class Brought:
    """What a request brought: names and sums of its media, in the order in which they stand in the
    chat; `whole`: as many as were due."""

    request: str
    names: tuple[str, ...]
    sums: tuple[str, ...]
    whole: bool


@dataclass
class Outcome:
    """`faults` by their kind, each naming requests; `spoiled` are the requests that have one,
    `unserved` those that had no time to be served; `series` of times; `points` for plots. `exact`:
    Telegram's record has the sum of every media. `alike`: what links brought of which all lead to
    the same, by their kind."""

    asked: int = 0
    spoiled: set[str] = field(default_factory=set)
    unserved: set[str] = field(default_factory=set)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    allowed: Counter[str] = field(default_factory=Counter)
    series: dict[str, Series] = field(default_factory=lambda: defaultdict(Series))
    exact: bool = True
    alike: dict[str, list[Brought]] = field(default_factory=lambda: defaultdict(list))

    @property
    def fine(self) -> int:
        """How many requests came as they should."""
        return self.asked - len(self.spoiled | self.unserved)

    def judge(
        self,
        one: Asked,
        chat: list[Message],
        began: float,
        *,
        shown: Sequence[float] = (),
        loose: Sequence[Message] = (),
        free: bool = False,
        cut: bool = False,
    ) -> None:
        """One ask and the chat in which it was asked. `shown`: the instants at which the bot showed
        there that it is at work. `loose`: its answers that are in reply to nothing
        (`loose_answers`). `free`: the person may have got everything or nothing. `cut`: the load
        was ended before all could come, and what is missing is nobody's fault."""
        self.asked += 1
        ask, due = one.ask, links.due(one.ask)
        answers = [m for m in chat if not m.mine and m.reply == one.message.id] + [*loose]
        media = [m for m in answers if m.media]
        self.times(one, answers, media, due, began)
        signs = [*(m.at for m in answers), *(at for at in shown if at >= one.message.at)]
        if signs and one.ask.deed != "block":
            self.series["sign"].add(one.due - began, min(signs) - one.due)
        free = free or ask.deed in ("cancel", "block")
        wrong = list(faults(one, answers, media, due, free=free))
        if self.exact and any(m.media and not m.media["sha256"] for m in media):
            wrong.append("no sum")
        if cut and MISSING & set(wrong):
            self.unserved.add(name_of(one))
            wrong = [fault for fault in wrong if fault not in MISSING]
        for fault in wrong:
            self.found(fault, name_of(one))
        self.keep(one, media, due)
        if ask.deed in ("cancel", "block"):
            self.allowed[f"{ask.deed}: {len(media)} media"] += 1

    def found(self, fault: str, request: str) -> None:
        """Note that something is wrong with a request."""
        self.faults[fault].append(request)
        self.spoiled.add(request)

    def keep(self, one: Asked, media: list[Message], due: links.Due) -> None:
        """Remember what came of a link whose like bring the same."""
        kind = "press" if one.ask.deed == "press" else one.ask.kind
        if kind in ALIKE:
            files = [m.media for m in sorted(media, key=lambda m: m.id) if m.media]
            names, sums = (tuple(file[key] for file in files) for key in ("name", "sha256"))
            brought = Brought(name_of(one), names, sums, len(files) == due.media)
            self.alike[kind].append(brought)

    def compare(self) -> None:
        """Hold the media of links that lead to the same against each other: what fewer got is not
        what the site has."""
        for brought in self.alike.values():
            self.compare_names(brought)
            self.compare_bytes(brought)

    def compare_names(self, brought: list[Brought]) -> None:
        """Each has the entries of most in their order; of one that is not whole, those that came.
        One with too many is judged by itself."""
        usual = Counter(one.names for one in brought if one.whole).most_common(1)
        names = usual[0][0] if usual else ()
        for one in brought if usual else ():
            if len(one.names) <= len(names) and not is_part(one.names, names):
                self.found("other entries than others got", one.request)

    def compare_bytes(self, brought: list[Brought]) -> None:
        """Each media has the bytes that most have under its name."""
        sums: dict[str, Counter[str]] = defaultdict(Counter)
        for one in brought:
            for name, sum_ in zip(one.names, one.sums, strict=True):
                sums[name].update([sum_] if sum_ else [])
        usual = {name: found.most_common(1)[0][0] for name, found in sums.items() if found}
        for one in brought:
            pairs = zip(one.names, one.sums, strict=True)
            if any(sum_ and sum_ != usual[name] for name, sum_ in pairs):
                self.found("other bytes than others got", one.request)

    def strays(self, name: str, ours: list[Asked], chat: list[Message], began: float) -> None:
        """Media in somebody's chat that answer nothing that was asked there."""
        known = {one.message.id for one in ours}
        media = (m for m in chat if m.media and not m.mine and m.at >= began)
        strays = [message for message in media if message.reply not in known]
        for message in strays:
            self.faults["stray media"].append(f"{name}:{message.id}")
            before = [one for one in ours if one.message.id < message.id]
            self.spoiled.update(name_of(one) for one in before[-1:])

    def times(
        self, one: Asked, answers: list[Message], media: list[Message], due: links.Due, began: float
    ) -> None:
        """Count the times of one request that came as it should."""
        at = one.due - began
        if answers and one.ask.deed != "block":
            self.series["answer"].add(at, min(m.at for m in answers) - one.due)
        if media and len(media) == due.media and one.ask.deed in ("", "join"):
            self.series[one.ask.kind].add(at, max(m.at for m in media) - one.due)

    def facts(self) -> dict[str, Any]:
        """Counts, and the first requests of each fault."""
        return {
            "asked": self.asked,
            "fine": self.fine,
            "unserved": len(self.unserved),
            "faults": {name: len(which) for name, which in sorted(self.faults.items())},
            "which": {name: which[:NAMED] for name, which in sorted(self.faults.items())},
            "who_left": dict(self.allowed),
        }


def name_of(one: Asked) -> str:
    """A request as the faults name it."""
    return f"{one.person.name}:{one.message.id} {one.ask.kind} {one.ask.number}"


def is_part(some: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether the names are those of a whole in its order, some of which may be missing."""
    ahead = iter(whole)
    return all(name in ahead for name in some)


def loose_answers(ours: Sequence[Asked], chat: Sequence[Message]) -> dict[int, Message]:
    """By its message, the text with which the bot answered a bad link in reply to nothing: what is
    no link to it may be answered so. Each such text is the answer to one link of a chat, the oldest
    before it that has none."""
    replied = {m.reply for m in chat if not m.mine}
    bad = [one.message.id for one in ours if one.ask.kind == "broken"]
    waiting = sorted(number for number in bad if number not in replied)
    found: dict[int, Message] = {}
    for message in sorted(chat, key=lambda m: m.id):
        is_loose = not (message.mine or message.reply or message.media)
        if is_loose and waiting and waiting[0] < message.id:
            found[waiting.pop(0)] = message
    return found


def faults(
    one: Asked, answers: list[Message], media: list[Message], due: links.Due, *, free: bool = False
) -> Iterator[str]:
    """What is wrong with it. Who is `free` may have got everything or nothing; and an answer, but
    for those who cancelled, who are told that they did."""
    if not answers and (not free or one.ask.deed == "cancel"):
        yield "unanswered"
    names = [m.media["name"] for m in media if m.media]
    if due.media > 1 and len(set(names)) < len(names):
        yield "twice"
    if len(media) > due.media:
        yield "too many" if due.media else "media of a bad link"
    if len(media) < due.media and not free:
        yield "lost" if not media else "incomplete"
    if due.kind and any(m.kind != due.kind for m in media):
        yield "wrong kind"
    if due.sum and any(m.media and m.media["sha256"] not in ("", due.sum) for m in media):
        yield "wrong bytes"
