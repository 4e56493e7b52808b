"""The site's own record of a storm: what was asked of it without need."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from math import comb
from typing import TYPE_CHECKING, Any

from procs.core import codec
from tests.chaos.crowd import says_cancelled
from tests.chaos.spans import Spans, within

if TYPE_CHECKING:
    from tests.chaos.verdict import Evidence

#: Seconds after which nothing is asked for a request that was cancelled: a worker that stood still
#: for as long as a storm lets it, and whose lease is over then, was the last that could.
SETTLED = 60.0
#: Seconds after which a film is known to everybody that is in the first chat.
KNOWN = 5.0
#: Asks that one lease explains: the look at what is behind the link, the file, and what the engine
#: asks again (`procs.engine.ytdlp.options`: 2 looks, 10 files) when it was cut off.
LOOKS, FILES = 3, 11
#: What a lease asks on average over all links, when most of them were not cut off.
USUAL = 4.0
#: Bytes from which an answer that was cut off is gone on with (`procs.worker.jobs.resume`: a file
#: of 1 MiB), and the share of those that may begin anew all the same: nothing was stored for a
#: moment, or who took the folder over was killed too. A look at a file that comes slowly has fewer.
BEGUN, ANEW = 1 << 18, 0.5
#: A count of which is that improbable, if each began anew with that share, is a fault: a storm in
#: which four were cut off says nothing, and five of five do.
CHANCE = 0.05
#: How the path of such a file says it. Another one lies in the buffers on the way before anybody
#: reads it, so that a look at it cannot be told from a download.
SLOWLY = "rate="
#: Links that people were given in several forms: whoever asks while the bot has much to do gets a
#: smaller one, which is another film.
FORMS = "SELECT url FROM requests GROUP BY url HAVING COUNT(DISTINCT variant) > 1"
#: Jobs of the engine, with the link that each is for, and how often one was claimed or reaped.
CLAIMS = "SELECT payload, fence FROM jobs WHERE kind IN ('fetch', 'look', 'trial', 'check')"
#: Jobs that ask a site whether it answers again, by a link that was asked for there; and how near a
#: visit is to one in its story.
TRIALS = "SELECT payload, story FROM jobs WHERE kind IN ('trial', 'check')"
NEAR = 1.0


@dataclass(frozen=True, slots=True)
class Visit:
    """A line of the site's record; see `tests.sandbox.site.visits`."""

    at: float
    path: str
    method: str = "GET"
    first: int = 0
    length: int = 0
    sent: int = 0
    end: float = 0.0

    @property
    def was_cut_off(self) -> bool:
        """Whether so much of a file came that the next download should go on from there."""
        return SLOWLY in self.path and BEGUN <= self.sent < self.length

    @property
    def is_look(self) -> bool:
        """Whether only the beginning of a file was wanted: each attempt reads that before it
        downloads, except where an earlier look is kept."""
        return not self.first and self.sent < BEGUN


@dataclass(slots=True)
class LinkStory:
    """What is known of a link, by its path: leases that worked on it; since when it was cancelled,
    by the words in the chat, and since when somebody has it (0.0: never); whether `several` forms
    of it were wanted; and when its site was tried by it, after failures of others."""

    path: str
    leases: int = 0
    cancelled: float = 0.0
    known: float = 0.0
    several: bool = False
    trials: Spans = field(default_factory=list)


