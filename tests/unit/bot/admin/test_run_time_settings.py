"""Settings changed from the chat: judged as in `.env`, shown with their source, true at once."""

import asyncio
import os
import re
import sys
from dataclasses import replace
from functools import partial

import pytest

from procs.bot.admin.settings import settings_pages
from procs.bot.commands.command_menu import MenuSync
from procs.config import LIVE, LIVE_PAGES, live_settings
from procs.config.values import BadSettingText
from procs.core import clock
from procs.records.admin_role import Role
from procs.store.admins import audit_log
from procs.store.health import runtime_settings
from procs.store.modes import bot_members
from procs.store.people import preferences
from procs.store.reports import job_record
from procs.texts import i18n
from tests.sandbox.bot_parts import LINK, running, until, wants
from tests.test_house_rules import ROOT


@pytest.fixture
async def bot(settings, db, olga):
    async with running(replace(settings, admins=(olga.id,)), lives=True, admins=[olga.id]) as bot:
        yield bot


async def changes(olga, kind: str, name: str, value: str, language: str = "en") -> None:
    await olga.sends("/config")
    page = await olga.sees(i18n.say(language, "admin-settings"))
    await olga.presses(kind, page)
    page = await olga.sees_edit(page, f"• {name}:")
    await olga.presses(name, page)
    page = await olga.sees_edit(page, "CHAPAR_")
    await olga.presses(i18n.say(language, "admin-setting-change"), page)
    await olga.sees_edit(page, lambda m: "CHAPAR_" not in m.text)
    await olga.sends(value)


async def test_a_limit_set_in_the_chat_holds_for_the_next_link(bot, olga, sara):
    wants(bot.db, sara.id)
    await changes(olga, "👤 Limits of a person", "Links on the way", "-1")
    await olga.sees("whole number from 0 up")
    await olga.sends("۱")
    page = await olga.sees(lambda m: "Done." in m.text and "From: set here" in m.text)
    await sara.sends(LINK)
    await until(lambda: len(job_record.alive(bot.db)) == 1)
    await sara.sends(LINK + "?second")
    await sara.sees("One link of yours is on its way")
    await olga.presses("↩️ Back to how it was started", page)
    await until(lambda: runtime_settings.found(bot.db, "max_open_requests") is None)
    await sara.sends(LINK + "?third")
    await until(lambda: len(job_record.alive(bot.db)) == 2)
    acts = [(one.action, one.subject) for one in audit_log.latest(bot.db)]
    subject = "setting:max_open_requests"
    assert acts == [("setting-reset", subject), ("setting", subject)]


async def test_texts_contact_and_the_word_for_who_waits_are_the_operators(bot, olga, sara, db):
    wants(bot.db, sara.id)
    await changes(olga, "✍️ Texts and contact", "Greeting, English", "Welcome {name}, be kind")
    await olga.sees("Done.")
    await sara.starts()
    await sara.sees("Welcome Sara, be kind")
    for name, text in (("text_waiting_en", "Follow us"), ("support", "@helper")):
        runtime_settings.write(db, name, text, now=clock.now())
    await sara.sends("/support")
    await sara.sees("Write to @helper")
    await sara.sends(LINK)
    await sara.sees(lambda m: m.text.endswith("\nFollow us"))


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("max_open_requests", "-1", "یه عدد صحیح بنویس، از ۰ به بالا"),
        ("max_open_requests", "9999999", "حداکثر ۱۰۰٬۰۰۰"),
        ("max_file_size", "large", "یه حجم بنویس"),
        ("max_file_size", "1", "کمه؛ حداقل"),
        ("max_file_size", "9TiB", "زیاده؛ حداکثر"),
        ("reencode", "later", "یه زمان بنویس"),
        ("reencode", "9h", "زیادی طولانیه"),
        ("search", "altavista", "یکی از این‌ها رو بنویس"),
        ("support", "nobody", "ایمیل"),
        ("text_help_fa", "a\x07b", "یه نویسه توشه"),
        ("text_help_fa", "a" * 2001, "حداکثر ۲٬۰۰۰ نویسه"),
        ("reply_keyboard", "yes", "یکی از این‌ها رو بنویس"),
        ("follow_interval", "soon", "یه زمان بنویس"),
        ("follow_interval", "0.1", "فاصله‌ش خیلی کمه"),
        ("follow_interval", "900d", "زیادی طولانیه"),
    ],
)
def test_what_is_wrong_with_a_value_is_said_in_the_admins_language(name, value, why):
    with pytest.raises(BadSettingText) as found:
        LIVE[name].value(value)
    said = settings_pages.reason("fa", found.value)
    assert (why in said, "write" in said) == (True, False)


