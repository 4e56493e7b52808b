"""What the server knows: accounts, channels, messages. Plain data that can be pickled.

A private message stands in two boxes under two numbers, as on Telegram: every account counts its
own messages. A channel has one box. `pts` counts a box's events: core.telegram.org/api/updates.
"""

import hashlib
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from tests.sandbox.telegram.boxes import Box as Box
from tests.sandbox.telegram.boxes import Event as Event
from tests.sandbox.telegram.crowd import Accounts

#: Numbers below are those of basic groups, above those of channels and supergroups.
BASIC = 1 << 30
#: The number of the first person.
FIRST_PERSON = 5_000_000_001


@dataclass(slots=True)
class Account:
    """A person, or a bot (`token` is not empty)."""

    id: int
    name: str
    username: str = ""
    language: str = "en"
    phone: str = ""
    token: str = ""
    sign_ins: int = 0
    deactivated: bool = False
    premium: bool = False
    #: The data center where the account lives; 0 for that of the bots.
    center: int = 0
    blocks: set[int] = field(default_factory=set)
    met: set[int] = field(default_factory=set)
    box: Box = field(default_factory=lambda: Box(0))
    #: What a bot's owner switches at BotFather; the defaults are BotFather's.
    privacy: bool = True
    inline: bool = False
    feedback: bool = False
    #: A bot's lists of commands: scope -> language -> (command, description).
    scopes: dict[str, dict[str, list[tuple[str, str]]]] = field(default_factory=dict)
    menus: dict[int, Any] = field(default_factory=dict)
    #: Updates that qts counts instead of pts (core.telegram.org/api/updates), as TL objects.
    notices: list[Any] = field(default_factory=list)

    @property
    def is_bot(self) -> bool:
        return bool(self.token)

    @property
    def commands(self) -> dict[str, list[tuple[str, str]]]:
        return self.scopes.get("default", {})


@dataclass(slots=True)
class Topic:
    """A thread of a forum; number 1 is the one that every forum has."""

    title: str
    closed: bool = False


@dataclass(slots=True)
class Invite:
    """An invite link: whose it is, whether who follows it asks to come in, and how many came."""

    admin: int
    date: float
    by_request: bool = False
    title: str = ""
    revoked: bool = False
    usage: int = 0


@dataclass(slots=True)
class Channel:
    """`members`: account -> creator, admin, member or banned. `rights` are what an admin may,
    `bans` what a member may not, `forbidden` what no member may, named as in chatAdminRights and
    chatBannedRights. `reactions`: the emoji that are allowed, None for all. `linked`: the group
    of a channel, or the channel of a group. A basic group has no box of its own: its messages stand
    in those of its members (core.telegram.org/api/channel); `moved` is the supergroup that it
    became."""

    id: int
    title: str
    username: str = ""
    broadcast: bool = True
    members: dict[int, str] = field(default_factory=dict)
    box: Box = field(default_factory=lambda: Box(0))
    rights: dict[int, set[str]] = field(default_factory=dict)
    bans: dict[int, set[str]] = field(default_factory=dict)
    forbidden: set[str] = field(default_factory=set)
    reactions: list[str] | None = None
    topics: dict[int, Topic] = field(default_factory=dict)
    linked: int = 0
    moved: int = 0
    #: Links that lead into it, and account -> link of those who asked to come in.
    invites: dict[str, Invite] = field(default_factory=dict)
    asking: dict[int, str] = field(default_factory=dict)

    @property
    def is_basic(self) -> bool:
        return self.id < BASIC

    @property
    def is_forum(self) -> bool:
        return bool(self.topics)

    def is_admin(self, account: int) -> bool:
        return self.members.get(account) in ("creator", "admin")

    def may(self, account: int, right: str) -> bool:
        """Whether an administrator's rights include this one."""
        role = self.members.get(account)
        return role == "creator" or (role == "admin" and right in self.rights.get(account, ()))


@dataclass(slots=True)
class Content:
    """What a message says. `media` is the id of a stored file, 0 for none; entities, markup,
    forward and action (of a service message) are TL objects. `topic` is the number of a forum's
    thread, `via` the bot whose inline result it is."""

    text: str = ""
    entities: list[Any] = field(default_factory=list)
    media: int = 0
    markup: Any = None
    forward: Any = None
    reply: int = 0
    group: int = 0
    topic: int = 0
    via: int = 0
    spoiler: bool = False
    silent: bool = False
    action: Any = None


@dataclass(slots=True)
class Post:
    """A message, whichever box one reads it in: `numbers` are owner -> number there. `author` is
    who is named as its writer where that is not `sender`: minus a channel. `reactions`: account ->
    emoji."""

    uid: int
    sender: int
    to: int
    date: float
    content: Content
    numbers: dict[int, int] = field(default_factory=dict)
    edits: list[tuple[float, Content]] = field(default_factory=list)
    deleted: float = 0.0
    author: int = 0
    reactions: dict[int, list[str]] = field(default_factory=dict)

    @property
    def edited(self) -> float:
        return self.edits[-1][0] if self.edits else 0.0

    def peer(self, owner: int) -> int:
        """Whose chat this stands in, seen from a box."""
        if self.to < 0:
            return self.to
        return self.to if owner == self.sender else self.sender


