"""Lists that people follow: who begins, pauses and ends, and what a look at a list finds.

The looks are the product's, but for the engine; a list grows at some of them. Each follower is owed
each new entry once, in the private chat, in answer to nothing.
"""

from typing import Any

from procs.core import clock
from procs.records.job import Lease, Link, Person
from procs.store.follows import follow_requests, follows, sources
from procs.store.follows.follow_limits import FollowLimits
from procs.store.follows.sources import SeenList
from procs.store.people import users
from procs.store.requests.allowances import Allowance
from procs.worker.jobs import source_look
from procs.worker.process.context import WorkerContext
from tests.simulation.site_answer import site_answer
from tests.simulation.world import PEOPLE

LIMITS = FollowLimits(most=3, sources=6, interval=0.5)
#: Lists that can be followed, and how many entries each has at first.
FOLLOWED, AT_FIRST = 2, 2
HOST = "lists.example"
#: News that no follower has a request of yet.
OWED = "SELECT id FROM follows WHERE owed_at IS NOT NULL AND state = 'on'"
#: Of each follower and new entry the requests that are delivered.
DELIVERED = f"""
SELECT chat, key, COUNT(*) FROM requests
 WHERE state = 'delivered' AND message BETWEEN {follow_requests.BELOW} AND {follow_requests.ABOVE}
 GROUP BY chat, key
"""


def source(number: int) -> Link:
    return Link(f"https://{HOST}/source:{number}", HOST, f"source:{number}")


def entry(number: int, place: int) -> Link:
    key = f"news:{number}:{place}"
    return Link(f"https://{HOST}/{key}", HOST, key)


def all_follow(actor: Any) -> None:
    """Everybody follows every list."""
    for person in PEOPLE:
        users.remember(actor.db, Person(person, "en", f"person {person}"), now=actor.now())
        for number in range(FOLLOWED):
            follows.begin(actor.db, person, source(number), limits=LIMITS, now=actor.now())


def change(actor: Any, person: int) -> None:
    """Somebody begins to follow a list, or pauses, resumes or ends."""
    db, now, mine = actor.db, actor.now(), follows.listed(actor.db, person)
    if not mine or actor.random.random() < 0.3:
        link = source(actor.random.randrange(FOLLOWED))
        users.remember(db, Person(person, "en", f"person {person}"), now=now)
        begun = follows.begin(db, person, link, limits=LIMITS, now=now)
        return actor.says(f"lets person {person} follow {link.key}: {begun.name}")
    one = actor.random.choice(mine)
    deed = actor.random.choice(("pause", "resume", "end"))
    actor.says(f"lets person {person} {deed} follow {one.id}")
    match deed:
        case "pause":
            follows.pause(db, one.id, person)
        case "resume":
            follows.resume(db, one.id, person, limits=LIMITS, now=now)
        case "end":
            follows.end(db, one.id, person)
    return None


def rounds(actor: Any, allowance: Allowance) -> None:
    """As `procs.keeper.follow_rounds`; when all comes to rest no list is looked at any more."""
    actor.says("goes its round of the followed lists")
    sources.collect(actor.db, lambda site: LIMITS.interval, now=actor.now())
    follow_requests.bring(actor.db, allowance, now=actor.now())
    if not actor.calm:
        sources.plan(actor.db, now=actor.now())


async def look(actor: Any, context: WorkerContext, lease: Lease) -> None:
    """As `source_look.look_at_source`, with a list that is drawn."""
    visit = source_look.enter(context, lease)
    try:
        await site_answer(actor)
        visit.note_success(whole=False)
    finally:
        visit.leave()
    number = int(lease.link.key.partition(":")[2])
    seen = SeenList("A list", [(one.key, one) for one in entries(actor, number)])
    sources.finish_look(context.db, lease, seen, least=LIMITS.interval, now=clock.now())


def entries(actor: Any, number: int) -> list[Link]:
    """What the list has now, the newest first. Each may come once to each person, whoever follows
    it."""
    world = actor.world
    grows = 0 if actor.calm else actor.random.choice((0, 1, 1, 2))
    have = world.entries[number] = world.entries.get(number, AT_FIRST) + grows
    found = [entry(number, place) for place in reversed(range(have))]
    for one in found:
        for person in PEOPLE:
            world.telegram.asked[(person, 0, one.key)] = 1
    return found
