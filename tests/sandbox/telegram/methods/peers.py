"""Who is who: users, channels, members."""

from typing import Any

from pyrogram import raw

from tests.sandbox.telegram import limits, peers, reactions, render, rights, updates
from tests.sandbox.telegram.methods import bots
from tests.sandbox.telegram.registry import Call, on
from tests.sandbox.telegram.tl import Rpc, boxed, make
from tests.sandbox.telegram.world import Channel

functions, types = raw.functions, raw.types


def told_user(call: Call, number: int) -> Any:
    return render.user(call.world, call.world.accounts[number], call.account.id)


def told_channel(call: Call, record: Channel) -> Any:
    return render.channel(call.world, record, call.account.id)


def channel_of(call: Call, given: Any) -> Channel:
    number = peers.resolve(call.world, call.account, given)
    if number > 0:
        raise Rpc(400, "CHANNEL_INVALID")
    return call.world.channels[-number]


@on(functions.users.GetUsers)
async def get_users(call: Call, query: Any) -> Any:
    wanted = [peers.resolve(call.world, call.account, who) for who in boxed(query.id)]
    return [told_user(call, number) for number in wanted]


@on(functions.users.GetFullUser)
async def get_full_user(call: Call, query: Any) -> Any:
    number = peers.resolve(call.world, call.account, query.id)
    full = make(
        types.UserFull,
        id=number,
        settings=make(types.PeerSettings),
        notify_settings=make(types.PeerNotifySettings),
        bot_info=bots.about(call.world.accounts[number], call.account),
    )
    return make(types.users.UserFull, full_user=full, users=[told_user(call, number)])


@on(functions.contacts.ResolveUsername)
async def resolve_username(call: Call, query: Any) -> Any:
    name = query.username.lower().lstrip("@")
    for account in call.world.accounts.values():
        if name and account.username.lower() == name:
            user = told_user(call, account.id)
            peer = types.PeerUser(user_id=account.id)
            return make(types.contacts.ResolvedPeer, peer=peer, users=[user])
    for record in call.world.channels.values():
        if name and record.username.lower() == name:
            chats = [told_channel(call, record)]
            return make(types.contacts.ResolvedPeer, peer=render.peer(-record.id), chats=chats)
    raise Rpc(400, "USERNAME_NOT_OCCUPIED")


@on(functions.channels.GetChannels)
async def get_channels(call: Call, query: Any) -> Any:
    chats = [told_channel(call, channel_of(call, given)) for given in query.id]
    return make(types.messages.Chats, chats=chats)


@on(functions.channels.GetFullChannel)
async def get_full_channel(call: Call, query: Any) -> Any:
    channel = channel_of(call, query.channel)
    full = make(
        types.ChannelFull,
        id=channel.id,
        participants_count=len(channel.members),
        chat_photo=make(types.PhotoEmpty),
        notify_settings=make(types.PeerNotifySettings),
        pts=channel.box.pts,
        linked_chat_id=abs(channel.linked) or None,
        available_reactions=reactions.offered(channel),
        reactions_limit=limits.REACTIONS,
    )
    known = [channel, *([call.world.channels[-channel.linked]] if channel.linked else [])]
    chats = [told_channel(call, one) for one in known]
    return make(types.messages.ChatFull, full_chat=full, chats=chats)


@on(functions.messages.GetFullChat)
async def get_full_chat(call: Call, query: Any) -> Any:
    """Source: core.telegram.org/method/messages.getFullChat: who is in a basic group."""
    number = peers.resolve(call.world, call.account, types.InputPeerChat(chat_id=query.chat_id))
    group = call.world.channels[-number]
    ids = [one for one, role in group.members.items() if role != "banned"]
    there = [basic_participant(one, group.members[one]) for one in ids]
    full = make(
        types.ChatFull,
        id=group.id,
        about="",
        participants=types.ChatParticipants(chat_id=group.id, participants=there, version=1),
        notify_settings=make(types.PeerNotifySettings),
    )
    users = [told_user(call, one) for one in ids]
    chats = [told_channel(call, group)]
    return make(types.messages.ChatFull, full_chat=full, chats=chats, users=users)


def basic_participant(number: int, role: str) -> Any:
    if role == "creator":
        return types.ChatParticipantCreator(user_id=number)
    facts = {"user_id": number, "inviter_id": number, "date": 1_700_000_000}
    return (types.ChatParticipantAdmin if role == "admin" else types.ChatParticipant)(**facts)


@on(functions.messages.GetChats)
async def get_chats(call: Call, query: Any) -> Any:
    raise Rpc(400, "CHAT_ID_INVALID")


@on(functions.channels.GetParticipant)
async def get_participant(call: Call, query: Any) -> Any:
    """Source: channels.getParticipant; only an administrator may ask about others."""
    channel = channel_of(call, query.channel)
    number = peers.resolve(call.world, call.account, query.participant)
    rights.may_read(channel, call.account)
    own = channel.members[call.account.id]
    if own == "member" and number != call.account.id and channel.broadcast:
        raise Rpc(403, "CHAT_ADMIN_REQUIRED")
    role = channel.members.get(number, "left")
    if role == "left":
        raise Rpc(400, "USER_NOT_PARTICIPANT")
    return make(
        types.channels.ChannelParticipant,
        participant=rights.participant(channel, number),
        users=[told_user(call, number)],
        chats=[told_channel(call, channel)],
    )


@on(functions.channels.GetParticipants)
async def get_participants(call: Call, query: Any) -> Any:
    """Source: channels.getParticipants: administrators, bots or everybody who is there."""
    channel = channel_of(call, query.channel)
    rights.may_read(channel, call.account)
    ids = [n for n in channel.members if chosen(call, channel, n, query.filter)]
    part = ids[query.offset : query.offset + query.limit]
    return make(
        types.channels.ChannelParticipants,
        count=len(ids),
        participants=[rights.participant(channel, n) for n in part],
        users=[told_user(call, n) for n in part],
        chats=[told_channel(call, channel)],
    )


def chosen(call: Call, channel: Channel, number: int, wanted: Any) -> bool:
    if isinstance(wanted, types.ChannelParticipantsAdmins):
        return channel.is_admin(number)
    if isinstance(wanted, types.ChannelParticipantsBots):
        return call.world.accounts[number].is_bot
    return channel.members[number] != "banned"


@on(functions.updates.GetChannelDifference)
async def get_channel_difference(call: Call, query: Any) -> Any:
    box = channel_of(call, query.channel).box
    return updates.channel_difference(call.server, call.account, box, query.pts)
