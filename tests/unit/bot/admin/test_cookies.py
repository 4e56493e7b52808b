"""Cookies sent to the bot by the real client: put into their place, deleted, never shown."""

import os
import stat
from dataclasses import replace

import pytest

from procs.config import Settings, rulebook
from procs.core import clock
from procs.core.machine import machine_name
from procs.errors import alert_kinds
from procs.store.admins import audit_log
from procs.store.health import alerts
from procs.store.machines import machine_rows
from procs.store.sites import cookies
from tests.sandbox.bot_parts import running

SECRET = "s3cr3t-of-the-account"
HEAD = "# Netscape HTTP Cookie File\n"
OLD = f"{HEAD}.youtube.com\tTRUE\t/\tTRUE\t0\tPREF\told\n"


def netscape(domain: str = ".youtube.com", *names: str, until: float = 4_000_000_000) -> str:
    rows = [
        f"{domain}\tTRUE\t/\tTRUE\t{until:.0f}\t{name}\t{SECRET}" for name in names or ("SAPISID",)
    ]
    return HEAD + "\n".join(rows) + "\n"


@pytest.fixture
def rules(settings: Settings):
    """`sites.toml` with one file for YouTube, two for Vimeo."""
    for name in ("yt.txt", "v1.txt", "v2.txt"):
        (settings.home / name).parent.mkdir(parents=True, exist_ok=True)
        (settings.home / name).write_text(OLD)
    path = settings.home / "sites.toml"
    path.write_text('[youtube]\ncookies = ["yt.txt"]\n[vimeo]\ncookies = ["v1.txt", "v2.txt"]\n')
    book, complaints = rulebook.read(str(path))
    assert not complaints
    return replace(settings, sites=book)


@pytest.fixture
async def bot(rules, db, olga):
    async with running(rules, admins=[olga.id]) as bot:
        yield bot


@pytest.fixture
def sends(tmp_path):
    """Send a file of this content; the message is gone when this returns."""

    async def send(person, text: str, name: str = "cookies.txt"):
        path = tmp_path / name
        path.write_text(text)
        sent = await person.sends(file=path)
        await person.sees_gone(sent)
        return sent

    return send


async def test_a_file_goes_into_its_place_and_its_message_goes_away(bot, rules, olga, sends):
    await sends(olga, netscape())
    told = await olga.sees("✅ I put the cookies of youtube in place: yt.txt")
    assert "1 valid cookies · valid until" in told.text
    path = rules.home / "yt.txt"
    assert path.read_text() == netscape()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert not [one for one in os.listdir(rules.home) if one.endswith(".new")]
    (row,) = audit_log.latest(bot.db)
    assert (row.action, row.subject) == ("cookies-put", "cookies:youtube/yt.txt")
    assert (row.was, row.became) == ("1 valid", "1 valid")
    assert SECRET not in "\n".join(m.text for m in await olga.chat())


async def test_the_page_shows_how_each_file_does_in_persian(bot, tg, rules, sends):
    now = clock.now()
    cookies.note_use(bot.db, "youtube", "yt.txt", now=now)
    for _ in range(2):
        cookies.note_refusal(bot.db, "youtube", "yt.txt", "bot-check", now=now)
    bot.intake.admins.actions.owners |= {(omid := await tg.person("Omid", language="fa")).id}
    await omid.sends("/cookies")
    page = await omid.sees("۱ بار استفاده شده، ۲ بار رد شده")
    assert "😴 زیادی رد شده؛ تا" in page.text
    await omid.presses("▶️", page)
    await omid.sees_edit(page, lambda m: "😴" not in m.text)
    assert cookies.health(bot.db, "youtube", "yt.txt") is None


async def test_where_machines_share_a_database_the_page_tells_whose_files_these_are(
    bot, olga, sends, monkeypatch
):
    facts = {"boot": "b", "roles": "worker", "slots": 1, "version": "1"}
    for machine in ("m1", "m2"):
        machine_rows.beat(bot.db, machine, home=f"/srv/{machine}", **facts, now=clock.now())
    monkeypatch.setattr(machine_name.HERE, "told", "m2")
    for _ in range(2):
        cookies.note_refusal(bot.db, "youtube", "yt.txt", "bot-check", now=clock.now())
    subject = cookies.subject("youtube", "yt.txt")
    alerts.note(bot.db, alert_kinds.REFUSED, subject, now=clock.now(), lasts=True)
    monkeypatch.setattr(machine_name.HERE, "told", "m1")
    await sends(olga, netscape())
    told = await olga.sees("✅ I put the cookies of youtube in place: yt.txt")
    assert "These files are those of m1; m2 have their own" in told.text
    await olga.sends("/cookies")
    page = await olga.sees("😴 refused too often on m2")
    await olga.presses("▶️ Use yt.txt again", page)
    await olga.sees_edit(page, lambda m: "😴" not in m.text)
    assert (cookies.listed(bot.db), alerts.standing(bot.db)) == ([], [])


