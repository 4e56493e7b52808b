"""A chat as plain data: what a person sees, and what became of it. Fit for JSON."""

from typing import TYPE_CHECKING, Any

from pyrogram import raw

from tests.sandbox.telegram.files import Stored
from tests.sandbox.telegram.methods.buttons import buttons
from tests.sandbox.telegram.world import Content, Post

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram

types = raw.types


def message(server: "Telegram", post: Post, owner: int) -> dict[str, Any]:
    """One message as `owner` sees it. Instants are wall seconds; `deleted` is 0 while it is there.
    `edits` has every form it had, the first one too, when it was edited at all."""
    content = post.content
    return {
        "id": post.numbers[owner],
        "mine": post.sender == owner,
        "sender": server.world.accounts[post.sender].name,
        "at": post.date,
        "edited": post.edited,
        "deleted": post.deleted if post.numbers[owner] not in server.world.box(owner).posts else 0,
        "edits": forms(post) if post.edits else [],
        "media": media(server.vault.stored[content.media]) if content.media else None,
        "forwarded": forwarded(server, content),
        "reply": server.world.number(content.reply, owner),
        "group": content.group,
        **words(content, post),
    }


def words(content: Content, post: Post) -> dict[str, Any]:
    return {
        "text": content.text,
        "entities": [entity(given) for given in content.entities],
        "buttons": [
            [{"text": text, "data": as_text(data), "url": url} for text, data, url in row]
            for row in buttons(post)
        ],
    }


def forms(post: Post) -> list[dict[str, Any]]:
    times = [post.date, *(at for at, _ in post.edits)]
    texts = [*(content.text for _, content in post.edits), post.content.text]
    return [{"at": at, "text": text} for at, text in zip(times, texts, strict=True)]


def media(stored: Stored) -> dict[str, Any]:
    """`kind` as a person would call it: photo, video, animation, audio, voice, sticker or file."""
    video = attribute(stored, types.DocumentAttributeVideo)
    audio = attribute(stored, types.DocumentAttributeAudio)
    return {
        "file": stored.id,
        "kind": kind(stored),
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


#: The first attribute that a file has tells its kind.
KINDS = {
    types.DocumentAttributeSticker: "sticker",
    types.DocumentAttributeAnimated: "animation",
    types.DocumentAttributeVideo: "video",
    types.DocumentAttributeAudio: "audio",
}


def kind(stored: Stored) -> str:
    if stored.kind == "photo":
        return "photo"
    for shape, name in KINDS.items():
        found = attribute(stored, shape)
        if found:
            return "voice" if getattr(found, "voice", False) else name
    return "file"


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
