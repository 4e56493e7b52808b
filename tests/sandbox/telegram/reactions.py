"""Which reactions there are, and how one is put on a message.

Source: core.telegram.org/api/reactions (a chat's allowed reactions, reactions_uniq_max,
reactions_user_max_default), core.telegram.org/method/messages.sendReaction (errors); one reaction
of a bot a message: core.telegram.org/bots/api#setmessagereaction.
"""

import time
from typing import TYPE_CHECKING, Any

from pyrogram import raw

from tests.sandbox.telegram import limits, render, rights, updates
from tests.sandbox.telegram.tl import Rpc
from tests.sandbox.telegram.world import Account, Channel, Post

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram

types = raw.types
#: As in core.telegram.org/bots/api#reactiontypeemoji.
WORDS = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 "
    "🥱 🥴 😍 🐳 ❤\u200d🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 "
    "😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 "
    "🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u200d♂ 🤷 🤷\u200d♀ 😡 "
)
KNOWN = frozenset(WORDS.split())


def offered(channel: Channel) -> Any:
    """The chat's allowed reactions, as channelFull names them."""
    if channel.reactions is None:
        return types.ChatReactionsAll(allow_custom=None)
    if not channel.reactions:
        return types.ChatReactionsNone()
    given = [types.ReactionEmoji(emoticon=emoji) for emoji in channel.reactions]
    return types.ChatReactionsSome(reactions=given)


def react(server: "Telegram", account: Account, post: Post, given: list[Any]) -> None:
    """Put these reactions on a message instead of the account's old ones; none removes them.
    Raises Rpc."""
    emoji = [read(one) for one in given]
    channel = server.world.channels[-post.to] if post.to < 0 else None
    if channel:
        rights.may_read(channel, account)
        if "anonymous" in channel.rights.get(account.id, ()):
            raise Rpc(403, "ANONYMOUS_REACTIONS_DISABLED")
        if "send_reactions" in rights.banned(channel, account.id):
            raise Rpc(403, "CHAT_WRITE_FORBIDDEN")
    check(channel, account, post, emoji)
    old = post.reactions.pop(account.id, [])
    if emoji:
        post.reactions[account.id] = emoji
    tell(server, account, post, old)


def read(given: Any) -> str:
    """The emoji. Custom ones are for those who pay, and here for nobody."""
    if isinstance(given, types.ReactionEmpty):
        raise Rpc(400, "REACTION_EMPTY")
    emoji = getattr(given, "emoticon", "").replace("\ufe0f", "")
    if emoji not in KNOWN:
        raise Rpc(400, "REACTION_INVALID")
    return str(emoji)


def check(channel: Channel | None, account: Account, post: Post, emoji: list[str]) -> None:
    allowed = channel.reactions if channel and channel.reactions is not None else KNOWN
    if any(one not in allowed for one in emoji):
        raise Rpc(400, "REACTION_INVALID")
    if emoji == post.reactions.get(account.id, []):
        raise Rpc(400, "MESSAGE_NOT_MODIFIED")
    others = {one for who, own in post.reactions.items() if who != account.id for one in own}
    if len(emoji) > limits.OWN_REACTIONS or len(others | set(emoji)) > limits.REACTIONS:
        raise Rpc(400, "REACTIONS_TOO_MANY")


def tell(server: "Telegram", account: Account, post: Post, old: list[str]) -> None:
    """People hear of it by updateMessageReactions; a bot by updateBotMessageReaction, in a group
    as administrator only, and never of another bot's (core.telegram.org/constructor/
    updateBotMessageReaction, core.telegram.org/bots/api#update)."""
    new = post.reactions.get(account.id, [])
    for owner in post.numbers:
        for reader in updates.readers(server, server.world.box(owner)):
            if reader.is_bot:
                tell_bot(server, reader, account, post, old, new)
            else:
                told = types.UpdateMessageReactions(
                    peer=render.peer(post.peer(owner)),
                    msg_id=post.numbers[owner],
                    reactions=render.reactions(post, reader.id),
                )
                for key in server.keys_of(reader):
                    server.push(key, updates.wrapped(server, reader, [post], [told]))
    server.changed()


def tell_bot(
    server: "Telegram", bot: Account, actor: Account, post: Post, old: list[str], new: list[str]
) -> None:
    if actor.is_bot or (post.to < 0 and not server.world.channels[-post.to].is_admin(bot.id)):
        return
    owner = server.world.where(post.to, bot.id)
    update = types.UpdateBotMessageReaction(
        peer=render.peer(post.peer(owner)),
        msg_id=post.numbers[owner],
        date=int(time.time()),
        actor=render.peer(actor.id),
        old_reactions=[types.ReactionEmoji(emoticon=emoji) for emoji in old],
        new_reactions=[types.ReactionEmoji(emoticon=emoji) for emoji in new],
        qts=0,
    )
    updates.notify(server, bot, update, [post], [actor])
