"""Queue and people from the chat: cancel, retry, first in line, story; ban, cap, a word."""

import pytest

from procs.core import clock
from procs.records.admin_role import Role
from procs.records.job import Lane
from procs.store.admins import audit_log
from procs.store.jobs import seats
from procs.store.people import bans, users
from procs.store.reports import job_record, personal_data
from tests import store_broadcasts
from tests.sandbox.bot_parts import LINK, until, wants


async def asked(bot, person, *links: str) -> None:
    wants(bot.db, person.id)
    for link in links:
        await person.sends(link)
    await until(lambda: len(job_record.alive(bot.db)) >= len(links))


def told(bot) -> list[tuple[str, str, str]]:
    return [(one.action, one.subject, one.became) for one in audit_log.latest(bot.db)]


async def test_a_job_is_put_first_cancelled_and_done_again(bot, hands, olga, sara):
    await asked(bot, sara, LINK, LINK + "?b", LINK + "?c")
    last = max(job.id for job in job_record.alive(bot.db))
    await olga.sends("/jobs")
    queue = await olga.sees("📋")
    await olga.presses(f"🔎 {last}", queue)
    story = await olga.sees_edit(queue, f"Job {last}")
    await olga.presses("⏫ First in line", story)
    await until(lambda: ("job-first", f"job:{last}", "queued") in told(bot))
    lease = hands.claim()
    assert lease.job == last
    code = hands.fails(lease, "failed-gone")
    await olga.sends(f"/e {code}")
    story = await olga.sees(f"Code: {code}")
    await olga.presses("🔁 Retry", story)
    story = await olga.sees_edit(story, lambda m: m.button("❌ Cancel"))
    await olga.presses("❌ Cancel", story)
    await olga.sees_edit(story, "cancelled")
    acts = [action for action, subject, _ in told(bot) if subject == f"job:{last}"]
    assert acts == ["job-cancel", "job-retry", "job-first"]


async def test_a_banned_person_reads_why_and_is_served_again_afterwards(bot, olga, sara):
    await asked(bot, sara, LINK)
    await sara.sends("/settings")
    menu = await sara.sees("⚙️ Your settings")
    await olga.sends(f"/user {sara.id}")
    page = await olga.sees("👤 Sara")
    await olga.presses("🚫 7 d", page)
    await olga.sees_edit(page, "Why is")
    await olga.sends("too many robots")
    await olga.sees("Done.")
    ban = await sara.sees("🚫 You cannot use this bot now")
    assert "Reason: too many robots" in ban.text
    assert "Until" in ban.text
    assert job_record.alive(bot.db) == []
    sent = await sara.sends(LINK)
    await sara.sees(lambda m: m.reply == sent.id and "too many robots" in m.text)
    assert job_record.alive(bot.db) == []
    assert "too many robots" in (await sara.presses("🎬 Form", menu))["text"]
    await olga.sends(f"/unban {sara.id}")
    await sara.sees("You can use this bot again")
    await asked(bot, sara, LINK + "?d")
    assert [action for action, *_ in told(bot)] == ["person-unban", "ban"]


async def test_a_broadcast_in_the_queue_is_work_of_our_own_and_nobodys(bot, olga):
    store_broadcasts.begin(bot.db, "News", admin=olga.id, now=clock.now())
    await olga.sends("/jobs")
    page = await olga.sees("waiting: 1")
    assert "work of my own" in page.text
    assert "-3" not in page.text


async def test_a_length_of_time_in_persian_words_is_no_reason(bot, appointed, sara):
    """Read as a reason, it would be a ban without an end."""
    await sara.starts()
    await until(lambda: users.is_known(bot.db, sara.id))
    reza = await appointed("Reza", Role.OPERATOR, language="fa")
    await reza.sends(f"/ban {sara.id} ۷ روز تبلیغ زیاد")
    await until(lambda: bans.find(bot.db, sara.id, now=clock.now()))
    ban = bans.find(bot.db, sara.id, now=clock.now())
    assert ban.reason == "تبلیغ زیاد"
    assert ban.until == pytest.approx(clock.now().wall + 7 * 86400, abs=60)


async def test_an_owner_has_somebody_forgotten_after_a_question(bot, olga, appointed, sara):
    await asked(bot, sara, LINK)
    omid = await appointed("Omid", Role.OPERATOR)
    await omid.sends(f"/user {sara.id}")
    assert not (await omid.sees("👤 Sara")).button("🧹")
    await olga.sends(f"/user {sara.id}")
    page = await olga.sees("👤 Sara")
    await olga.presses("🧹 Forget them", page)
    question = await olga.sees_edit(page, "Delete all that I know of")
    assert users.is_known(bot.db, sara.id)
    await olga.presses("✅ Yes, do it", question)
    await olga.sees_edit(page, "Who was sent the most today")
    personal_data.proceed_all(bot.db, now=clock.now())
    assert not users.name(bot.db, sara.id)
    assert bot.requests() == []
    row = audit_log.latest(bot.db)[0]
    assert (row.action, row.subject) == ("person-forget", f"person:{sara.id}")


async def test_a_list_is_banned_after_a_question(bot, olga, sara, ali):
    await sara.starts()
    await until(lambda: users.is_known(bot.db, sara.id) and users.is_known(bot.db, ali.id))
    await olga.sends(f"/banall {sara.id} {ali.id} 2h spam")
    question = await olga.sees("Ban 2 people at once?")
    assert bans.find(bot.db, sara.id, now=clock.now()) is None
    await olga.presses("✅ Yes, do it", question)
    await sara.sees("spam")
    await ali.sees("spam")
    for one in (sara, ali):
        assert bans.find(bot.db, one.id, now=clock.now()).reason == "spam"


async def test_a_person_is_capped_and_written_to(bot, olga, sara):
    await sara.starts()
    await until(lambda: users.is_known(bot.db, sara.id))
    await olga.sends(f"/user {sara.id}")
    page = await olga.sees("👤 Sara")
    await olga.presses("5 at once", page)
    await until(lambda: seats.cap(bot.db, sara.id, Lane.HEAVY) == 5)
    await olga.presses("✉️ Write to them", page)
    await olga.sees_edit(page, "What should")
    await olga.sends("Please send fewer links")
    await sara.sees("Please send fewer links")
    assert [action for action, *_ in told(bot)] == ["write-to", "person-cap"]


async def test_nobody_bans_a_role_as_high_as_their_own(bot, olga, appointed):
    omid = await appointed("Omid", Role.OPERATOR)
    await appointed("Vera", Role.VIEWER)
    await omid.sends(f"/ban {olga.id} 1d no")
    await omid.sees("your role or a higher one")
    assert bans.find(bot.db, olga.id, now=clock.now()) is None
