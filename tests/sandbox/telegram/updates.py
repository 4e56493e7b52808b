"""What happened, told to those it concerns: at once, or later by getDifference.

Sources: core.telegram.org/api/updates (pts, difference, the last active connection of each
authorisation), /api/invoking (invokeWithoutUpdates does not subscribe).
"""

import time
from typing import TYPE_CHECKING, Any

from pyrogram import raw

from tests.sandbox.telegram import hearing, render
from tests.sandbox.telegram.tl import make
from tests.sandbox.telegram.wire import Key
from tests.sandbox.telegram.world import Account, Box, Event, News, Post

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram

types = raw.types
#: Events in one answer of getDifference; more come in slices.
SLICE = 100


def tell(server: "Telegram", news: News, *, skip: Key | None = None) -> None:
    """Send the news to every authorisation that listens, but for `skip`, who caused it and has
    it in the answer."""
    for box, event in news:
        for account in readers(server, box):
            heard = hearing.of(server.world, account, box, event)
            if not heard.ids:
                continue
            pushed = packed(server, account, box, [heard])
            for key in server.keys_of(account):
                if key is not skip:
                    server.push(key, pushed)
    server.changed()


def readers(server: "Telegram", box: Box) -> list[Account]:
    world = server.world
    if box.owner > 0:
        return [world.accounts[box.owner]]
    members = world.channels[-box.owner].members
    return [world.accounts[n] for n, role in members.items() if role != "banned"]


def packed(server: "Telegram", account: Account, box: Box, events: list[Event]) -> Any:
    posts = posts_of(box, events)
    viewer = account.id
    told = [u for event in events for u in as_updates(server, box, event, viewer=viewer)]
    return wrapped(server, account, posts, told)


def wrapped(server: "Telegram", account: Account, posts: list[Post], told: list[Any]) -> Any:
    return types.Updates(
        updates=told,
        users=render.people(server.world, account.id, posts),
        chats=render.chats(server.world, account.id, posts),
        date=int(time.time()),
        seq=0,
    )


def posts_of(box: Box, events: list[Event]) -> list[Post]:
    ids = dict.fromkeys(n for event in events if event.kind != "delete" for n in event.ids)
    return [box.posts[n] for n in ids if n in box.posts]


def as_updates(
    server: "Telegram", box: Box, event: Event, count: int | None = None, *, viewer: int
) -> list[Any]:
    """The TL updates of one event; nothing for messages that are gone since."""
    counted = {"pts": event.pts, "pts_count": len(event.ids) if count is None else count}
    if event.kind == "delete":
        return [deletion(box, event.ids, counted)]
    kind = KINDS[event.kind, box.owner < 0]
    posts = [box.posts[n] for n in event.ids if n in box.posts]
    return [
        kind(message=render.message(server.world, server.vault, post, box, viewer), **counted)
        for post in posts
    ]


KINDS = {
    ("new", False): types.UpdateNewMessage,
    ("new", True): types.UpdateNewChannelMessage,
    ("edit", False): types.UpdateEditMessage,
    ("edit", True): types.UpdateEditChannelMessage,
}


def deletion(box: Box, ids: list[int], counted: dict[str, int]) -> Any:
    if box.owner < 0:
        channel = -box.owner
        return types.UpdateDeleteChannelMessages(channel_id=channel, messages=ids, **counted)
    return types.UpdateDeleteMessages(messages=ids, **counted)


def notify(
    server: "Telegram", account: Account, update: Any, posts: list[Post], about: list[Account]
) -> None:
    """An update that qts counts (core.telegram.org/api/updates): to who listens now, and to
    who asks getDifference later."""
    account.notices.append(update)
    update.qts = len(account.notices)
    told = wrapped(server, account, posts, [update])
    told.users += [render.user(server.world, one, account.id) for one in about]
    for key in server.keys_of(account):
        server.push(key, told)
    server.changed()


def state(account: Account, pts: int | None = None) -> Any:
    facts = {"pts": pts or account.box.pts, "qts": len(account.notices)}
    return make(types.updates.State, date=int(time.time()), seq=0, **facts)


def difference(
    server: "Telegram", account: Account, pts: int, qts: int = 0, date: int | None = None
) -> Any:
    """Everything in the account's own box after `pts`, what `qts` counts, and which channels have
    something that was said since `date`."""
    box = account.box
    events = [event for event in box.events if event.pts > pts]
    notices = account.notices[qts:] if qts >= 0 else []
    told, more = events[:SLICE], len(events) > SLICE
    news = {} if more or not date else busy_channels(server, account, date)
    if not events and not notices and not news:
        return make(types.updates.DifferenceEmpty, date=int(time.time()))
    facts = contents(server, account, box, told)
    facts["other_updates"] += [*notices, *news.values()]
    facts["chats"] += render.channels(server.world, account.id, news)
    if more:
        there = state(account, told[-1].pts)
        return make(types.updates.DifferenceSlice, intermediate_state=there, **facts)
    return make(types.updates.Difference, state=state(account), **facts)


def busy_channels(server: "Telegram", account: Account, date: int) -> dict[int, Any]:
    """The channels with messages for this account since `date`, and the update that says so, with
    the place from which a client fetches that does not know the channel. Source:
    core.telegram.org/constructor/updateChannelTooLong."""
    found = {}
    for number, channel in server.world.channels.items():
        box = channel.box
        if account not in readers(server, box) or channel.is_basic:
            continue
        heard = (event for event in box.events if since(box, event, date))
        first = next((e for e in heard if hearing.of(server.world, account, box, e).ids), None)
        if first is not None:
            place = place_before(first)
            found[number] = types.UpdateChannelTooLong(channel_id=number, pts=place)
    return found


def place_before(event: Event) -> int | None:
    return event.pts - len(event.ids)


def since(box: Box, event: Event, date: int) -> bool:
    """Whether an event is a message that was sent since then."""
    return event.kind == "new" and any(
        box.posts[n].date >= date for n in event.ids if n in box.posts
    )


def channel_difference(server: "Telegram", account: Account, box: Box, pts: int) -> Any:
    heard = [hearing.of(server.world, account, box, e) for e in box.events if e.pts > pts]
    events = [event for event in heard if event.ids]
    if not events:
        return make(types.updates.ChannelDifferenceEmpty, pts=box.pts, final=True)
    facts = contents(server, account, box, events)
    return make(types.updates.ChannelDifference, pts=box.pts, final=True, **facts)


def contents(server: "Telegram", account: Account, box: Box, events: list[Event]) -> dict[str, Any]:
    """New messages as they are now; edits and deletions as updates."""
    new = posts_of(box, [event for event in events if event.kind == "new"])
    other = [event for event in events if event.kind != "new"]
    posts = posts_of(box, events)
    return {
        "new_messages": [
            render.message(server.world, server.vault, post, box, account.id) for post in new
        ],
        "other_updates": [
            update for e in other for update in as_updates(server, box, e, viewer=account.id)
        ],
        "users": render.people(server.world, account.id, posts),
        "chats": render.chats(server.world, account.id, posts),
    }
