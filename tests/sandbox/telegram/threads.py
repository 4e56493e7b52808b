"""Where in a chat a message goes: what it answers, and in which topic of a forum it stands.

Source: core.telegram.org/api/forum and /api/threads: `reply_to_msg_id` may name a topic by the
message that opened it; `top_msg_id` names it beside another message; without either a message is
one of the General topic; an answer is in the topic of what it answers.
"""

from dataclasses import dataclass
from typing import Any

from pyrogram import raw

from tests.sandbox.telegram.render import GENERAL
from tests.sandbox.telegram.tl import Rpc
from tests.sandbox.telegram.world import Account, Channel, Content, Topic, World

types = raw.types
SPAN = 128


@dataclass(frozen=True, slots=True)
class Place:
    """`reply`: uid of what is answered, 0 for nothing or what is not there (any more)."""

    reply: int = 0
    topic: int = 0


def place(world: World, sender: Account, to: int, header: Any) -> Place:
    """Raises Rpc where the topic takes no messages."""
    number = getattr(header, "reply_to_msg_id", 0) or 0
    return found(world, sender, to, number, getattr(header, "top_msg_id", 0) or 0)


def found(world: World, sender: Account, to: int, number: int, topic: int) -> Place:
    box = world.box(world.where(to, sender.id))
    answered = box.posts.get(number)
    reply = answered.uid if answered else 0
    channel = world.channels[-to] if to < 0 else None
    if channel is None or not channel.is_forum:
        return Place(reply)
    if number in channel.topics and not topic:
        topic = number
    topic = topic or (answered.content.topic if answered else 0) or GENERAL
    check(channel, sender, topic)
    return Place(0 if number == topic else reply, topic)


def check(channel: Channel, sender: Account, topic: int) -> None:
    if topic not in channel.topics:
        raise Rpc(400, "TOPIC_DELETED")
    if channel.topics[topic].closed and not channel.may(sender.id, "manage_topics"):
        raise Rpc(400, "TOPIC_CLOSED")


def opening(title: str) -> Content:
    """The service message whose number is the topic's."""
    if not title or len(title) > SPAN:
        raise Rpc(400, "TOPIC_TITLE_EMPTY")
    return Content(action=types.MessageActionTopicCreate(title=title, icon_color=0x6FB9F0))


def opened(channel: Channel, number: int, title: str) -> None:
    channel.topics[number] = Topic(title)
