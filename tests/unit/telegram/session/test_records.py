"""The pure parts of the Telegram side: errors, addresses, keys, what is heard."""

from types import SimpleNamespace

import pytest
from pyrogram import errors as theirs
from pyrogram import raw

from procs.errors import (
    ChatClosed,
    GroupLeft,
    GroupMuted,
    ReferenceStale,
    SessionRevoked,
    TelegramAway,
    TelegramRefused,
    TelegramWait,
)
from procs.telegram.chat import inbound
from procs.telegram.rpc_errors import AlreadySent, TwoPyrograms, translate
from procs.telegram.session import mtproto_client, peers, server_key
from tests.sandbox.telegram import keys


def told(code: int, text: str) -> Exception:
    """The library's error for what the server said."""
    said = raw.types.RpcError(error_code=code, error_message=text)
    with pytest.raises(theirs.RPCError) as caught:
        theirs.RPCError.raise_it(said, raw.functions.messages.SendMedia)
    return caught.value


@pytest.mark.parametrize(
    ("code", "text", "ours"),
    [
        (403, "USER_IS_BLOCKED", ChatClosed),
        (400, "USER_IS_BLOCKED", ChatClosed),
        (400, "INPUT_USER_DEACTIVATED", ChatClosed),
        (400, "PEER_ID_INVALID", ChatClosed),
        (403, "CHAT_WRITE_FORBIDDEN", GroupMuted),
        (406, "CHANNEL_PRIVATE", GroupLeft),
        (400, "FILE_REFERENCE_EXPIRED", ReferenceStale),
        (400, "FILE_REFERENCE_3_EXPIRED", ReferenceStale),
        (400, "FILE_REFERENCE_INVALID", ReferenceStale),
        (401, "AUTH_KEY_UNREGISTERED", SessionRevoked),
        (406, "AUTH_KEY_DUPLICATED", SessionRevoked),
        (401, "SESSION_REVOKED", SessionRevoked),
        (400, "ACCESS_TOKEN_INVALID", SessionRevoked),
        (500, "RANDOM_ID_DUPLICATE", AlreadySent),
        (400, "RANDOM_ID_DUPLICATE", AlreadySent),
        (500, "INTERDC_2_CALL_ERROR", TelegramAway),
        (400, "MEDIA_EMPTY", TelegramRefused),
    ],
)
def test_each_error_of_telegram_has_one_of_our_names(code, text, ours):
    assert type(translate(told(code, text), "messages.SendMedia")) is ours


@pytest.mark.parametrize("text", ["FLOOD_WAIT_7", "FLOOD_PREMIUM_WAIT_7", "SLOWMODE_WAIT_7"])
def test_a_wait_says_how_long_and_for_what(text):
    wait = translate(told(420, text), "messages.EditMessage")
    assert isinstance(wait, TelegramWait)
    assert (wait.seconds, wait.scope) == (7.0, "messages.EditMessage")


def test_a_lost_connection_is_telegram_being_away():
    assert isinstance(translate(TimeoutError("Request timed out"), "x"), TelegramAway)


@pytest.mark.parametrize(
    ("chat", "address"),
    [
        (42, raw.types.InputPeerUser(user_id=42, access_hash=7)),
        (-42, raw.types.InputPeerChat(chat_id=42)),
        (-1002400000000, raw.types.InputPeerChannel(channel_id=2400000000, access_hash=7)),
    ],
)
def test_a_chat_is_addressed_by_id_and_hash(chat, address):
    assert peers.peer(chat, 7) == address


def test_text_is_cut_in_utf16_units_and_never_inside_a_character():
    assert peers.cut("a😀b", 2) == "a"
    assert peers.cut("a😀b", 3) == "a😀"


def test_a_receipt_is_read_from_any_form_of_the_answer():
    short = raw.types.UpdateShortSentMessage(id=9, pts=1, pts_count=1, date=0)
    named = raw.types.UpdateMessageID(id=8, random_id=5)
    full = raw.types.Updates(updates=[named], users=[], chats=[], date=0, seq=0)
    assert peers.message_id(short, 5) == 9
    assert peers.message_id(full, 5) == 8
    assert peers.message_id(full, 6) is None


def test_a_server_key_is_trusted_by_its_fingerprint():
    key = keys.made()
    assert server_key.trust(key.pem) == key.fingerprint
    assert server_key.numbers(key.pem) == (key.modulus, keys.EXPONENT)


EMPTY_KEY = "-----BEGIN RSA PUBLIC KEY-----\n-----END RSA PUBLIC KEY-----"


@pytest.mark.parametrize("text", ["", "a key", EMPTY_KEY])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(ValueError, match="key"):
        server_key.trust(text)


