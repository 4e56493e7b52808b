"""New media in a message that is there already.

Source: core.telegram.org/bots/api#editmessagemedia: "to edit animation, audio, document, photo, or
video messages, or to add media to text messages"; an album's message keeps its kind; core.telegram
.org/method/messages.editMessage: MEDIA_PREV_INVALID and MEDIA_NEW_INVALID for what cannot be
exchanged (stickers and voice messages: a guess), MEDIA_GROUPED_INVALID.
"""

from typing import Any

from pyrogram import raw

from tests.sandbox.telegram import rights
from tests.sandbox.telegram.files import Stored
from tests.sandbox.telegram.registry import Call
from tests.sandbox.telegram.tl import Rpc
from tests.sandbox.telegram.world import Post

types = raw.types
FIXED = ("sticker", "voice")
#: Kinds that may stand in one album.
ALBUMS = {"photo": "picture", "video": "picture", "audio": "audio", "file": "file"}


async def media(call: Call, post: Post, given: Any) -> dict[str, Any]:
    """What an edit with this InputMedia changes. A message with media never becomes a text."""
    if isinstance(given, types.InputMediaEmpty):
        raise Rpc(400, "MEDIA_EMPTY")
    old = call.vault.stored[post.content.media] if post.content.media else None
    if old and rights.kind(old) in FIXED:
        raise Rpc(400, "MEDIA_PREV_INVALID")
    new = await call.vault.media_of(call.account.id, given)
    check(post, old, new)
    return {"media": new.id, "spoiler": bool(getattr(given, "spoiler", None))}


def check(post: Post, old: Stored | None, new: Stored) -> None:
    kind = rights.kind(new)
    if kind in FIXED:
        raise Rpc(400, "MEDIA_NEW_INVALID")
    if post.content.group and old and ALBUMS.get(kind) != ALBUMS.get(rights.kind(old)):
        raise Rpc(400, "MEDIA_GROUPED_INVALID")
