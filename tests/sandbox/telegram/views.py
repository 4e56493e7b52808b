"""A chat as plain data: what a person sees, and what became of it. Fit for JSON."""

from typing import TYPE_CHECKING, Any

from pyrogram import raw

from tests.sandbox.telegram import rights
from tests.sandbox.telegram.files import Stored
from tests.sandbox.telegram.methods.buttons import inline_rows, target
from tests.sandbox.telegram.world import Content, Post

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram

types = raw.types


def message(server: "Telegram", post: Post, viewer: int) -> dict[str, Any]:
    """One message as `viewer` sees it. Instants are wall seconds; `deleted` is 0 while it is
    there. `edits` has every form it had, the first one too, when it was edited at all. `author`
    is who is named as its writer: an account, or minus a channel."""
    content, world = post.content, server.world
    owner = world.where(post.to, viewer)
    author = post.author or post.sender
    known = world.channels[-author].title if author < 0 else world.accounts[author].name
    return {
        "id": post.numbers[owner],
        "mine": post.sender == viewer,
        "sender": known,
        "author": author,
        "at": post.date,
        "edited": post.edited,
        "deleted": post.deleted if post.numbers[owner] not in world.box(owner).posts else 0,
        "edits": forms(post) if post.edits else [],
        "media": media(server, content) if content.media else None,
        "forwarded": forwarded(server, content),
        "reply": world.number(content.reply, owner),
        "group": content.group,
        "topic": content.topic,
        "via": content.via,
        "silent": content.silent,
        "action": type(content.action).__name__ if content.action else "",
        "reactions": {world.accounts[n].name: own for n, own in post.reactions.items()},
        **words(content),
    }


def words(content: Content) -> dict[str, Any]:
    return {
        "text": content.text,
        "entities": [entity(given) for given in content.entities],
        "buttons": [
            [button(given) for given in row.buttons] for row in inline_rows(content.markup)
        ],
        "keyboard": keyboard(content.markup),
    }


def button(given: Any) -> dict[str, Any]:
    """`inline`: the query that a button writes into another chat; only such a button has it."""
    data, url = target(given)
    told = {"text": given.text, "data": as_text(data), "url": url}
    query = getattr(getattr(given, "type", given), "query", None)
    return told if query is None else {**told, "inline": query}


def keyboard(markup: Any) -> list[list[str]] | None:
    """The labels of a reply keyboard; [] for one that is taken away, None for neither."""
    if isinstance(markup, types.ReplyKeyboardHide):
        return []
    if not isinstance(markup, types.ReplyKeyboardMarkup):
        return None
    return [[button.text for button in row.buttons] for row in markup.rows]


def forms(post: Post) -> list[dict[str, Any]]:
    times = [post.date, *(at for at, _ in post.edits)]
    texts = [*(content.text for _, content in post.edits), post.content.text]
    return [{"at": at, "text": text} for at, text in zip(times, texts, strict=True)]


def media(server: "Telegram", content: Content) -> dict[str, Any]:
    """`kind` as a person would call it: photo, video, animation, audio, voice, sticker or file."""
    stored = server.vault.stored[content.media]
    video = attribute(stored, types.DocumentAttributeVideo)
    audio = attribute(stored, types.DocumentAttributeAudio)
    return {
        "file": stored.id,
        "kind": rights.kind(stored),
        "spoiler": content.spoiler,
        "name": stored.name,
        "mime": stored.mime,
        "size": stored.size,
        "sha256": stored.sha256,
        "duration": getattr(video or audio, "duration", 0),
        "width": getattr(video, "w", stored.width),
        "height": getattr(video, "h", stored.height),
        "supports_streaming": bool(getattr(video, "supports_streaming", False)),
        "nosound": stored.nosound or bool(getattr(video, "nosound", False)),
        "thumb": len(stored.thumb),
        "title": getattr(audio, "title", None) or "",
        "performer": getattr(audio, "performer", None) or "",
    }


def attribute(stored: Stored, shape: type) -> Any:
    return next((given for given in stored.attributes if isinstance(given, shape)), None)


def forwarded(server: "Telegram", content: Content) -> str:
    """The name of the first author, "" when it is not a forward."""
    header = content.forward
    if header is None:
        return ""
    author = server.world.accounts.get(getattr(header.from_id, "user_id", 0))
    return author.name if author else header.from_name or "?"


def entity(given: Any) -> dict[str, Any]:
    name = type(given).__name__.removeprefix("MessageEntity")
    return {
        "kind": name,
        "offset": given.offset,
        "length": given.length,
        "url": getattr(given, "url", None),
    }


def as_text(data: bytes | None) -> str | None:
    return None if data is None else data.decode(errors="surrogateescape")
