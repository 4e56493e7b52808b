"""Which ways into the bot obey its mode and the lists of hosts: all of them."""

from collections.abc import Callable

import pytest

from procs.records.inline_records import InlineTarget
from procs.records.job import SYSADMIN, Ask, Lane, Person
from procs.store.inline import inline_messages
from procs.store.inline.inline_messages import InlineAsk
from procs.store.media import references
from procs.store.modes import bot_members, bot_modes
from procs.store.modes.bot_modes import Mode
from procs.store.people import users
from procs.store.requests import renewals, requests
from procs.store.requests.allowances import Allowance
from procs.store.requests.requests import Submitted
from procs.store.sites import host_lists
from tests.contract.conftest import Desk
from tests.contract.follows.conftest import FollowDesk

MEMBER, OWNER, ANYBODY = 2, 9, 1
MANY = Allowance(50, 50, owners=frozenset({OWNER}))


def sent(desk: Desk, user: int, wish: str = "best") -> Submitted:
    """A link in a message."""
    users.remember(desk.db, Person(user), now=desk.clock.now())
    desk.messages += 1
    ask = Ask(user, user, desk.messages, 0, desk.link("a", wish))
    return requests.submit(desk.db, [ask], now=desk.clock.now(), allowance=MANY)[0]


def renewed(desk: Desk, user: int, wish: str = "best") -> Submitted:
    """A button under a media: the same once more."""
    users.remember(desk.db, Person(user), now=desk.clock.now())
    ask = Ask(user, user, 77, 0, desk.link("a"))
    return renewals.renew(desk.db, ask, wish, allowance=MANY, now=desk.clock.now())


def inline(desk: Desk, user: int, wish: str = "best") -> Submitted:
    """A result that was chosen in any chat."""
    target = InlineTarget(2, 5, 6, 1)
    choice = InlineAsk(Person(user, "fa", "Ali", 99), target, desk.link("a", wish), "token", "bot")
    users.remember(desk.db, Person(user), now=desk.clock.now())
    return inline_messages.accept(desk.db, choice, allowance=MANY, now=desk.clock.now())


Way = Callable[[Desk, int, str], Submitted]
WAYS = pytest.mark.parametrize("way", [sent, renewed, inline])


def switch(desk: Desk, mode: Mode, seconds: float | None = None) -> None:
    now = desk.clock.now()
    until = now.wall + seconds if seconds is not None else None
    bot_modes.set_by_hand(desk.db, mode, until=until, admin=9, why="moving", now=now)


@WAYS
@pytest.mark.parametrize(
    ("mode", "served"),
    [(Mode.CLOSED, {OWNER}), (Mode.MEMBERS, {OWNER, MEMBER}), (Mode.KEPT, set())],
)
def test_a_mode_serves_whom_it_names_by_every_way(
    desk: Desk, way: Way, mode: Mode, served: set[int]
) -> None:
    bot_members.add(desk.db, MEMBER, by=9, now=desk.clock.now())
    switch(desk, mode, seconds=60)
    for user in (ANYBODY, MEMBER, OWNER):
        done = way(desk, user, "best")
        assert (user, bool(done.request)) == (user, user in served)
        if not done.request:
            assert (done.outcome, done.reason, bool(done.until)) == (f"mode-{mode}", "moving", True)


@WAYS
def test_what_is_kept_comes_in_that_mode_by_every_way(desk: Desk, way: Way) -> None:
    references.save(desk.db, desk.media("a"), keys={"url:a"}, now=desk.clock.now())
    switch(desk, Mode.KEPT)
    assert way(desk, ANYBODY, "best").outcome == "cached"


@WAYS
@pytest.mark.parametrize(
    ("mode", "wish", "form"),
    [
        (Mode.LIGHT, "best", "720p"),
        (Mode.LIGHT, "1080p", "720p"),
        (Mode.LIGHT, "480p", "480p"),
        (Mode.LIGHT, "mp3", "mp3"),
        (Mode.SOUND, "1080p", "audio"),
        (Mode.SOUND, "mp3", "mp3"),
    ],
)
def test_the_form_is_that_of_the_mode_by_every_way(
    desk: Desk, way: Way, mode: Mode, wish: str, form: str
) -> None:
    switch(desk, mode)
    done = way(desk, ANYBODY, wish)
    (lease,) = desk.claim(desk.worker())
    order = requests.order(desk.db, done.request)
    assert order is not None
    assert (lease.link.variant, order.variant) == (form, form)


@WAYS
def test_a_blocked_host_is_refused_by_every_way_with_the_reason(desk: Desk, way: Way) -> None:
    now = desk.clock.now()
    host_lists.put(desk.db, "example", allowed=False, reason="no deal", admin=9, now=now)
    done = way(desk, OWNER, "best")
    assert (done.request, done.outcome, done.reason) == (0, "host-blocked", "no deal")


@pytest.mark.parametrize("mode", [Mode.CLOSED, Mode.MEMBERS, Mode.KEPT])
def test_news_of_a_list_wait_for_the_end_of_the_mode(desk: Desk, mode: Mode) -> None:
    follows = FollowDesk(desk, desk.worker())
    follows.follow(ANYBODY)
    follows.looks("old")
    follows.later()
    follows.looks("old", "new")
    switch(desk, mode, seconds=3600)
    assert follows.brings() == 0
    follows.later(3700)
    assert follows.brings() == 1
    assert follows.brought(ANYBODY) == ["new"]


def test_news_on_a_blocked_host_are_left_out_and_those_behind_them_come(desk: Desk) -> None:
    follows = FollowDesk(desk, desk.worker())
    follows.follow(ANYBODY)
    follows.looks("old")
    follows.later()
    follows.looks("old", "new")
    host_lists.put(desk.db, "site.example", allowed=False, reason="", admin=9, now=desk.clock.now())
    assert (follows.brings(), follows.brings()) == (0, 0)
    host_lists.drop(desk.db, "site.example")
    assert (follows.brings(), follows.brought(ANYBODY)) == (0, [])


def test_a_mode_by_hand_ends_by_itself_and_the_systems_goes_on_beneath(desk: Desk) -> None:
    bot_modes.set_by_system(desk.db, Mode.LIGHT, why="memory", now=desk.clock.now())
    switch(desk, Mode.CLOSED, seconds=60)
    assert sent(desk, ANYBODY).outcome == "mode-closed"
    desk.clock.skip(61)
    done = sent(desk, ANYBODY)
    order = requests.order(desk.db, done.request)
    assert order is not None
    assert order.variant == "720p"


def test_the_sysadmins_own_fetch_is_done_in_every_mode(desk: Desk) -> None:
    switch(desk, Mode.CLOSED)
    ask = Ask(SYSADMIN, 0, 5, 0, desk.link("a"), folder=True)
    (done,) = requests.submit(desk.db, [ask], now=desk.clock.now())
    assert done.outcome == "queued"
    assert desk.claim(desk.worker(), lane=Lane.HEAVY)