async def test_a_new_file_ends_the_rest_and_counts_anew(bot, olga, sends):
    cookies.note_use(bot.db, "youtube", "yt.txt", now=clock.now())
    for _ in range(2):
        cookies.note_refusal(bot.db, "youtube", "yt.txt", "bot-check", now=clock.now())
    await sends(olga, netscape())
    await olga.sees("✅")
    assert cookies.health(bot.db, "youtube", "yt.txt") is None
    assert cookies.use(bot.db, "youtube", "yt.txt").uses == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + f"youtube.com {SECRET}\n", "Line 2 of this file is no cookie"),
        (f'[{{"domain": ".youtube.com", "value": "{SECRET}"}}]', "These cookies are JSON"),
        (netscape(until=1_000_000_000), "All cookies of youtube in this file have expired"),
        (netscape(".vimeo.com"), "There is no cookie of youtube"),
    ],
)
async def test_what_is_wrong_with_a_file_is_said_without_a_word_of_it(
    bot, rules, olga, sends, text, said
):
    await olga.sends("/cookies")
    page = await olga.sees("🍪")
    await olga.presses("📥 youtube · yt.txt", page)
    await olga.sees_edit(page, "in place of yt.txt")
    await sends(olga, text)
    told = await olga.sees(said)
    assert "I kept nothing of it" in told.text
    assert SECRET not in "\n".join(m.text for m in await olga.chat())
    assert (rules.home / "yt.txt").read_text() == OLD


async def test_one_of_two_files_is_chosen_before_anything_is_kept(bot, rules, olga, sends):
    await sends(olga, netscape(".vimeo.com", "vimeo"))
    which = await olga.sees("Whose cookies are these?")
    await olga.presses("📥 vimeo · v2.txt", which)
    await olga.sees_edit(which, "in place of v2.txt")
    await sends(olga, netscape(".vimeo.com", "vimeo"))
    await olga.sees("✅ I put the cookies of vimeo in place: v2.txt")
    assert ((rules.home / "v1.txt").read_text(), SECRET in (rules.home / "v2.txt").read_text()) == (
        OLD,
        True,
    )


async def test_a_file_is_known_by_its_name(bot, rules, olga, sends):
    await sends(olga, netscape(".vimeo.com", "vimeo"), "v1.txt")
    await olga.sees("✅ I put the cookies of vimeo in place: v1.txt")


async def test_a_site_without_rules_is_told_how_to_name_its_file(bot, rules, olga, sends):
    await sends(olga, netscape(".instagram.com", "csrftoken"))
    told = await olga.sees('[instagram]\ncookies = ["cookies/instagram.txt"]')
    assert "no account is signed in by them" in told.text
    path = rules.home / "cookies" / "instagram.txt"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    (rules.home / "sites.toml").write_text('[instagram]\ncookies = ["cookies/instagram.txt"]\n')
    assert rulebook.read(str(rules.home / "sites.toml"))[1] == ()


async def test_cookies_that_were_pasted_are_deleted_too(bot, rules, olga):
    sent = await olga.sends(netscape())
    await olga.sees_gone(sent)
    await olga.sees("✅ I put the cookies of youtube in place")


async def test_a_text_file_that_is_no_cookies_is_left_alone(bot, olga, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("buy bread\n")
    sent = await olga.sends(file=path)
    await olga.sees(lambda m: m.reply == sent.id)
    assert sent.id in [m.id for m in await olga.chat()]


async def test_a_file_that_cannot_be_written_leaves_the_one_before(bot, rules, olga, sends):
    (rules.home / "yt.txt").unlink()
    (rules.home / "yt.txt").mkdir()
    await sends(olga, netscape())
    await olga.sees("I could not write")
