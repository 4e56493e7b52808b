"""/settings, /lang and /tags through the real client: what is pressed is kept, and holds."""

import pytest

from procs.core import clock
from procs.records.preference_values import Preferences
from procs.store.database import open_database
from procs.store.people import preferences, users
from procs.texts import i18n
from tests.sandbox.bot_parts import LINK, running, until
from tests.sandbox.person import labels


@pytest.fixture
async def menu(bot, sara):
    """Sara's menu of settings."""
    await sara.sends("/settings")
    return await sara.sees("⚙️ Your settings")


def mine(bot, person) -> Preferences:
    return preferences.read(bot.db, person.id)


async def test_the_menu_is_one_message_that_changes_and_keeps_what_is_pressed(bot, sara, menu):
    await sara.presses("🎬 Form: ask me", menu)
    page = await sara.sees_edit(menu, "form")
    toast = await sara.presses("720p", page)
    assert toast["text"] == "Set."
    marked = await sara.sees_edit(page, lambda m: "✅ 720p" in labels(m))
    assert mine(bot, sara).form == "720p"
    assert marked.id == menu.id


async def test_a_press_of_one_value_after_another_sets_each(bot, sara, menu):
    await sara.presses("🎬 Form: ask me", menu)
    page = await sara.sees_edit(menu, lambda m: "720p" in labels(m))
    for form in ("720p", "480p", "720p"):
        await sara.presses(form, page)
        page = await sara.sees_edit(page, lambda m, form=form: f"✅ {form}" in labels(m))
    assert mine(bot, sara).form == "720p"


async def test_all_is_set_back_after_a_question(bot, sara):
    preferences.change(bot.db, sara.id, "form", "mp3", now=clock.now())
    preferences.change(bot.db, sara.id, "captions", False, now=clock.now())
    await sara.sends("/settings")
    menu = await sara.sees("⚙️ Your settings")
    await sara.presses(i18n.say("en", "set-reset-title"), menu)
    page = await sara.sees_edit(menu, i18n.say("en", "set-reset"))
    assert mine(bot, sara).form == "mp3"
    await sara.presses(i18n.say("en", "set-reset-yes"), page)
    await sara.sees_edit(page, "⚙️ Your settings")
    assert mine(bot, sara) == Preferences()


async def test_a_sites_form_is_forgotten_by_its_button(bot, sara):
    preferences.change_site(bot.db, sara.id, "youtube", "mp3", now=clock.now())
    await sara.sends("/settings")
    menu = await sara.sees("⚙️ Your settings")
    await sara.presses(i18n.say("en", "set-sites-title"), menu)
    page = await sara.sees_edit(menu, lambda m: any("youtube" in one for one in labels(m)))
    await sara.presses(next(one for one in labels(page) if "youtube" in one), page)
    await sara.sees_edit(page, lambda m: not any("youtube" in one for one in labels(m)))
    assert mine(bot, sara).sites == {}


# --- language and digits


async def test_a_language_that_is_pressed_is_spoken_from_the_next_word_on(bot, sara):
    await sara.sends(LINK)
    status = await sara.sees("In line")
    await sara.sends("/lang")
    page = await sara.sees(lambda m: "فارسی" in labels(m))
    toast = await sara.presses("فارسی", page)
    assert toast["text"] == i18n.say("fa", "set-done")
    await sara.sees_edit(page, lambda m: "✅ فارسی" in labels(m))
    await sara.sees_edit(status, "صف")
    await sara.sends("/ping")
    await sara.sees(i18n.say("fa", "ping"))
    assert users.language(bot.db, sara.id) == "fa"


async def test_the_language_of_the_client_is_spoken_again_when_it_is_chosen(bot, sara):
    await sara.sends("/lang fa")
    await sara.sees(i18n.say("fa", "lang-changed"))
    await sara.sends("/lang")
    page = await sara.sees(lambda m: "✅ فارسی" in labels(m))
    await sara.presses(i18n.say("fa", "set-language-client"), page)
    await until(lambda: users.language(bot.db, sara.id) == "en")
    await sara.sends("/ping")
    await sara.sees("I'm here")


