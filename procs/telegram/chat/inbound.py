"""Updates of the bot's session as plain records."""

from dataclasses import dataclass, field
from typing import Any

from pyrogram import raw
from pyrogram.utils import get_channel_id

from procs.records.inline_records import InlineTarget
from procs.records.job import Person
from procs.telegram.server_clock import CLOCK
from procs.texts import i18n, untrusted_text

#: Letters of somebody's name, of which Telegram takes 64; and of a file's.
NAME, FILE_NAME = 64, 128

#: An edit, of the text or of something that people do not see, such as reactions.
EDITS = (raw.types.UpdateEditMessage, raw.types.UpdateEditChannelMessage)


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that came with a message: how Telegram finds it, in which of its data centres, its
    name and its size in bytes."""

    id: int
    access: int
    reference: bytes
    centre: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message to the bot. `text` is also a caption; `urls` are the addresses that Telegram
    marked in it, hidden ones included; `media` names what came with it ("" for nothing); `at` is
    the wall instant at which it was sent, 0 when nobody told, and `edited` that of the edit that
    this is, 0 for a new message.

    In a group: `topic` of a forum (0 for the General one, and where there are none), `answers` the
    message that it replies to, `spoken` the language that the group set ("" for the person's).
    What is `unasked` was not said to us: nothing of it is answered but its links.

    `forwarded` is the person whose message it was, 0 where it is none of a person's, or its author
    does not let forwards name them (`hides_author`); `origin` the channel whose post it was, as
    (chat, what addresses it). `source` is Telegram's own object of it, `file` what came with it as
    a document."""

    person: Person
    chat: int
    access: int
    message: int
    text: str
    urls: tuple[str, ...] = ()
    media: str = ""
    at: float = 0.0
    edited: float = 0.0
    topic: int = 0
    answers: int = 0
    spoken: str = ""
    unasked: bool = False
    forwarded: int = 0
    hides_author: bool = False
    source: Any = field(default=None, compare=False, repr=False)
    file: SentFile | None = None
    origin: tuple[int, int] = (0, 0)

    @property
    def language(self) -> str:
        """The language of the answer."""
        return self.spoken or self.person.language

    @property
    def is_nameless(self) -> bool:
        """Whether Telegram names no person: an anonymous administrator, or a channel."""
        return self.person.id < 0

    @property
    def private(self) -> bool:
        """Whether it came in a private chat: numbers of groups are negative."""
        return self.chat > 0

    @property
    def reply_to(self) -> int:
        """The message that an answer names; 0 where it goes into another chat than that one, whose
        number is negative then."""
        return max(0, self.message)

    @property
    def mark(self) -> tuple[int, int, int]:
        """What tells it from every other, an edit from its message too; the same however often it
        is told."""
        return self.chat, self.message, int(self.edited)

    @property
    def age(self) -> float:
        """Seconds since it was written, by Telegram's clock on both ends."""
        return CLOCK.time() - self.at if self.at else 0.0


@dataclass(frozen=True, slots=True)
class Press:
    """A button was pressed; one under an inline message in no chat (0) that the bot sees."""

    id: int
    person: Person
    chat: int
    access: int
    message: int
    data: str
    inline: InlineTarget | None = None

    @property
    def language(self) -> str:
        """The language of the answer."""
        return self.person.language

    @property
    def mark(self) -> tuple[int, int, int]:
        """As a message's; no chat has the number 0."""
        return 0, self.id, 0


@dataclass(frozen=True, slots=True)
class Stopped:
    """A person blocked the bot; a repeat of the update equals the first."""

    person: int

    @property
    def mark(self) -> tuple[int, int, int]:
        """What the updates of a repeat have in common."""
        return 0, -self.person, 0


def parse_block(update: Any) -> Stopped | None:
    """Who blocked the bot, or None where they let it speak again."""
    return Stopped(update.user_id) if update.stopped else None


def message(update: Any, users: dict[int, Any], chats: dict[int, Any]) -> Incoming | None:
    """A message from a person, or in the name of a chat; or None: our own, a bot's, a service
    message, and an edit that nobody made by hand."""
    heard = update.message
    if not isinstance(heard, raw.types.Message) or heard.out:
        return None
    edited = float(heard.edit_date or 0) if isinstance(update, EDITS) else 0.0
    if isinstance(update, EDITS) and (heard.edit_hide or not edited):
        return None
    who = author(heard, users)
    if who is None:
        return None
    chat, access = place(heard.peer_id, users, chats)
    topic, answered = thread(heard.reply_to)
    forwarded, hides_author = origin(heard.fwd_from)
    return Incoming(
        who,
        chat,
        access,
        heard.id,
        heard.message or "",
        tuple(urls(heard.message or "", heard.entities or [])),
        type(heard.media).__name__.removeprefix("MessageMedia").lower() if heard.media else "",
        float(heard.date or 0),
        edited,
        topic,
        answered,
        forwarded=forwarded,
        hides_author=hides_author,
        source=heard,
        file=sent_file(heard.media),
        origin=posted_in(heard.fwd_from, chats),
    )


