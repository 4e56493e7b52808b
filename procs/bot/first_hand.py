"""Known media that the bot sends itself, in the place of a worker.

Six of ten links are for media that Telegram holds already. To wake a worker for one costs as much
as to accept the link: it claims and reads what the bot has just had in hand, and the bot is told of
what it sent. So where such a delivery is the first in line, the bot claims it in the transaction
that accepts it, as a worker does: under a lease with a fence, its random id stored before it is
sent, paid for from the budget of all. From a bot that died its leases are taken back as from a
worker. It only goes straight on: whatever would wait, or fails, it gives back to the workers, who
know what to do. On a server each statement is a round trip in which the bot hears nobody: there the
workers deliver.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from procs.bot.conversation.failure_boundary import logged, repeat
from procs.bot.status.status_board import StatusBoard
from procs.core import clock, log
from procs.errors import JobError, LeaseLost, ReferenceStale, StoreError, TelegramAway, TelegramWait
from procs.records.job import Ask, Lane, Lease, Media
from procs.store import wake
from procs.store.database import Database
from procs.store.health import counters, histograms, workers
from procs.store.jobs import claimable, leases, outcomes, seats
from procs.store.media import deliveries
from procs.store.media.deliveries import SentCopy
from procs.store.requests import buttons, requests
from procs.store.requests.allowances import Allowance
from procs.store.requests.heard_updates import Mark
from procs.store.requests.requests import Submitted
from procs.telegram.delivery.delivery_presentation import presentation
from procs.telegram.delivery.presentation import Presentation
from procs.telegram.delivery.send_once import ChatTarget
from procs.telegram.departure import Departure
from procs.telegram.pace import Pace, Urgency

SEND_MEDIA = "messages.SendMedia"
#: The name under which its leases stand.
HOLDER = "bot"
#: Deliveries at once; and seconds for one, after which its lease has half of its time left.
HANDS, HAND_TIMEOUT = 8, 30.0
#: Seconds between two writes of what was counted, as often as a worker beats.
COUNT_INTERVAL = 15.0


@dataclass(frozen=True, slots=True)
class Handed:
    """A delivery that the bot has claimed, with all that is needed to send it."""

    lease: Lease
    request: int
    media: Media
    target: ChatTarget
    random_id: int
    shown: Presentation
    place: Departure
    since: float


class Claim:
    """A claim in the transaction that accepts a known media for this chat, and what it took."""

    def __init__(self, db: Database, pace: Pace, holder: int, chat: int) -> None:
        self.db, self.pace, self.holder, self.chat = db, pace, holder, chat
        self.place: Departure | None = None
        self.claimed: Handed | None = None

    def pay(self) -> Departure | None:
        """Take the place of this moment among all messages, if there is one."""
        self.place = self.pace.take_at_once(SEND_MEDIA, chat=self.chat)
        return self.place

    def claim(self, accepted: Submitted) -> bool:
        """Claim its delivery, pay for it and store the random id; whether that was possible."""
        db, now, request = self.db, clock.now(), accepted.request
        if (media := accepted.media) is None:
            return False
        facts: dict[str, Any] = {"worker": self.holder, "pays": self.pay, "now": now}
        lease = outcomes.claim_at_once(db, accepted.job, media, **facts)
        order = requests.order(db, request) if lease else None
        if lease is None or order is None or self.place is None:
            return False
        db.also((f"request {request}",))
        ((_, random_id),) = deliveries.plan(db, request, 1)
        target = ChatTarget(order.chat, order.chat_access, order.message, order.topic)
        shown = presentation(db, order, media, offer=buttons.mint)
        self.claimed = Handed(lease, request, media, target, random_id, shown, self.place, now.boot)
        return True


class FirstHand:
    """Those of one bot."""

    def __init__(self, status_board: StatusBoard) -> None:
        self.db, self.status_board = status_board.db, status_board
        self.pace = status_board.replies.pace
        #: The number of this process among those who hold leases; None while it may hold none.
        self.holder: int | None = None
        #: What is being sent, by its job, until it is over or must stop.
        self.sends: dict[int, Handed] = {}
        status_board.hear = self.hear
        self.tasks: set[asyncio.Task[str]] = set()
        self.counts: Counter[str] = Counter()

    async def run(self) -> None:
        """Claim from now on, and write now and then what was counted."""
        if self.db.channel() is None:
            await repeat(self.look, COUNT_INTERVAL)

    async def look(self) -> None:
        """Enter among those who hold leases, once; write what was counted."""
        if self.holder is None:
            self.holder = workers.enter(self.db, HOLDER, now=clock.now(), state=workers.BOT)
        if self.counts:
            counters.add_all(self.db, self.counts)
            self.counts.clear()

    async def close(self) -> None:
        """Give back what is not over, and claim no more."""
        holder, self.holder = self.holder, None
        for task in self.tasks:
            task.cancel()
        if self.tasks:
            await asyncio.wait(self.tasks)
        self.give_rest_back()
        if holder is not None:
            await logged(self.leave(holder))

    def give_rest_back(self) -> None:
        """Give back what a task had not begun with: one that is cancelled before that runs not a
        line of it."""
        while self.sends:
            self.give_back(self.sends.popitem()[1])

    async def leave(self, holder: int) -> None:
        """Be no longer among those who hold leases."""
        workers.part(self.db, holder, now=clock.now())
        counters.add_all(self.db, self.counts)

    def submit(
        self, links: Sequence[Ask], *, allowance: Allowance, mark: Mark | None
    ) -> list[Submitted]:
        """Accept links as `requests.submit`, and begin to send what is known and may go at once."""
        hand = self.new_claim(links)
        now = clock.now()
        done = requests.submit(
            self.db,
            links,
            now=now,
            allowance=allowance,
            mark=mark,
            hand=hand.claim if hand else None,
        )
        if hand is not None and hand.claimed is not None:
            self.begin(hand.claimed)
        return done

    def begin(self, one: Handed) -> None:
        """Carry it in a task of its own."""
        self.sends[one.lease.job] = one
        task = asyncio.create_task(logged(self.carry(one), job=one.lease.job))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def new_claim(self, links: Sequence[Ask]) -> Claim | None:
        """A claim of a known media for these where the bot may have one: for one link of a private
        chat, which belongs to no list and goes to no folder."""
        if self.holder is None or len(links) != 1 or len(self.tasks) >= HANDS:
            return None
        one = links[0]
        if one.chat < 0 or one.folder or one.parent:
            return None
        return Claim(self.db, self.pace, self.holder, one.chat)

    async def carry(self, one: Handed) -> None:
        """Send one and end its job, or give it back. Raises SessionRevoked, StoreError; and of one
        that must go again, what `delete` raises."""
        job, is_over, is_wanted = one.lease.job, False, True
        try:
            async with asyncio.timeout(HAND_TIMEOUT):
                copy = await self.send(one)
            is_wanted = self.end(one, copy)
            is_over = True
        except TelegramWait as wait:
            self.pace.note(wait)
        except (JobError, ReferenceStale, TimeoutError) as error:
            why = type(error).__name__
            log.info("delivery.given-back", job=job, why=why, error=error)
        finally:
            if self.drop(one) and not is_over:
                self.give_back(one)
        if not is_wanted:
            await self.status_board.chat_session.delete(copy.chat, copy.access, copy.message)
            log.info("delivery.taken-away", job=job, request=one.request)

    def hear(self, words: set[bytes]) -> None:
        """End the lease of each job that nobody waits for any more at once, however long its send
        still takes; what arrives of it is deleted."""
        for job in wake.understood(words)[1]:
            if one := self.sends.pop(job, None):
                self.give_back(one)

    def drop(self, one: Handed) -> bool:
        """Have it no longer in hand; whether it was, and its lease with it. The same job may have
        been claimed again since."""
        if is_held := self.sends.get(one.lease.job) is one:
            del self.sends[one.lease.job]
        return is_held

    async def send(self, one: Handed) -> SentCopy:
        """The message that shows it now. Raises TelegramAway where it is there already and nobody
        says which one it is."""
        places, chat = iter((one.place,)), one.target.chat

        async def leave() -> Departure:
            """The place that is paid for; of a call that was too late for it another, at once."""
            facts: dict[str, Any] = {"urgency": Urgency.DELIVERY, "patience": 0.0}
            paid = next(places, None)
            return paid or await self.pace.leave(SEND_MEDIA, chat=chat, **facts)

        part, session = one.media.parts[0], self.status_board.chat_session
        message = await session.send_part(
            one.target, part, one.random_id, shown=one.shown, leave=leave
        )
        if message is None:
            raise TelegramAway("said to be there already")
        return SentCopy(one.target.chat, one.target.access, message)

    def end(self, one: Handed, copy: SentCopy) -> bool:
        """Store the receipt and the end of the job; then wake who has something to do by that.
        Whether anybody wants the message: its person may have cancelled, and was told so. Of a
        lease that was lost the receipt is stored. Raises StoreError."""
        db, lease, now = self.db, one.lease, clock.now()
        receipts = partial(deliveries.receipts, db, one.request, one.media.id, {0: copy}, now=now)
        try:
            with db.write(full=True, only=(seats.of(lease.user),)):
                receipts()
                said = outcomes.finish_delivery(
                    db, lease, one.request, worker=HOLDER, media=one.media, now=now
                )
        except LeaseLost as error:
            if self.sends.get(lease.job) is not one:  # it was to stop
                return False
            log.warning("lease.lost", job=lease.job, worker=HOLDER, why=error)
            receipts()
            return True
        if said is None:
            return False
        if not said:
            self.status_board.call()
        if claimable.ready(db, Lane.LIGHT):
            wake.notify_idle(db.run, lanes=(Lane.LIGHT,))
        histograms.note(self.counts, f"run.{lease.kind.value}.done", now.boot - one.since)
        log.info("request.delivered", job=lease.job, request=one.request, worker=HOLDER)
        return True

    def give_back(self, one: Handed) -> None:
        """Let a worker go on with it, who sends under the same random id. What cannot be written
        now is taken back when the lease ends."""
        try:
            leases.release(self.db, one.lease, now=clock.now())
        except (LeaseLost, StoreError) as error:
            log.warning("lease.lost", job=one.lease.job, worker=HOLDER, why=error)
            return
        log.info("job.released", job=one.lease.job, worker=HOLDER, attempt=one.lease.attempt)
        self.status_board.withhold(one.request)
        wake.notify_idle(self.db.run, lanes=(Lane.LIGHT,))
