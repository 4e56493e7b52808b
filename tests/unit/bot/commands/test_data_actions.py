"""/mydata: the file that comes, and the deletion that is asked about first."""

import json

from procs.core import clock
from procs.store.people import preferences
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
