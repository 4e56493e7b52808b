"""`make demo-machines`: three machines and one PostgreSQL server on this computer, and two of the
machines lost on the way.

Each machine is the real `chapar up` with a home and a name of its own. Exits 0 only if everybody
got everything once.
"""

import asyncio
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack

from procs.records.job import State
from procs.store.database import Database
from procs.store.machines import bot_lease
from tests import postgresql_server, request_record
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, Stack

#: What each machine is for; the first one runs the bot at the beginning.
ROLES = {"m1": "worker,keeper,bot", "m2": "worker,keeper,bot", "m3": "worker,keeper"}
PEOPLE = ("Sara", "Omid", "Nika")
#: Seconds that a lease, and what follows its end, may take; and that the bot may be away.
PATIENCE, TAKEOVER = 150.0, 15.0
#: One worker with two rooms on each machine, so that all have to do with it.
SMALL = {"workers": "1", "max_concurrent_downloads": "2"}
STILL = "m3 stands still"
CARRIED = """
SELECT f.machine FROM job_files f JOIN jobs j ON j.id = f.job WHERE j.state = :leased
"""


class Fleet:
    """The machines, the people, and what was promised."""

    def __init__(self, machines: dict[str, Stack]) -> None:
        self.machines = machines
        self.people: list[Person] = []
        self.sent: list[tuple[Person, Message]] = []
        self.promises: list[tuple[str, bool]] = []

    @property
    def first(self) -> Stack:
        return self.machines["m1"]

    @property
    def db(self) -> Database:
        return self.machines["m2"].db

    def promise(self, words: str, held: bool) -> None:
        print(f"  {'held' if held else 'BROKEN'}  {words}")
        self.promises.append((words, held))

    async def arrive(self) -> None:
        """Everybody says hello."""
        for name in PEOPLE:
            person = await self.first.telegram.person(name, language="fa")
            hello = await person.starts()
            await person.sees(lambda m, hello=hello: m.id > hello.id, timeout=PATIENCE)
            self.people.append(person)

    async def send(self, path: str, count: int, what: str) -> list[tuple[Person, Message]]:
        """Everybody sends so many links."""
        sent = []
        for n in range(count):
            for person in self.people:
                url = self.first.url(f"{path}{'&' if '?' in path else '?'}{what}={person.name}{n}")
                sent.append((person, await person.sends(url)))
        self.sent += sent
        print(f"{len(sent)} links are sent ({what}).")
        return sent

    async def receive(self, sent: list[tuple[Person, Message]]) -> None:
        """Everybody has what they asked for."""
        for person, message in sent:
            await person.sees(
                lambda m, message=message: m.media and m.reply == message.id, timeout=PATIENCE
            )

    async def status(self) -> None:
        """What `chapar status` says of the machines, on the second of them."""
        _, said = await self.machines["m2"].says("status")
        lines = said.splitlines()
        head = next(n for n, line in enumerate(lines) if line.startswith("machine "))
        print("\n".join(f"    {line}" for line in lines[head : head + 1 + len(ROLES)]))


async def play(fleet: Fleet) -> None:
    await fleet.arrive()
    await fleet.receive(await fleet.send(CLIP, 3, "calm"))
    await fleet.status()
    slow = await fleet.send("/slow/clip.mp4?rate=80000", 2, "slow")
    await fleet.first.until(lambda: sum(carriers(fleet.db).values()) >= 4)

    still = fleet.machines["m3"]
    still.freeze()
    print(f"{STILL}, with {carriers(fleet.db)['m3']} downloads in hand.")
    print(f"m1, which runs the bot, is killed, with {carriers(fleet.db)['m1']} downloads in hand.")
    fleet.first.kill_all()
    began = time.monotonic()
    dark = await fleet.send(CLIP, 2, "dark")
    await fleet.machines["m2"].until(lambda: holder(fleet.db) == "m2")
    took = time.monotonic() - began
    fleet.promise(f"the bot goes on at m2 after {took:.1f} s", took <= TAKEOVER)
    await fleet.receive(dark)
    await fleet.receive(slow)
    await fleet.machines["m2"].until(lambda: "machine.lost" in fleet.machines["m2"].log("keeper"))
    await fleet.status()

    still.thaw()
    print("m3 is back, with leases that are over.")
    await still.until(lambda: len(still.serving()) == int(still.environment["CHAPAR_WORKERS"]))
    await fleet.receive(await fleet.send(CLIP, 2, "late"))
    await fleet.status()


def carriers(db: Database) -> Counter[str]:
    """How many downloads each machine has in hand."""
    rows = db.all(CARRIED, {"leased": int(State.LEASED)})
    return Counter(str(host) for (host,) in rows)


def holder(db: Database) -> str:
    found = bot_lease.holder(db)
    return found.machine if found else ""


async def judge(fleet: Fleet) -> None:
    """Everybody got everything, once; and who did what."""
    counts = Counter[int]()
    for person in fleet.people:
        history = await person.history()
        for owner, message in fleet.sent:
            if owner is person:
                counts[sum(bool(m.media) and m.reply == message.id for m in history)] += 1
    total = len(fleet.sent)
    fleet.promise(f"{counts[1]} of {total} links brought one media each", counts[1] == total)
    broken = await fleet.first.telegram.violations()
    fleet.promise("the bot spoke no more often than Telegram allows", not broken)
    print("\n".join(f"    {one}" for one in broken))
    table(fleet)


def table(fleet: Fleet) -> None:
    """Who did what."""
    print(f"\n{'request':<44}{'outcome':<12}{'seconds':>8}  worker")
    for row in reversed(request_record.latest(fleet.db)):
        took = (row.ended_at or row.received_at) - row.received_at
        link = row.url.split("//", 1)[1].split("/", 1)[1]
        print(f"{link:<44}{row.state:<12}{took:>8.1f}  {row.worker}")
    logs = {name: stack.log("worker") for name, stack in fleet.machines.items()}
    print(f"\n{'machine':<12}{'downloads':>10}{'deliveries':>12}")
    for name, log in logs.items():
        print(f"{name:<12}{log.count(' job.done '):>10}{log.count(' request.delivered '):>12}")
    fleet.promise("every machine downloaded", all(" job.done " in log for log in logs.values()))


async def main() -> int:
    if postgresql_server.programs() is None:
        print("left out: no PostgreSQL server is installed (Debian: apt-get install postgresql)")
        return 0
    began = time.monotonic()
    postgresql_server.running().answer("CREATE DATABASE fleet")
    url = postgresql_server.url_of("fleet")
    print("Three machines, one PostgreSQL server, loopback Telegram, loopback site.")
    async with AsyncExitStack() as ends:
        machines: dict[str, Stack] = {}
        for name, roles in ROLES.items():
            facts = {"database_url": url, "machine": name, "roles": roles} | SMALL
            stack = Stack(beside=machines.get("m1"), judged=False, **facts)
            machines[name] = await ends.enter_async_context(stack)
        fleet = Fleet(machines)
        await play(fleet)
        await judge(fleet)
    for stack in machines.values():
        stack.remove()
    postgresql_server.drop("fleet")
    failed = [words for words, held in fleet.promises if not held]
    held = len(fleet.promises) - len(failed)
    print(f"{held} of {len(fleet.promises)} promises held, {time.monotonic() - began:.0f} s.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
