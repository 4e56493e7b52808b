"""A real client together with what it hears, for tests that answer by hand."""

import asyncio

from pyrogram import Client
from pyrogram.handlers import MessageHandler
from pyrogram.types import Message

#: Seconds that a test waits for a message to reach the client.
PATIENCE = 10.0


class Listener:
    """`client`, before its start; every message that reaches it can be taken once, in order."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.heard: asyncio.Queue[Message] = asyncio.Queue()

        async def hears(_: Client, message: Message) -> None:
            await self.heard.put(message)

        client.add_handler(MessageHandler(hears))

    async def hears(self) -> Message:
        """The next message. Raises TimeoutError."""
        return await asyncio.wait_for(self.heard.get(), PATIENCE)
