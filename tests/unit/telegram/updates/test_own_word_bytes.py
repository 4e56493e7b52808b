"""Of what another session of the bot sent, the bytes tell the same as the whole, or are decoded."""

import asyncio
import struct
from io import BytesIO
from typing import Any

import pytest
from pyrogram.raw import types
from pyrogram.raw.core import TLObject

from procs.telegram.chat.bot_session import BotSession
from procs.telegram.updates import message_decoder, own_words
from procs.telegram.updates.update_client import is_own_word
from procs.telegram.updates.update_contents import opened
from procs.telegram.updates.update_state import COMMON, UpdateStream
from tests.sandbox.uploads import a_file, heard, send

PERSON, GROUP, CHANNEL = types.PeerUser(user_id=7), types.PeerChat(chat_id=3), 1 << 33
ANN, BOT = (types.User(id=n, first_name=name, min=n == 8) for n, name in ((7, "Ann"), (8, "b")))
FILM = types.MessageMediaDocument(
    document=types.Document(
        id=1,
        access_hash=2,
        file_reference=bytes(range(40)),
        date=3,
        size=4,
        mime_type="video/mp4",
        dc_id=2,
        attributes=[types.DocumentAttributeFilename(file_name="a.mp4")],
    )
)
REPLY = types.MessageReplyHeader(reply_to_msg_id=4)
#: A text that ends as one who wants to be taken for the numbers would write it.
FORGED = struct.pack("<iiIiI", 9, 1, own_words.VECTOR, 1, types.User.ID).decode("latin-1")


def message(**facts: Any) -> types.Message:
    usual: dict[str, Any] = {"id": 5, "peer_id": PERSON, "date": 1, "message": "", "out": True}
    return types.Message(**(usual | facts))


def pushed(*messages: Any, users: tuple[Any, ...] = (ANN,), chats: Any = ()) -> bytes:
    told = [
        types.UpdateNewMessage(message=one, pts=50 + n, pts_count=1)
        for n, one in enumerate(messages)
    ]
    whole = types.Updates(updates=told, users=list(users), chats=list(chats), date=6, seq=0)
    return bytes(whole.write())


SHORT = [
    pushed(message(message="A film")),
    pushed(message(media=FILM, reply_to=REPLY), users=(ANN, BOT)),
    pushed(message(message=FORGED, media=FILM, silent=True, grouped_id=4)),
    pushed(message(message="x"), users=(types.User(id=7, first_name=FORGED),)),
    pushed(message(message="y", from_id=types.PeerUser(user_id=8)), users=(ANN, BOT)),
]
WHOLE = [
    pushed(),
    pushed(message(out=False)),
    pushed(message(peer_id=GROUP, from_id=PERSON)),
    pushed(message(peer_id=GROUP)),
    pushed(message(from_id=types.PeerChannel(channel_id=CHANNEL))),
    pushed(message(from_boosts_applied=3)),
    pushed(message(from_rank="owner")),
    pushed(message(peer_id=types.PeerChannel(channel_id=CHANNEL))),
    pushed(message(), message(id=6)),
    pushed(message(), users=()),
    pushed(message(), chats=(types.ChatForbidden(id=3, title="g"),)),
    pushed(
        types.MessageService(
            id=5, peer_id=PERSON, date=1, out=True, action=types.MessageActionPinMessage()
        )
    ),
]


@pytest.mark.parametrize("body", SHORT)
def test_the_numbers_are_those_of_the_whole(body):
    short, whole = own_words.of_push(body), TLObject.read(BytesIO(body))
    assert short is not None
    assert is_own_word(short)
    (ours,), (theirs,) = short.updates, whole.updates
    assert (ours.pts, ours.pts_count, ours.message.id) == (theirs.pts, 1, theirs.message.id)
    assert (ours.message.peer_id, short.date, short.seq) == (PERSON, whole.date, whole.seq)


@pytest.mark.parametrize("body", WHOLE)
def test_whatever_else_is_pushed_is_decoded_as_a_whole(body):
    assert own_words.of_push(body) is None


@pytest.mark.parametrize("end", range(0, len(SHORT[1]), 4))
def test_what_was_cut_is_not_taken_for_one(end):
    assert own_words.of_push(SHORT[1][:end]) is None


def test_what_has_two_ends_is_decoded_as_a_whole():
    reference = struct.pack("<iiIiI", 9, 1, own_words.VECTOR, 2, types.User.ID)
    film = types.MessageMediaDocument(document=TLObject.read(BytesIO(FILM.document.write())))
    film.document.file_reference = reference
    assert own_words.of_push(pushed(message(media=film))) is None


def test_the_stream_moves_on_as_by_the_whole():
    places = []
    for read in (own_words.of_push, lambda body: TLObject.read(BytesIO(body))):
        stream = UpdateStream()
        stream.begin(types.updates.State(pts=49, qts=1, date=1, seq=1, unread_count=0), now=0)
        told = stream.push(read(SHORT[1]), now=1)
        places.append((stream.boxes[COMMON].place, stream.date.place, stream.gaps, len(told)))
    assert places[0] == places[1] == (50, 6, [], 1)
    assert opened(own_words.of_push(SHORT[1]))[0].users == {}


async def test_the_bot_decodes_nothing_of_a_media_that_a_worker_sends(
    tg, settings, courier, ali, tmp_path, monkeypatch
):
    known: asyncio.Queue[Any] = asyncio.Queue()
    decoder = own_words.of_push

    def of_push(body: bytes) -> Any:
        if (found := decoder(body)) is not None:
            known.put_nowait(found)
        return found

    async def ignore(_: Any) -> None:
        """Nobody says anything here that is answered."""

    monkeypatch.setattr(message_decoder.own_words, "of_push", of_push)
    session = BotSession(settings)
    await session.connect(ignore, ignore)
    await send(tg, courier, ali, await courier.upload(a_file(tmp_path, 1000), heard))
    async with asyncio.timeout(10):
        told = await known.get()
    await session.close()
    assert told.updates[0].message.peer_id.user_id == ali.id
