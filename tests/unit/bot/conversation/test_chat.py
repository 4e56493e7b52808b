"""The bot against the loopback Telegram and a real store: its words, and how people cancel."""

from procs.records.job import Step
from tests.sandbox.bot_parts import LINK, MIB, until
from tests.unit.persian_ali import ali

__all__ = ["ali"]


async def test_start_greets_in_the_persons_language(bot, ali, sara):
    await ali.starts()
    await sara.starts()
    assert "\u2068Ali\u2069" in (await ali.sees("سلام")).text
    assert "Hi Sara!" in (await sara.sees("Hi")).text


async def test_help_explains_and_an_unknown_command_gets_one_line(bot, sara):
    asked = await sara.sends("/help")
    assert (await sara.sees("leave the rest to me")).reply == asked.id
    unknown = await sara.sends("/nonsense")
    told = await sara.sees("don't know that command")
    assert (told.reply, told.text.count("\n")) == (unknown.id, 0)


async def test_what_is_not_a_link_gets_a_friendly_hint(bot, sara, tmp_path):
    picture = tmp_path / "s.webp"
    picture.write_bytes(b"RIFF\0\0\0\0WEBPVP8 " + bytes(20))
    await sara.sends("hello there")
    await sara.sees("I found no link")
    await sara.sends(sticker=picture)
    await sara.sees("can't do anything with that")
    await sara.sends("word " * 800)
    await sara.sees("very long")
    await sara.sends("file:///etc/passwd")
    await sara.sees("I can't open file links")
    await sara.sends("https://user:secret@example.org/")
    await sara.sees("password")
    await sara.sends("http://a..b/")
    await sara.sees("does not look right")
    assert bot.requests() == []


async def test_a_failure_of_ours_is_a_sentence_with_a_code_that_the_log_has(bot, sara, caplog):
    bot.db.cursor.close()
    await sara.sends(LINK)
    told = await sara.sees("my fault")
    code = told.text.rsplit(" ", 1)[1]
    assert [code in record.getMessage() for record in caplog.records].count(True) == 1


async def test_the_button_cancels(bot, ali):
    await ali.sends(LINK)
    status = await ali.sees("در صف")
    assert (await ali.presses("لغو"))["text"] == "لغو شد."
    told = await ali.sees_edit(status, "لغو شد")
    assert told.buttons == []
    await until(lambda: not bot.requests())


async def test_the_button_works_in_mid_download(bot, hands, sara):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    hands.report(hands.claim(), Step.FETCH, 30 * MIB, 100 * MIB)
    await sara.sees_edit(status, "Downloading")
    await sara.presses("Cancel")
    await sara.sees_edit(status, "Cancelled")


async def test_a_button_of_a_finished_request_says_so(bot, hands, tg, sara):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    await tg.floods("messages.editMessage", 60)
    await tg.fails("messages.deleteMessages", "500 INTERNAL", times=3)
    hands.fails(hands.claim(), "failed-gone")
    assert "already over" in (await sara.presses("Cancel", status))["text"]


async def test_a_foreign_request_cannot_be_cancelled(bot, tg, sara, ali):
    await sara.sends(LINK)
    await sara.sees("In line")
    (request,) = bot.requests()
    assert not bot.intake.cancelling.cancel(request.request, ali.id)
    assert bot.intake.cancelling.why_not(request.request, ali.id) == "cancel-not-yours"
    assert bot.requests()[0].state == "open"


async def test_cancel_stops_the_latest_and_offers_the_others(bot, sara):
    for n in (1, 2, 3):
        await sara.sends(f"https://example.org/{n}")
        await sara.sees(f"example.org/{n}")
    await sara.sends("/cancel")
    told = await sara.sees("is cancelled")
    assert "example.org/3" in told.text
    assert [button["text"] for (button,) in told.buttons] == [
        "❌ All of them (2)",
        "❌ example.org/1",
        "❌ example.org/2",
    ]
    await sara.presses("❌ example.org/1", told)
    await sara.sees(lambda m: "example.org/1" in m.text and "Cancelled" in m.text)
    await until(lambda: [one.url[-1] for one in bot.requests()] == ["2"])


async def test_cancel_with_nothing_on_its_way_says_so(bot, sara):
    await sara.sends("/cancel")
    await sara.sees("nothing on its way")
