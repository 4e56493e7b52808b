"""What a bot hears of a group: privacy mode.

Source: core.telegram.org/bots/faq ("What messages will my bot get?") and core.telegram.org/bots/
features, "Privacy Mode": every bot hears service messages, private chats and the posts of channels
that it is in; an administrator, and a bot whose privacy mode is off, everything but other bots; a
bot with privacy mode commands meant for it, general commands while no other bot spoke last, what
was sent via it, and replies to it. That its name in a text counts too is what bots live by, though
the page does not list it.
"""

import re
from dataclasses import replace

from pyrogram import raw

from tests.sandbox.telegram import render
from tests.sandbox.telegram.world import Account, Box, Channel, Content, Event, Post, World

COMMAND = re.compile(r"/\w+(?:@(\w+))?$")


def of(world: World, account: Account, box: Box, event: Event) -> Event:
    """The event as this account hears of it: without the messages that are not for it."""
    if event.kind == "delete" or box.owner > 0 or not account.is_bot:
        return event
    there = [number for number in event.ids if number in box.posts]
    return replace(event, ids=[n for n in there if hears(world, account, box.posts[n])])


def hears(world: World, bot: Account, post: Post) -> bool:
    channel, sender = world.channels[-post.to], world.accounts[post.sender]
    if channel.broadcast or post.sender == bot.id or post.content.action is not None:
        return True
    if sender.is_bot:
        return False
    if channel.is_admin(bot.id) or not bot.privacy or post.content.via == bot.id:
        return True
    meant = addressed(post)
    if meant and any(meant):
        return bot.username.lower() in meant
    if meant and is_next(world, channel, bot, post):
        return True
    return render.mentions(world, post, bot.id)


def deaf(world: World, sender: Account, to: int, content: Content) -> list[int]:
    """The bots in a basic group that do not hear a message: it is not in their boxes at all."""
    group, post = world.channels[-to], Post(0, sender.id, to, 0.0, content)
    bots = [world.accounts[n] for n in group.members if world.accounts[n].is_bot]
    return [bot.id for bot in bots if group.is_basic and not hears(world, bot, post)]


def addressed(post: Post) -> set[str]:
    """Whose commands a text has: names in lower case, "" for one without a name."""
    words = [
        COMMAND.match(render.cut(post.content.text, entity))
        for entity in post.content.entities
        if isinstance(entity, raw.types.MessageEntityBotCommand)
    ]
    return {(match[1] or "").lower() for match in words if match}


def is_next(world: World, channel: Channel, bot: Account, post: Post) -> bool:
    """Whether no other bot spoke after this one, before that message."""
    owner = world.where(post.to, bot.id)
    box = world.box(owner)
    place = post.numbers.get(owner, box.count + 1)
    for number in range(place - 1, 0, -1):
        before = box.posts.get(number)
        if before and before.to == post.to and world.accounts[before.sender].is_bot:
            return before.sender == bot.id
    return True
