"""The real client library, pointed at the loopback Telegram by address and key only."""

import base64
from functools import partial
from pathlib import Path
from typing import Any

from pyrogram import Client, raw
from pyrogram.connection import Connection
from pyrogram.crypto import rsa

from tests.sandbox.person import Person
from tests.sandbox.telegram import keys
from tests.sandbox.telegram.desk import Desk


def client(desk: Desk, folder: Path, name: str = "bot", **more: Any) -> Client:
    """A client that keeps its session in `folder`; a bot unless told otherwise."""
    host, _, port = desk.address.partition(":")
    trust(desk.key_path.read_text())
    options: dict[str, Any] = {"bot_token": desk.token, "skip_updates": False, **more}
    return Client(
        name,
        api_id=1,
        api_hash="0" * 32,
        workdir=folder,
        connection_factory=partial(connect, host, int(port)),  # type: ignore[arg-type]
        **options,
    )


def user_client(desk: Desk, folder: Path, person: Person, **more: Any) -> Client:
    """A client that signs in as this person."""
    own = {"bot_token": None, "phone_number": person.phone, "phone_code": person.code}
    return client(desk, folder, f"user-{person.id}", **own, **more)


def connect(sandbox_host: str, sandbox_port: int, **given: Any) -> Connection:
    return Connection(**{**given, "server_address": sandbox_host, "port": sandbox_port})


def trust(pem: str) -> None:
    """Let the library accept the server's key."""
    body = base64.b64decode("".join(pem.splitlines()[1:-1]))
    modulus = int.from_bytes(body[-256 - 5 : -5], "big")
    fingerprint = keys.fingerprint(modulus)
    rsa.server_public_keys[fingerprint] = rsa.PublicKey(m=modulus, e=keys.EXPONENT)


def peer(person: Person) -> Any:
    """How a bot addresses a person it has met."""
    return raw.types.InputPeerUser(user_id=person.id, access_hash=0)


async def say(bot: Client, person: Person, text: str, random_id: int) -> Any:
    """messages.sendMessage with a random_id of one's own choice, tried once."""
    query = raw.functions.messages.SendMessage(peer=peer(person), message=text, random_id=random_id)
    return await bot.invoke(query, retries=1)


async def upload(bot: Client, path: Path, **more: Any) -> Any:
    """upload.* and messages.uploadMedia for nobody in particular: an InputMediaDocument."""
    file = await bot.save_file(path)
    name = raw.types.DocumentAttributeFilename(file_name=path.name)
    facts: dict[str, Any] = {"mime_type": "video/mp4", "attributes": [name], **more}
    media = raw.types.InputMediaUploadedDocument(file=file, **facts)
    query = raw.functions.messages.UploadMedia(peer=raw.types.InputPeerEmpty(), media=media)
    stored: Any = await bot.invoke(query)
    return reusable(stored.document)


def reusable(document: Any) -> Any:
    known = raw.types.InputDocument(
        id=document.id,
        access_hash=document.access_hash,
        file_reference=document.file_reference,
    )
    return raw.types.InputMediaDocument(id=known)


async def send(bot: Client, person: Person, media: Any, random_id: int, caption: str = "") -> Any:
    query = raw.functions.messages.SendMedia(
        peer=peer(person), media=media, message=caption, random_id=random_id
    )
    return await bot.invoke(query, retries=1)


def receipt(updates: Any) -> tuple[int, int]:
    """(message id, pts_count) of what a send returned."""
    number = next(u.id for u in updates.updates if isinstance(u, raw.types.UpdateMessageID))
    new = next(u for u in updates.updates if isinstance(u, raw.types.UpdateNewMessage))
    assert new.message.id == number
    return number, new.pts_count
