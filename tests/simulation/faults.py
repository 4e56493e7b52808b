"""Faults that are planted into the product, to prove that the simulation finds them."""

from functools import partial

import pytest

from procs.core import clock
from procs.core.clock import Now
from procs.errors import Crowded
from procs.store.database import Database
from procs.store.jobs import delivery_order, leases, outcomes, recovery
from procs.store.limits import send_budget
from procs.store.limits.send_budget import EVERYBODY, CountLimit, GapLimit
from procs.store.media import deliveries
from procs.telegram import pace
from procs.telegram.departure import Departure
from procs.telegram.message_limits import LATE, Rules, bot_rules, chat_rules
from procs.telegram.pace import Pace, Urgency, Wanted
from tests.simulation.episode import Plant

#: What is taken out of statements of the product: a lease is named by its fence and its holder.
FENCE, TURNS, OVER = " AND fence = :fence AND worker = :worker", "ORDER BY at, id", "at < :boot"
EARLIER, ENTRIES = "e.place < r.place", "   AND NOT EXISTS (SELECT 1 FROM requests e"


def no_fence(patch: pytest.MonkeyPatch) -> None:
    """A job's end names no fence: a lease that is another's by now ends it too."""
    assert FENCE in leases.END
    patch.setattr(leases, "END", leases.END.replace(FENCE, ""))


def no_fence_in_notes(patch: pytest.MonkeyPatch) -> None:
    """How far a job has come names no fence: who lost it writes into another's work."""
    assert FENCE in leases.NOTE
    patch.setattr(leases, "NOTE", leases.NOTE.replace(FENCE, ""))


def no_fence_in_returns(patch: pytest.MonkeyPatch) -> None:
    """A job is given back without a fence: who lost it takes it from another."""
    assert FENCE in leases.RELEASE
    patch.setattr(leases, "RELEASE", leases.RELEASE.replace(FENCE, ""))


def free_of_charge(patch: pytest.MonkeyPatch) -> None:
    """The bot sends a known media at once, and pays for none."""

    def take_at_once(self: Pace, method: str, *, chat: int) -> Departure:
        return Departure(clock.now().boot + LATE, lambda: True)

    patch.setattr(Pace, "take_at_once", take_at_once)


def no_turns(patch: pytest.MonkeyPatch) -> None:
    """Whoever came last is claimed first."""
    assert TURNS in leases.PICK
    patch.setattr(leases, "PICK", leases.PICK.replace(TURNS, "ORDER BY at DESC, id DESC"))


def impatient(patch: pytest.MonkeyPatch) -> None:
    """The keeper takes a lease back long before its end."""
    assert OVER in recovery.EXPIRED
    patch.setattr(recovery, "EXPIRED", recovery.EXPIRED.replace(OVER, "at < :boot + 45"))


def unsettled(patch: pytest.MonkeyPatch) -> None:
    """A list is over with its first entry."""
    before, _, _ = outcomes.SETTLE.partition(ENTRIES)
    assert before != outcomes.SETTLE
    patch.setattr(outcomes, "SETTLE", before)


def no_order(patch: pytest.MonkeyPatch) -> None:
    """An entry waits for none before it."""
    assert EARLIER in delivery_order.EARLIER
    text = delivery_order.EARLIER.replace(EARLIER, "e.place < 0")
    patch.setattr(delivery_order, "EARLIER", text)


def spent_twice(patch: pytest.MonkeyPatch) -> None:
    """The budget is read before the transaction that spends it."""
    patch.setattr(Pace, "_line_up", line_up)
    patch.setattr(Pace, "_depart", depart)


def take(
    db: Database, rules: list[GapLimit | CountLimit], *, messages: int, patience: float, now: Now
) -> float:
    """As `send_budget.take`, but for the transaction."""
    wait = send_budget.wait_of(db, rules, messages=messages, now=now)
    with db.write():
        if wait <= patience:
            send_budget.spend(db, rules, messages=messages, at=now.boot + wait, now=now)
    return wait


def line_up(
    self: Pace, chat: int, urgency: Urgency, messages: int, end: float
) -> tuple[float, Departure | None]:
    """As `Pace._line_up`, but for the transaction."""
    now = clock.now()
    left = max(0.0, end - now.boot)
    wait = take(self.db, chat_rules(chat, urgency), messages=messages, patience=left, now=now)
    if wait > left:
        raise Crowded(wait, EVERYBODY)
    return wait, None


async def depart(
    self: Pace, chat: int, urgency: Urgency, messages: int, end: float, own: Rules, _: Wanted
) -> tuple[Departure, float]:
    """As `Pace._depart`, but for the transaction."""
    rules, now = bot_rules(urgency), clock.now()
    left = max(0.0, end - now.boot)
    wait = take(self.db, [*rules, *own], messages=messages, patience=left, now=now)
    if wait > left:
        raise Crowded(wait, EVERYBODY)
    await pace.asyncio.sleep(wait)
    at = now.boot + wait
    return Departure(at + LATE, partial(self._renew, rules, own, messages, at)), 0.0


def unplanned(patch: pytest.MonkeyPatch) -> None:
    """A part is sent under a random id that is stored with its receipt, and not before."""
    drawn: dict[tuple[int, int], int] = {}
    receipts = deliveries.receipts

    def plan(db: Database, request: int, parts: int) -> list[tuple[int, int]]:
        rows = db.all(deliveries.PLANNED, {"request": request})
        sent = {part for part, _, _, sent in rows if sent is not None}
        left = [part for part in range(parts) if part not in sent]
        drawn.update({(request, part): deliveries.random_id() for part in left})
        return [(part, drawn[(request, part)]) for part in left]

    def noted(db: Database, request: int, media: int, given: dict, *, now: Now) -> None:
        with db.write(full=True):
            for part in given:
                facts = {"request": request, "part": part, "random": drawn[(request, part)]}
                db.change(deliveries.PLAN, facts)
            receipts(db, request, media, given, now=now)

    patch.setattr(deliveries, "plan", plan)
    patch.setattr(deliveries, "receipts", noted)


def without_last(patch: pytest.MonkeyPatch) -> None:
    """Of media in several parts the last one is planned for nobody."""
    plan = deliveries.plan

    def planned(db: Database, request: int, parts: int) -> list[tuple[int, int]]:
        found = plan(db, request, parts)
        return found[:-1] if len(found) > 1 else found

    patch.setattr(deliveries, "plan", planned)


#: What is planted -> what is seen of it.
FAULTS: dict[str, tuple[Plant, tuple[str, ...]]] = {
    "a missing fence": (no_fence, ("a lease was ended by who does not hold it",)),
    "a missing fence of a note": (
        no_fence_in_notes,
        ("a lease was written by who does not hold it",),
    ),
    "a missing fence of a return": (
        no_fence_in_returns,
        ("a lease was ended by who does not hold it",),
    ),
    "a known media that is not paid for": (free_of_charge, ("sent without its place",)),
    "a turn that another takes": (no_turns, ("claimed before its turn",)),
    "a lease that ends too early": (impatient, ("a lease was taken back early",)),
    "a list that ends too early": (unsettled, ("a list is over before its entries",)),
    "an entry that passes another": (no_order, ("out of order",)),
    "a budget that is spent twice": (
        spent_twice,
        ("a budget is spent twice", "more messages than a chat allows"),
    ),
    "a delivery noted before its random id is stored": (unplanned, ("sent twice",)),
    "media without their last part": (without_last, ("delivered, but not there",)),
}
