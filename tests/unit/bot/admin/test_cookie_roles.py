"""Cookies sent by each role and by a stranger: by file, pasted, at the step that waits for a file,
and by command; buttons are in the matrix of all actions."""

import pytest

from procs.core import clock
from procs.records.admin_role import GIVEN, Role
from procs.store.admins import admin_rows, audit_log, conversation_states
from procs.store.admins.conversation_states import ConversationKey, ConversationState
from procs.texts import i18n
from tests.sandbox.bot_parts import running
from tests.unit.bot.admin.test_cookies import HEAD, OLD, SECRET, netscape, rules

__all__ = ["rules"]

OTHERS = (*GIVEN, Role.EVERYONE)


@pytest.fixture
async def bot(rules, db, olga):
    """Words are searched for, so that a paste could become a search."""
    async with running(rules, admins=[olga.id], search=("youtube",)) as bot:
        yield bot


@pytest.fixture(params=OTHERS, ids=lambda role: role.word)
async def other(request, bot, tg, olga):
    """Somebody who is no owner."""
    person = await tg.person("Omar", language="en")
    if request.param is not Role.EVERYONE:
        admin_rows.give(bot.db, person.id, request.param, by=olga.id, now=clock.now())
    return person


def stored(db) -> str:
    """All that the database holds, as text."""
    tables = [row[0] for row in db.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return "\n".join(repr(row) for name in tables for row in db.all(f"SELECT * FROM {name}"))


def untouched(bot, rules, caplog) -> None:
    assert (rules.home / "yt.txt").read_text() == OLD
    assert not (rules.home / "cookies").exists()
    assert audit_log.latest(bot.db) == []
    assert bot.requests() == []
    assert SECRET not in stored(bot.db)
    assert SECRET not in caplog.text


@pytest.mark.parametrize("name", ["cookies.txt", "yt.txt", "www.youtube.com_cookies.json"])
async def test_a_file_of_anybody_but_an_owner_is_neither_fetched_nor_kept(
    bot, tg, rules, other, tmp_path, caplog, name
):
    path = tmp_path / name
    path.write_text(netscape())
    sent = await other.sends(file=path)
    told = await other.sees(lambda m: m.reply == sent.id)
    if "cookies" in name:
        assert told.text == i18n.say("en", "cookies-of-owners")
    assert await tg.calls("upload.getFile") == []
    untouched(bot, rules, caplog)


async def test_pasted_cookies_are_neither_searched_for_nor_kept(bot, rules, other, caplog):
    for text in (netscape(), netscape().removeprefix(HEAD)):
        sent = await other.sends(text)
        told = await other.sees(lambda m, sent=sent: m.reply == sent.id)
        assert told.text == i18n.say("en", "cookies-of-owners")
    untouched(bot, rules, caplog)


async def test_a_step_that_waits_for_a_file_takes_none_of_who_may_not(
    bot, rules, other, tmp_path, caplog
):
    """A row of the conversation, as one who was an owner once may have."""
    data, until = {"site": "youtube", "file": "yt.txt"}, clock.now().wall + 600
    state = ConversationState(7, 1, "send-cookies", "file", data, until=until)
    with bot.db.write():
        conversation_states.write(bot.db, ConversationKey(other.id, other.id, 0), state)
    path = tmp_path / "cookies.txt"
    path.write_text(netscape())
    sent = await other.sends(file=path)
    await other.sees(lambda m: m.reply == sent.id)
    untouched(bot, rules, caplog)


async def test_the_command_shows_nothing_to_others(bot, rules, other, caplog):
    sent = await other.sends("/cookies")
    told = await other.sees(lambda m: m.reply == sent.id)
    assert "yt.txt" not in told.text
    assert conversation_states.find(bot.db, ConversationKey(other.id, other.id, 0)) is None
    untouched(bot, rules, caplog)


async def test_a_table_with_a_link_is_no_file_of_cookies(bot, tg):
    sam = await tg.person("Sam", language="en")
    await sam.sends("a\tb\tc\td\te\tf\thttps://example.org/clip.mp4")
    await sam.sees("example.org")
    assert len(bot.requests()) == 1


async def test_who_sends_many_is_told_a_few_times(bot, tg):
    sam = await tg.person("Sam", language="fa")
    for _ in range(5):
        await sam.sends(netscape())
    ping = await sam.sends("/ping")
    await sam.sees(lambda m: m.reply == ping.id)
    said = [m for m in await sam.chat() if m.text == i18n.say("fa", "cookies-of-owners")]
    assert len(said) == 2
