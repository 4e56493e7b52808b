"""A group that becomes a supergroup takes its requests and its settings along."""

from dataclasses import replace

from procs.records.job import Ask
from procs.store.people import group_moves, member_roles, preferences
from procs.store.requests import requests, status_columns
from procs.store.requests.allowances import GROUP_FULL, Allowance
from tests.contract.conftest import Desk

OLD, NEW = -77, -1_000_000_000_077


def ask(desk: Desk, message: int, *, chat: int = OLD) -> Ask:
    link = desk.link(str(message))
    return Ask(1, chat, message, 0, link, topic=5, spoken="fa", reaction=True)


def submitted(desk: Desk, *asks: Ask, most: int = 0) -> list[requests.Submitted]:
    allowance = Allowance(group=most)
    return requests.submit(desk.db, asks, now=desk.clock.now(), allowance=allowance)


def moved(desk: Desk) -> int:
    return group_moves.move(desk.db, OLD, NEW, access=9, now=desk.clock.now())


def test_open_requests_are_answered_in_the_new_chat(desk: Desk) -> None:
    (one,) = submitted(desk, ask(desk, 41))
    requests.note_answered(
        desk.db, one.request, message=7, shown="x", shown_at=desk.clock.wall, now=desk.clock.now()
    )
    before = desk.status(one.request)

    assert (moved(desk), moved(desk)) == (1, 0)

    after = desk.status(one.request)
    assert (after.chat, after.chat_access, after.message) == (NEW, 9, -41)
    assert (after.status_message, after.shown) == (None, "")
    assert after.status_random != before.status_random


def test_what_is_over_and_other_groups_stay(desk: Desk) -> None:
    over, other = submitted(desk, ask(desk, 1), ask(desk, 2, chat=-78))
    requests.close(desk.db, over.request, now=desk.clock.now())

    assert moved(desk) == 0
    assert (desk.status(over.request).chat, desk.status(other.request).chat) == (OLD, -78)


def test_settings_move_unless_the_new_chat_has_its_own(desk: Desk) -> None:
    preferences.change_group(desk.db, OLD, "auto", True, now=desk.clock.now())
    moved(desk)
    assert preferences.read_group(desk.db, NEW).auto

    preferences.change_group(desk.db, NEW, "auto", False, now=desk.clock.now())
    preferences.change_group(desk.db, NEW, "quiet", True, now=desk.clock.now())
    preferences.change_group(desk.db, OLD, "form", "mp3", now=desk.clock.now())
    moved(desk)
    assert preferences.read_group(desk.db, NEW).form == "best"


def test_who_is_an_admin_is_asked_again_in_the_new_chat(desk: Desk) -> None:
    now = desk.clock.now()
    member_roles.note(desk.db, OLD, 1, member_roles.ADMIN, now=now)
    moved(desk)
    assert member_roles.read(desk.db, OLD, 1, now=now) == ""


def test_a_role_is_believed_for_a_while_only(desk: Desk) -> None:
    member_roles.note(desk.db, NEW, 1, member_roles.ADMIN, now=desk.clock.now())
    assert member_roles.read(desk.db, NEW, 1, now=desk.clock.now()) == member_roles.ADMIN
    desk.clock.skip(member_roles.BELIEVED[member_roles.ADMIN])
    assert member_roles.read(desk.db, NEW, 1, now=desk.clock.now()) == ""


def test_a_group_has_its_own_limit(desk: Desk) -> None:
    asks = [replace(ask(desk, n), user=n) for n in range(1, 4)]
    done = [submitted(desk, one, most=2)[0].outcome for one in asks]
    assert done == ["queued", "queued", GROUP_FULL]


def test_a_reaction_that_may_be_there_keeps_its_request_until_it_is_gone(desk: Desk) -> None:
    (one,) = submitted(desk, ask(desk, 41))
    status_columns.reacts(desk.db, one.request, status_columns.REACTED)

    requests.cancel_all(desk.db, 1, chat=OLD, before=99, now=desk.clock.now())

    assert not requests.is_closed(desk.db, one.request)
    assert not status_columns.shares_reaction(desk.db, OLD, 41, but=one.request)


def test_an_entry_of_a_list_moves_with_it(desk: Desk) -> None:
    (one,) = submitted(desk, ask(desk, 41))
    entry = replace(ask(desk, 41), ordinal=10_001, parent=one.request, place=1)
    (child,) = submitted(desk, entry)
    moved(desk)
    order = requests.order(desk.db, child.request)
    assert order is not None
    assert (order.chat, order.message, order.topic) == (NEW, -41, 5)
