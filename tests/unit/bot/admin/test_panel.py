"""The panel through the real client: one message that changes, and roles given and taken in it."""

from procs.records.admin_role import Role
from procs.store.admins import admin_rows, audit_log
from procs.texts import i18n
from tests.sandbox.person import labels


async def opened(admin, page: str = ""):
    """The panel of an admin; its page of this name."""
    await admin.sends("/panel")
    panel = await admin.sees("🛠", last=True)
    if page:
        await admin.presses(page, panel)
        panel = await admin.sees_edit(panel, lambda m: not m.text.startswith("🛠"))
    return panel


async def test_an_owner_gives_a_role_by_a_forwarded_message_and_takes_it_again(bot, tg, olga, sara):
    await sara.starts()
    await sara.sees("Hi")
    page = await opened(olga, "👮 Admins")
    await olga.presses("➕ Give a role", page)
    await olga.sees_edit(page, "Who is it?")
    await olga.forwards("hello", author=sara.id)
    choice = await olga.sees("Which role should it be?")
    await olga.presses("operator", choice)
    await sara.sees("You are now operator of this bot")
    assert admin_rows.role(bot.db, sara.id) is Role.OPERATOR
    marked = await olga.sees_edit(choice, lambda m: "✅ operator" in labels(m))
    await olga.presses("🗑 Take the role away", marked)
    await sara.sees("Your role in this bot was taken away")
    assert admin_rows.role(bot.db, sara.id) is Role.EVERYONE
    told = [(one.action, one.was, one.became) for one in audit_log.latest(bot.db)]
    assert told == [("role-take", "operator", "everyone"), ("role-give", "everyone", "operator")]
    await olga.sends("/audit")
    await olga.sees("everyone → operator")


async def test_a_person_is_named_by_name_or_number(bot, tg, olga):
    mina = await tg.person("Mina", username="Mina_Film")
    await mina.starts()
    await mina.sees("Hi")
    for said in ("@mina_film", "t.me/Mina_Film", str(mina.id)):
        page = await opened(olga, "👮 Admins")
        await olga.presses("➕ Give a role", page)
        await olga.sees_edit(page, "Who is it?")
        sent = await olga.sends(said)
        answer = await olga.sees(lambda m, sent=sent: m.reply == sent.id)
        assert str(mina.id) in answer.text


async def test_who_is_not_understood_is_said_and_the_step_waits_on(bot, olga):
    page = await opened(olga, "👮 Admins")
    await olga.presses("➕ Give a role", page)
    await olga.sees_edit(page, "Who is it?")
    await olga.forwards("hello", author="Somebody")
    await olga.sees("does not let forwarded messages name them")
    await olga.sends("that one over there")
    await olga.sees("I do not see whom you mean")
    await olga.sends("@never_was_here")
    await olga.sees("never wrote to me")
    await olga.sends("4242")
    await olga.sees("Which role should it be?")


async def test_the_first_page_has_what_a_role_may_see(bot, olga, appointed):
    vera = await appointed("Vera", Role.VIEWER)
    assert i18n.say("en", "admin-page-admins") in labels(await opened(olga))
    assert i18n.say("en", "admin-page-admins") not in labels(await opened(vera))


async def test_the_panel_speaks_persian(bot, appointed):
    reza = await appointed("Reza", Role.OPERATOR, language="fa")
    await reza.sends("/admin")
    panel = await reza.sees("🛠 مدیریت")
    assert "گرداننده" in panel.text
    await reza.presses("🧾", panel)
    page = await reza.sees_edit(panel, "اینجا چیزی نیست")
    await reza.presses("⬅️ بازگشت", page)
    await reza.sees_edit(page, "🛠 مدیریت")


async def test_cancel_leaves_a_conversation_and_the_next_message_is_a_message(bot, olga):
    page = await opened(olga, "👮 Admins")
    await olga.presses("➕ Give a role", page)
    await olga.sees_edit(page, "Who is it?")
    await olga.sends("/cancel")
    await olga.sees("Left; nothing was changed")
    await olga.sends("4242")
    await bot.rests()
    assert not [m for m in await olga.chat() if "Which role" in m.text]
