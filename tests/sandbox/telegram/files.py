"""Files: the parts that arrive, and what becomes of them.

Bytes are kept under `files/` of the sandbox folder, but a sink keeps sizes only.
"""

import asyncio
import hashlib
import os
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyrogram import raw

from tests.sandbox.telegram import images, limits, render
from tests.sandbox.telegram.tl import Rpc, make
from tests.sandbox.telegram.world import Account

types = raw.types


@dataclass(slots=True)
class Stored:
    """A file the server holds for good. `kind` is document or photo; `sha256` is "" in a sink."""

    id: int
    access_hash: int
    kind: str
    name: str
    mime: str
    size: int
    sha256: str
    date: float
    attributes: list[Any] = field(default_factory=list)
    thumb: bytes = b""
    width: int = 0
    height: int = 0
    nosound: bool = False
    as_file: bool = False


@dataclass(slots=True)
class Upload:
    """Parts of a file on their way. Parts of a big file go to disk as they come, except the last:
    it may be shorter, and its place is known only with another part's size."""

    path: Path
    total: int = 0
    size: int = 0
    kept: dict[int, bytes] = field(default_factory=dict)
    arrived: dict[int, int] = field(default_factory=dict)


#: The total of parts while the length is not known; the one that says it may come at any place
#: (core.telegram.org/api/files, streamed uploads).
UNKNOWN = -1