def sent_file(media: Any) -> SentFile | None:
    """The document of a message; None for none."""
    document = getattr(media, "document", None)
    if not isinstance(document, raw.types.Document):
        return None
    names = [
        one.file_name
        for one in document.attributes
        if isinstance(one, raw.types.DocumentAttributeFilename)
    ]
    return SentFile(
        document.id,
        document.access_hash,
        document.file_reference,
        document.dc_id,
        untrusted_text.text(names[0], FILE_NAME) if names else "",
        document.size,
    )


def origin(header: Any) -> tuple[int, bool]:
    """The person who wrote what was forwarded, 0 for none, and whether somebody is hidden there:
    then Telegram gives a name alone (core.telegram.org/constructor/messageFwdHeader)."""
    if header is None:
        return 0, False
    if isinstance(header.from_id, raw.types.PeerUser):
        return header.from_id.user_id, False
    return 0, header.from_id is None and bool(header.from_name)


def posted_in(header: Any, chats: dict[int, Any]) -> tuple[int, int]:
    """The channel, or group, whose post was forwarded, and what addresses it; zeros for none."""
    source = getattr(header, "from_id", None)
    if not isinstance(source, raw.types.PeerChannel):
        return 0, 0
    access = getattr(chats.get(source.channel_id), "access_hash", 0) or 0
    return get_channel_id(source.channel_id), access


def author(heard: Any, users: dict[int, Any]) -> Person | None:
    """Who wrote a message: a person, or a chat in whose name it is written, whose number is
    negative; None for a bot and for somebody whom Telegram does not show."""
    sender = heard.from_id or heard.peer_id
    if isinstance(sender, raw.types.PeerChannel):
        return Person(get_channel_id(sender.channel_id), i18n.choose(None))
    user = users.get(getattr(sender, "user_id", 0))
    return None if user is None or user.bot else person(user)


def thread(header: Any) -> tuple[int, int]:
    """The topic of a forum in which a message stands, and the message that it answers; 0 for none.
    A header that names one message alone names the topic, unless there is a top message
    (core.telegram.org/constructor/messageReplyHeader)."""
    if not isinstance(header, raw.types.MessageReplyHeader):
        return 0, 0
    answered, top = header.reply_to_msg_id or 0, header.reply_to_top_id or 0
    if not header.forum_topic:
        return 0, answered
    return (top, answered) if top else (answered, 0)


def press(update: Any, users: dict[int, Any], chats: dict[int, Any]) -> Press | None:
    """A pressed button, whatever its data; or None when nobody tells who pressed it."""
    user = users.get(update.user_id)
    if user is None:
        return None
    chat, access = place(update.peer, users, chats)
    data = (update.data or b"").decode("utf-8", "replace")
    return Press(update.query_id, person(user), chat, access, update.msg_id, data)


def person(user: Any) -> Person:
    """Who it is, and the language of their Telegram: `people/languages.py` knows whether they chose
    another, and what is spoken to somebody of whom Telegram tells none (it shows some people of a
    group in part)."""
    return Person(
        id=user.id,
        language=i18n.choose(user.lang_code),
        client=i18n.choose(user.lang_code) if user.lang_code else "",
        name=untrusted_text.text(user.first_name or "", NAME),
        access_hash=user.access_hash or 0,
        nick=(user.username or "").lower(),
    )


def place(peer: Any, users: dict[int, Any], chats: dict[int, Any]) -> tuple[int, int]:
    """A chat's id in the Bot API's form, and the hash that addresses it."""
    if isinstance(peer, raw.types.PeerUser):
        return peer.user_id, getattr(users.get(peer.user_id), "access_hash", 0) or 0
    if isinstance(peer, raw.types.PeerChannel):
        known = chats.get(peer.channel_id)
        return get_channel_id(peer.channel_id), getattr(known, "access_hash", 0) or 0
    return -peer.chat_id, 0


def urls(text: str, entities: list[Any]) -> list[str]:
    """Addresses that Telegram marked. Its offsets count UTF-16 units."""
    units = text.encode("utf-16-le", "surrogatepass")
    found = []
    for entity in entities:
        if isinstance(entity, raw.types.MessageEntityTextUrl):
            found.append(entity.url)
        elif isinstance(entity, raw.types.MessageEntityUrl):
            piece = units[entity.offset * 2 : (entity.offset + entity.length) * 2]
            found.append(piece.decode("utf-16-le", "ignore"))
    return found
