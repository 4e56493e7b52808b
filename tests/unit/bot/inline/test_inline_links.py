"""`@bot link` in any chat: kept media at once, others by a placeholder that becomes the media."""

import time
from dataclasses import replace

from pyrogram.raw.types import MessageEntityTextUrl

from procs.core import clock
from procs.records.job import Step
from procs.store.inline import inline_messages
from procs.store.modes import bot_modes
from procs.store.modes.bot_modes import Mode
from procs.store.people import preferences
from procs.store.requests.allowances import Allowance
from procs.telegram.delivery.media_caption import Caption
from procs.telegram.delivery.presentation import Presentation
from procs.telegram.session.rpc import free
from tests.sandbox.bot_parts import LINK, MIB, running, until

#: What stands under the clip of these tests.
CAPTION = "A clip\nexample.org · 3.9 kB · 0:06"


async def placeholder(with_sara, link=LINK):
    return await with_sara.chooses((await with_sara.inline(link))[0])


async def carried(deliverer, with_sara):
    """A placeholder that showed progress, and the media that it became."""
    part = await deliverer.part()
    sent = await placeholder(with_sara)
    lease = await deliverer.claims()
    deliverer.hands.report(lease, Step.FETCH, 3 * MIB, 6 * MIB)
    await with_sara.sees_edit(sent, "50%")
    deliverer.fetches(lease, part)
    await deliverer.delivers()
    media = await with_sara.sees_edit(sent, lambda m: m.media)
    await until(lambda: not deliverer.inline())
    return sent, media


async def test_a_kept_media_is_sent_at_once_by_reference(bot, deliverer, with_sara):
    deliverer.keeps(await deliverer.part())
    results = await with_sara.inline(LINK)
    sent = await with_sara.chooses(results[0])

    assert (results[0].title, results[0].media, results.personal) == ("A clip", "video", True)
    assert (sent.text, sent.kind, deliverer.db.all("SELECT id FROM requests")) == (
        CAPTION,
        "video",
        [],
    )


async def test_what_is_shared_stands_as_after_a_delivery_and_leads_to_its_other_forms(
    bot, deliverer, with_sara, sara, ali
):
    preferences.change(bot.db, ali.id, "tags", ["#music"], now=clock.now())
    deliverer.keeps(await deliverer.part())
    kept = await with_sara.chooses((await with_sara.inline(LINK))[0])
    preferences.change(bot.db, ali.id, "captions", False, now=clock.now())
    bare = await with_sara.chooses((await with_sara.inline(f"{LINK} best "))[0])
    url = kept.button("Other forms")["url"]
    await sara.starts(url.partition("?start=")[2])
    await deliverer.delivers()

    assert (kept.text, bare.text) == (f"{CAPTION}\n#music", "")
    (post,) = [one for one in ali.desk.world.posts.values() if one.content.text == kept.text]
    linked = [one for one in post.content.entities if isinstance(one, MessageEntityTextUrl)]
    assert [(one.offset, one.length, one.url) for one in linked] == [(0, 6, LINK)]
    assert len([m for m in await sara.chat() if m.media]) == 1


async def test_each_file_of_a_kept_media_is_a_result_in_pages(bot, deliverer, with_sara):
    part = await deliverer.part()
    deliverer.keeps(*([part] * 51))
    first = await with_sara.inline(LINK)
    rest = await with_sara.inline(LINK, first.next_offset)

    assert (len(first), first.next_offset, len(rest), rest.next_offset) == (50, "50", 1, "")
    assert (await with_sara.chooses(rest[0])).text.endswith("51 of 51")


async def test_the_answer_of_a_kept_media_takes_no_time(bot, deliverer, with_sara):
    deliverer.keeps(await deliverer.part())
    took = []
    for number in range(20):
        began = time.monotonic()
        await with_sara.inline(f"{LINK} best{' ' * number}")
        took.append(time.monotonic() - began)
    assert sorted(took)[10] < 1.0  # a question to the site would take as long as the site likes


async def test_a_placeholder_shows_progress_and_becomes_the_media(bot, deliverer, with_sara):
    sent, media = await carried(deliverer, with_sara)

    assert (media.kind, media.text) == ("video", CAPTION)
    assert media.button("Other forms")["url"].startswith("https://t.me/")
    assert [m.id for m in await with_sara.chat() if m.media] == [sent.id]


async def test_where_feedback_is_off_the_button_of_the_placeholder_begins_it(
    tg, bot, deliverer, with_sara
):
    await tg.botfather(feedback=False)
    sent = await placeholder(with_sara)
    pressed = await with_sara.presses("Fetch it", sent)
    lease = await deliverer.claims()
    deliverer.fetches(lease, await deliverer.part())
    await deliverer.delivers()

    assert (await with_sara.sees_edit(sent, lambda m: m.media)).kind == "video"
    assert pressed["text"] == "I'm on it."


async def test_a_choice_told_twice_and_pressed_is_one_request(tg, bot, deliverer, with_sara):
    incoming = []
    handlers = bot.chat_session.side_handlers

    async def twice(told):
        incoming.append(told)
        await handlers.on_inline(told)
        await handlers.on_inline(told)

    bot.chat_session.side_handlers = replace(handlers, on_inline=twice)
    sent = await placeholder(with_sara)
    pressed = await with_sara.presses(sent.buttons[0][0]["data"], sent)
    await deliverer.claims()

    assert (len(deliverer.inline()), pressed["text"]) == (1, "That is done already.")


