"""What a storm left: who got what, by Telegram's own record, and which files nobody owns."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from procs.store.jobs import file_owners
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import Stack

STATES = "SELECT state || COALESCE(' ' || say, ''), COUNT(*) FROM requests GROUP BY 1"
UNCERTAIN = "SELECT COUNT(*) FROM deliveries WHERE sent_at IS NOT NULL AND receipt IS NULL"
MADE = "SELECT COUNT(*) FROM deliveries WHERE sent_at IS NOT NULL"
#: Of each person's messages in their order: in how many parts their media comes.
PARTS = """
SELECT r.user_id, COUNT(*) FROM requests r JOIN deliveries d ON d.request = r.id
 GROUP BY r.id ORDER BY r.message
"""
PROMISES = "SELECT job FROM reservations"
REFUSED = "FLOOD_"


@dataclass(frozen=True)
class Verdict:
    """`missing`, `twice` and `broken` (parts that are not all there, or not in order) name requests
    by person and message, `left` files without a living lease, `impolite` what the bot said more
    often than Telegram allows; all five should be empty."""

    asked: int
    missing: list[str]
    twice: list[str]
    broken: list[str]
    left: list[str]
    impolite: list[str]
    states: dict[str, int]
    uncertain: int
    deliveries: int
    sign_ins: int
    floods: int
    counts: dict[str, int]

    @property
    def good(self) -> bool:
        """Whether everything that was promised held."""
        wrong = self.missing or self.twice or self.broken or self.left or self.impolite
        return not (wrong or self.floods)

    def __str__(self) -> str:
        lines = [f"{name}: {value}" for name, value in sorted(self.counts.items())]
        lines += [
            f"asked: {self.asked}, states: {self.states}",
            f"deliveries: {self.deliveries}, of which uncertain: {self.uncertain}",
            f"sign-ins: {self.sign_ins}, flood waits: {self.floods}",
            f"missing: {len(self.missing)} {self.missing[:5]}",
            f"twice: {len(self.twice)} {self.twice[:5]}",
            f"not whole or not in order: {len(self.broken)} {self.broken[:5]}",
            f"files without a living lease: {len(self.left)} {self.left[:5]}",
            f"more often than Telegram allows: {len(self.impolite)}",
            *(f"  {words}" for words in self.impolite),
        ]
        return "\n".join(lines)


async def verdict(
    stack: Stack, sent: list[tuple[Person, Message]], counts: Counter[str]
) -> Verdict:
    """Count the media that answered each message, deleted ones included."""
    missing, twice, broken = [], [], []
    planned: dict[int, list[int]] = defaultdict(list)
    for user, parts in stack.db.all(PARTS):
        planned[user].append(parts)
    histories = {person.id: (person, await person.history()) for person, _ in sent}
    for person, message in sent:
        media = [m for m in histories[person.id][1] if m.media and m.reply == message.id]
        name = f"{person.name}:{message.id}"
        names = [m.media["name"] for m in sorted(media, key=lambda m: m.id)]
        if not media:
            missing.append(name)
        elif len(set(names)) < len(names):
            twice.append(name)
        elif [len(names)] != planned[person.id][:1] or names != sorted(names):
            broken.append(name)
        del planned[person.id][:1]
    floods = [c for c in await stack.telegram.calls() if str(c["result"]).startswith(REFUSED)]
    return Verdict(
        asked=len(sent),
        missing=missing,
        twice=twice,
        broken=broken,
        left=left_over(stack),
        impolite=await stack.telegram.violations(),
        states=dict(stack.db.all(STATES)),
        uncertain=number(stack, UNCERTAIN),
        deliveries=number(stack, MADE),
        sign_ins=await stack.telegram.sign_ins(),
        floods=len(floods),
        counts=dict(counts),
    )


def left_over(stack: Stack) -> list[str]:
    """What lies in the folders of jobs and deliveries, or is promised on the disk, without a lease
    that lives."""
    leased = {f"{job}-{fence}" for job, fence in file_owners.leases(stack.db)}
    files = [path for name in ("jobs", "outbox") for path in (stack.state / name).iterdir()]
    promised = [f"promise to job {job}" for (job,) in stack.db.all(PROMISES)]
    return [str(path) for path in files if path.name not in leased] + promised * (not leased)


def number(stack: Stack, sql: str) -> int:
    row = stack.db.one(sql)
    return int(row[0]) if row else 0
