"""What people do, as commands: the server plays their clients, so a person costs nothing."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyrogram import raw

from tests.sandbox.telegram import (
    entities,
    images,
    limits,
    posting,
    render,
    rights,
    threads,
    updates,
    views,
)
from tests.sandbox.telegram.commands import command
from tests.sandbox.telegram.methods.account import CODE
from tests.sandbox.telegram.methods.buttons import press as press_button
from tests.sandbox.telegram.tl import Rpc, make
from tests.sandbox.telegram.world import Content, Post

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram

types = raw.types
ENTITIES: dict[str, Any] = {
    "bold": types.MessageEntityBold,
    "italic": types.MessageEntityItalic,
    "spoiler": types.MessageEntitySpoiler,
}


@command
async def person(server: "Telegram", name: str, language: str, username: str) -> dict[str, Any]:
    account = server.world.person(name, language, username)
    account.language = language
    server.changed()
    return {"id": account.id, "phone": account.phone, "code": CODE}


@command
async def say(
    server: "Telegram",
    person: int,
    to: int,
    text: str = "",
    links: list[list[Any]] | None = None,
    file: str = "",
    kind: str = "",
    author: str | int = "",
    reply: int = 0,
    topic: int = 0,
    silent: bool = False,
    as_channel: int = 0,
    group: int = 0,
    formats: list[list[Any]] | None = None,
) -> dict[str, Any]:
    """Send a text, or a `file` (a path; `kind` photo, sticker, voice or file) with a caption.
    `links` are hidden under words: [offset, length, url]. With an `author` it is a forward of
    theirs.
    `reply` is a message of that chat, `topic` one of a forum. Who owns a channel may speak in a
    group `as_channel` (core.telegram.org/method/messages.sendMessage, send_as).
    Messages of one `group` are an album; `formats` are [kind, offset, length] of the text."""
    words = limits.caption(text) if file else limits.text(text)
    given: list[Any] = [
        types.MessageEntityTextUrl(offset=a, length=n, url=url) for a, n, url in links or []
    ]
    given += [ENTITIES[kind](offset=a, length=n) for kind, a, n in formats or []]
    content = Content(
        text=words,
        entities=entities.found(words, limits.entities(given, words)),
        media=stored(server, Path(file), kind) if file else 0,
        forward=header(author) if author else None,
        silent=silent,
        group=group,
    )
    account = server.world.accounts[person]
    place = threads.found(server.world, account, to, reply, topic)
    content.reply, content.topic = place.reply, place.topic
    post = posting.publish(server, account, to, content, author=as_channel)
    return views.message(server, post, person)


def header(author: str | int) -> Any:
    """A forward that names its author, an account or minus a channel, or, by a text, one who
    hides."""
    if isinstance(author, int):
        return make(
            types.MessageFwdHeader,
            date=1_700_000_000,
            from_id=render.peer(author),
            channel_post=1 if author < 0 else None,
        )
    return make(types.MessageFwdHeader, date=1_700_000_000, from_name=author)


def stored(server: "Telegram", path: Path, kind: str) -> int:
    """The file as a person's client would have uploaded it."""
    data = path.read_bytes()
    if kind == "photo":
        width, height = images.size_of(data)
        limits.photo(width, height, len(data))
        facts: dict[str, Any] = {"kind": "photo", "mime": "image/jpeg"}
        return server.vault.keep(data, name=path.name, width=width, height=height, **facts).id
    attributes: list[Any] = [types.DocumentAttributeFilename(file_name=path.name)]
    mime = "application/octet-stream"
    if kind == "sticker":
        mime = "image/webp"
        empty = types.InputStickerSetEmpty()
        attributes += [
            types.DocumentAttributeImageSize(w=512, h=512),
            types.DocumentAttributeSticker(alt="🙂", stickerset=empty),
        ]
    if kind == "voice":
        mime = "audio/ogg"
        attributes = [types.DocumentAttributeAudio(duration=3, voice=True)]
    facts = {"kind": "document", "mime": mime, "attributes": attributes}
    return server.vault.keep(data, name=path.name, **facts).id


