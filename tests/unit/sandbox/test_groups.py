"""Groups and channels of the loopback Telegram, seen by the unmodified client."""

import pytest
from pyrogram import enums, errors, raw

from tests.sandbox.person import Person
from tests.sandbox.telegram.desk import Refused
from tests.sandbox.telegram.group import Group
from tests.sandbox.telegram.listener_fixtures import ali, bot, tg
from tests.sandbox.telegram.server import Telegram

__all__ = ["ali", "bot", "tg"]

NAME = "@chapar_sandbox_bot"


@pytest.fixture
async def group(tg: Telegram, ali: Person) -> Group:
    return await tg.group("Film club", ali)


@pytest.fixture
async def here(ali: Person, group: Group) -> Person:
    return ali.at(group)


# --- authors and privacy -----------------------------------------------------------------------


async def test_a_groups_message_has_its_author_and_the_answer_is_seen_there(bot, group, here):
    await here.sends("/dl https://example.org/a")
    heard = await bot.hears()
    await heard.reply("on its way")

    assert (heard.from_user.first_name, heard.chat.id) == ("Ali", group.chat_id)
    assert heard.chat.type is enums.ChatType.SUPERGROUP
    seen = await here.sees("on its way")
    assert seen.reply == heard.id


@pytest.mark.parametrize(
    "text", ["/dl x", f"/dl{NAME} x", f"{NAME} https://example.org/", f"see {NAME}, please"]
)
async def test_with_privacy_a_bot_hears_what_is_meant_for_it(bot, here, text):
    await here.sends("only for people")
    await here.sends(text)
    assert (await bot.hears()).text == text


async def test_with_privacy_a_bot_hears_replies_to_itself(bot, here):
    await here.sends("/start")
    await (await bot.hears()).reply("hello")
    own = await here.sees("hello")
    await here.sends("thanks", reply=own)

    heard = await bot.hears()
    assert (heard.text, heard.reply_to_message.text) == ("thanks", "hello")
    assert heard.mentioned


async def test_with_privacy_a_command_of_another_bot_is_not_heard(bot, here):
    await here.sends("/dl@another_bot x")
    await here.sends("/dl mine")
    assert (await bot.hears()).text == "/dl mine"


@pytest.mark.parametrize("how", ["privacy off", "admin"])
async def test_without_privacy_and_as_admin_a_bot_hears_everything(tg, bot, group, here, how):
    if how == "admin":
        await group.admits(tg.bot, "admin")
    else:
        await tg.botfather(privacy=False)
    await here.sends("https://example.org/a")
    assert (await bot.hears()).text == "https://example.org/a"


async def test_what_a_bot_may_not_hear_is_not_in_a_difference_either(tg, bot, group, here):
    await here.sends("only for people")
    await here.sends("/dl x")
    await bot.hears()
    query = raw.functions.updates.GetChannelDifference(
        channel=await bot.client.resolve_peer(group.chat_id),
        filter=raw.types.ChannelMessagesFilterEmpty(),
        pts=1,
        limit=100,
    )
    missed = await bot.client.invoke(query)
    assert [message.message for message in missed.new_messages] == ["/dl x"]
    assert missed.pts == 3


async def test_a_reply_to_somebodys_link_brings_the_link(bot, here):
    link = await here.sends("https://example.org/a")
    await here.sends(NAME, reply=link)
    heard = await bot.hears()
    assert heard.reply_to_message.text == "https://example.org/a"


# --- who speaks --------------------------------------------------------------------------------


async def test_an_anonymous_admin_speaks_as_the_group(bot, ali, group, here):
    await group.admits(ali, "admin", ["anonymous"])
    await here.sends("/dl x")
    heard = await bot.hears()
    assert heard.from_user is None
    assert heard.sender_chat.id == group.chat_id


async def test_the_owner_of_a_channel_speaks_in_its_name(tg, bot, ali, here):
    news = await tg.group("News", bot="", broadcast=True)
    with pytest.raises(Refused, match="SEND_AS_PEER_INVALID"):
        await here.sends("/dl x", as_channel=news.id)
    await news.admits(ali, "creator")
    await here.sends("/dl x", as_channel=news.id)
    heard = await bot.hears()
    assert (heard.from_user, heard.sender_chat.id) == (None, news.chat_id)


async def test_a_channels_post_names_no_author(tg, bot, ali):
    news = await tg.group("News", bot="member", admins=[ali], broadcast=True)
    await ali.at(news).sends("https://example.org/a")
    heard = await bot.hears()
    assert (heard.chat.type, heard.from_user) == (enums.ChatType.CHANNEL, None)


async def test_a_post_comes_into_the_linked_group_in_the_channels_name(tg, bot, ali, group):
    await group.admits(tg.bot, "admin")
    news = await tg.group("News", bot="", admins=[ali], broadcast=True)
    await news.links(group)
    await ali.at(news).sends("https://example.org/a")

    heard = await bot.hears()
    assert (heard.chat.id, heard.sender_chat.id) == (group.chat_id, news.chat_id)
    assert heard.from_user is None
    assert heard.automatic_forward


# --- rights ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ban", "error"),
    [
        ("send_messages", errors.ChatWriteForbidden),
        ("send_plain", errors.ChatSendPlainForbidden),
    ],
)
async def test_who_may_not_write_is_told_so(tg, bot, group, here, ban, error):
    await here.sends("/dl x")
    heard = await bot.hears()
    await group.restricts(tg.bot, ban)
    with pytest.raises(error):
        await heard.reply("on its way")


@pytest.mark.parametrize(
    ("ban", "error"),
    [
        ("send_media", errors.ChatSendMediaForbidden),
        ("send_docs", errors.ChatSendDocsForbidden),
    ],
)
async def test_media_that_a_group_forbids_is_refused(bot, group, here, tmp_path, ban, error):
    await here.sends("/dl x")
    heard = await bot.hears()
    await group.forbids(ban)
    path = tmp_path / "a.bin"
    path.write_bytes(b"film")
    with pytest.raises(error):
        await heard.reply_document(str(path))
    await heard.reply("no media here")


async def test_nothing_binds_an_admin(tg, bot, group, here):
    await group.forbids("send_messages")
    await group.admits(tg.bot, "admin")
    await bot.client.get_me()
    with pytest.raises(Refused, match="CHAT_WRITE_FORBIDDEN"):
        await here.sends("/dl x")


async def test_a_bot_deletes_others_messages_by_right_only(tg, bot, group, here):
    link = await here.sends("/dl x")
    heard = await bot.hears()
    with pytest.raises(errors.MessageDeleteForbidden):
        await heard.delete()
    await group.admits(tg.bot, "admin", ["delete_messages"])
    await heard.delete()
    await here.sees_gone(link)


async def test_a_bot_that_was_thrown_out_is_told_so(tg, bot, group, here):
    await here.sends("/dl x")
    heard = await bot.hears()
    await group.admits(tg.bot, "banned")
    with pytest.raises(errors.ChannelPrivate):
        await heard.reply("on its way")


async def test_a_bot_reads_who_the_admins_are(bot, ali, group, here):
    await group.admits(ali, "admin", ["delete_messages"])
    await here.sends("/settings")
    await bot.hears()
    admins = enums.ChatMembersFilter.ADMINISTRATORS
    found = [one async for one in bot.client.get_chat_members(group.chat_id, filter=admins)]
    assert [one.user.first_name for one in found] == ["Ali"]
    member = await bot.client.get_chat_member(group.chat_id, ali.id)
    assert member.status is enums.ChatMemberStatus.ADMINISTRATOR
    assert member.privileges.can_delete_messages