async def test_somebody_else_does_not_begin_a_placeholder(tg, bot, deliverer, ali, sara):
    await tg.botfather(feedback=False)
    sent = await placeholder(ali.at(sara))
    theirs = await sara.at(ali).sees(lambda m: m.text == sent.text)
    pressed = await sara.at(ali).presses("Fetch it", theirs)

    assert pressed["text"] == "This button belongs to somebody else."
    assert deliverer.inline() == []


async def test_of_several_files_one_is_shown_and_the_private_chat_has_all(
    bot, deliverer, with_sara, ali
):
    parts = [await deliverer.part(f"{n}.mp4") for n in range(3)]
    sent = await placeholder(with_sara)
    deliverer.fetches(await deliverer.claims(), *parts)
    await deliverer.delivers()
    shown = await with_sara.sees_edit(sent, lambda m: m.media)
    url = shown.button("Open your chat")["url"]
    await ali.starts(url.partition("?start=")[2])
    await deliverer.delivers()

    assert (shown.media["name"], "2 more files" in shown.text) == ("0.mp4", True)
    assert len([m for m in await ali.chat() if m.media]) == 3


async def test_a_failure_is_said_in_the_message_and_can_be_tried_again(bot, deliverer, with_sara):
    sent = await placeholder(with_sara)
    code = deliverer.hands.fails(await deliverer.claims(), "failed-gone")
    failed = await with_sara.sees_edit(sent, code)
    await until(lambda: not deliverer.inline())
    await with_sara.presses("Try again", failed)
    deliverer.fetches(await deliverer.claims(), await deliverer.part())
    await deliverer.delivers()

    assert (await with_sara.sees_edit(sent, lambda m: m.media)).text == CAPTION


async def test_who_may_have_no_more_is_told_in_the_message(settings, db, deliverer, with_sara):
    async with running(settings, allowance=Allowance(1, 10)):
        await placeholder(with_sara, f"{LINK}?first")
        await deliverer.claims()
        sent = await placeholder(with_sara)
        refused = await with_sara.sees_edit(sent, "which is the most")

    assert (refused.button("Try again") is not None, len(deliverer.inline())) == (True, 1)


async def test_a_cancelled_one_says_so(bot, deliverer, with_sara):
    sent = await placeholder(with_sara)
    await deliverer.claims()
    going = await with_sara.sees_edit(sent, lambda m: m.button("Cancel"))
    await with_sara.presses("Cancel", going)
    assert (await with_sara.sees_edit(sent, "ancelled")).button("Try again")


async def test_cancel_all_in_the_private_chat_ends_it_with_a_word(bot, deliverer, with_sara, ali):
    sent = await placeholder(with_sara)
    await deliverer.claims()
    await ali.sends("/cancel all")
    await with_sara.sees_edit(sent, "ancelled")


async def test_a_message_that_was_deleted_costs_nothing_more(bot, deliverer, with_sara):
    sent = await placeholder(with_sara)
    lease = await deliverer.claims()
    await with_sara.deletes(sent)
    deliverer.hands.report(lease, Step.FETCH, 1, 2)
    await until(lambda: not deliverer.inline())
    states = deliverer.db.all("SELECT state FROM requests")
    assert states == [("cancelled",)]


async def test_references_that_ran_out_become_a_placeholder(tg, bot, deliverer, with_sara):
    deliverer.keeps(await deliverer.part())
    await tg.expires_references()
    (result,) = (await with_sara.inline(LINK)).results
    assert (result.media, result.title) == ("", "A clip")


async def test_the_form_of_the_settings_is_the_one_that_is_sent(bot, deliverer, with_sara):
    preferences.change(bot.db, with_sara.id, "form", "audio", now=clock.now())
    await placeholder(with_sara)
    assert (await deliverer.claims()).link.variant == "audio"


async def test_an_edit_that_a_killed_worker_made_already_is_made_again(bot, deliverer, with_sara):
    part = await deliverer.part()
    sent = await placeholder(with_sara)
    lease = await deliverer.claims()
    target = inline_messages.read(deliverer.db, -deliverer.inline()[0].message).target
    inline_messages.places(deliverer.db, -deliverer.inline()[0].message)
    presentation = Presentation(Caption("A clip"))
    assert await deliverer.courier.edit_inline(target, part, shown=presentation, leave=free)
    deliverer.fetches(lease, part)
    await deliverer.delivers()
    await until(lambda: not deliverer.inline())

    states = deliverer.db.all("SELECT state FROM requests")
    media = await with_sara.sees_edit(sent, lambda m: m.media)
    assert (states, media.text) == ([("delivered",)], CAPTION)


async def test_a_mode_that_keeps_people_out_keeps_kept_media_from_them_too(
    bot, deliverer, with_sara
):
    deliverer.keeps(await deliverer.part())
    bot_modes.set_by_hand(bot.db, Mode.CLOSED, until=None, admin=1, now=clock.now())
    (told,) = await with_sara.inline(LINK)
    assert "I'm closed at the moment" in (await with_sara.chooses(told)).text
    bot_modes.leave_to_system(bot.db)
    results = await with_sara.inline(f"{LINK} best")  # the answer to the other is cached
    assert results[0].media == "video"
