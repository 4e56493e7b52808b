"""How much one person may have on the way, and how often they are told the same."""

import pytest

from procs.records.job import Ask, Lane
from procs.store.people import repeat_tallies, users
from procs.store.people.repeat_tallies import Tally
from procs.store.requests import lists, requests
from procs.store.requests.allowances import FULL, LISTS_FULL, Allowance
from procs.store.requests.requests import Submitted
from tests.contract.conftest import Clock, Desk

THREE = Allowance(most=3, entries=2)


def asks(
    desk: Desk, *names: str, user: int = 1, wish: str = "best", message: int = 0
) -> list[Submitted]:
    users.remember(desk.db, users.Person(user), now=desk.clock.now())
    desk.messages += 1
    found = [
        Ask(user, user, message or desk.messages, n, desk.link(name, wish))
        for n, name in enumerate(names)
    ]
    return requests.submit(desk.db, found, now=desk.clock.now(), allowance=THREE)


def outcomes(found: list[Submitted]) -> list[str]:
    return [one.outcome for one in found]


def test_what_is_beyond_the_limit_is_not_kept(desk: Desk) -> None:
    assert outcomes(asks(desk, *"abcde")) == ["queued"] * 3 + [FULL] * 2
    assert outcomes(asks(desk, "f")) == [FULL]

    assert len(desk.open_statuses()) == 3


def test_each_person_has_an_allowance_of_their_own(desk: Desk) -> None:
    asks(desk, *"abc")

    assert outcomes(asks(desk, "d", user=2)) == ["queued"]


def test_a_message_that_is_heard_again_is_known_whatever_is_on_the_way(desk: Desk) -> None:
    asks(desk, *"abc", message=70)

    assert outcomes(asks(desk, *"abc", message=70)) == ["again"] * 3


@pytest.mark.parametrize("most", [0, 99])
def test_without_a_limit_there_is_none(desk: Desk, most: int) -> None:
    found = [Ask(1, 1, 5, n, desk.link(str(n))) for n in range(20)]

    done = requests.submit(desk.db, found, now=desk.clock.now(), allowance=Allowance(most, 50))

    assert {one.outcome for one in done} == {"queued"}


def spread(desk: Desk, entries: int) -> None:
    (look,) = desk.claim(desk.worker(), lane=Lane.LOOK)
    found = [(n, desk.link(f"{look.job}-{n}")) for n in range(1, entries + 1)]
    lists.spread(desk.db, look, found, title="A list", now=desk.clock.now())


def test_a_list_counts_as_one_whatever_it_holds(desk: Desk) -> None:
    asks(desk, "list", wish="best#all")
    spread(desk, 200)

    assert outcomes(asks(desk, *"abc")) == ["queued", "queued", FULL]


def test_another_list_is_taken_once_less_than_the_limit_is_left_of_the_first(desk: Desk) -> None:
    asks(desk, "list", wish="best#all")
    spread(desk, 4)
    assert outcomes(asks(desk, "second", wish="best#all")) == [LISTS_FULL]

    entries = desk.db.all("SELECT id FROM requests WHERE parent IS NOT NULL")
    with desk.db.write():
        for (entry,) in entries[:2]:
            desk.db.change(
                "UPDATE requests SET state = 'delivered', ended_at = 1 WHERE id = :id",
                {"id": entry},
            )

    assert outcomes(asks(desk, "second", wish="best#all")) == ["queued"]


def test_lists_that_nobody_has_read_count_as_what_they_may_hold(desk: Desk) -> None:
    found = asks(desk, *"abc", wish="best#all")

    assert outcomes(found) == ["queued", "queued", LISTS_FULL]


def test_cancelling_all_ends_a_chats_requests_and_closes_those_nobody_was_told_of(
    desk: Desk, clock: Clock
) -> None:
    asks(desk, "a", message=10)
    asks(desk, "b", message=20)
    requests.note_answered(
        desk.db, 1, message=50, shown="In line", shown_at=clock.wall, now=clock.now()
    )
    asks(desk, "c", user=2)

    assert requests.cancel_all(desk.db, 1, chat=1, before=99, now=clock.now()) == 2

    rows = desk.db.all("SELECT id, state, closed_at IS NOT NULL FROM requests ORDER BY id")
    assert rows == [(1, "cancelled", 0), (2, "cancelled", 1), (3, "open", 0)]
    assert desk.db.all("SELECT COUNT(*) FROM jobs WHERE state < 20") == [(1,)]


def test_cancelling_all_closes_no_link_apart_from_the_message_that_speaks_of_it(
    desk: Desk, clock: Clock
) -> None:
    asks(desk, *"ab")
    requests.note_answered(
        desk.db, 1, message=50, shown="In line", shown_at=clock.wall, now=clock.now()
    )

    assert requests.cancel_all(desk.db, 1, chat=1, before=99, now=clock.now()) == 2

    assert desk.db.all("SELECT closed_at FROM requests") == [(None,), (None,)]


def test_cancelling_all_leaves_what_was_asked_for_later(desk: Desk, clock: Clock) -> None:
    asks(desk, "a", message=10)
    asks(desk, "b", message=20)

    assert requests.cancel_all(desk.db, 1, chat=1, before=20, now=clock.now()) == 1
    assert requests.cancel_all(desk.db, 1, chat=7, before=99, now=clock.now()) == 0


def test_a_tally_counts_for_a_minute_and_ends_once(desk: Desk, clock: Clock) -> None:
    counts = [repeat_tallies.note(desk.db, 1, "hint", now=clock.now()) for _ in range(3)]
    repeat_tallies.note(desk.db, 1, "refused", count=20, now=clock.now())
    assert counts == [1, 2, 3]
    assert repeat_tallies.take_ended(desk.db, now=clock.now()) == []
    clock.skip(repeat_tallies.MINUTE)

    found = repeat_tallies.take_ended(desk.db, now=clock.now())

    assert sorted(found, key=str) == [Tally(1, "hint", 3), Tally(1, "refused", 20)]
    assert repeat_tallies.take_ended(desk.db, now=clock.now()) == []
    assert repeat_tallies.note(desk.db, 1, "hint", now=clock.now()) == 1


def test_a_message_that_comes_again_keeps_its_place_in_the_minute(desk: Desk, clock: Clock) -> None:
    def count(message: str) -> int:
        return repeat_tallies.note(desk.db, 1, "hint", message=message, now=clock.now())

    assert [count("7/1/0"), count("7/2/0"), count("7/1/0"), count("7/3/0")] == [1, 2, 1, 3]
    clock.skip(repeat_tallies.MINUTE)

    found = repeat_tallies.take_ended(desk.db, now=clock.now())

    assert found == [Tally(1, "hint", 3)]
    assert desk.db.all("SELECT kind FROM tallies") == []


def test_a_flood_has_no_row_for_each_of_its_messages(desk: Desk, clock: Clock) -> None:
    for number in range(50):
        repeat_tallies.note(desk.db, 1, "hint", message=f"7/{number}/0", now=clock.now())

    rows = desk.db.all("SELECT count(*) FROM tallies")[0][0]
    assert rows == 1 + repeat_tallies.PLACES
