"""`make demo-machines`: three machines and one PostgreSQL server on this computer. One machine is
cut from the network, the one that runs the bot is killed, the server of the database restarts.

Each machine is the real `chapar up` with a home and a name of its own, in a network namespace where
root may make one; else the one that is cut stands still. Exits 0 only if everybody got everything
once.
"""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack, nullcontext

from procs.errors import alert_kinds
from procs.records.job import State
from procs.store.database import Database
from procs.store.health import alerts
from procs.store.machines import bot_lease
from tests import postgresql_server, request_record
from tests.chaos_machines.failing_server import FailingServer, failing_server
from tests.chaos_machines.machine import Machine
from tests.sandbox import network
from tests.sandbox.network import Namespace
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, Stack

#: What each machine is for; the first one runs the bot at the beginning.
ROLES = {"m1": "worker,keeper,bot", "m2": "worker,keeper,bot", "m3": "worker,keeper"}
PEOPLE = ("Sara", "Omid", "Nika")
#: Seconds that a lease, and what follows its end, may take; and that the bot may be away.
PATIENCE, TAKEOVER = 150.0, 15.0
#: One worker with two rooms on each machine, so that all have to do with it.
SMALL = {"workers": "1", "max_concurrent_downloads": "2"}
#: Says that this process is in a network of its own already.
APART = "--apart"
CARRIED = """
SELECT f.machine FROM job_files f JOIN jobs j ON j.id = f.job WHERE j.state = :leased
"""


class Fleet:
    """The machines, the people, and what was promised."""

    def __init__(self, machines: dict[str, Machine], server: FailingServer) -> None:
        self.places, self.server = machines, server
        self.machines = {name: one.stack for name, one in machines.items()}
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
    await be_refused(fleet)
    slow = await fleet.send("/slow/clip.mp4?rate=80000", 2, "slow")
    await fleet.first.until(lambda: sum(carriers(fleet.db).values()) >= 4)

    lonely = fleet.places["m3"]
    lonely.cut()
    print(f"m3 is cut from the network, with {carriers(fleet.db)['m3']} downloads in hand.")
    print(f"m1, which runs the bot, is killed, with {carriers(fleet.db)['m1']} downloads in hand.")
    fleet.first.kill_all()
    began = time.monotonic()
    dark = await fleet.send(CLIP, 2, "dark")
    await fleet.machines["m2"].until(lambda: holder(fleet.db) == "m2")
    took = time.monotonic() - began
    fleet.promise(f"the bot goes on at m2 after {took:.1f} s", took <= TAKEOVER)
    await fleet.receive(dark)
    began = time.monotonic()
    await asyncio.to_thread(fleet.server.again, "fast")
    print(f"The database restarts ({time.monotonic() - began:.1f} s).")
    await fleet.receive(await fleet.send(CLIP, 1, "restarted"))
    await fleet.receive(slow)
    await fleet.machines["m2"].until(lambda: "machine.lost" in fleet.machines["m2"].log("keeper"))
    await fleet.status()

    lonely.join()
    print("m3 is back, with leases that are over.")
    back = lonely.stack
    await back.until(lambda: len(back.serving()) == 1 and not lost(fleet.db))
    await fleet.receive(await fleet.send(CLIP, 2, "late"))
    await fleet.status()


async def be_refused(fleet: Fleet) -> None:
    """The site refuses one machine's address: what that may not fetch, another fetches."""
    network = fleet.places["m1"].network
    if network is None:
        return
    await fleet.first.refuses(network.address)
    print(f"The site answers 429 to {network.address}, which is m1.")
    await fleet.receive(await fleet.send(CLIP, 2, "refused"))
    await fleet.first.refuses("none")
    moved = fleet.first.log("worker").count(" job.moved ")
    fleet.promise(f"{moved} links that m1 might not fetch came by another machine", moved > 0)


def carriers(db: Database) -> Counter[str]:
    """How many downloads each machine has in hand."""
    rows = db.all(CARRIED, {"leased": int(State.LEASED)})
    return Counter(str(host) for (host,) in rows)


def lost(db: Database) -> list[str]:
    """The machines that admins are told of as lost, but for the one that is gone for good."""
    gone = (one.subject for one in alerts.standing(db) if one.kind == alert_kinds.MACHINE_LOST)
    return [name for name in gone if name != "m1"]


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


async def main(server: FailingServer, places: Mapping[str, Namespace]) -> int:
    began = time.monotonic()
    facts = {"database_url": server.url} | SMALL
    if places:
        facts["allowed_networks"] = network.NETWORK
    async with AsyncExitStack() as ends:
        machines: dict[str, Machine] = {}
        for name, roles in ROLES.items():
            beside = machines["m1"].stack if machines else None
            machines[name] = Machine(name, places.get(name), beside, roles=roles, **facts)
            await ends.enter_async_context(machines[name].stack)
        fleet = Fleet(machines, server)
        await play(fleet)
        await judge(fleet)
    for one in machines.values():
        one.stack.remove()
    failed = [words for words, held in fleet.promises if not held]
    held = len(fleet.promises) - len(failed)
    print(f"{held} of {len(fleet.promises)} promises held, {time.monotonic() - began:.0f} s.")
    return 1 if failed else 0


def run() -> int:
    if postgresql_server.programs() is None:
        print("left out: no PostgreSQL server is installed (Debian: apt-get install postgresql)")
        return 0
    apart = APART in sys.argv
    if not apart and network.is_possible():
        os.execvp(
            "unshare", ("unshare", "--net", sys.executable, "-m", "tests.demo.machines", APART)
        )
    kind = "in network namespaces" if apart else "without network namespaces"
    print(f"Three machines {kind}, one PostgreSQL server, loopback Telegram, loopback site.")
    places = network.opened(tuple(ROLES)) if apart else nullcontext({})
    with places as there, failing_server(network.HUB if apart else "") as server:
        return asyncio.run(main(server, there))


if __name__ == "__main__":
    sys.exit(run())