class Vault:
    """`references` counts how often all file references were made to expire."""

    def __init__(self, folder: Path, *, sink: bool = False) -> None:
        self.folder = folder
        self.sink = sink
        self.stored: dict[int, Stored] = {}
        self.references = 0
        #: Calls so far that named a file by a reference that had expired.
        self.stale = 0
        self.uploads: dict[tuple[int, int], Upload] = {}
        folder.mkdir(parents=True, exist_ok=True)

    # --- parts -----------------------------------------------------------------------------

    def part(self, account: Account, file: int, number: int, total: int, data: bytes) -> None:
        """Keep one part. Raises Rpc when it breaks a rule."""
        limits.part(number, total, data, premium=account.premium)
        path = self.folder / f"{account.id}-{file}.part"
        upload = self.uploads.setdefault((account.id, file), Upload(path, total))
        if upload.total == UNKNOWN:
            upload.total = total
        if total not in (UNKNOWN, upload.total):
            raise Rpc(400, "FILE_PARTS_INVALID")
        last = number == total - 1
        if total and not last:
            self.check_size(upload, len(data))
        if not self.sink:
            self.write(upload, number, data, spread=bool(total) and not last)
        upload.arrived[number] = len(data)

    def check_size(self, upload: Upload, size: int) -> None:
        limits.part_size(size)
        if upload.size not in (0, size):
            raise Rpc(400, "FILE_PART_SIZE_CHANGED")
        upload.size = size

    def write(self, upload: Upload, number: int, data: bytes, *, spread: bool) -> None:
        if not spread:
            upload.kept[number] = data
            return
        handle = os.open(upload.path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(handle, data, number * upload.size)
        finally:
            os.close(handle)

    # --- the whole file --------------------------------------------------------------------

    async def take(self, account: int, given: Any) -> tuple[int, int, str]:
        """Turn an InputFile into a file under `files/`; its id, size and SHA-256.

        Raises Rpc: a missing part is named, so that the client can send it again.
        """
        upload = self.uploads.get((account, given.id))
        if upload is None:
            raise Rpc(400, "FILE_PART_0_MISSING" if given.parts else "FILE_PARTS_INVALID")
        self.check_whole(upload, given)
        number, size = secrets.randbits(62), sum(upload.arrived.values())
        digest = ""
        if not self.sink:
            path = self.folder / str(number)
            digest = await asyncio.to_thread(finish, upload, path, md5_of(given))
        self.uploads.pop((account, given.id), None)
        return number, size, digest

    def check_whole(self, upload: Upload, given: Any) -> None:
        big = isinstance(given, types.InputFileBig)
        if big != bool(upload.total) or (big and given.parts != upload.total):
            raise Rpc(400, "FILE_PARTS_INVALID")
        if any(number >= given.parts for number in upload.arrived):
            raise Rpc(400, "FILE_PARTS_INVALID")
        for number in range(given.parts):
            if number not in upload.arrived:
                raise Rpc(400, f"FILE_PART_{number}_MISSING")
        if not big:
            for number in range(given.parts - 1):
                self.check_size(upload, upload.arrived[number])
            if sum(upload.arrived.values()) > limits.SMALL_FILE:
                raise Rpc(400, "FILE_PARTS_INVALID")

    def keep(self, data: bytes, **facts: Any) -> Stored:
        """A file that did not come over the network: a person's photo."""
        number = secrets.randbits(62)
        (self.folder / str(number)).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        return self.add(number, len(data), digest, **facts)

    def add(self, number: int, size: int, sha256: str, **facts: Any) -> Stored:
        secret = secrets.randbits(62)
        stored = Stored(number, secret, size=size, sha256=sha256, date=time.time(), **facts)
        self.stored[number] = stored
        return stored

    def path(self, stored: Stored) -> Path:
        return self.folder / str(stored.id)

    # --- media -----------------------------------------------------------------------------

    async def media_of(self, account: int, given: Any) -> Stored:
        """What an InputMedia means: a file just uploaded, or one we hold. Raises Rpc."""
        if isinstance(given, types.InputMediaUploadedDocument):
            return await self.new_document(account, given)
        if isinstance(given, types.InputMediaUploadedPhoto):
            return await self.new_photo(account, given)
        if isinstance(given, (types.InputMediaDocument, types.InputMediaPhoto)):
            return self.known(given.id)
        raise Rpc(400, "MEDIA_INVALID")

    async def new_document(self, account: int, given: Any) -> Stored:
        number, size, sha256 = await self.take(account, given.file)
        attributes = list(given.attributes)
        if given.force_file:
            attributes = [a for a in attributes if isinstance(a, types.DocumentAttributeFilename)]
        return self.add(
            number,
            size,
            sha256,
            kind="document",
            name=file_name(attributes) or given.file.name,
            mime=given.mime_type,
            attributes=attributes,
            thumb=await self.thumb_of(account, given.thumb) if given.thumb else b"",
            nosound=bool(given.nosound_video),
            as_file=bool(given.force_file),
        )

    async def thumb_of(self, account: int, given: Any) -> bytes:
        """The thumbnail, or nothing when it breaks a rule: Telegram is silent about those."""
        number, size, _ = await self.take(account, given)
        if self.sink:
            return b"\xff\xd8"
        path = self.folder / str(number)
        data = path.read_bytes()
        path.unlink()
        width, height = images.size_of(data)
        fits = data.startswith(b"\xff\xd8") and max(width, height) <= 320 and size < limits.THUMB
        return data if fits else b""

    async def new_photo(self, account: int, given: Any) -> Stored:
        number, size, sha256 = await self.take(account, given.file)
        width, height = (1, 1) if self.sink else images.size_of(self.head(number))
        limits.photo(width, height, size)
        facts = {"kind": "photo", "name": given.file.name, "mime": "image/jpeg"}
        return self.add(number, size, sha256, width=width, height=height, **facts)

    def head(self, number: int) -> bytes:
        with (self.folder / str(number)).open("rb") as file:
            return file.read(256 << 10)

    def known(self, given: Any) -> Stored:
        """What an InputDocument or InputPhoto names. Raises Rpc for a stale or false one."""
        stored = self.stored.get(getattr(given, "id", 0))
        if stored is None or stored.access_hash != given.access_hash:
            raise Rpc(400, "MEDIA_EMPTY")
        if not given.file_reference:
            raise Rpc(400, "FILE_REFERENCE_EMPTY")
        if given.file_reference != self.reference(stored):
            self.stale += 1
            raise Rpc(400, "FILE_REFERENCE_EXPIRED")
        return stored

    def reference(self, stored: Stored) -> bytes:
        """What Telegram hands out with a file, and lets expire later."""
        return hashlib.sha256(f"{stored.id}:{self.references}".encode()).digest()[:20]

    def media(self, number: int, *, spoiler: bool = False) -> Any:
        """The file as MessageMedia, with a reference of today."""
        stored = self.stored[number]
        reference = self.reference(stored)
        if stored.kind == "photo":
            photo = render.photo(stored, reference)
            return make(types.MessageMediaPhoto, photo=photo, spoiler=spoiler or None)
        video = any(isinstance(a, types.DocumentAttributeVideo) for a in stored.attributes)
        document = render.document(stored, reference)
        facts = {"document": document, "video": video or None, "spoiler": spoiler or None}
        return make(types.MessageMediaDocument, **facts)


def md5_of(given: Any) -> str:
    return getattr(given, "md5_checksum", "") or ""


def file_name(attributes: list[Any]) -> str:
    names = [a.file_name for a in attributes if isinstance(a, types.DocumentAttributeFilename)]
    return names[0] if names else ""


def finish(upload: Upload, path: Path, md5: str) -> str:
    """Put the last parts in place and read the whole once; its SHA-256."""
    with upload.path.open("r+b" if upload.path.exists() else "wb") as file:
        for number, data in upload.kept.items():
            file.seek(number * (upload.size or len(data)))
            file.write(data)
    with upload.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        if md5 and hashlib.file_digest(file, "md5").hexdigest() != md5:
            raise Rpc(400, "MD5_CHECKSUM_INVALID")
    upload.path.rename(path)
    return digest