@command
async def press(
    server: "Telegram", person: int, message: int, data: str, patience: float, peer: int = 0
) -> dict[str, Any]:
    """Press the button with this data and wait for the bot's answer."""
    account = server.world.accounts[person]
    post = own(server, person, message, peer)
    raw_data = data.encode(errors="surrogateescape")
    answer = await press_button(server, account, post, raw_data, patience=patience)
    return {"text": answer.message or "", "alert": bool(answer.alert), "url": answer.url or ""}


@command
async def edit(server: "Telegram", person: int, message: int, text: str, peer: int = 0) -> None:
    words = limits.text(text)
    post = own(server, person, message, peer)
    if post.sender != person:
        raise Rpc(403, "MESSAGE_AUTHOR_REQUIRED")
    changes = {"text": words, "entities": entities.found(words, [])}
    updates.tell(server, server.world.edit(post, **changes))


@command
async def delete(
    server: "Telegram", person: int, messages: list[int], both: bool, peer: int = 0
) -> None:
    posts = [own(server, person, message, peer) for message in messages]
    if peer < 0:
        rights.may_delete(server.world, server.world.accounts[person], posts)
    owners = None if both or peer < 0 else [person]
    updates.tell(server, server.world.delete(posts, owners))


@command
async def block(server: "Telegram", person: int, whom: int, blocked: bool) -> None:
    """Source: core.telegram.org/constructor/updateBotStopped: the bot is told."""
    account, other = server.world.accounts[person], server.world.accounts[whom]
    if blocked == (whom in account.blocks):
        return
    (account.blocks.add if blocked else account.blocks.discard)(whom)
    if other.is_bot and person in other.met:
        facts = {"user_id": person, "date": int(time.time()), "stopped": blocked}
        updates.notify(server, other, types.UpdateBotStopped(**facts, qts=0), [], [account])
    server.changed()


@command
async def deactivate(server: "Telegram", person: int) -> None:
    """The person has deleted their account."""
    server.world.accounts[person].deactivated = True
    server.changed()


@command
async def look(
    server: "Telegram", person: int, peer: int, after: int, timeout: float
) -> dict[str, Any]:
    """What changed in the chat with `peer` (or a group) since `after`, as soon as something did,
    at most `timeout` seconds later. Deleted messages are in it, marked."""
    if peer < 0:
        rights.may_read(server.world.channels[-peer], server.world.accounts[person])
    owner = server.world.where(peer, person)
    box = server.world.box(owner)
    await server.bell.until(lambda: box.pts > after, timeout)
    posts = [post for post in box.touched(after) if owner == peer or post.peer(person) == peer]
    seen = [views.message(server, post, person) for post in posts]
    return {"version": box.pts, "messages": seen}


@command
async def typing(server: "Telegram", person: int, peer: int) -> dict[str, Any]:
    """When `peer` last showed an activity to the person, and which."""
    at, action = server.typing.get((peer, person), (0.0, ""))
    return {"at": at, "action": action}


@command
async def file(server: "Telegram", number: int) -> str:
    """Where the bytes of a file lie."""
    return str(server.vault.path(server.vault.stored[number]))


@command
async def premium(server: "Telegram", account: int) -> None:
    """From now on this account pays."""
    server.world.accounts[account].premium = True


@command
async def bot(server: "Telegram", token: str, username: str) -> dict[str, Any]:
    """Facts of a bot; it comes to be when first named."""
    account = server.world.bot(token or server.token, username)
    return {
        "id": account.id,
        "username": account.username,
        "sign_ins": account.sign_ins,
        "commands": account.commands,
        "scopes": account.scopes,
    }


def own(server: "Telegram", person: int, message: int, peer: int = 0) -> Post:
    """The message of this number that the person sees, in a group when `peer` is one."""
    box = server.world.box(server.world.where(peer, person))
    found = box.posts.get(message)
    if found is None:
        raise Rpc(400, "MESSAGE_ID_INVALID")
    return found