def test_two_owners_of_pyrogram_are_refused(monkeypatch):
    monkeypatch.setattr(mtproto_client, "owners_of", lambda _: ["Kurigram", "pyrofork"])
    with pytest.raises(TwoPyrograms, match="Kurigram and pyrofork"):
        mtproto_client.check.__wrapped__()


# --- what is heard ---------------------------------------------------------------------------

ALI = raw.types.User(id=42, access_hash=7, first_name="Ali", lang_code="fa")
ROBOT = raw.types.User(id=43, access_hash=8, first_name="Bot", bot=True)
USERS = {42: ALI, 43: ROBOT}


def said(text: str = "", *, sender: int = 42, **more: object) -> SimpleNamespace:
    facts = {"id": 5, "peer_id": raw.types.PeerUser(user_id=sender), "date": 0} | more
    return SimpleNamespace(message=raw.types.Message(message=text, **facts))


def test_a_message_is_heard_with_its_person_and_marked_links():
    text = "😀 see example.org and this"
    marks = [
        raw.types.MessageEntityUrl(offset=7, length=11),
        raw.types.MessageEntityTextUrl(offset=23, length=4, url="https://hidden.example/"),
    ]
    message = inbound.message(said(text, entities=marks), USERS, {})
    assert message is not None
    assert message.urls == ("example.org", "https://hidden.example/")
    assert (message.person.language, message.person.access_hash) == ("fa", 7)
    assert (message.chat, message.access, message.private) == (42, 7, True)


def test_a_message_in_a_group_knows_the_group_and_the_person():
    group = {2400000000: SimpleNamespace(access_hash=9)}
    place = raw.types.PeerChannel(channel_id=2400000000)
    sender = raw.types.PeerUser(user_id=42)
    message = inbound.message(said("hi", peer_id=place, from_id=sender), USERS, group)
    assert message is not None
    assert (message.chat, message.access, message.private) == (-1002400000000, 9, False)
    assert message.person.id == 42


@pytest.mark.parametrize(
    "update",
    [
        said("mine", out=True),
        said("a bot's", sender=43),
        said("a stranger's", sender=44),
        SimpleNamespace(message=raw.types.MessageEmpty(id=1)),
    ],
)
def test_what_nobody_said_to_us_is_not_heard(update):
    assert inbound.message(update, USERS, {}) is None


def edited(**facts: object) -> raw.types.UpdateEditMessage:
    message = said("corrected", **({"date": 100, "edit_date": 110} | facts)).message
    return raw.types.UpdateEditMessage(message=message, pts=1, pts_count=1)


def test_an_edit_is_heard_as_one():
    message = inbound.message(edited(), USERS, {})
    assert message is not None
    assert (message.text, message.at, message.edited) == ("corrected", 100.0, 110.0)


def test_a_message_that_was_edited_before_it_was_heard_is_new():
    """getDifference brings messages as they are now."""
    message = inbound.message(said("hi", edit_date=110), USERS, {})
    assert message is not None
    assert message.edited == 0.0


@pytest.mark.parametrize("facts", [{"edit_hide": True}, {"edit_date": None}, {"out": True}])
def test_an_edit_that_nobody_made_by_hand_is_not_heard(facts):
    assert inbound.message(edited(**facts), USERS, {}) is None


def test_the_name_of_a_person_turns_nothing_round():
    user = raw.types.User(id=42, access_hash=7, first_name="A\u202eli\n", lang_code="fa")
    message = inbound.message(said("hi"), {42: user}, {})
    assert message is not None
    assert message.person.name == "Ali"


def test_a_press_without_data_is_one_too():
    facts = {"query_id": 1, "user_id": 42, "msg_id": 5, "chat_instance": 0}
    place = raw.types.PeerUser(user_id=42)
    press = inbound.press(raw.types.UpdateBotCallbackQuery(peer=place, **facts), USERS, {})
    assert press is not None
    assert (press.id, press.data) == (1, "")


@pytest.mark.parametrize(
    ("code", "language"),
    [("fa", "fa"), ("fa-IR", "fa"), ("FA_ir", "fa"), ("fat", "en"), ("de", "en"), (None, "en")],
)
def test_the_language_is_settled_where_an_update_becomes_ours(code, language):
    users = {42: raw.types.User(id=42, access_hash=7, first_name="Ali", lang_code=code)}
    place = raw.types.PeerUser(user_id=42)
    update = raw.types.UpdateBotCallbackQuery(
        peer=place, query_id=1, user_id=42, msg_id=5, chat_instance=0
    )
    told = (inbound.message(said("hi"), users, {}), inbound.press(update, users, {}))
    assert [(one.language, one.person.language) for one in told if one] == [(language,) * 2] * 2
