"""One TCP connection of a client: handshake, then encrypted calls."""

import asyncio
import contextlib
import itertools
import logging
import os
import socket
import time
from typing import TYPE_CHECKING, Any

from pyrogram import raw
from pyrogram.raw.core import FutureSalts, GzipPacked, MsgContainer

from tests.sandbox.telegram import dispatch, sink, tl, wire
from tests.sandbox.telegram.handshake import Handshake

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram

log = logging.getLogger("sandbox.telegram")

#: TCP_INFO's first byte when neither side has closed (Linux, include/net/tcp_states.h).
ESTABLISHED = 1
NO_SUCH_KEY = (-404).to_bytes(4, "little", signed=True)
BAD_SALT = 48
#: A client that says nothing for so long (seconds) is gone; a ping may ask for less.
SILENCE = 75.0

numbers = itertools.count(1)


class Connection:
    """`center` is the data center that the client came to. `speaks` is set once a call came that
    only a main connection makes."""

    def __init__(
        self,
        server: "Telegram",
        center: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.server = server
        self.center = center
        self.reader = reader
        self.writer = writer
        self.number = next(numbers)
        self.handshake = Handshake(server.server_key)
        self.key: wire.Key | None = None
        self.session = b""
        self.answers = 0
        self.speaks = False
        self.active = time.monotonic()
        self.patience = SILENCE
        self.gone = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until the client leaves, breaks the protocol, or falls silent."""
        try:
            if await self.reader.readexactly(1) != bytes([wire.MARK]):
                return
            while True:
                async with asyncio.timeout(self.patience):
                    packet = await wire.read_frame(self.reader)
                await self.take(packet)
        except (asyncio.IncompleteReadError, OSError):
            pass
        except (KeyError, ValueError) as error:
            log.warning("connection %s says what nobody understands: %r", self.number, error)
        finally:
            self.close()

    def close(self) -> None:
        self.gone.set()
        self.writer.close()

    def reset(self) -> None:
        """Close without a goodbye: the client sees a connection reset."""
        self.gone.set()
        self.writer.transport.abort()

    @property
    def is_open(self) -> bool:
        """Whether both sides still hold it. A client that was killed or has closed its end does
        not count, even before its goodbye was read."""
        sock = self.writer.get_extra_info("socket")
        if self.gone.is_set() or self.writer.is_closing() or sock.fileno() < 0:
            return False
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
        return bool(info[0] == ESTABLISHED)

    @property
    def listens(self) -> bool:
        return self.key is not None and self.session == self.key.listener != b""

    # --- packets ---------------------------------------------------------------------------

    async def take(self, packet: bytes) -> None:
        if packet[:8] == bytes(8):
            self.shake_hands(wire.read_plain(packet))
            return
        self.key = self.server.keys.get(packet[:8])
        if self.key is None or self.key.center != self.center:
            self.write(NO_SUCH_KEY)
            return
        message = await self.decrypt(self.key, packet)
        self.session = message.session
        if code := self.server.ids.refusal(message.id):
            self.refuse_time(message, code)
            return
        self.server.numberings.note(message.session, message.id)
        if message.salt != self.key.salt:
            self.refuse_salt(message)
            return
        self.announce(message)
        self.catch_up()
        self.read(message.id, message.seq, message.body)

    def announce(self, message: wire.Envelope) -> None:
        """Source: core.telegram.org/mtproto/service_messages, new_session_created."""
        if self.key is None or self.session in self.key.met or not self.server.habits.announces:
            return
        self.key.met.add(self.session)
        news = raw.types.NewSessionCreated(
            first_msg_id=message.id, unique_id=self.number, server_salt=self.key.salt
        )
        self.send(news.write(), wire.NOTICE)

    def catch_up(self) -> None:
        """Send the updates that this session missed while it had no connection."""
        if self.key and self.listens:
            missed, self.key.waiting = self.key.waiting, []
            for update in missed:
                self.notify(update)

    async def decrypt(self, key: wire.Key, packet: bytes) -> wire.Envelope:
        if self.server.vault.sink and len(packet) > wire.LARGE:
            return sink.open_part(key, packet)
        if len(packet) > wire.LARGE:
            return await asyncio.to_thread(wire.open_packet, key, packet)
        return wire.open_packet(key, packet)

    def shake_hands(self, question: Any) -> None:
        answer = self.handshake.answer(question)
        self.write(wire.plain_message(self.server.ids.next(wire.ANSWER), answer))
        if self.handshake.key:
            self.handshake.key.center = self.center
            self.server.remember(self.handshake.key)
            self.handshake = Handshake(self.server.server_key)

    def refuse_salt(self, message: wire.Envelope) -> None:
        assert self.key is not None
        refusal = raw.types.BadServerSalt(
            bad_msg_id=message.id,
            bad_msg_seqno=message.seq,
            error_code=BAD_SALT,
            new_server_salt=self.key.salt,
        )
        self.send(refusal.write())

    def refuse_time(self, message: wire.Envelope, code: int) -> None:
        """Source: core.telegram.org/mtproto/service_messages_about_messages."""
        facts = {"bad_msg_id": message.id, "bad_msg_seqno": message.seq, "error_code": code}
        self.send(raw.types.BadMsgNotification(**facts).write())

    def read(self, number: int, seq: int, body: bytes | Any) -> None:
        """One message: service words are answered here, calls go to the dispatcher."""
        thing = tl.read(body) if isinstance(body, bytes) else body
        self.active = time.monotonic()
        if isinstance(thing, MsgContainer):
            for message in thing.messages:
                self.read(message.msg_id, message.seq_no, message.body)
        elif isinstance(thing, GzipPacked):
            self.read(number, seq, thing.packed_data)
        elif not self.service(number, thing):
            self.start(dispatch.handle(self, number, thing))

    def service(self, number: int, thing: Any) -> bool:
        """Answer what belongs to the session itself. False when it is a call."""
        functions = raw.functions
        if isinstance(thing, (functions.Ping, functions.PingDelayDisconnect)):
            self.patience = getattr(thing, "disconnect_delay", SILENCE)
            self.send(raw.types.Pong(msg_id=number, ping_id=thing.ping_id).write())
        elif isinstance(thing, functions.GetFutureSalts):
            self.send(FutureSalts(number, int(time.time() + self.server.ids.ahead), []).write())
        elif not isinstance(thing, (raw.types.MsgsAck, raw.types.HttpWait)):
            return False
        return True

    def start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    # --- to the client ---------------------------------------------------------------------

    def answer(self, number: int, result: Any) -> None:
        habits = self.server.habits
        if habits.held and self.listens and isinstance(result, raw.types.Updates):
            held, habits.held = habits.held, []
            for more in held:
                result.updates = [*more.updates, *result.updates]
                result.users = [*more.users, *result.users]
        self.send(tl.rpc_result(number, result))

    def notify(self, update: Any) -> None:
        habits = self.server.habits
        said = habits.said(habits.shaped(update), self.server.ids.next(wire.NOTICE))
        if habits.shape == "mixed":
            self.server.ids.next(wire.NOTICE)
        self.send(said, wire.NOTICE)

    def send(self, body: bytes, kind: int = wire.ANSWER) -> None:
        """One content message, encrypted for the session that spoke last."""
        assert self.key is not None
        self.answers += 1
        number = self.server.ids.next(kind)
        seq = self.answers * 2 - 1
        self.write(wire.seal(self.key, self.session, number, seq, body))

    def write(self, packet: bytes) -> None:
        if not self.gone.is_set():
            with contextlib.suppress(OSError):
                self.writer.write(wire.frame(packet))


def tune(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    os.set_inheritable(sock.fileno(), False)
