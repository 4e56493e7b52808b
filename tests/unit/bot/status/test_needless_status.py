"""What nobody needs to read any more by the time it may leave."""

import pytest

from procs.core import clock
from procs.records.job import Lane
from procs.store.limits import send_budget
from procs.store.requests import requests
from tests.sandbox.bot_parts import LINK, until

#: Seconds in which no message may leave.
FULL = 1.5


@pytest.mark.parametrize("end", ["delivered", "cancelled"])
async def test_a_request_that_is_over_before_its_status_may_leave_gets_none(
    bot, db, hands, ali, end
):
    await ali.sends("/start")
    await ali.sees("Send me a link")
    before = [one.id for one in await ali.history()]
    send_budget.rest(db, FULL, now=clock.now())
    began = clock.now().boot
    await ali.sends(LINK)
    await until(lambda: db.all("SELECT id FROM requests"))
    (row,) = db.all("SELECT id, user_id FROM requests")

    if end == "delivered":
        hands.fetches(hands.claim(Lane.HEAVY))
        hands.delivers()
    else:
        requests.cancel(db, row[0], user=row[1], now=clock.now())
    assert clock.now().boot < began + FULL
    await until(lambda: not bot.requests())

    said = [one.text for one in await ali.history() if not one.mine and one.id not in before]
    assert said == []