#: What an operation did: to be told to the owners of the boxes.
News = list[tuple[Box, Event]]


class World:
    """All of it, and the operations that keep the boxes consistent."""

    def __init__(self) -> None:
        self.salt = secrets.token_bytes(16)
        self.accounts = Accounts()
        self.channels: dict[int, Channel] = {}
        #: (account, random_id) -> the messages it made.
        self.sent: dict[tuple[int, int], Post] = {}
        self.posts: dict[int, Post] = {}
        #: How the bots broke the limits on how often they may speak.
        self.broken: list[str] = []

    # --- who is there ----------------------------------------------------------------------

    def bot(self, token: str, username: str = "") -> Account:
        """The bot of this token; it comes to be when it is first named."""
        number = int(token.partition(":")[0])
        if number not in self.accounts:
            name = username or f"sandbox_{number}_bot"
            self.accounts[number] = Account(number, name, username=name, token=token)
            self.accounts[number].box.owner = number
        return self.accounts[number]

    def person(self, name: str, language: str = "en", username: str = "") -> Account:
        """The person of this name; comes to be when first named."""
        for account in self.accounts.values():
            if account.name == name and not account.is_bot:
                return account
        n = 1 + sum(not account.is_bot for account in self.accounts.values())
        account = Account(FIRST_PERSON + n - 1, name, username, language, phone=f"9990000{n:04}")
        account.box.owner = account.id
        self.accounts[account.id] = account
        return account

    def channel(self, title: str, username: str = "", *, broadcast: bool = True) -> Channel:
        for channel in self.channels.values():
            if channel.title == title:
                return channel
        # Beyond 2**31 on purpose: that is what today's channels look like.
        channel = Channel(2_400_000_001 + len(self.channels), title, username, broadcast)
        channel.box.owner = -channel.id
        self.channels[channel.id] = channel
        return channel

    def basic(self, title: str) -> Channel:
        """A basic group of this title."""
        count = sum(one.is_basic for one in self.channels.values())
        group = Channel(510_000_001 + count, title, broadcast=False)
        self.channels[group.id] = group
        return group

    def where(self, chat: int, viewer: int) -> int:
        """The owner of the box in which somebody reads a chat's messages: a channel's own, or
        theirs."""
        return chat if chat < 0 and not self.channels[-chat].is_basic else viewer

    def box(self, owner: int) -> Box:
        return self.accounts[owner].box if owner > 0 else self.channels[-owner].box

    def access_hash(self, viewer: int, target: int) -> int:
        """Another one for each viewer: what one account learns is useless to the next."""
        digest = hashlib.sha256(self.salt + f"{viewer}:{target}".encode()).digest()
        return int.from_bytes(digest[:8], "little", signed=True)

    def number(self, uid: int, owner: int) -> int:
        """The message's number in a box, 0 where it never was."""
        return self.posts[uid].numbers.get(owner, 0) if uid else 0

    # --- what they say ---------------------------------------------------------------------

    def post(
        self, sender: int, to: int, content: Content, author: int = 0, deaf: Collection[int] = ()
    ) -> tuple[Post, News]:
        """A new message. `to` is an account, or minus a channel; `deaf` are members of a basic
        group who do not hear it."""
        post = Post(len(self.posts) + 1, sender, to, time.time(), content, author=author)
        self.posts[post.uid] = post
        news: News = []
        for owner in self.owners(sender, to):
            if owner in deaf:
                continue
            box = self.box(owner)
            box.count += 1
            box.posts[box.count] = box.ever[box.count] = post
            post.numbers[owner] = box.count
            news.append((box, box.note("new", [box.count])))
        self.introduce(sender, to)
        return post, news

    def owners(self, sender: int, to: int) -> list[int]:
        """The boxes in which a message stands."""
        if to > 0:
            return list(dict.fromkeys((sender, to)))
        group = self.channels[-to]
        there = [one for one, role in group.members.items() if role != "banned"]
        return there if group.is_basic else [to]

    def introduce(self, sender: int, to: int) -> None:
        if to > 0:
            self.accounts[sender].met.add(to)
            self.accounts[to].met.add(sender)

    def edit(self, post: Post, **changes: Any) -> News:
        post.edits.append((time.time(), post.content))
        post.content = replace(post.content, **changes)
        boxes = [(self.box(owner), number) for owner, number in post.numbers.items()]
        return [(box, box.note("edit", [number])) for box, number in boxes]

    def delete(self, posts: list[Post], owners: list[int] | None = None) -> News:
        """Take messages out of the boxes of `owners`, or out of all that have them."""
        gone: dict[int, list[int]] = {}
        for post in posts:
            post.deleted = time.time()
            for owner in owners or post.numbers:
                if self.box(owner).posts.pop(post.numbers[owner], None):
                    gone.setdefault(owner, []).append(post.numbers[owner])
        boxes = [(self.box(owner), ids) for owner, ids in gone.items()]
        return [(box, box.note("delete", ids)) for box, ids in boxes]