async def test_latin_digits_are_written_in_persian_texts(bot, sara):
    await sara.sends("/lang fa")
    await sara.sees(i18n.say("fa", "lang-changed"))
    preferences.change(bot.db, sara.id, "digits", "latin", now=clock.now())
    for number in (1, 2, 3):
        await sara.sends(f"{LINK}?{number}")
    await sara.sees("clip.mp4?3")
    await sara.sends("/queue")
    told = await sara.sees("📋")
    assert "3" in told.text
    assert not set(told.text) & set("۰۱۲۳۴۵۶۷۸۹")


def test_persian_with_latin_digits_has_every_text_without_persian_ones():
    texts = i18n.catalogue(i18n.PERSIAN_LATIN)
    assert texts.keys() == i18n.catalogue("fa").keys()
    assert [key for key, text in texts.items() if set(text) & set("۰۱۲۳۴۵۶۷۸۹")] == []


def test_numbers_sizes_and_times_of_persian_with_latin_digits():
    latin = i18n.PERSIAN_LATIN
    said = [i18n.size(latin, 5_500_000), i18n.clock(latin, 65), i18n.percent(latin, 0.5)]
    said += [i18n.number(latin, 12.5), i18n.span(latin, 90), i18n.hour(latin, 0), "50%"]
    assert not set("".join(said)) & set("۰۱۲۳۴۵۶۷۸۹٫٬٪")
    assert i18n.isolated(latin, "a") == i18n.isolated("fa", "a")


# --- what is set holds


async def test_what_one_process_sets_another_reads_at_once(bot, sara, settings):
    other = open_database(settings.database_url, run=settings.run)
    try:
        await sara.sends("/settings")
        menu = await sara.sees("⚙️ Your settings")
        await sara.presses("🎬 Form: ask me", menu)
        page = await sara.sees_edit(menu, lambda m: "mp3" in labels(m))
        await sara.presses("mp3", page)
        assert preferences.read(other, sara.id).form == "mp3"
    finally:
        other.close()


async def test_a_link_without_words_comes_in_the_form_that_is_set(bot, sara):
    preferences.change(bot.db, sara.id, "form", "720p", now=clock.now())
    preferences.change_site(bot.db, sara.id, "example.com", "audio", now=clock.now())
    preferences.change(bot.db, sara.id, "sound", "mp3", now=clock.now())
    await sara.sends(f"{LINK}\n")
    await sara.sends("https://example.com/b")
    await sara.sends(f"{LINK} 480")
    await until(lambda: len(bot.requests()) == 3)
    rows = bot.db.all("SELECT variant FROM requests ORDER BY id")
    assert [variant for (variant,) in rows] == ["720p", "mp3", "480p"]


async def test_kept_media_in_the_form_that_is_set_is_delivered_at_once(bot, hands, sara):
    preferences.change(bot.db, sara.id, "form", "720p", now=clock.now())
    await sara.sends(LINK)
    await sara.sees("In line")
    hands.fetches(hands.claim())
    hands.delivers()
    await until(lambda: not bot.requests())
    await sara.sends(LINK)
    await until(lambda: bot.db.all("SELECT cached FROM requests WHERE cached = 1"))


async def test_messages_are_silent_as_set(bot, tg, sara):
    preferences.change(bot.db, sara.id, "quiet", "always", now=clock.now())
    await sara.sends("/ping")
    told = await sara.sees("I'm here")
    preferences.change(bot.db, sara.id, "quiet", "never", now=clock.now())
    await sara.sends("/support")
    loud = await sara.sees("named nobody")
    assert (told.silent, loud.silent) == (True, False)


# --- tags


async def test_tags_are_set_shown_and_taken_away_by_words(bot, sara):
    await sara.sends("/tags #music live")
    await sara.sees("#music #live")
    assert mine(bot, sara).tags == ("#music", "#live")
    await sara.sends("/tags a!b")
    await sara.sees("A tag is one word")
    await sara.sends("/tags off")
    await sara.sees("I write no tags")
    assert mine(bot, sara).tags == ()


async def test_a_groups_settings_are_not_shown_to_who_is_no_admin_there(settings, db, tg, sara):
    group = await tg.group("Film club", sara, bot="member")
    async with running(settings) as bot:
        await bot.chat_session.named.wait()
        await sara.at(group).sends(f"/settings @{bot.chat_session.username}")
        told = await sara.at(group).sees(i18n.say("en", "group-admins-only"))
        assert not told.buttons