async def test_a_wrong_value_is_refused_in_persian_to_who_reads_it(bot, olga, db):
    preferences.change(db, olga.id, "language", "fa", now=clock.now())
    await changes(olga, "👤", "لینک‌های در راه", "-1", language="fa")
    await olga.sees("این رو نمی‌شه گذاشت: یه عدد صحیح بنویس، از ۰ به بالا.")


async def test_keys_below_the_chat_come_with_the_next_greeting(bot, olga, sara, db):
    await changes(olga, "✍️ Texts and contact", "Keys below the chat", "on")
    await olga.sees("Done.")
    await sara.starts()
    await sara.sees("Hi")
    async with asyncio.timeout(10):
        while not await sara.keyboard():
            await asyncio.sleep(0.01)


async def test_following_that_is_switched_off_leaves_the_menus_too(bot, sara, db, settings):
    now_set = live_settings.live(settings, partial(runtime_settings.found, db), {})
    sync = MenuSync(db, bot.chat_session, now_set)
    await sync.look()
    assert "follow" in dict(await sara.commands())
    runtime_settings.write(db, "follows", "off", now=clock.now())
    await sync.look()
    assert "follow" not in dict(await sara.commands())


async def test_a_day_has_its_end_by_what_somebody_is_to_the_bot(bot, olga, sara, db, hands):
    wants(bot.db, sara.id)
    runtime_settings.write(db, "requests_per_day", "1", now=clock.now())
    await sara.sends(LINK)
    await until(lambda: len(job_record.alive(bot.db)) == 1)
    await sara.sends(LINK + "?second")
    await sara.sees("One link a day is what I bring one person")
    bot_members.add(db, sara.id, by=olga.id, now=clock.now())
    await sara.sends(LINK + "?third")
    await until(lambda: len(job_record.alive(bot.db)) == 2)


#: Another process with the settings of a worker: it says the value whenever it is asked.
READER = """
import sys
from functools import partial
from pathlib import Path
from procs import config
from procs.config import live_settings
from procs.config.settings import live_texts
from procs.store.database import open_database
from procs.store.health import runtime_settings
settings = config.load(need_telegram=False)
db = open_database(settings.database_url, run=settings.run)
live = live_settings.live(settings, partial(runtime_settings.found, db), live_texts())
for _ in sys.stdin:
    print(live.max_playlist, flush=True)
"""


async def test_a_change_in_the_chat_holds_in_another_process_within_a_second(bot, olga, settings):
    there = {**os.environ, "CHAPAR_HOME": str(settings.home)}
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    reader = await asyncio.create_subprocess_exec(
        sys.executable, "-c", READER, cwd=ROOT, env=there, **pipes
    )

    async def says() -> bytes:
        reader.stdin.write(b"\n")
        return (await reader.stdout.readline()).strip()

    assert await says() == b"50"
    await changes(olga, "👤 Limits of a person", "Entries of a list", "7")
    await until(lambda: runtime_settings.found(bot.db, "max_playlist") == "7")
    async with asyncio.timeout(1):
        assert await says() == b"7"
    reader.stdin.close()
    assert await reader.wait() == 0


async def test_who_may_only_look_changes_nothing(bot, appointed):
    omar = await appointed("Omar", Role.OPERATOR)
    await omar.sends("/config")
    page = await omar.sees("Settings that change")
    await omar.presses("🎬 Media", page)
    page = await omar.sees_edit(page, "• Largest file: 2000MiB · default")
    await omar.presses("Largest file", page)
    page = await omar.sees_edit(page, "CHAPAR_MAX_FILE_SIZE")
    assert "owner" in (await omar.presses("✏️ Change", page))["text"]


def test_the_readme_names_the_settings_that_change_as_the_pages_have_them():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = text.partition("These settings also change")[2].split("\n\n")[1]
    pages = [re.findall(r"`(CHAPAR_\w+)`", one) for one in listed.split("\n- ")]
    assert pages == [[it.name for it in LIVE.values() if it.live == page] for page in LIVE_PAGES]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_setting_has_a_name_in_both_languages(language):
    texts = i18n.catalogue(language)
    assert [name for name in LIVE if f"setting-{name}" not in texts] == []
