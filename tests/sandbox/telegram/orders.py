"""Commands that make things go wrong, and that read the call log."""

import secrets
import time
from itertools import islice
from typing import TYPE_CHECKING, Any

from tests.sandbox.telegram.calls import as_dict
from tests.sandbox.telegram.commands import command
from tests.sandbox.telegram.faults import Fault, Rate
from tests.sandbox.telegram.habits import Habits

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram


@command
async def fault(server: "Telegram", lasting: float = 0.0, **facts: Any) -> int:
    """Order a fault (see Fault); `lasting` seconds make it a flood wait. Its number."""
    until = time.time() + lasting if lasting else 0.0
    return server.faults.add(Fault(until=until, **facts)).id


@command
async def reached(server: "Telegram", number: int, timeout: float) -> bool:
    """Wait until a held call is there."""
    order = server.faults.orders[number]
    return await server.log.bell.until(order.reached.is_set, timeout)


@command
async def release(server: "Telegram", number: int) -> None:
    """Let the held calls go on, and hold no more."""
    order = server.faults.orders.pop(number, None)
    if order:
        order.released.set()


@command
async def hits(server: "Telegram", number: int) -> int:
    """How many calls ran into an order so far; 0 when it is void."""
    order = server.faults.orders.get(number)
    return order.hits if order else 0


@command
async def withdraw(server: "Telegram", number: int) -> int:
    """The order is void from now on. How many calls ran into it."""
    order = server.faults.orders.pop(number, None)
    return order.hits if order else 0


@command
async def heal(server: "Telegram") -> None:
    server.faults.clear()


@command
async def rate(server: "Telegram", method: str, calls: int, seconds: float, per_chat: bool) -> None:
    server.faults.rates.append(Rate(method, calls, seconds, per_chat))


@command
async def throttle(server: "Telegram", speed: float) -> None:
    """Uploads take in `speed` bytes a second in all; 0 is no limit."""
    server.faults.upload_rate = speed


@command
async def refuse_repeats(server: "Telegram", times: int) -> None:
    server.faults.refused_repeats = times


@command
async def repeats(server: "Telegram") -> int:
    """How many repeated sends were refused so far."""
    return server.faults.repeats


@command
async def stale_references(server: "Telegram") -> int:
    """How many calls named a file by a reference that had expired, so far."""
    return server.vault.stale


@command
async def expire_references(server: "Telegram") -> None:
    """Every file reference handed out so far is stale now."""
    server.vault.references += 1
    server.changed()


@command
async def drop_connections(server: "Telegram", account: int) -> int:
    """Reset the connections of an account, or of all (0). How many there were."""
    hit = [c for c in server.open if not account or (c.key and c.key.account == account)]
    for connection in hit:
        connection.reset()
    return len(hit)


@command
async def revoke(server: "Telegram", account: int) -> int:
    """End all authorisations of an account, as its owner can in the settings."""
    keys = [key for key in server.keys.values() if key.account == account]
    for key in keys:
        key.dead = "SESSION_REVOKED"
    server.save()
    return len(keys)


@command
async def violations(server: "Telegram") -> list[str]:
    return server.world.broken


@command
async def calls(server: "Telegram", method: str, facts: dict[str, Any]) -> list[dict[str, Any]]:
    return [as_dict(entry) for entry in server.log.find(method, **facts)]


@command
async def refusals(server: "Telegram") -> list[dict[str, Any]]:
    return [as_dict(entry) for entry in server.log.refusals()]


@command
async def called(
    server: "Telegram", method: str, times: int, timeout: float, facts: dict[str, Any]
) -> list[dict[str, Any]]:
    """Wait until there were `times` such calls; they, or fewer when the time is over."""

    def enough() -> bool:
        return len(list(islice(server.log.find(method, **facts), times))) >= times

    await server.log.bell.until(enough, timeout)
    return [as_dict(entry) for entry in server.log.find(method, **facts)]


@command
async def connections(server: "Telegram", account: int) -> list[dict[str, Any]]:
    """The open connections of an account (0: of all)."""
    return [
        {"number": c.number, "key": c.key.id.hex(), "speaks": c.speaks, "listens": c.listens}
        for c in server.open
        if c.key and c.is_open and account in (0, c.key.account)
    ]


@command
async def behave(server: "Telegram", **habits: Any) -> None:
    """From now on the server has these habits, and no others; see Habits."""
    server.habits = Habits(**habits)
    server.habits.dice.seed(server.habits.seed)


@command
async def new_salts(server: "Telegram") -> None:
    """core.telegram.org/mtproto/description: a salt is good for half an hour. All of them are over
    now: calls are answered bad_server_salt, with the new one."""
    for key in server.keys.values():
        key.salt = secrets.randbits(63)


@command
async def lose_sessions(server: "Telegram") -> None:
    """The server forgets its sessions, and says so with the next word of each."""
    for key in server.keys.values():
        key.met.clear()


@command
async def about(server: "Telegram") -> dict[str, Any]:
    """What a client, and a person, must know."""
    return {
        "address": server.address,
        "key": str(server.key_path),
        "token": server.token,
        "bot": server.bot,
    }
