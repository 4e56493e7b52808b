"""What a storm over machines left: who got what, by Telegram's own record, and which files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from procs.store.database import Database
from procs.store.jobs import file_owners
from tests.chaos.crowd import Asked
from tests.chaos.verdict import faults_of, stray
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import Stack

STATES = "SELECT state || COALESCE(' ' || say, ''), COUNT(*) FROM requests GROUP BY 1"
STUCK = "SELECT id FROM requests WHERE state = 'open' OR closed_at IS NULL ORDER BY id"
#: Requests of which a message left, and nobody knows whether it arrived.
UNCERTAIN = """
SELECT request FROM deliveries WHERE sent_at IS NOT NULL AND receipt IS NULL ORDER BY request
"""
PROMISES = "SELECT job FROM reservations"
#: Who carried what: the name of a worker ends with its machine's.
CARRIED = "SELECT worker, COUNT(*) FROM requests WHERE state = 'delivered' GROUP BY worker"


@dataclass(frozen=True)
class FleetVerdict:
    """`missing`, `twice`, `broken` (parts that are not all there, or not in order) and `altered`
    (other bytes than the site's, or than others got) name requests by person and message, `stuck`
    those that are open, `uncertain` those of which a message has an unknown fate; `strays` media
    that answer no message with a link, `left` files without a living lease, `impolite` what the bot
    said more often than Telegram allows. All of them should be empty."""

    asked: int
    missing: Sequence[str]
    twice: Sequence[str]
    broken: Sequence[str]
    altered: Sequence[str]
    strays: Sequence[str]
    stuck: Sequence[str]
    uncertain: Sequence[str]
    left: Sequence[str]
    impolite: Sequence[str]
    states: Mapping[str, int]
    counts: Mapping[str, int]

    @property
    def good(self) -> bool:
        return not any(self.wrong.values())

    @property
    def wrong(self) -> dict[str, Sequence[str]]:
        """What should be empty, as it is told."""
        return {
            "missing": self.missing,
            "twice": self.twice,
            "not whole or not in order": self.broken,
            "other bytes": self.altered,
            "media that nobody asked for": self.strays,
            "stuck": self.stuck,
            "of unknown fate": self.uncertain,
            "files without a living lease": self.left,
            "more often than Telegram allows": self.impolite,
        }

    def __str__(self) -> str:
        happened = (f"{name}: {value}" for name, value in sorted(self.counts.items()))
        found = (f"{name}: {len(some)} {', '.join(some[:5])}" for name, some in self.wrong.items())
        asked = f"asked: {self.asked}, states: {dict(self.states)}"
        return "\n".join([*happened, asked, *map(str.rstrip, found)])


async def judge(
    db: Database,
    stacks: Sequence[Stack],
    sent: Sequence[tuple[Person, Message]],
    counts: Mapping[str, int],
) -> FleetVerdict:
    """Judge everything that a storm left, deleted messages included."""
    people = {person.id: person for person, _ in sent}
    chats = {who: await person.history() for who, person in people.items()}
    said = [
        (
            Asked(person, message, person.id, message.text, "", message.at),
            [m for m in chats[person.id] if m.reply == message.id],
        )
        for person, message in sent
    ]
    return FleetVerdict(
        asked=len(sent),
        **faults_of(db, said),
        strays=[name for who, chat in chats.items() for name in stray(people[who].name, chat)],
        stuck=[f"request {number}" for (number,) in db.all(STUCK)],
        uncertain=[f"request {number}" for (number,) in db.all(UNCERTAIN)],
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
