"""What a test may ask of the loopback Telegram, wherever it runs.

`Telegram` (same process) and `Control` (another one) both are desks. Nothing here needs the
client library.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sandbox.person import Person
    from tests.sandbox.telegram.group import Group


class Refused(Exception):
    """Telegram says no: `code` and `text` as in an RPC error."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Hold:
    """Calls that are kept waiting."""

    desk: "Desk"
    number: int

    async def reached(self, timeout: float = 10.0) -> bool:
        """Whether a call has come to stand here within `timeout` seconds."""
        return bool(await self.desk.do("reached", number=self.number, timeout=timeout))

    async def release(self) -> None:
        await self.desk.do("release", number=self.number)


class Desk(ABC):
    """`address` (host:port) and `key_path` (PEM) are what a client is configured by; `bot` and
    `token` are the bot that people write to."""

    key_path: Path
    token: str
    bot: int

    @property
    @abstractmethod
    def address(self) -> str: ...

    @abstractmethod
    async def do(self, command: str, **args: Any) -> Any:
        """Run one command. Raises Refused."""

    # --- people ----------------------------------------------------------------------------

    async def person(self, name: str, language: str = "en", username: str = "") -> "Person":
        """A person who talks to the bot. The same name is the same person."""
        from tests.sandbox.person import Person

        facts = await self.do("person", name=name, language=language, username=username)
        return Person(self, name, **facts)

    async def channel(self, title: str, username: str = "", *, broadcast: bool = True) -> int:
        """A channel's id, as a negative number."""
        args = {"title": title, "username": username, "broadcast": broadcast}
        return int(await self.do("channel", **args))

    async def join(self, channel: int, account: int, role: str = "member") -> None:
        await self.do("join", channel=channel, account=account, role=role)

    async def group(
        self,
        title: str,
        *members: "Person",
        admins: Sequence["Person | int"] = (),
        bot: str = "member",
        forum: bool = False,
        broadcast: bool = False,
        username: str = "",
        basic: bool = False,
    ) -> "Group":
        """A supergroup (`broadcast`: a channel; `basic`: a basic group) with these members and
        administrators. `bot`: the bot's role in it, "" for none; only an admin may post in a
        channel."""
        from tests.sandbox.telegram.group import Group

        if basic:
            made = Group(self, int(await self.do("basic_group", title=title)), title)
        else:
            made = Group(self, await self.channel(title, username, broadcast=broadcast), title)
        if bot:
            await made.admits(self.bot, bot)
        for who in members:
            await made.admits(who)
        for chief in admins:
            await made.admits(chief, "admin")
        if forum:
            await self.do("forum", chat=made.id)
        return made

    async def botfather(self, **switches: bool) -> None:
        """Switch `privacy` (on at first), `inline` and inline `feedback` (off at first)."""
        await self.do("botfather", bot=self.bot, facts=switches)

    async def lives_far(self, account: int) -> None:
        """From now on what this account sends is kept by another data center than the bot's."""
        await self.do("lives_far", account=account)

    async def sign_ins(self, token: str = "") -> int:
        """How often this bot (or the usual one) has signed in."""
        return int((await self.do("bot", token=token, username=""))["sign_ins"])

    async def pays(self, account: int) -> None:
        """From now on this account is a premium one: its files may be of double size."""
        await self.do("premium", account=account)

    async def crowd(
        self, count: int, *, blocked_each: int = 0, gone_each: int = 0
    ) -> tuple[int, int, int]:
        """Accounts that met the bot and cost nothing until they act: the number of the first, and
        how many blocked the bot, or are deleted."""
        args = {"count": count, "blocked_each": blocked_each, "gone_each": gone_each}
        first, blocked, gone = await self.do("crowd", bot=self.bot, **args)
        return first, blocked, gone

    async def crowd_got(self, first: int, count: int, text: str) -> dict[int, int]:
        """How many of these accounts got how often a message with `text` that is there still."""
        found = await self.do("crowd_got", first=first, count=count, text=text)
        return {int(times): people for times, people in found.items()}

    # --- trouble ---------------------------------------------------------------------------

    async def fails(self, method: str, error: str, times: int = 1, **more: Any) -> int:
        """The next calls fail: `FLOOD_WAIT_3`, or with its code `500 RANDOM_ID_DUPLICATE`. The
        number of the order.

        `more`, here and below: skip (calls to let pass), account, peer, done (the server does
        what was asked and only the answer suffers), close (the connection breaks afterwards).
        """
        return int(await self.do("fault", method=method, error=error, times=times, **more))

    async def floods(self, method: str, seconds: float, **more: Any) -> int:
        """For `seconds`, every call is answered FLOOD_WAIT with what is left of them. The number of
        the order."""
        return int(await self.do("fault", method=method, lasting=seconds, **more))

    async def delays(self, method: str, seconds: float, times: int = 1, **more: Any) -> None:
        await self.do("fault", method=method, delay=seconds, times=times, **more)

    async def swallows(self, method: str, times: int = 1, **more: Any) -> int:
        """The next calls are never answered. The number of the order."""
        return int(await self.do("fault", method=method, drop=True, times=times, **more))

    async def hits(self, order: int) -> int:
        """How many calls ran into an order."""
        return int(await self.do("hits", number=order))

    async def withdraws(self, order: int) -> int:
        """The order is void; how many calls ran into it."""
        return int(await self.do("withdraw", number=order))

    async def holds(self, method: str, times: int = 1, **more: Any) -> Hold:
        """The next calls wait until released: before they are carried out, or with `done`
        between that and the answer. A call whose client dies before it was carried out never is."""
        number = await self.do("fault", method=method, hold=True, times=times, **more)
        return Hold(self, int(number))

    async def limits(
        self, method: str, calls: int, seconds: float, *, per_chat: bool = False
    ) -> None:
        """More than `calls` in `seconds` are answered FLOOD_WAIT."""
        args = {"method": method, "calls": calls, "seconds": seconds, "per_chat": per_chat}
        await self.do("rate", **args)

    async def throttles(self, speed: float) -> None:
        """Uploads run at `speed` bytes a second in all; 0: as fast as they can."""
        await self.do("throttle", speed=speed)

    async def refuses_repeats(self, times: int = 1) -> None:
        """The next repeated sends get RANDOM_ID_DUPLICATE instead of the first message."""
        await self.do("refuse_repeats", times=times)

    async def repeats_refused(self) -> int:
        """How many repeated sends were refused so far."""
        return int(await self.do("repeats"))

    async def expires_references(self) -> None:
        await self.do("expire_references")

    async def stale_references(self) -> int:
        """How many calls named a file by a reference that had expired, so far."""
        return int(await self.do("stale_references"))

    async def drops_connections(self, account: int = 0) -> int:
        return int(await self.do("drop_connections", account=account))

    async def revokes(self, account: int) -> int:
        return int(await self.do("revoke", account=account))

    async def behaves(self, **habits: Any) -> None:
        """From now on the server has these habits (see `habits`), and no others."""
        await self.do("behave", **habits)

    async def renews_salts(self) -> None:
        await self.do("new_salts")

    async def loses_sessions(self) -> None:
        """Where it announces sessions, all of them are announced anew."""
        await self.do("lose_sessions")

    async def heals(self) -> None:
        """All orders above are void, habits too; what was held goes on."""
        await self.do("heal")
        await self.behaves()

    # --- what was asked --------------------------------------------------------------------

    async def calls(self, method: str = "*", **facts: Any) -> list[dict[str, Any]]:
        """The call log: at, method, account, key, session, connection, peer, random_id, result
        and took of each call of `method` (`upload.*` works) whose fields are as in `facts`."""
        found: list[dict[str, Any]] = await self.do("calls", method=method, facts=facts)
        return found

    async def refusals(self) -> list[dict[str, Any]]:
        """The calls that were refused for their rate since the server was started, however many
        were asked since."""
        found: list[dict[str, Any]] = await self.do("refusals")
        return found

    async def called(
        self, method: str, times: int = 1, timeout: float = 10.0, **facts: Any
    ) -> list[dict[str, Any]]:
        """The same, once there are `times` of them. Raises TimeoutError."""
        args = {"method": method, "times": times, "timeout": timeout, "facts": facts}
        found: list[dict[str, Any]] = await self.do("called", **args)
        if len(found) < times:
            raise TimeoutError(f"{len(found)} of {times} calls of {method} in {timeout} s")
        return found

    async def violations(self) -> list[str]:
        """How bots broke the limits on how often they may speak, where the server is strict."""
        found: list[str] = await self.do("violations")
        return found

    async def connections(self, account: int = 0) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.do("connections", account=account)
        return found
