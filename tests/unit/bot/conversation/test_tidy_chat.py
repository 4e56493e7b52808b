"""A chat that its person wants tidy: what answered a mistake goes after a while, once."""

from procs.bot.conversation.tidy_chat import TidyChat
from procs.core import clock
from procs.store.people import passing_messages, preferences
from tests.sandbox.bot_parts import running

UNREADABLE = "ftp://example.org/clip.mp4"


def tidies(db, person):
    preferences.change(db, person.id, "tidy", True, now=clock.now())


def time_passes(db):
    with db.write():
        db.change("UPDATE passing_messages SET due_at = :now", {"now": clock.now().wall - 1})


async def mistake(person):
    sent = await person.sends(UNREADABLE)
    return await person.sees(lambda m: m.reply == sent.id)


async def test_an_answer_to_a_mistake_goes_from_a_tidy_chat_after_a_while(bot, db, sara):
    tidies(db, sara)
    answer = await mistake(sara)
    await bot.rests()
    tidy = TidyChat(db, bot.intake.replies)
    await tidy.look()
    assert not (await sara.sees(lambda m: m.id == answer.id)).deleted
    time_passes(db)
    await tidy.look()
    await sara.sees_gone(answer)
    assert passing_messages.due(db, now=clock.now()) == []


async def test_a_question_about_unclear_words_goes_from_a_tidy_chat_too(bot, db, sara):
    tidies(db, sara)
    await sara.sends("https://example.org/clip.mp4 mp3 720")
    question = await sara.sees("do not go together")
    await bot.rests()
    time_passes(db)
    await TidyChat(db, bot.intake.replies).look()
    await sara.sees_gone(question)


async def test_a_bot_that_starts_later_deletes_what_one_before_answered(settings, db, sara):
    tidies(db, sara)
    async with running(settings) as bot:
        answer = await mistake(sara)
        await bot.rests()
    time_passes(db)
    async with running(settings) as bot:
        await TidyChat(db, bot.intake.replies).look()
        await sara.sees_gone(answer)


async def test_help_and_the_chats_of_others_are_left_alone(bot, db, sara):
    await mistake(sara)
    await bot.rests()
    tidies(db, sara)
    await sara.sends("/help")
    await sara.sees("Send me")
    await bot.rests()
    time_passes(db)
    assert passing_messages.due(db, now=clock.now()) == []


async def test_a_cancelled_link_goes_from_a_tidy_chat_too(bot, db, sara):
    tidies(db, sara)
    await sara.sends("https://example.org/clip.mp4")
    status = await sara.sees("In line")
    await sara.presses(status.buttons[0][0]["text"], status)
    await sara.sees_edit(status, "Cancelled")
    await bot.rests()
    time_passes(db)
    assert [one.message for one in passing_messages.due(db, now=clock.now())] == [status.id]
