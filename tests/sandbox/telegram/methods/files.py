"""File parts up, chunks down, and media that nobody has sent yet.

Source: core.telegram.org/api/files.
"""

from typing import Any

from pyrogram import raw

from tests.sandbox.telegram import limits, peers
from tests.sandbox.telegram.registry import Call, on
from tests.sandbox.telegram.tl import Rpc

functions, types = raw.functions, raw.types


@on(functions.upload.SaveFilePart, functions.upload.SaveBigFilePart)
async def save_part(call: Call, query: Any) -> Any:
    total = getattr(query, "file_total_parts", 0)
    await call.server.faults.spend_upload(len(query.bytes))
    call.vault.part(call.account, query.file_id, query.file_part, total, query.bytes)
    return True


@on(functions.messages.UploadMedia)
async def upload_media(call: Call, query: Any) -> Any:
    """Only a bot may do it for nobody in particular."""
    call.server.habits.check(query.peer)
    if not (call.account.is_bot and isinstance(query.peer, types.InputPeerEmpty)):
        peers.resolve(call.world, call.account, query.peer)
    stored = await call.vault.media_of(call.account.id, query.media)
    call.server.changed()
    return call.vault.media(stored.id)


@on(functions.upload.GetFile)
async def get_file(call: Call, query: Any) -> Any:
    limits.chunk(query.offset, query.limit)
    stored = call.vault.known(query.location)
    size = getattr(query.location, "thumb_size", "")
    if size and stored.kind == "document":
        data = stored.thumb[query.offset : query.offset + query.limit]
    elif call.vault.sink:
        raise Rpc(400, "LOCATION_INVALID")
    else:
        with call.vault.path(stored).open("rb") as file:
            file.seek(query.offset)
            data = file.read(query.limit)
    kind = types.storage.FileUnknown()
    return types.upload.File(type=kind, mtime=int(stored.date), bytes=data)
