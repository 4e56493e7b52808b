"""Input peers: whom a client means, and whether it may."""

from typing import Any

from pyrogram import raw

from tests.sandbox.telegram import rights
from tests.sandbox.telegram.tl import Rpc
from tests.sandbox.telegram.world import BASIC, Account, World

types = raw.types
USERS = (types.InputPeerUser, types.InputUser)
CHANNELS = (types.InputPeerChannel, types.InputChannel)
SELF = (types.InputPeerSelf, types.InputUserSelf)


def resolve(world: World, caller: Account, given: Any) -> int:
    """The account, or minus the channel. Raises Rpc when it is unknown or the access hash is not
    the caller's; a bot may say 0 for whom it has met."""
    if isinstance(given, SELF):
        return caller.id
    if isinstance(given, USERS) and given.user_id in world.accounts:
        known = caller.is_bot and given.user_id in caller.met
        return checked(world, caller, given.user_id, given.access_hash, known=known)
    if isinstance(given, types.InputPeerChat):
        group = world.channels.get(given.chat_id)
        if group is None or not group.is_basic or caller.id not in group.members:
            raise Rpc(400, "CHAT_ID_INVALID")
        return -group.id
    if isinstance(given, CHANNELS) and BASIC < given.channel_id in world.channels:
        member = caller.id in world.channels[given.channel_id].members
        known = caller.is_bot and member
        return checked(world, caller, -given.channel_id, given.access_hash, known=known)
    raise Rpc(400, "CHANNEL_INVALID" if isinstance(given, CHANNELS) else "PEER_ID_INVALID")


def checked(world: World, caller: Account, target: int, access_hash: int, *, known: bool) -> int:
    if access_hash == world.access_hash(caller.id, target):
        return target
    if known and access_hash == 0:
        return target
    raise Rpc(400, "CHANNEL_INVALID" if target < 0 else "PEER_ID_INVALID")


def may_write(world: World, sender: Account, to: int) -> None:
    """Raises Rpc when `sender` may not write there."""
    if to < 0:
        rights.may_post(world.channels[-to], sender)
        return
    target = world.accounts[to]
    if target.deactivated:
        raise Rpc(400, "INPUT_USER_DEACTIVATED")
    if sender.is_bot and target.is_bot:
        raise Rpc(400, "USER_IS_BOT")
    if sender.is_bot and to not in sender.met:
        raise Rpc(400, "PEER_ID_INVALID")
    if sender.id in target.blocks:
        raise Rpc(400, "USER_IS_BLOCKED")
    if to in sender.blocks:
        raise Rpc(400, "YOU_BLOCKED_USER")
