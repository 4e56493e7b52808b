"""Sends a broadcast's message to one chat, once per random id, and deletes it."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pyrogram import raw

from procs.records.broadcast_records import BroadcastContent, BroadcastItem
from procs.telegram.delivery import broadcast_content, media_input, message_lookup
from procs.telegram.delivery.send_once import ChatTarget, post_all
from procs.telegram.session.peers import peer
from procs.telegram.session.rpc import Leave, Rpc

messages = raw.functions.messages
#: Messages that one call may delete.
DELETED_AT_ONCE = 100


class BroadcastSender:
    """Sends over one connection. Every method raises as `Rpc.ask`."""

    def __init__(self, line: Rpc) -> None:
        self.line = line

    async def send(
        self,
        content: BroadcastContent,
        *,
        chat: int,
        access: int,
        random_id: int,
        silent: bool = False,
        leave: Leave,
    ) -> list[int | None]:
        """Send it to one chat as soon as `leave` paid for it. The numbers of its messages, those of
        the first time when this random id was used before; None where Telegram does not say."""
        ids = random_ids(random_id, len(content.items))
        address = peer(chat, access)
        query = await self._query(content, address, ids, silent or None)
        return await post_all(self.line, query, ChatTarget(chat, access), ids, leave=leave)

    async def _query(
        self, content: BroadcastContent, to: Any, ids: list[int], silent: bool | None
    ) -> Any:
        """What makes the call, given no header."""
        facts: dict[str, Any] = {"silent": silent}
        if content.forward:
            numbers = [item.message for item in content.items]
            source = peer(content.chat, content.access)
            facts |= {"from_peer": source, "to_peer": to, "id": numbers, "random_id": ids}
            return lambda header: messages.ForwardMessages(**facts)
        facts["peer"] = to
        first = content.items[0]
        if len(content.items) > 1:
            facts["multi_media"] = [
                album_item(*one) for one in zip(content.items, ids, strict=True)
            ]
            return lambda header: messages.SendMultiMedia(**facts)
        facts |= {"random_id": ids[0], **words(first)}
        facts["reply_markup"] = await broadcast_content.keyboard(content, self.line.client)
        if first.reference is None:
            no_webpage = not content.preview or None
            return lambda header: messages.SendMessage(no_webpage=no_webpage, **facts)
        facts["media"] = media(first)
        return lambda header: messages.SendMedia(**facts)

    async def refreshed(
        self, content: BroadcastContent, copies: Sequence[Sequence[int]]
    ) -> BroadcastContent | None:
        """The content with references of today: from the admin's messages, or from a copy that
        somebody got, by its messages' numbers. None when none of them shows the same files."""
        own = [item.message for item in content.items]
        for numbers in (own, *copies):
            found = await message_lookup.messages(
                self.line, content.chat, content.access, list(numbers)
            )
            fresh = {
                reference.id: reference
                for one in found
                if message_lookup.is_file(one.media)
                and (reference := media_input.reference(one.media))
            }
            kept = [item.reference for item in content.items]
            if all(one is None or one.id in fresh for one in kept):
                items = [
                    replace(item, reference=item.reference and fresh[item.reference.id])
                    for item in content.items
                ]
                return replace(content, items=tuple(items))
        return None

    async def delete(self, numbers: Sequence[int]) -> None:
        """Delete messages of private chats for both sides; a message that is already gone is no
        error."""
        for at in range(0, len(numbers), DELETED_AT_ONCE):
            bite = list(numbers[at : at + DELETED_AT_ONCE])
            await self.line.ask(messages.DeleteMessages(id=bite, revoke=True))


def method(content: BroadcastContent) -> str:
    """The call that sends it, by whose name Telegram's waits are kept."""
    if content.forward:
        return "messages.ForwardMessages"
    if len(content.items) > 1:
        return "messages.SendMultiMedia"
    return "messages.SendMedia" if content.items[0].reference else "messages.SendMessage"


def random_ids(first: int, count: int) -> list[int]:
    """The random ids of an album's messages, the same ones whenever they are made of the first."""
    others = (hashlib.sha256(f"{first}:{place}".encode()).digest()[:8] for place in range(1, count))
    return [first, *(int.from_bytes(one, "big") >> 1 or 1 for one in others)]


def words(item: BroadcastItem) -> dict[str, Any]:
    """Text and entities as arguments of a call."""
    return {"message": item.text, "entities": broadcast_content.entities(item)}


def media(item: BroadcastItem) -> Any:
    """Raises TypeError for an item that has none."""
    if item.reference is None:
        raise TypeError(f"message {item.message} has no file")
    return media_input.referred(item.reference, spoiler=item.spoiler)


def album_item(item: BroadcastItem, random_id: int) -> Any:
    """One media of an album, with its own random id."""
    return raw.types.InputSingleMedia(media=media(item), random_id=random_id, **words(item))
