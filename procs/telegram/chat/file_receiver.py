"""A small file that somebody sent to the bot, read into memory: it never lies on our disk."""

from pyrogram import raw
from pyrogram.errors import RPCError
from pyrogram.file_id import FileId, FileType

from procs.errors import TelegramAway
from procs.telegram.chat.inbound import SentFile
from procs.telegram.rpc_errors import translate
from procs.telegram.session.rpc import Rpc

#: Bytes of one answer: they must divide a mebibyte (core.telegram.org/api/files).
CHUNK = 512 * 1024
METHOD = "upload.GetFile"


async def fetch(line: Rpc, file: SentFile) -> bytes:
    """The content of a file. Raises as `Rpc.ask`."""
    if file.centre != await line.client.storage.dc_id():
        return await from_afar(line, file)
    location = raw.types.InputDocumentFileLocation(
        id=file.id, access_hash=file.access, file_reference=file.reference, thumb_size=""
    )
    parts: list[bytes] = []
    while sum(map(len, parts)) < file.size:
        query = raw.functions.upload.GetFile(
            location=location, offset=CHUNK * len(parts), limit=CHUNK
        )
        answer = await line.ask(query)
        parts.append(answer.bytes)
        if len(answer.bytes) < CHUNK:
            break
    return b"".join(parts)


async def from_afar(line: Rpc, file: SentFile) -> bytes:
    """The content of a file that lies in another data centre than our account: the library carries
    our sign-in there."""
    place = FileId(
        file_type=FileType.DOCUMENT,
        dc_id=file.centre,
        media_id=file.id,
        access_hash=file.access,
        file_reference=file.reference,
    )
    try:
        parts = [part async for part in line.client.get_file(place, file.size)]
    except (RPCError, OSError) as error:
        raise translate(error, METHOD) from error
    if not parts:
        raise TelegramAway(f"{METHOD}: nothing came")
    return b"".join(parts)
