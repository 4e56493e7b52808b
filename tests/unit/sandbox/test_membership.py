"""Members of the loopback Telegram's chats: what bots are told, and what invite links count."""

from dataclasses import replace

import pytest
from pyrogram import raw
from pyrogram.utils import get_channel_id

from procs.errors import ChatClosed, TelegramRefused
from procs.telegram.chat.sponsor_calls import SponsorCalls
from tests.sandbox.bot_parts import until
from tests.sandbox.telegram.desk import Refused


@pytest.fixture
def heard(bot):
    """What the bot is told of members, in order."""
    told = []

    async def keep(change):
        told.append(change)

    session = bot.chat_session
    session.side_handlers = replace(session.side_handlers, on_member_change=keep)
    return told


async def test_an_admin_bot_is_told_who_comes_and_goes_and_by_which_link(bot, tg, sara, heard):
    chat = await tg.group("Film club", bot="admin")
    link = await chat.invites(tg.bot)
    assert await sara.follows(link) == "member"
    await chat.loses(sara)
    await until(lambda: heard[-1:] and heard[-1].state == "out")
    told = [(one.person, one.state, one.link) for one in heard[-2:]]
    assert told == [(sara.id, "in", link), (sara.id, "out", "")]
    assert (await chat.links_in())[link]["usage"] == 1


async def test_a_join_request_is_told_and_counts_once_it_is_answered(bot, tg, sara, heard):
    chat = await tg.group("Film club", bot="admin")
    link = await chat.invites(tg.bot, by_request=True)
    assert await sara.follows(link) == "asking"
    assert (await chat.links_in())[link]["usage"] == 0
    await chat.decides(sara, lets_in=True)
    await until(lambda: heard[-1:] and heard[-1].state == "in" and heard[-1].link)
    assert [(one.state, one.link) for one in heard[-2:]] == [("asked", link), ("in", link)]
    assert (await chat.links_in())[link]["usage"] == 1


async def test_a_bot_that_is_no_admin_is_told_of_itself_alone(bot, tg, sara, heard):
    chat = await tg.group("Film club")
    await chat.admits(sara)
    await chat.loses(tg.bot)
    await until(lambda: len(heard) >= 2)
    assert [(one.person, one.state) for one in heard[:2]] == [(tg.bot, "in"), (tg.bot, "out")]


async def test_links_are_made_by_who_may_invite_and_lead_until_they_are_revoked(bot, tg, sara):
    chat = await tg.group("Film club", bot="admin")
    calls = SponsorCalls(bot.chat_session)
    link = await calls.invite(chat.chat_id, 0, by_request=False, title="ours")
    seen = await calls.behind(link.rpartition("+")[2])
    assert (seen.title, seen.is_admin, seen.may_invite) == ("Film club", True, True)
    peer = raw.types.InputPeerChannel(channel_id=get_channel_id(chat.chat_id), access_hash=0)
    query = raw.functions.messages.EditExportedChatInvite(peer=peer, link=link, revoked=True)
    await calls.line.ask(query)
    with pytest.raises(Refused, match="INVITE_HASH_EXPIRED"):
        await sara.follows(link)
    await chat.admits(tg.bot, "admin", rights=["post_messages"])
    with pytest.raises((TelegramRefused, ChatClosed), match="CHAT_ADMIN_REQUIRED"):
        await calls.invite(chat.chat_id, 0, by_request=False, title="ours")
    await chat.loses(tg.bot)
