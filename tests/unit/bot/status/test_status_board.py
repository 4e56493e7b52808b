"""When the board queries: as it is told, and when something is due."""

import math

import pytest

from procs.bot.status import edit_throttle
from procs.bot.status.edit_throttle import BEGUN, NEW, SAME, ShownStatus
from procs.bot.status.status_text import BEGINS, StatusView
from procs.records.job import Step
from tests.sandbox.bot_parts import LINK, MIB, Bot, Hands
from tests.sandbox.person import Person

#: Queries that an edit may take which is due in five seconds: what told of it, the edit itself and
#: its end, and the look at the clock.
FEW = 6


async def test_between_two_edits_the_board_rests(bot: Bot, hands: Hands, sara: Person) -> None:
    await sara.sends(LINK)
    status = await sara.sees("In line")
    lease = hands.claim()
    hands.report(lease, Step.FETCH, 1 * MIB, 10 * MIB)
    await sara.sees_edit(status, "10%")
    looks = []
    bot.status_board.beside += (lambda now: bool(looks.append(now)),)
    hands.report(lease, Step.FETCH, 5 * MIB, 10 * MIB)
    await sara.sees_edit(status, "50%")
    assert 0 < len(looks) <= FEW


@pytest.mark.parametrize(
    ("view", "at"),
    [
        (StatusView("▰▱ 10%", "fetch", 0.1), math.inf),
        (StatusView("▰▱ 12%", "fetch", 0.12), math.inf),
        (StatusView("▰▱ 50%", "fetch", 0.5), 100 + SAME),
        (StatusView("uploading ▰▱ 1%", "upload", 0.01), 100 + NEW),
        (StatusView("begins", BEGINS), 100 + BEGUN),
    ],
    ids=["the same", "hardly moved", "moved", "a new stage", "only begun"],
)
def test_from_when_on_a_message_may_change(view: StatusView, at: float) -> None:
    shown = ShownStatus("▰▱ 10%", "fetch", 0.1, at=100.0)
    assert edit_throttle.due_at(view, shown) == at
    assert edit_throttle.due(view, shown, min(at, 1e9)) == (at < math.inf)
    assert not edit_throttle.due(view, shown, 100.5)
