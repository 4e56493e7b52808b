"""A client that loses no update: it passes on every update that arrives, and calls getDifference
for those that did not.

When it asks is told by core.telegram.org/api/updates, "Recovering gaps": at the start, at a gap, at
a lost session or an update that nobody can read (`message_decoder`), at an incomplete one, after a
quarter of an hour without any, and when Telegram says so. The library asks too, but takes every
event as the newest, is deaf while it asks, and fails the start when it is refused.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from pyrogram.raw import types
from pyrogram.storage.storage import UpdateState

from procs.core import log
from procs.errors import ChaparError, SessionRevoked, TelegramWait
from procs.telegram.server_clock import PunctualClient
from procs.telegram.updates import difference, sent_updates, short_updates
from procs.telegram.updates.update_contents import COMMON, UpdateContents
from procs.telegram.updates.update_sequence import Sequence
from procs.telegram.updates.update_state import UpdateStream

#: Seconds in which a gap may fill itself (api/updates says up to half a second).
ITSELF = 0.5
#: Seconds before what failed is asked again: twice as long each time, at most, and at random.
FIRST, LONGEST = 0.5, 30.0
#: Seconds without any update after which it is asked whether there are some.
SILENCE = 15 * 60.0
#: A sequence's number, its pts, qts, date and seq, and the access hash of its channel.
Moved = tuple[int, int | None, int | None, int | None, int | None, int]


class UpdateClient(PunctualClient):
    """Passes every update to the handler at least once."""

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.stream = UpdateStream()
        #: Asks Telegram one call, once (`Rpc.ask`).
        self.asks: Callable[[Any], Awaitable[Any]] | None = None
        self.asking: dict[int, asyncio.Task[None]] = {}
        self.nudged = asyncio.Event()
        self.turn = asyncio.Semaphore(1)
        self.read = False
        #: The boxes whose place is stored, and what was written last of each.
        self.kept: set[int] = set()
        self.written: dict[int, UpdateState] = {}
        #: The places that another sign-in left, with the access hashes of their channels.
        self.moved: Callable[[bool], Iterable[Moved]] = lambda is_new: ()
        #: Who takes each update, in the order of Telegram, and how many are on their way there.
        self.hear: Callable[[Any, dict[int, Any], dict[int, Any]], None] | None = None
        self.unheard = 0
        #: The instant of the last pushed update.
        self.last = time.monotonic()

    # --- receiving ---------------------------------------------------------------------------

    async def handle_updates(self, updates: Any) -> None:
        """Called by the library with each pushed update."""
        self.last = time.monotonic()
        await self._open()
        told = self.stream.push(updates, now=time.monotonic())
        await self._keep_new()
        await self._hand(told)
        if not is_own_word(updates):
            await self._meet(updates)

    async def note_own(self, query: Any, answer: Any) -> None:
        """Count an update that our own call caused: its number comes with the answer only."""
        await self._open()
        answer = sent_updates.as_numbers(answer)  # in a message of ours is nobody whom we never met
        await self._hand(self.stream.absorb_answer(query, answer, now=time.monotonic()))
        if isinstance(answer, short_updates.CONTAINERS):
            await self._meet(answer)

    async def begin(self) -> None:
        """Ask once for the place in the stream, when this session has none: updates from now on are
        received. A failure is no obstacle. Raises SessionRevoked."""
        await self._open()
        if self.stream.boxes[COMMON].place is None:
            try:
                await self._ask(COMMON)
                await self.keep()
                storage: Any = self.storage
                await storage.commit()
            except SessionRevoked:
                raise
            except ChaparError as error:  # what is pushed is heard meanwhile, and we ask again
                log.warning("updates.unasked", box=COMMON, error=error)

    async def recover_gaps(self, ids: Any = None) -> Any:
        """Called by the library at its start, and by us when the connection stands again."""
        await self._open()
        for box, sequence in self.stream.boxes.items():
            self.stream.want(box, since=sequence.sure(time.monotonic()))
        self.nudged.set()
        self._ask_beside()
        return 0, 0

    async def updates_watchdog(self) -> None:
        """Run by the library; its own ends with the first call that fails."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SILENCE):
                    await self.updates_watchdog_event.wait()
                    return
            if time.monotonic() - self.last >= SILENCE:
                await self.recover_gaps()

    async def _meet(self, told: Any) -> None:
        """Keep who was met; a full disk must not keep an update from being handled."""
        for met in filter(None, (getattr(told, "users", None), getattr(told, "chats", None))):
            await self.fetch_peers(met)

    async def _hand(self, told: Iterable[UpdateContents]) -> None:
        for one in told:
            if not short_updates.is_complete(one.update, one.users):
                who = short_updates.sender(one.update)
                user = short_updates.known(who, await self._access(who), one.users.get(who))
                one = UpdateContents(one.update, {**one.users, who: user}, one.chats)
            self.unheard += 1
            # In a turn of its own: one that cannot be heard takes no other with it.
            asyncio.get_running_loop().call_soon(self._pass_on, one)
        self._ask_beside()

    def _pass_on(self, one: UpdateContents) -> None:
        """Have one update heard. The library's dispatcher would take it through a queue, a task,
        a lock and its filters, of which nothing is used."""
        self.unheard -= 1
        if self.hear is not None:
            self.hear(one.update, one.users, one.chats)

    async def _access(self, who: int) -> int:
        """The access hash of a person, 0 for an unknown one."""
        try:
            peer: Any = await self.storage.get_peer_by_id(who)
        except KeyError:
            return 0
        return int(getattr(peer, "access_hash", None) or 0)

    # --- our place ---------------------------------------------------------------------------

    async def _open(self) -> None:
        """Read the stored places of the session."""
        if self.read:
            return
        self.read = True
        is_new = not await self.storage.get_update_states()
        for box, pts, qts, date, seq, access in self.moved(is_new):
            await self.storage.set_update_state(UpdateState(box, pts, qts, date, seq))
            if box != COMMON:
                await self.storage.update_peers([(box, access, "channel", None)])
        for state in await self.storage.get_update_states():
            self.kept.add(state.id)
            self.stream.boxes[state.id] = Sequence(state.pts or None)
            if state.id == COMMON:
                self.stream.date = Sequence(state.date or None)
                self.stream.qts.place, self.stream.seq.place = state.qts or None, state.seq or None

    async def _keep_new(self) -> None:
        """Write down the place before the first event of a channel, before it is handed on: a
        channel without a place is not asked about at the next start, and what a killed bot had not
        handled of it would be lost."""
        fresh = self.stream.boxes.keys() - self.kept - {COMMON}
        if not fresh:
            return
        for box in fresh:
            if (place := self.stream.sure(box, now=time.monotonic())) is not None:
                await self.storage.set_update_state(UpdateState(box, place, None, None, None))
                self.kept.add(box)
        storage: Any = self.storage
        await storage.commit()

    async def places(self) -> list[Moved]:
        """The stored places, for another machine."""
        found = []
        for one in await self.storage.get_update_states():
            access = 0 if one.id == COMMON else await difference.access(self.storage, one.id)
            found.append((one.id, one.pts, one.qts, one.date, one.seq, access))
        return found

    async def keep(self) -> bool:
        """Write down our place where it changed, as far as it is sure; whether that is all of it.
        What came after it is received again at the next start."""
        stream, now = self.stream, time.monotonic()
        behind = False
        for box, sequence in stream.boxes.items():
            place = stream.sure(box, now=now)
            behind |= place != sequence.place
            if place is not None:
                date = stream.date.sure(now) or 0
                behind |= box == COMMON and date != (stream.date.place or 0)
                own = (stream.qts.place, date, stream.seq.place)
                more = own if box == COMMON else (None, None, None)
                state = UpdateState(box, place, *more)
                if state != self.written.get(box):
                    await self.storage.set_update_state(state)
                    self.written[box] = state
        return not behind

    # --- asking ------------------------------------------------------------------------------

    def _ask_beside(self) -> None:
        if self.asks is None or not self.is_connected:
            return
        for box in self.stream.gaps:
            running = self.asking.get(box)
            if running is None or running.done():
                self.asking[box] = asyncio.ensure_future(self._ask_until_told(box))
                self.asking[box].add_done_callback(report)

    async def _ask_until_told(self, box: int) -> None:
        """Call getDifference for one box until nothing is missing, while pushed updates are
        received."""
        failures = 0
        await self._pause(0.0 if box in self.stream.wants else ITSELF)
        while self.stream.misses(box):
            try:
                async with self.turn:
                    await self._ask(box)
            except SessionRevoked:
                return  # the line knows: this process is over
            except ChaparError as error:
                failures += 1
                wait = pause(failures, error)
                log.warning("updates.unasked", box=box, error=error, failures=failures, again=wait)
                await self._hand(self.stream.given_up())
                await self._pause(wait)
            else:
                failures = 0
                if box not in self.stream.wants and self.stream.misses(box):
                    await self._pause(ITSELF)  # another gap, which showed meanwhile

    async def _ask(self, box: int) -> None:
        """One call. Raises as `Rpc.ask`, ChatClosed excepted."""
        assert self.asks is not None
        asking = self.stream.ask(box)
        try:
            answer = await difference.asked(self.asks, self.storage, self.stream, asking)
        except BaseException:
            self.stream.note_failure(asking)
            raise
        if answer is difference.GONE:
            self.stream.forget(box)
            self.kept.discard(box)
            self.written.pop(box, None)
            await self.storage.delete_update_state(box)
        elif isinstance(answer, types.updates.State):
            self.stream.begin(answer, now=time.monotonic())
        else:
            told = self.stream.differs(asking, answer, now=time.monotonic())
            await self._hand(told)
            await self._meet(answer)
            log.info("updates.asked", box=box, since=asking.since, told=len(told))

    async def _pause(self, seconds: float) -> None:
        """Wait until the connection is up again."""
        self.nudged.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.nudged.wait()

    async def rest(self) -> None:
        """Cancel the calls that are running and start no more."""
        self.asks = None
        for task in self.asking.values():
            task.cancel()
        await asyncio.gather(*self.asking.values(), return_exceptions=True)


def is_own_word(updates: Any) -> bool:
    """Whether Telegram only tells that another session of the bot sent messages to people: it could
    address them. There is one for each message of a broadcast."""
    if not isinstance(updates, types.Updates) or not updates.updates:
        return False
    return all(
        isinstance(one, types.UpdateNewMessage)
        and isinstance(one.message, types.Message)
        and one.message.out
        and isinstance(one.message.peer_id, types.PeerUser)
        for one in updates.updates
    )


def report(asking: asyncio.Task[None]) -> None:
    """Something of our own failed in a task; the next update begins another."""
    if not asking.cancelled() and (error := asking.exception()) is not None:
        log.error("updates.asking-failed", trace=error)


def pause(failures: int, error: ChaparError) -> float:
    """Seconds before the next attempt."""
    if isinstance(error, TelegramWait):
        return error.seconds
    return min(LONGEST, FIRST * 2 ** (failures - 1)) * random.uniform(0.5, 1.0)
