"""/mydata: the file that comes, and the deletion that is asked about first."""

import asyncio
import json
import time

from procs.bot.commands.data_actions import DataActions
from procs.bot.commands.menu_sender import MenuSender
from procs.core import clock
from procs.store.people import preferences
from procs.store.reports import personal_data
from procs.texts import i18n
from tests.sandbox.bot_parts import LINK, until


async def menu(sara):
    await sara.sends("/mydata")
    return await sara.sees("🗂", last=True)


async def test_a_persons_data_comes_as_a_json_file(bot, sara, tmp_path):
    await sara.sends(LINK)
    await sara.sees("In line")
    page = await menu(sara)
    await sara.presses(i18n.say("en", "mydata-export"), page)
    file = await sara.sees(lambda m: m.media)
    document = json.loads((await sara.receives_file(file, tmp_path)).read_text())
    assert document["person"] == sara.id
    assert [row["url"] for row in document["rows"]["requests"]] == [LINK]


async def test_the_file_comes_twice_a_minute_at_most(bot, sara):
    page = await menu(sara)
    toasts = [(await sara.presses(i18n.say("en", "mydata-export"), page))["text"] for _ in range(3)]
    assert toasts[2] == i18n.say("en", "mydata-often")


async def test_all_is_deleted_after_a_question(bot, sara):
    preferences.change(bot.db, sara.id, "form", "mp3", now=clock.now())
    await sara.sends(LINK)
    await sara.sees("In line")
    page = await menu(sara)
    await sara.presses(i18n.say("en", "mydata-delete"), page)
    question = await sara.sees_edit(page, "cannot be undone")
    assert len(bot.db.all("SELECT 1 FROM preferences")) == 1
    await sara.presses(i18n.say("en", "mydata-yes"), question)
    await sara.sees_edit(question, "Everything is deleted")
    await until(
        lambda: not bot.db.all("SELECT 1 FROM requests WHERE user_id = :id", {"id": sara.id})
    )
    assert bot.db.all("SELECT 1 FROM preferences") == []


async def test_a_question_can_be_answered_with_no(bot, sara):
    page = await menu(sara)
    await sara.presses(i18n.say("en", "mydata-delete"), page)
    question = await sara.sees_edit(page, "cannot be undone")
    await sara.presses(i18n.say("en", "mydata-no"), question)
    await sara.sees_edit(question, "🗂")
    assert bot.db.all("SELECT 1 FROM erasures") == []


async def test_data_is_not_shown_in_a_group(bot, tg, sara):
    group = await tg.group("Film club", sara, bot="member")
    await bot.chat_session.named.wait()
    await sara.at(group).sends(f"/mydata @{bot.chat_session.username}")
    await sara.sends("/mydata")
    await sara.sees("🗂")
    assert not [m for m in await sara.at(group).history() if "🗂" in m.text]


#: Rows of one person; seconds for which the loop may stand still on a busy machine (20 ms alone).
MANY, STILL = 100_000, 1.0
REQUESTS = """
WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :many)
INSERT INTO requests (user_id, chat, message, ordinal, url, site, key, variant, title, state,
                      received_at, ended_at, closed_at, status_random)
SELECT :person, :person, -n, 0, 'https://example.org/' || n, 'example.org', 'k' || n, 'best',
       'A film', 'delivered', 1, 1, 1, n FROM counted
"""


async def longest_stall(until) -> float:
    """Seconds for which the loop stood still at most, while something goes on."""
    worst, work = 0.0, asyncio.ensure_future(until)
    while not work.done():
        before = time.monotonic()
        await asyncio.sleep(0.005)
        worst = max(worst, time.monotonic() - before - 0.005)
    await work
    return worst


async def test_the_loop_goes_on_while_a_hundred_thousand_rows_are_read_and_deleted(bot, sara):
    page = await menu(sara)
    with bot.db.write():
        bot.db.change(REQUESTS, {"person": sara.id, "many": MANY})
    shown: list[int] = []

    async def build() -> None:
        data = DataActions(bot.db, MenuSender(bot.db, bot.intake.replies))
        document = await asyncio.to_thread(data.beside, personal_data.document, sara.id)
        shown.append(document.count(b"https://example.org/"))

    assert await longest_stall(build()) < STILL
    assert shown == [MANY]
    await sara.presses(i18n.say("en", "mydata-delete"), page)
    question = await sara.sees_edit(page, "cannot be undone")
    await sara.presses(i18n.say("en", "mydata-yes"), question)
    stalled = await longest_stall(sara.sees_edit(question, i18n.say("en", "mydata-later")))
    assert stalled < STILL
