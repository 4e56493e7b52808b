"""Describes a file to Telegram, and reads the reference that Telegram returns."""

from typing import Any

from pyrogram import raw

from procs.errors import TelegramRefused
from procs.records.job import File, Part, Reference
from procs.records.media_records import MessagePicture

#: Kinds of parts that a spoiler can be over.
PICTURED = ("photo", "video", "animation")


def described(file: File, handle: Any, thumb: Any) -> Any:
    """An uploaded file as a medium that plays in the chat. `handle` and `thumb` name uploads."""
    if file.kind == "photo":
        return raw.types.InputMediaUploadedPhoto(file=handle)
    return raw.types.InputMediaUploadedDocument(
        file=handle,
        mime_type=file.mime,
        attributes=attributes(file),
        thumb=thumb,
        # Without it a video that has no sound becomes an animation.
        nosound_video=(file.kind == "video" and file.silent) or None,
        force_file=(file.kind == "document") or None,
    )


def attributes(file: File) -> list[Any]:
    """The attributes that make a document a video, a song, an animation."""
    name = raw.types.DocumentAttributeFilename(file_name=file.name)
    if file.kind in ("video", "animation"):
        video = raw.types.DocumentAttributeVideo(
            duration=float(file.duration),
            w=file.width,
            h=file.height,
            supports_streaming=True,
            nosound=file.silent or None,
        )
        moving = [raw.types.DocumentAttributeAnimated()] if file.kind == "animation" else []
        return [video, *moving, name]
    if file.kind == "audio":
        audio = raw.types.DocumentAttributeAudio(
            duration=round(file.duration),
            title=file.title or None,
            performer=file.performer or None,
        )
        return [audio, name]
    return [name]


def reference(answer: Any) -> Reference:
    """The reference to keep of an answer to `messages.uploadMedia`."""
    kind = "photo" if isinstance(answer, raw.types.MessageMediaPhoto) else "document"
    medium: Any = getattr(answer, kind, None)
    if getattr(medium, "access_hash", None) is None:
        raise TelegramRefused("messages.UploadMedia returned no file")
    return Reference(kind, medium.id, medium.access_hash, medium.file_reference.hex())


def shown(part: Part, *, spoiler: bool) -> Any:
    """A kept part as a medium to send; a `spoiler` hides what has a picture until it is touched."""
    return referred(part.reference, spoiler=spoiler and part.kind in PICTURED)


def pictured(picture: MessagePicture) -> Any:
    """The picture of a message of the bot's own."""
    return referred(picture.reference, spoiler=picture.spoiler)


def referred(reference: Reference, *, spoiler: bool = False) -> Any:
    """A kept reference as a medium to send."""
    facts: dict[str, Any] = {
        "id": reference.id,
        "access_hash": reference.access_hash,
        "file_reference": bytes.fromhex(reference.file_reference),
    }
    if reference.kind == "photo":
        photo = raw.types.InputPhoto(**facts)
        return raw.types.InputMediaPhoto(id=photo, spoiler=spoiler or None)
    document = raw.types.InputDocument(**facts)
    return raw.types.InputMediaDocument(id=document, spoiler=spoiler or None)
