"""A small file that the bot itself sends into a chat, such as somebody's own data."""

import secrets
from dataclasses import dataclass
from functools import partial

from pyrogram import raw
from pyrogram.raw.functions.upload import SaveBigFilePart, SaveFilePart

from procs.telegram.delivery.send_once import ChatTarget, post
from procs.telegram.session.peers import CAPTION_LENGTH, cut, peer
from procs.telegram.session.rpc import Leave, Rpc

#: Bytes of a part, and of the largest file that goes up as a small one
#: (core.telegram.org/api/files).
PART, SMALL_FILE = 512 * 1024, 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file on its way into a chat, as a text is (`OutgoingMessage`); with `is_photo` a picture
    that is shown, not a document."""

    chat: int
    access: int
    name: str
    content: bytes
    caption: str
    random_id: int
    mime: str = "application/json"
    is_photo: bool = False


async def send(line: Rpc, file: OutgoingFile, *, leave: Leave) -> int | None:
    """Upload it and send it once. Returns and raises as `MessageSender.send`."""
    query = partial(
        raw.functions.messages.SendMedia,
        peer=peer(file.chat, file.access),
        media=described(file, await uploaded(line, file)),
        message=cut(file.caption, CAPTION_LENGTH),
        random_id=file.random_id,
    )
    return await post(
        line,
        lambda header: query(reply_to=header),
        ChatTarget(file.chat, file.access),
        file.random_id,
        leave=leave,
    )


def described(file: OutgoingFile, handle: raw.base.InputFile) -> raw.base.InputMedia:
    """The media of an uploaded file: a photo, or a document with its name."""
    if file.is_photo:
        return raw.types.InputMediaUploadedPhoto(file=handle)
    return raw.types.InputMediaUploadedDocument(
        file=handle,
        mime_type=file.mime,
        attributes=[raw.types.DocumentAttributeFilename(file_name=file.name)],
        force_file=True,
    )


async def uploaded(line: Rpc, file: OutgoingFile) -> raw.base.InputFile:
    """The handle of a file that Telegram has."""
    number, content = secrets.randbits(62), file.content
    parts = [content[at : at + PART] for at in range(0, len(content), PART)] or [b""]
    big = len(content) > SMALL_FILE
    for at, part in enumerate(parts):
        query = (
            SaveBigFilePart(file_id=number, file_part=at, file_total_parts=len(parts), bytes=part)
            if big
            else SaveFilePart(file_id=number, file_part=at, bytes=part)
        )
        await line.ask(query)
    if big:
        return raw.types.InputFileBig(id=number, parts=len(parts), name=file.name)
    return raw.types.InputFile(id=number, parts=len(parts), name=file.name, md5_checksum="")
