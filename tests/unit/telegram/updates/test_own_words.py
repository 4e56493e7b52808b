"""What another session of the bot sent to people tells the listening one nothing of anybody."""

from typing import Any

import pytest
from pyrogram.raw import types

from procs.telegram.updates.update_client import is_own_word

PERSON, CHANNEL = types.PeerUser(user_id=7), types.PeerChannel(channel_id=9)


def packed(*messages: Any) -> Any:
    told = [types.UpdateNewMessage(message=one, pts=5, pts_count=1) for one in messages]
    return types.Updates(updates=told, users=[], chats=[], date=1, seq=0)


def said(peer: Any, *, ours: bool) -> Any:
    return types.Message(id=5, peer_id=peer, date=1, message="News", out=ours)


def test_a_message_of_ours_to_a_person_is_our_own_word():
    assert is_own_word(packed(said(PERSON, ours=True)))


@pytest.mark.parametrize(
    "updates",
    [
        packed(),
        packed(said(PERSON, ours=False)),
        packed(said(CHANNEL, ours=True)),
        packed(said(PERSON, ours=True), said(PERSON, ours=False)),
        packed(types.MessageService(id=5, peer_id=PERSON, date=1, action=None, out=True)),
        types.UpdateShort(
            update=types.UpdateBotStopped(user_id=7, date=1, stopped=True, qts=1), date=1
        ),
        types.UpdatesTooLong(),
    ],
)
def test_whatever_may_name_somebody_new_is_none(updates):
    assert not is_own_word(updates)
