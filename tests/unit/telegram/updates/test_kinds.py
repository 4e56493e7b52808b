"""Every kind of container and of difference, by Telegram's own words for each."""

from typing import Any

import pytest
from pyrogram.raw import functions, types

from procs.telegram.updates.update_contents import COMMON
from procs.telegram.updates.update_state import DifferenceCall, UpdateStream

ALI = types.User(id=7, access_hash=70, first_name="Ali")
CHANNEL, BOX = 2_400_000_001, -1_002_400_000_001


def said(number: int, *, channel: int = 0, sender: int = ALI.id) -> Any:
    peer: Any = types.PeerChannel(channel_id=channel) if channel else types.PeerUser(user_id=sender)
    who = types.PeerUser(user_id=sender)
    return types.Message(id=number, peer_id=peer, from_id=who, date=1, message="hello")


def new(number: int, count: int = 1) -> Any:
    return types.UpdateNewMessage(message=said(number), pts=number, pts_count=count)


def channel_new(number: int, count: int = 1) -> Any:
    message = said(number, channel=CHANNEL)
    return types.UpdateNewChannelMessage(message=message, pts=number, pts_count=count)


def packed(*updates: Any, seq: int = 0, users: Any = (ALI,)) -> Any:
    return types.Updates(updates=list(updates), users=list(users), chats=[], date=5, seq=seq)


def difference(place: int, *messages: Any, others: Any = (), cut: bool = False) -> Any:
    state = types.updates.State(pts=place, qts=3, date=9, seq=4, unread_count=0)
    facts: dict[str, Any] = {"new_messages": list(messages), "other_updates": list(others)}
    facts |= {"new_encrypted_messages": [], "chats": [], "users": [ALI]}
    if cut:
        return types.updates.DifferenceSlice(intermediate_state=state, **facts)
    return types.updates.Difference(state=state, **facts)


@pytest.fixture
def stream() -> UpdateStream:
    stream = UpdateStream()
    stream.boxes[COMMON].place = 10
    stream.seq.place = 2
    return stream


def messages(told: Any) -> list[int]:
    return [one.update.message.id for one in told if hasattr(one.update, "message")]


def ask(stream: UpdateStream, box: int = COMMON) -> DifferenceCall:
    assert stream.misses(box)
    return stream.ask(box)


# --- containers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seq", "missing", "place"), [(0, False, 2), (3, False, 3), (2, False, 2), (5, True, 2)]
)
def test_a_container_is_counted_by_seq(stream, seq, missing, place):
    told = stream.push(packed(new(11), seq=seq), now=0.0)
    assert messages(told) == [11]
    assert (stream.misses(COMMON), stream.seq.place) == (missing, place)


@pytest.mark.parametrize(("start", "end", "missing"), [(3, 5, False), (4, 5, True), (1, 2, False)])
def test_a_combined_container_stands_for_several(stream, start, end, missing):
    combined = types.UpdatesCombined(
        updates=[new(11)], users=[ALI], chats=[], date=5, seq_start=start, seq=end
    )
    assert messages(stream.push(combined, now=0.0)) == [11]
    assert stream.misses(COMMON) is missing


@pytest.mark.parametrize(("qts", "missing"), [(4, False), (3, False), (6, True), (0, False)])
def test_what_is_for_bots_only_is_counted_by_qts(stream, qts, missing):
    stream.qts.place = 3
    stopped = types.UpdateBotStopped(user_id=7, date=1, stopped=True, qts=qts)
    stream.push(packed(stopped), now=0.0)
    assert stream.misses(COMMON) is missing


def test_too_long_has_all_asked_for(stream):
    assert stream.push(types.UpdatesTooLong(), now=0.0) == []
    assert ask(stream).since == 10


@pytest.mark.parametrize("private", [True, False])
def test_a_shortened_message_waits_for_its_person(stream, private):
    facts = {"id": 11, "message": "hi", "pts": 11, "pts_count": 1, "date": 1}
    if private:
        short: Any = types.UpdateShortMessage(user_id=ALI.id, **facts)
    else:
        short = types.UpdateShortChatMessage(from_id=ALI.id, chat_id=5, **facts)
    assert stream.push(short, now=0.0) == []
    asking = ask(stream)
    assert asking.since == 10
    told = stream.differs(asking, difference(11, said(11)), now=0.0)
    assert 11 in messages(told)
    assert told[0].users[ALI.id] == ALI


def test_a_shortened_message_is_handed_on_when_nobody_can_be_asked(stream):
    short = types.UpdateShortMessage(user_id=7, id=11, message="hi", pts=11, pts_count=1, date=1)
    stream.push(short, now=0.0)
    stream.note_failure(ask(stream))
    assert messages(stream.given_up()) == [11]
    assert stream.misses(COMMON)


def test_a_message_in_a_short_update_counts(stream):
    told = stream.push(types.UpdateShort(update=new(13), date=1), now=0.0)
    assert told == []
    assert messages(stream.differs(ask(stream), difference(13, said(13)), now=0.0))[0] == 13


@pytest.mark.parametrize("users", [[], [types.User(id=7, min=True, access_hash=1)]])
def test_a_person_who_is_not_told_or_only_in_part_is_asked_for(stream, users):
    assert stream.push(packed(new(11), users=users), now=0.0) == []
    assert ask(stream).since == 10


