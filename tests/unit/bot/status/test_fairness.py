"""One person's many links leave another's progress bar its turns."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from procs.bot.status import edit_throttle, status_text
from procs.bot.status.edit_queue import EditQueue
from procs.bot.status.status_text import StatusView
from procs.core import clock
from procs.core.clock import Now
from procs.records.job import Ask, Link, State, Step
from procs.store import wake
from procs.store.database import Database
from procs.store.requests import requests
from procs.store.requests.request_status import RequestStatus
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.session.rpc import free
from tests.sandbox.bot_parts import LINK, MIB, Bot, Hands
from tests.sandbox.person import Person
from tests.sandbox.telegram.server import Telegram
from tests.unit.bot.status.test_status_text import a_status

CROWD = 100


# --- simulated: a second is a step -------------------------------------------------------------


class Chat:
    """Messages of some people, and an edit a second for all of them."""

    def __init__(self, rows: list[RequestStatus]) -> None:
        self.rows = {row.request: row for row in rows}
        self.turns = EditQueue()
        self.edits: list[tuple[float, int]] = []

    def second(self, now: float, views: dict[int, StatusView]) -> None:
        self.turns.keep(self.rows.values())
        ready = [
            (row, views[number])
            for number, row in self.rows.items()
            if number in views and edit_throttle.due(views[number], edit_throttle.shown(row), now)
        ]
        turn = self.turns.next(ready, now)
        if turn is not None:
            row, new = self.rows[turn], views[turn]
            facts = {"shown": new.text, "shown_stage": new.stage, "shown_share": new.share}
            self.rows[row.request] = replace(row, **facts, shown_at=now)
            self.edits.append((now, row.user))

    def gaps(self, user: int) -> list[float]:
        """Seconds between two edits that a person saw."""
        ats = [at for at, whose in self.edits if whose == user]
        return [after - before for before, after in pairwise([0.0, *ats])]


def film(now: float) -> StatusView:
    return StatusView(f"film ▰ {now:.0f}%", "fetch", now / 100)


@pytest.mark.parametrize("crowd", ["progress", "stages"])
def test_a_film_moves_every_six_seconds_beside_a_hundred_links_of_another(crowd):
    rows = [a_status(request=n, user=1, shown="x", shown_at=-50.0) for n in range(CROWD)]
    chat = Chat([*rows, a_status(request=CROWD, user=2, shown="x", shown_at=0.0)])
    for second in range(1, 100):
        stage = f"stage {second}" if crowd == "stages" else "fetch"
        views = {n: StatusView(f"link {'abc'[second % 3]}", stage) for n in range(CROWD)}
        chat.second(float(second), {**views, CROWD: film(second)})
    assert max(chat.gaps(2)) <= 6
    assert max(chat.gaps(1)) <= 2  # the others lose nothing by it


def test_everybody_has_a_turn_before_anybody_has_two():
    chat = Chat([a_status(request=n, user=n, shown="x", shown_at=0.0) for n in range(30)])
    for second in range(10, 70):
        chat.second(float(second), {n: film(second) for n in range(30)})
    assert all(gap <= 40 for user in range(30) for gap in chat.gaps(user))
    assert {user for _, user in chat.edits[:30]} == set(range(30))


def test_a_new_stage_is_told_before_the_progress_of_others_who_waited_as_long():
    rows = [a_status(request=n, user=n, shown="x", shown_at=0.0) for n in range(10)]
    chat = Chat([replace(row, shown_stage="fetch", shown_share=0.0) for row in rows])
    views = {n: film(10) for n in range(10)} | {7: StatusView("preparing", "prepare")}
    chat.second(10.0, views)
    assert chat.edits == [(10.0, 7)]


def test_a_persons_many_last_words_come_one_a_second_after_a_few():
    turns = EditQueue()
    told = [n / 10 for n in range(200) if turns.may_end(1, 1000 + n / 10)]
    assert told[:4] == [0.0, 0.1, 0.2, 0.3]
    assert len(told) <= 4 + 20
    assert all(after - before >= 0.9 for before, after in pairwise(told[4:]))
    assert turns.may_end(2, 1020.0)


# --- places change rarely ------------------------------------------------------------------------


def test_a_line_that_moves_from_a_hundredth_place_to_the_first_is_told_in_a_few_edits():
    row, edits = a_status(job_state=State.QUEUED, step=None, place=100), []
    shown = status_text.render(row, Now(0.0, 0.0))
    row = replace(row, shown=shown.text, shown_stage=shown.stage, shown_at=0.0)
    for second in range(1, 300):
        now = Now(float(second), 0.0)
        row = replace(row, place=100 - second // 3)
        new = status_text.render(row, now)
        if edit_throttle.due(new, edit_throttle.shown(row), now.wall):
            row = replace(row, shown=new.text, shown_stage=new.stage, shown_at=now.wall)
            edits.append(now.wall)
    assert len(edits) <= 8
    assert all(after - before >= edit_throttle.QUEUE for before, after in pairwise(edits))
    assert shown.text.endswith("about place 100")


def test_what_waits_behind_a_persons_own_links_is_never_edited_for_its_place():
    behind = a_status(job_state=State.WAITING, step=None, place=90, ahead=12, wait=900.0)
    texts = {
        status_text.render(replace(behind, place=place, ahead=ahead, wait=wait), Now(0.0, 0.0)).text
        for place, ahead, wait in ((90, 12, 900.0), (40, 7, 300.0), (9, 2, 40.0))
    }
    assert len(texts) == 1


# --- the real board ------------------------------------------------------------------------------


async def crowded(bot: Bot, db: Database, person: Person, tg: Telegram) -> None:
    """A hundred links of one person, each with its message in the chat."""
    access = tg.world.access_hash(tg.bot, person.id)
    for n in range(CROWD):
        link = Link(f"https://example.org/{n}", "example.org", f"url:crowd{n}")
        ask = Ask(person.id, person.id, 100_000 + n, 0, link, chat_access=access)
        (one,) = requests.submit(db, [ask], now=clock.now())
        number = await bot.chat_session.send(
            OutgoingMessage(person.id, access, f"link {n}", 1 + n), leave=free
        )
        requests.note_answered(
            db, one.request, message=number, shown=f"link {n}", shown_at=0.0, now=clock.now()
        )


@pytest.mark.long
async def test_an_answer_to_cancel_stands_behind_a_few_status_messages_only(bot, tg, ali):
    for n in range(30):
        await ali.sends(f"https://example.org/{n}")
    asked = await ali.sends("/cancel")
    told = await ali.sees(lambda m: m.reply == asked.id, timeout=30)
    assert told.at - asked.at < 12  # thirty messages before it would be 26 s
    await ali.sees(lambda m: "example.org/28" in m.text and m.buttons, timeout=60)
    assert await tg.calls("messages.getMessages") == []  # nobody else can have written them


@pytest.mark.long
async def test_a_film_moves_every_six_seconds_on_the_real_board(bot, db, tg, ali):
    sara = await tg.person("Sara", language="en")
    await crowded(bot, db, ali, tg)
    hands = Hands(db)
    for _ in range(2):
        hands.claim()  # the crowd's first two run
    sent = await sara.sends(LINK)
    status = await sara.sees(lambda m: m.reply == sent.id)
    film = hands.claim()
    for percent in range(0, 100, 3):
        hands.report(film, Step.FETCH, percent * MIB, 100 * MIB)
        title = f"Link {percent}"
        with db.write():  # every message of the crowd has something new to say
            db.change(
                "UPDATE requests SET title = :t WHERE user_id = :u", {"t": title, "u": ali.id}
            )
        wake.notify(db.run, wake.BOT)
        await asyncio.sleep(1.0)
    (seen,) = [m for m in await sara.history() if m.id == status.id]
    ats = [edit["at"] for edit in seen.edits]
    assert max(after - before for before, after in pairwise(ats)) <= 7.0
    assert len(ats) >= 5
