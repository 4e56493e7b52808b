"""A broadcast is written, tried and confirmed in the panel, through the real client."""

import pytest

from procs.core import clock
from procs.records.admin_role import Role
from procs.records.broadcast_records import BroadcastState, Segment
from procs.store.admins import audit_log
from procs.store.broadcasts import broadcasts
from procs.store.sponsors import sponsor_rows, sponsor_visits
from tests import store_broadcasts
from tests.sandbox.person import Message, Person
from tests.sandbox.uploads import JPEG

CROWD = 7_100_000_000


@pytest.fixture(autouse=True)
def crowd(db) -> None:
    """Thirty people, ten of whom read Persian."""
    store_broadcasts.meet(db, CROWD, 20, now=clock.now())
    store_broadcasts.meet(db, CROWD + 20, 10, language="fa", now=clock.now())


async def written(admin: Person, text: str = "", **more) -> Message:
    """The page of a draft of this message."""
    await admin.sends("/broadcast")
    page = await admin.sees("📢", last=True)
    await admin.presses("➕", page)
    await admin.sees_edit(page, "Send me the message")
    sent = await admin.sends(text, **more)
    return await admin.sees(lambda m: m.reply == sent.id)


async def sent(admin: Person, draft: Message) -> Message:
    """Confirm a draft twice: the page of its broadcast."""
    await admin.presses("📢 Send it to everybody", draft)
    sure = await admin.sees_edit(draft, "Sure that this is to go out?")
    await admin.presses("✅ Yes", sure)
    return await admin.sees_edit(sure, "Broadcast 1")


async def test_a_text_keeps_its_formatting_and_is_confirmed_twice(bot, olga):
    draft = await written(olga, "Fresh news", formats=[["bold", 0, 5]])
    assert "31 people" in draft.text
    assert "about 1 minute" in draft.text
    assert broadcasts.latest(bot.db, 5) == []

    await olga.presses("🧪", draft)
    mine = await olga.sees(lambda m: m.text == "Fresh news" and not m.mine)
    page = await sent(olga, draft)

    (found,) = broadcasts.latest(bot.db, 5)
    assert [one["kind"] for one in mine.entities] == ["Bold"]
    assert found.content.items[0].entities == ({"name": "Bold", "offset": 0, "length": 5},)
    assert found.state is BroadcastState.RUNNING
    assert "0 of 31 people" in page.text
    assert audit_log.latest(bot.db)[0].action == "broadcast-send"


async def test_an_album_is_one_draft(bot, olga, tmp_path):
    photos = [tmp_path / f"{n}.jpg" for n in range(3)]
    for number, photo in enumerate(photos):
        photo.write_bytes(JPEG + bytes([number]))
    draft = await written(olga, "Trip", photo=photos[0], group=77)
    for photo in photos[1:]:
        await olga.sends(photo=photo, group=77)
    await bot.rests()

    await olga.presses("🧪", draft)
    await olga.sees(lambda m: m.media and not m.mine)
    await bot.rests()
    mine = [m for m in await olga.chat() if m.media and not m.mine]
    assert [m.media["name"] for m in mine] == [photo.name for photo in photos]
    assert len({m.group for m in mine}) == 1
    answer = await olga.presses("🔗", draft)
    assert "no buttons under an album" in answer["text"]


async def test_what_is_forwarded_by_choice_names_its_author_and_has_no_buttons(bot, olga, sara):
    await olga.sends("/broadcast")
    page = await olga.sees("📢", last=True)
    await olga.presses("➕", page)
    await olga.sees_edit(page, "Send me the message")
    sent = await olga.forwards("From our channel", author=sara.id)
    draft = await olga.sees(lambda m: m.reply == sent.id)
    await olga.presses("📄", draft)
    draft = await olga.sees_edit(draft, "Form: ↪️")
    answer = await olga.presses("🔗", draft)
    assert answer["alert"]
    await olga.presses("🧪", draft)
    mine = await olga.sees(lambda m: m.text == "From our channel" and not m.mine)
    assert mine.forwarded == "Sara"
    await olga.presses("📢 Send it to everybody", draft)
    sure = await olga.sees_edit(draft, "Sure that this is to go out?")
    await olga.presses("✅ Yes", sure)
    await olga.sees_edit(sure, "Broadcast 1")
    (found,) = broadcasts.latest(bot.db, 5)
    assert found.content.forward