@pytest.mark.parametrize(
    "odd",
    [
        types.UpdateNewMessage(message=types.MessageEmpty(id=3), pts=11, pts_count=1),
        types.UpdateReadChannelInbox(channel_id=CHANNEL, max_id=1, still_unread_count=0, pts=99),
        types.UpdateConfig(),
        types.UpdateNewMessage(message=said(3), pts=0, pts_count=0),
        types.UpdateNewMessage(message=said(3), pts=-5, pts_count=-1),
        types.UpdateDeleteMessages(messages=[], pts=11, pts_count=0),
    ],
    ids=lambda odd: type(odd).__name__,
)
def test_an_odd_update_breaks_nothing(stream, odd):
    stream.push(packed(odd), now=0.0)
    assert messages(stream.push(packed(new(12)), now=0.0)) == [12]
    if stream.misses(COMMON):
        stream.differs(ask(stream), difference(12, said(12)), now=0.0)
    assert stream.boxes[COMMON].place == 12


# --- differences -----------------------------------------------------------------------------


def test_slices_are_asked_for_one_after_the_other(stream):
    stream.want(COMMON)
    first = stream.differs(ask(stream), difference(11, said(11), cut=True), now=0.0)
    asking = ask(stream)
    second = stream.differs(asking, difference(12, said(12)), now=0.0)
    assert (messages(first), asking.since, messages(second)) == ([11], 11, [12])
    assert not stream.misses(COMMON)
    assert (stream.date.place, stream.qts.place, stream.seq.place) == (9, 3, 4)


def test_a_slice_that_leads_nowhere_is_not_asked_for_for_ever(stream):
    stream.want(COMMON)
    stream.differs(ask(stream), difference(10, said(9), cut=True), now=0.0)
    assert not stream.misses(COMMON)


def test_a_difference_that_is_too_long_is_asked_for_from_where_it_says(stream):
    stream.want(COMMON)
    stream.differs(ask(stream), types.updates.DifferenceTooLong(pts=500), now=0.0)
    asking = ask(stream)
    assert asking.since == 500
    stream.differs(asking, types.updates.DifferenceEmpty(date=6, seq=2), now=0.0)
    assert (stream.boxes[COMMON].place, stream.misses(COMMON)) == (500, False)


def test_what_is_wanted_while_the_answer_is_on_its_way_is_asked_for_again(stream):
    stream.want(COMMON)
    asking = ask(stream)
    stream.push(types.UpdatesTooLong(), now=0.0)
    stream.differs(asking, difference(11, said(11)), now=0.0)
    assert stream.misses(COMMON)


def test_a_place_that_was_wrong_goes_back_to_where_telegram_is(stream):
    stream.absorb_answer(
        functions.messages.ReadHistory,
        types.messages.AffectedMessages(pts=14, pts_count=4),
        now=0.0,
    )
    stream.want(COMMON, since=10)
    stream.differs(ask(stream), difference(12, said(11), said(12)), now=0.0)
    assert stream.boxes[COMMON].place == 12


# --- channels --------------------------------------------------------------------------------


def test_a_channel_counts_for_itself(stream):
    stream.push(packed(channel_new(500)), now=0.0)
    assert messages(stream.push(packed(channel_new(503)), now=0.0)) == [503]
    assert (stream.misses(BOX), stream.misses(COMMON)) == (True, False)
    found = types.updates.ChannelDifference(
        pts=503,
        new_messages=[said(n, channel=CHANNEL) for n in (501, 502, 503)],
        other_updates=[],
        chats=[],
        users=[ALI],
        final=True,
    )
    assert messages(stream.differs(ask(stream, BOX), found, now=0.0)) == [501, 502, 503]
    assert (stream.boxes[BOX].place, stream.misses(BOX)) == (503, False)


def test_our_own_delete_in_a_channel_moves_the_channels_place_only(stream):
    stream.push(packed(channel_new(10)), now=0.0)
    where = types.InputChannel(channel_id=CHANNEL, access_hash=0)
    query = functions.channels.DeleteMessages(channel=where, id=[1])
    stream.absorb_answer(query, types.messages.AffectedMessages(pts=11, pts_count=1), now=0.0)
    assert (stream.boxes[BOX].place, stream.boxes[COMMON].place) == (11, 10)


@pytest.mark.parametrize("known", [True, False])
def test_a_channel_that_went_too_far_is_asked_for(stream, known):
    if known:
        stream.push(packed(channel_new(500)), now=0.0)
    stream.push(packed(types.UpdateChannelTooLong(channel_id=CHANNEL, pts=700)), now=0.0)
    assert ask(stream, BOX).since == (500 if known else 600)  # some events before it, to be sure


def test_a_channel_named_by_a_difference_is_asked_for(stream):
    stream.want(COMMON)
    others = [types.UpdateChannelTooLong(channel_id=CHANNEL, pts=700)]
    stream.differs(ask(stream), difference(11, others=others), now=0.0)
    assert (stream.misses(BOX), stream.misses(COMMON)) == (True, False)


def test_what_a_channels_too_long_difference_shows_is_heard(stream):
    stream.push(packed(channel_new(500)), now=0.0)
    stream.want(BOX)
    dialog = types.Dialog(
        peer=types.PeerChannel(channel_id=CHANNEL),
        top_message=900,
        read_inbox_max_id=0,
        read_outbox_max_id=0,
        unread_count=0,
        unread_mentions_count=0,
        unread_reactions_count=0,
        unread_poll_votes_count=0,
        notify_settings=types.PeerNotifySettings(),
        pts=900,
    )
    answer = types.updates.ChannelDifferenceTooLong(
        dialog=dialog, messages=[said(900, channel=CHANNEL)], chats=[], users=[ALI], final=True
    )
    assert messages(stream.differs(ask(stream, BOX), answer, now=0.0)) == [900]
    assert stream.boxes[BOX].place == 900
