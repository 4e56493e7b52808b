"""The barest bot on the same library: what a known link costs where nothing is kept.

    PYTHONPATH=TREE python bench/film/bare_bot.py ADDRESS KEY TOKEN FOLDER HOW

It has no database, no queue, no budget and no receipt: it answers each link with a file that
Telegram holds already. HOW is `raw`, updates and one call as the schema has them, or `usual`, as
the library's documentation shows it. Prints one line when it listens.
"""

import asyncio
import os
import random
import sys
from pathlib import Path
from typing import Any

import uvloop
from pyrogram import Client, raw
from pyrogram.connection import Connection
from pyrogram.handlers import MessageHandler, RawUpdateHandler
from pyrogram.types import ReplyParameters

from procs.telegram.session import server_key

FILE_BYTES = 100_000
WORDS, HELLO, START = "a caption", "hello", "/start"


class RawBot:
    """Reads updates and makes calls of the schema."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.known: Any = None

    async def hear(self, client: Any, update: Any, users: Any, chats: Any) -> None:
        """Answer one message of a person."""
        said: Any = getattr(update, "message", None)
        if not isinstance(said, raw.types.Message) or said.out:
            return
        user = users[getattr(said.peer_id, "user_id", 0)]
        peer = raw.types.InputPeerUser(user_id=user.id, access_hash=user.access_hash)
        facts: dict[str, Any] = {"peer": peer, "random_id": random.getrandbits(62)}
        if said.message.startswith(START):
            await client.invoke(raw.functions.messages.SendMessage(message=HELLO, **facts))
            return
        self.known = self.known or await self.uploaded(client, peer)
        media = raw.types.InputMediaDocument(id=self.known)
        reply = raw.types.InputReplyToMessage(reply_to_msg_id=said.id)
        call = raw.functions.messages.SendMedia(media=media, message=WORDS, reply_to=reply, **facts)
        await client.invoke(call)

    async def uploaded(self, client: Any, peer: Any) -> Any:
        """The file, as Telegram knows it."""
        name = raw.types.DocumentAttributeFilename(file_name=self.file.name)
        media = raw.types.InputMediaUploadedDocument(
            file=await client.save_file(str(self.file)), mime_type="video/mp4", attributes=[name]
        )
        made = await client.invoke(raw.functions.messages.UploadMedia(peer=peer, media=media))
        one = made.document
        return raw.types.InputDocument(
            id=one.id, access_hash=one.access_hash, file_reference=one.file_reference
        )


class UsualBot:
    """The same by the library's own objects."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.known = ""

    async def hear(self, client: Any, message: Any) -> None:
        """Answer one message of a person."""
        if message.text.startswith(START):
            await client.send_message(message.chat.id, HELLO)
            return
        facts = {"caption": WORDS, "reply_parameters": ReplyParameters(message_id=message.id)}
        if self.known:
            await client.send_cached_media(message.chat.id, self.known, **facts)
            return
        sent = await client.send_document(message.chat.id, str(self.file), **facts)
        self.known = (sent.document or sent.video).file_id


async def main(address: str, key: str, token: str, folder: str, how: str) -> None:
    """Listen until killed."""
    host, _, port = address.partition(":")

    class Here(Connection):
        def __init__(self, **facts: Any) -> None:
            super().__init__(**facts | {"server_address": host, "port": int(port)})

    server_key.trust(Path(key).read_text())
    file = Path(folder, "film.mp4")
    file.write_bytes(os.urandom(FILE_BYTES))
    client = Client(
        "bare",
        api_id=12345,
        api_hash="0" * 32,
        bot_token=token,
        workdir=Path(folder),
        connection_factory=Here,
        workers=1,
        loop=asyncio.get_running_loop(),
    )
    if how == "raw":
        client.dispatcher.update_parsers.clear()
        client.add_handler(RawUpdateHandler(RawBot(file).hear))
    else:
        client.add_handler(MessageHandler(UsualBot(file).hear))
    await client.start()
    print("listening", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
