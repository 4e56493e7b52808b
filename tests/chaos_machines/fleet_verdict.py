"""What a storm over machines left: who got what, by Telegram's own record, and which files."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from procs.store.database import Database
from procs.store.jobs import file_owners
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import Stack

STATES = "SELECT state || COALESCE(' ' || say, ''), COUNT(*) FROM requests GROUP BY 1"
STUCK = "SELECT id FROM requests WHERE state = 'open' OR closed_at IS NULL ORDER BY id"
#: Of each person's messages in their order: in how many parts their media comes.
PARTS = """
SELECT r.user_id, COUNT(*) FROM requests r JOIN deliveries d ON d.request = r.id
 GROUP BY r.id, r.user_id, r.message ORDER BY r.message
"""
PROMISES = "SELECT job FROM reservations"
#: Who carried what: the name of a worker ends with its machine's.
CARRIED = "SELECT worker, COUNT(*) FROM requests WHERE state = 'delivered' GROUP BY worker"


@dataclass(frozen=True)
class FleetVerdict:
    """`missing`, `twice` and `broken` (parts that are not all there, or not in order) name requests
    by person and message, `stuck` those that are open, `left` files without a living lease,
    `impolite` what the bot said more often than Telegram allows; all six should be empty."""

    asked: int
    missing: Sequence[str]
    twice: Sequence[str]
    broken: Sequence[str]
    stuck: Sequence[str]
    left: Sequence[str]
    impolite: Sequence[str]
    states: Mapping[str, int]
    counts: Mapping[str, int]

    @property
    def good(self) -> bool:
        wrong = self.missing, self.twice, self.broken, self.stuck, self.left, self.impolite
        return not any(wrong)

    def __str__(self) -> str:
        wrong = {
            "missing": self.missing,
            "twice": self.twice,
            "not whole or not in order": self.broken,
            "stuck": self.stuck,
            "files without a living lease": self.left,
            "more often than Telegram allows": self.impolite,
        }
        happened = (f"{name}: {value}" for name, value in sorted(self.counts.items()))
        found = (f"{name}: {len(value)} {' '.join(value[:5])}" for name, value in wrong.items())
        asked = f"asked: {self.asked}, states: {dict(self.states)}"
        return "\n".join([*happened, asked, *map(str.rstrip, found)])


async def judge(
    db: Database,
    stacks: Sequence[Stack],
    sent: Sequence[tuple[Person, Message]],
    counts: Mapping[str, int],
) -> FleetVerdict:
    """Count the media that answered each message, deleted ones included."""
    missing, twice, broken = [], [], []
    planned: dict[int, list[int]] = defaultdict(list)
    for user, parts in db.all(PARTS):
        planned[user].append(parts)
    histories = {
        person.id: await person.history() for person in {p.id: p for p, _ in sent}.values()
    }
    for person, message in sent:
        media = [m for m in histories[person.id] if m.media and m.reply == message.id]
        name = f"{person.name}:{message.id}"
        names = [m.media["name"] for m in sorted(media, key=lambda m: m.id)]
        if not names:
            missing.append(name)
        elif len(set(names)) < len(names):
            twice.append(name)
        elif [len(names)] != planned[person.id][:1] or names != sorted(names):
            broken.append(name)
        del planned[person.id][:1]
    return FleetVerdict(
        asked=len(sent),
        missing=missing,
        twice=twice,
        broken=broken,
        stuck=[f"request {number}" for (number,) in db.all(STUCK)],
        left=left_over(db, stacks),
        impolite=await stacks[0].telegram.violations(),
        states=dict(db.all(STATES)),
        counts=counts,
    )


def left_over(db: Database, stacks: Sequence[Stack]) -> list[str]:
    """What lies in the folders of jobs and deliveries of any machine, or is promised on a disk,
    without a lease that lives."""
    leased = {f"{job}-{fence}" for job, fence in file_owners.leases(db)}
    folders = [one.state / name for one in stacks for name in ("jobs", "outbox")]
    files = [path for folder in folders for path in folder.iterdir()]
    promised = [f"promise to job {job}" for (job,) in db.all(PROMISES)]
    return [str(path) for path in files if path.name not in leased] + promised * (not leased)


def carried(db: Database, machines: Sequence[str]) -> dict[str, int]:
    """How many requests each machine delivered."""
    rows = db.all(CARRIED)
    return {
        name: sum(int(count) for worker, count in rows if str(worker).endswith(f"-{name}"))
        for name in machines
    }