@dataclass
class SiteRecord:
    """`restored`: spans in which what was done was lost; `stale`: in which references of files were
    taken away; `cut`: in which the way to the site was bad, or no file could be written."""

    visits: list[Visit]
    stories: list[LinkStory]
    restored: Spans = field(default_factory=list)
    stale: Spans = field(default_factory=list)
    cut: Spans = field(default_factory=list)

    def __post_init__(self) -> None:
        self.by_path: dict[str, list[Visit]] = defaultdict(list)
        for one in self.visits:
            if one.method == "GET":
                self.by_path[one.path].append(one)

    def faults(self) -> list[str]:
        """Whatever the site was asked without need."""
        found = [*self.too_often(), *self.begun_anew()]
        for story in self.stories:
            found += self.after_cancel(story)
            found += self.known_already(story)
        return found

    def after_cancel(self, story: LinkStory) -> list[str]:
        """What was asked, or still sent, for a request that was cancelled and stayed so."""
        at = story.cancelled
        if not at or story.known or within(at, self.restored):
            return []
        late = [v for v in self.by_path[story.path] if max(v.at, v.end) > at + SETTLED]
        return [f"{v.path}: {v.at - at:.0f} s after it was cancelled" for v in late]

    def known_already(self, story: LinkStory) -> list[str]:
        """What was fetched although somebody had it: not where the reference was gone, the record
        of it was lost, or another form was wanted, and not by a trial of its site."""
        since = story.known + KNOWN
        if not story.known or story.several or within(story.known, self.restored, KNOWN):
            return []
        asked = [v for v in self.by_path[story.path] if v.at > since]
        late = [v for v in asked if not within(v.at, story.trials, NEAR)]
        needless = [v for v in late if not any(since - KNOWN < at < v.at for at, _ in self.stale)]
        return [f"{v.path}: {v.at - since:.0f} s after it was known" for v in needless]

    def too_often(self) -> list[str]:
        """What was asked more often than the leases of a link explain, each by itself and all
        together. Leases before a restore were forgotten."""
        counted = [one for one in self.stories if not self.was_restored(one)]
        asks = {one.path: len(self.by_path[one.path]) for one in counted}
        found = [
            f"{one.path}: asked {asks[one.path]} times by {one.leases} leases"
            for one in counted
            if asks[one.path] > (LOOKS + FILES) * one.leases
        ]
        everything, leases = sum(asks.values()), sum(one.leases for one in counted)
        if everything > USUAL * leases:
            found.append(f"all links: asked {everything} times by {leases} leases")
        return found

    def was_restored(self, story: LinkStory) -> bool:
        return any(within(v.at, self.restored, KNOWN) for v in self.by_path[story.path])

    def begun_anew(self) -> list[str]:
        """Files that were begun anew instead of gone on with, when those are more than chance has
        it."""
        resumed, anew = self.continued()
        if chance(len(anew), of=len(anew) + resumed) > CHANCE:
            return []
        return [f"{v.path}: begun anew after {v.sent} bytes" for v in anew]

    def continued(self) -> tuple[int, list[Visit]]:
        """How many answers that were cut off were gone on with, and those that were begun anew
        although the way and the disk were good."""
        resumed, anew = 0, []
        for before, after in self.cut_off():
            if self.was_hindered(before, after):
                continue
            if after.first:
                resumed += 1
            elif after.at > before.end > 0:
                anew.append(before)
        return resumed, anew

    def cut_off(self) -> Iterator[tuple[Visit, Visit]]:
        """Each answer that was cut off, and the next download of that file."""
        for visits in self.by_path.values():
            for place, before in enumerate(visits):
                later = (one for one in visits[place + 1 :] if not one.is_look)
                if before.was_cut_off and (after := next(later, None)):
                    yield before, after

    def was_hindered(self, before: Visit, after: Visit) -> bool:
        """Whether the way was bad, the disk full, or the record lost between two asks."""
        spans = [*self.cut, *self.restored]
        return any(began <= after.at and before.at <= end for began, end in spans)

    def __str__(self) -> str:
        resumed, anew = self.continued()
        sent = sum(one.sent for one in self.visits) / 2**20
        leases = sum(one.leases for one in self.stories)
        return (
            f"asked {len(self.visits)} times, by {leases} leases of {len(self.stories)} links, "
            f"sent {sent:.0f} MiB; of files that were cut off {resumed} were gone on with, "
            f"{len(anew)} begun anew"
        )


def chance(count: int, *, of: int) -> float:
    """How probable it is that so many or more of `of` begin anew (binomial)."""
    return sum(comb(of, n) * ANEW**n * (1 - ANEW) ** (of - n) for n in range(count, of + 1))


async def read(found: "Evidence") -> SiteRecord:
    """The record, beside what Telegram's record and the database say of each link."""
    known = {one.name for one in fields(Visit)}
    rows = await found.stack.visits()
    visits = [Visit(**{k: v for k, v in row.items() if k in known}) for row in rows]
    bad = [kind for kind in found.spans if kind.startswith("site ")]
    return SiteRecord(
        visits,
        await stories(found),
        restored=found.restored,
        stale=found.spans.get("telegram: reference", []),
        cut=[*found.crowded_disk, *(span for kind in bad for span in found.spans[kind])],
    )


async def stories(found: "Evidence") -> list[LinkStory]:
    """One for each link that was asked for as a film; posts have files of other names."""
    leases = claims(found.stack.db.all(CLAIMS))
    several = {path_of(url) for (url,) in found.stack.db.all(FORMS)}
    tried = trials(found.stack.db.all(TRIALS))
    made: dict[str, LinkStory] = {}
    for one in found.asked:
        path = path_of(one.link)
        if "/page/" in path:
            continue
        story = made.setdefault(path, LinkStory(path, leases.get(path, 0)))
        story.several, story.trials = path in several, tried.get(path, [])
        said = [m for m in await one.person.history() if m.reply == one.message.id]
        came = [m.at for m in said if m.media and m.kind != "photo"]
        story.known = min([*came, story.known or float("inf")], default=0.0)
        story.known = 0.0 if story.known == float("inf") else story.known
        if one.deed == "cancel":
            ends = [m.edited or m.at for m in said if says_cancelled(m)]
            story.cancelled = max(ends, default=0.0)
    return list(made.values())


def claims(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    """How often jobs were claimed or reaped, by the path of their link."""
    found: dict[str, int] = defaultdict(int)
    for payload, fence in rows:
        facts: dict[str, Any] = codec.load(payload)
        found[path_of(str(facts.get("url", "")))] += int(fence)
    return found


def trials(rows: Iterable[tuple[str, str]]) -> dict[str, Spans]:
    """From when to when each was tried, by the path of the link that was used for it."""
    found: dict[str, Spans] = defaultdict(list)
    for payload, story in rows:
        instants = [float(line.split()[0]) for line in story.splitlines() if "added" not in line]
        facts: dict[str, Any] = codec.load(payload)
        if instants:
            found[path_of(str(facts.get("url", "")))].append((instants[0], instants[-1]))
    return found


def path_of(link: str) -> str:
    """A link without its host, as the site sees it."""
    _, slash, path = link.partition("://")[2].partition("/")
    return slash + path