async def test_buttons_stand_under_what_everybody_gets(bot, olga):
    draft = await written(olga, "Join us")
    await olga.presses("🔗", draft)
    await olga.sees_edit(draft, "one on each line")
    await olga.sends("nonsense")
    await olga.sees("I cannot read these buttons")
    await olga.sends("Our site - https://example.org && News | https://example.org/news")
    draft = await olga.sees("Buttons: 2")
    await olga.presses("🧪", draft)
    mine = await olga.sees(lambda m: m.text == "Join us" and not m.mine)
    assert [[one["url"] for one in row] for row in mine.buttons] == [
        ["https://example.org", "https://example.org/news"]
    ]


async def test_a_segment_and_an_hour_are_chosen(bot, olga):
    draft = await written(olga, "سلام")
    await olga.presses("🌐", draft)
    draft = await olga.sees_edit(draft, "10 people now")
    await olga.presses("👥", draft)
    draft = await olga.sees_edit(draft, "active in the last 1 day")
    await olga.presses("⏰", draft)
    await olga.sees_edit(draft, "When is it to begin?")
    await olga.sends("never")
    await olga.sees("I cannot read that as a time")
    await olga.sends("۲۳:۵۹")
    draft = await olga.sees("23:59 UTC")
    await sent(olga, draft)
    (found,) = broadcasts.latest(bot.db, 5)
    assert found.segment == Segment("fa", 1)
    assert found.start_at > clock.now().wall


async def test_only_who_joined_a_sponsor_is_a_segment_too(bot, db, olga):
    facts = {"chat": -1001, "access": 0, "title": "Film News", "nick": "", "own": False}
    sponsor = sponsor_rows.add(db, {**facts, "link": "https://t.me/x"}, now=clock.now())
    for person in (CROWD, CROWD + 25):
        sponsor_visits.note_shown(db, sponsor.id, person, now=clock.now())
        sponsor_visits.note_joined(db, sponsor, person, "", now=clock.now())
    draft = await written(olga, "For our friends")
    await olga.presses("📢 In a sponsor's chat or not", draft)
    draft = await olga.sees_edit(draft, "who joined Film News by me")
    assert "2 people now" in draft.text
    await olga.presses("🌐", draft)
    draft = await olga.sees_edit(draft, "1 people now")
    await sent(olga, draft)
    (found,) = broadcasts.latest(db, 5)
    assert found.segment == Segment("fa", 0, sponsor.id)


async def test_what_was_changed_after_the_question_is_not_sent(bot, olga):
    draft = await written(olga, "First")
    await olga.presses("📢 Send it to everybody", draft)
    sure = await olga.sees_edit(draft, "Sure that this is to go out?")
    await olga.sends("Second")
    await olga.sees(lambda m: "Second" in m.text and not m.mine)
    answer = await olga.presses("✅ Yes", sure)
    assert "changed meanwhile" in answer["text"]
    assert broadcasts.latest(bot.db, 5) == []


async def test_who_may_not_broadcast_has_no_page(bot, olga, appointed):
    vera = await appointed("Vera", Role.VIEWER)
    await vera.sends("/broadcast")
    await vera.sees("sponsor")
    assert broadcasts.latest(bot.db, 5) == []


async def test_one_is_paused_resumed_cancelled_and_taken_back(bot, olga):
    page = await sent(olga, await written(olga, "News"))
    for label, state in (
        ("⏸", BroadcastState.PAUSED),
        ("▶️", BroadcastState.RUNNING),
        ("⏹", BroadcastState.CANCELLED),
        ("🗑", BroadcastState.DELETING),
    ):
        await olga.presses(label, page)
        if state in (BroadcastState.CANCELLED, BroadcastState.DELETING):
            page = await olga.sees_edit(page, "Sure?")
            await olga.presses("✅", page)
        word = {"deleting": "being deleted", "running": "going out"}.get(state.value, state.value)
        page = await olga.sees_edit(page, f"Broadcast 1: {word}")
        (found,) = broadcasts.latest(bot.db, 5)
        assert found.state is state
