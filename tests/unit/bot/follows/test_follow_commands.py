"""/follow and /follows, their buttons, and what followers are told, through the real client."""

import re
from collections.abc import AsyncIterator

import pytest

from procs.bot.conversation.manners import Manners
from procs.bot.follows.follow_notifier import FollowNotifier
from procs.core import clock
from procs.records.job import Lane
from procs.store.follows import follow_notices, follow_requests, follows, sources
from procs.store.follows.follow_limits import FollowLimits
from procs.store.jobs import leases, outcomes
from procs.store.requests.allowances import Allowance
from procs.wishes.grammar import link
from tests.sandbox.bot_parts import Bot, Hands, running, until
from tests.sandbox.card_parts import PAGE, looks, told
from tests.sandbox.person import Message, Person

FEED = "https://example.org/feed.xml"
TWO = FollowLimits(most=2, sources=100, interval=1800.0)


@pytest.fixture
async def bot(settings, db) -> AsyncIterator[Bot]:
    async with running(settings, manners=Manners(follows=TWO)) as bot:
        yield bot


def looked(hands: Hands, *urls: str) -> int:
    """A look at the list that is followed, as a worker makes one."""
    sources.plan(hands.db, now=clock.now())
    lease = leases.claim(hands.db, worker=hands.worker, lane=Lane.SOURCE, room=1, now=clock.now())[
        0
    ]
    entries = [(one.key, one) for url in urls for one in link.parse(url).links]
    seen = sources.SeenList("A feed", entries)
    return sources.finish_look(hands.db, lease, seen, least=1800.0, now=clock.now())


async def follows_list(person: Person) -> Message:
    sent = await person.sends("/follows")
    return await person.sees(lambda m: m.reply == sent.id and m.button("🔕"))


async def test_a_link_is_followed_and_shown(bot, sara):
    await sara.sends(f"/follow {FEED}")
    shown = await sara.sees("🔔 Done: what is new there from now on comes here by itself.")
    assert "1. 🔔 example.org/feed.xml · in your usual form" in shown.text
    labels = [button["text"] for row in shown.buttons for button in row]
    assert labels == ["⏸ 1", "🗂 1", "🔕 1"]
    await sara.sends(f"/follow {FEED} mp3")
    assert await sara.sees("You follow this one already")
    assert len(follows.listed(bot.db, sara.id)) == 1


async def test_it_is_paused_turned_and_ended_by_buttons(bot, sara):
    await sara.sends(f"/follow {FEED}")
    await sara.sees("Done: what is new there")
    page = await follows_list(sara)
    paused = await sara.presses("⏸", page)
    page = await sara.sees_edit(page, lambda m: m.button("▶️"))
    resumed = await sara.presses("▶️", page)
    page = await sara.sees_edit(page, lambda m: m.button("⏸"))
    await sara.presses("🗂", page)
    page = await sara.sees_edit(page, lambda m: "as a card\n" in m.text)
    ended = await sara.presses("🔕", page)
    await sara.sees_edit(page, lambda m: "You follow nothing yet" in m.text)
    assert [one["text"] for one in (paused, resumed, ended)] == [
        "Paused. What comes out meanwhile stays away.",
        "What is new from now on comes again.",
        "You don't follow it any more.",
    ]
    assert follows.listed(bot.db, sara.id) == []


async def test_what_is_new_comes_as_a_card_to_who_wants_to_choose(bot, db, sara):
    await sara.sends(f"/follow {FEED}")
    page = await sara.sees("Done: what is new there")
    await sara.presses("🗂", page)
    await sara.sees_edit(page, lambda m: "as a card\n" in m.text)
    hands = Hands(db)
    assert looked(hands, "https://tube.example/watch/6") == 0
    with db.write():
        db.change("UPDATE sources SET due_at = 0")
    assert looked(hands, PAGE, "https://tube.example/watch/6") == 1
    follow_requests.bring(db, Allowance(), now=clock.now())
    await sara.sees("tube.example/watch/7")
    looks(hands, told())
    card = await sara.sees(lambda m: m.button("720p"))
    await sara.presses("720p", card)
    await until(lambda: [one.variant for one in bot.requests()] == ["720p"])
    assert card.reply == 0, "it answers nobody"


