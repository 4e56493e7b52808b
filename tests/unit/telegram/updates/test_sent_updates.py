"""The answer to a call that made a message is decoded as far as somebody asks."""

import pytest
from pyrogram.raw import types

from procs.telegram.session.peers import message_id
from procs.telegram.updates.message_decoder import decode_object
from procs.telegram.updates.sent_updates import SentUpdates
from procs.telegram.updates.update_client import UpdateClient
from procs.telegram.updates.update_contents import COMMON

CALL, NUMBER, RANDOM = 1 << 40, 55, -(1 << 60)
ANN = types.User(id=7, first_name="Ann")
SENT = types.UpdateNewMessage(
    message=types.Message(
        id=NUMBER, peer_id=types.PeerUser(user_id=7), date=1, message="A film", out=True
    ),
    pts=9,
    pts_count=1,
)


def body(*updates) -> bytes:
    whole = types.Updates(updates=list(updates), users=[ANN], chats=[], date=3, seq=0)
    return types.RpcResult.ID.to_bytes(4, "little") + CALL.to_bytes(8, "little") + whole.write()


@pytest.fixture
def answer() -> bytes:
    return body(types.UpdateMessageID(id=NUMBER, random_id=RANDOM), SENT)


def test_the_number_is_there_without_the_message(answer):
    damaged = decode_object(answer[:60])
    assert damaged.req_msg_id == CALL
    assert message_id(damaged.result, RANDOM) == NUMBER


def test_the_numbers_are_those_of_a_message_to_a_person(answer):
    told = decode_object(answer).result.numbers()
    assert isinstance(told, types.Updates)
    assert [type(one) for one in told.updates] == [types.UpdateMessageID, types.UpdateNewMessage]
    assert (told.updates[1].pts, told.updates[1].pts_count) == (9, 1)
    assert (told.updates[1].message.id, told.date, told.seq) == (NUMBER, 3, 0)


def test_who_asks_for_more_has_the_message_and_the_people_in_it(answer):
    told = decode_object(answer).result
    assert told.updates[1].message.message == "A film"
    assert told.users[0].first_name == "Ann"


def test_who_asks_for_more_has_all_that_is_told_besides(answer):
    first = types.UpdateMessageID(id=NUMBER, random_id=RANDOM)
    typing = types.UpdateUserTyping(user_id=7, action=types.SendMessageTypingAction())
    told = decode_object(body(first, SENT, typing)).result
    assert told.numbers() is None
    assert [type(one) for one in told.updates[1:]] == [types.UpdateNewMessage, type(typing)]
    assert (told.updates[1].message.message, told.users[0].first_name) == ("A film", "Ann")


def test_an_answer_is_not_decoded_for_the_numbers_behind_its_message(answer, monkeypatch):
    def decode(*_):
        raise AssertionError("decoded")

    monkeypatch.setattr(types.UpdateNewMessage, "read", decode)
    assert decode_object(answer).result.numbers().updates[1].pts == 9


async def test_a_session_with_updates_counts_an_answer_and_decodes_nothing_of_it(
    answer, monkeypatch
):
    def decode(*_):
        raise AssertionError("decoded")

    client = UpdateClient("bot", api_id=1, api_hash="1", in_memory=True)
    client.read = True
    monkeypatch.setattr(types.Updates, "read", decode)
    await client.note_own(types.MsgsAck, decode_object(answer).result)
    assert client.stream.boxes[COMMON].place == 9


def test_of_what_nobody_can_decode_there_is_the_number_alone(answer):
    told = decode_object(answer[:60]).result
    assert [one.id for one in told.updates] == [NUMBER]
    assert told.users == []


def test_each_message_of_an_album_has_its_number():
    parts = [types.UpdateMessageID(id=NUMBER + n, random_id=RANDOM + n) for n in range(3)]
    told = decode_object(body(*parts, SENT)).result
    assert [message_id(told, RANDOM + n) for n in range(4)] == [
        NUMBER,
        NUMBER + 1,
        NUMBER + 2,
        None,
    ]


@pytest.mark.parametrize("first", [SENT, None])
def test_other_answers_are_decoded_at_once(first):
    told = decode_object(body(*([first] if first else []))).result
    assert type(told) is types.Updates
    assert not isinstance(told, SentUpdates)


def test_an_answer_is_not_decoded_for_its_number(answer, monkeypatch):
    def decode(*_):
        raise AssertionError("decoded")

    monkeypatch.setattr(types.UpdateNewMessage, "read", decode)
    assert message_id(decode_object(answer).result, RANDOM) == NUMBER