async def test_no_more_than_the_operator_allows_is_followed(bot, sara):
    for n in range(3):
        await sara.sends(f"/follow {FEED}?{n}")
    assert await sara.sees("You follow 2 lists, which is as many as you can.")


async def test_where_it_is_switched_off_that_is_said(settings, db, sara):
    async with running(settings) as bot:
        await sara.sends(f"/follow {FEED}")
        await sara.sees("Following is switched off here.")
        assert follows.listed(bot.db, sara.id) == []


async def test_without_a_link_it_is_said_how(bot, sara):
    await sara.sends("/follow")
    assert await sara.sees("/follow https://…")


async def test_a_link_that_is_no_list_is_told_once(bot, db, sara):
    await sara.sends(f"/follow {FEED}")
    await sara.sees("Done: what is new there")
    hands, notifier = Hands(db), FollowNotifier(db, bot.intake.replies)
    sources.plan(db, now=clock.now())
    (lease,) = leases.claim(db, worker=hands.worker, lane=Lane.SOURCE, room=1, now=clock.now())
    sources.no_list(db, lease, now=clock.now())
    (notice,) = follow_notices.unsaid(db)
    await notifier.send_notice(notice)  # killed before it was kept as said, it is said again:
    await notifier.send_notice(notice)
    await notifier.look()
    said = [m for m in await sara.history() if "is no list" in m.text]
    assert (len(said), follow_notices.unsaid(db)) == (1, [])


async def test_who_blocked_the_bot_follows_nothing(bot, db, sara, ali):
    for person in (sara, ali):
        await person.sends(f"/follow {FEED}")
        await person.sees(lambda m: m.button("🔕"))
    await sara.blocks()
    await until(lambda: follows.listed(db, sara.id) == [])
    assert len(follows.listed(db, ali.id)) == 1


async def test_who_cannot_be_told_follows_nothing(bot, db, sara):
    """The word that they blocked the bot never came."""
    await sara.sends(f"/follow {FEED}")
    await sara.sees("Done: what is new there")
    hands = Hands(db)
    looked(hands, FEED)
    notifier = FollowNotifier(db, bot.intake.replies)
    bot.chat_session.lose = nothing_heard
    await sara.blocks()
    with db.write():
        follow_notices.tell_all(db, 1, follow_notices.RESTS)
    await notifier.look()
    assert follows.listed(db, sara.id) == []


async def nothing_heard(user: int) -> None:
    pass


async def test_in_persian_all_of_it_is_persian(bot, db, ali):
    reza = await ali.desk.person("Reza", language="fa")
    await reza.starts()
    await reza.sends(f"/follow {FEED}")
    await reza.sees("حواسم بهش هست")
    page = await follows_list(reza)
    await reza.presses("⏸", page)
    await reza.sees_edit(page, lambda m: m.button("▶️ ۱"))
    hands = Hands(db)
    follows.resume(db, 1, reza.id, limits=TWO, now=clock.now())
    sources.plan(db, now=clock.now())
    (lease,) = leases.claim(db, worker=hands.worker, lane=Lane.SOURCE, room=1, now=clock.now())
    outcomes.fail(db, lease, error="gone", say="failed-gone", now=clock.now())
    sources.collect(db, lambda site: 1800.0, now=clock.now())
    await FollowNotifier(db, bot.intake.replies).look()
    words = await reza.sees("نتونستم")
    foreign = re.sub(r"\u2068.*?\u2069|/follows?|https?\S+", "", words.text + page.text)
    assert not re.search(r"[A-Za-z0-9]", foreign)


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_help_says_how_to_follow_a_list(bot, tg, language):
    mina = await tg.person("Mina", language=language)
    await mina.sends("/help")
    assert "/follow " in (await mina.sees("/cancel")).text
