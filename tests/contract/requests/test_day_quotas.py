"""What one person is brought in a day: links, entries of lists and bytes, by what they are to the
bot."""

from dataclasses import dataclass, field

import pytest

from procs.records.job import Ask, Lane, Link, Person
from procs.store.jobs import outcomes
from procs.store.modes import bot_members
from procs.store.modes.day_quota import DayQuota, UserKind
from procs.store.people import users
from procs.store.requests import lists, requests
from procs.store.requests.allowances import DAY_FULL, DAY_HEAVY, DAY_SHORT, Allowance, room
from tests.contract.conftest import Desk

DAY = 24 * 3600.0


@dataclass(frozen=True)
class Daily(Allowance):
    """Four links a day for everybody, six for members, no end for admins."""

    quotas: dict[UserKind, DayQuota] = field(
        default_factory=lambda: {
            UserKind.EVERYBODY: DayQuota(4),
            UserKind.MEMBER: DayQuota(6),
            UserKind.ADMIN: DayQuota(),
        }
    )

    def of_day(self, kind: UserKind) -> DayQuota:
        return self.quotas[kind]


FOUR = Daily(most=50, entries=50)


def asks(
    desk: Desk, *names: str, wish: str = "best", user: int = 1, allowance: Allowance = FOUR
) -> list[str]:
    users.remember(desk.db, Person(user), now=desk.clock.now())
    desk.messages += 1
    found = [Ask(user, user, desk.messages, n, desk.link(one, wish)) for n, one in enumerate(names)]
    done = requests.submit(desk.db, found, now=desk.clock.now(), allowance=allowance)
    return [one.outcome for one in done]


def brings(desk: Desk) -> None:
    """The next download in line comes and is delivered."""
    worker, name, now = desk.worker(), "a", desk.clock.now
    (fetch,) = desk.claim(worker)
    outcomes.finish_download(desk.db, fetch, desk.media(name), keys=set(), now=now())
    (lease,) = desk.claim(worker, lane=Lane.LIGHT)
    outcomes.finish_delivery(desk.db, lease, lease.delivery.request, worker="w00-1", now=now())


def spread(desk: Desk, count: int) -> list[Link]:
    (look,) = desk.claim(desk.worker(), lane=Lane.LOOK)
    found = [(n, desk.link(f"entry-{n}")) for n in range(1, count + 1)]
    facts = {"title": "A list", "allowance": FOUR}
    lists.spread(desk.db, look, found, **facts, now=desk.clock.now())
    rows = desk.db.all("SELECT url, site, key FROM requests WHERE parent IS NOT NULL ORDER BY id")
    return [Link(*row) for row in rows]


def test_what_is_on_the_way_counts_and_the_rest_of_a_message_is_left_out(desk: Desk) -> None:
    assert asks(desk, *"abc") == ["queued"] * 3
    assert asks(desk, *"de") == ["queued", DAY_FULL]


def test_what_failed_counts_for_nothing(desk: Desk) -> None:
    asks(desk, *"abcd")
    (lease,) = desk.claim(desk.worker())
    outcomes.fail(desk.db, lease, error="gone", say="failed-gone", now=desk.clock.now())
    assert asks(desk, *"ef") == ["queued", DAY_FULL]


def test_members_and_admins_have_quotas_of_their_own(desk: Desk) -> None:
    allowance = Daily(most=50, owners=frozenset({9}))
    bot_members.add(desk.db, 2, by=9, now=desk.clock.now())
    names = [str(n) for n in range(8)]
    assert asks(desk, *names, user=1, allowance=allowance).count("queued") == 4
    assert asks(desk, *names, user=2, allowance=allowance).count(DAY_FULL) == 2
    assert DAY_FULL not in asks(desk, *names, user=9, allowance=allowance)


def test_a_list_brings_as_many_entries_as_are_left_of_the_day(desk: Desk) -> None:
    asks(desk, "a")
    asks(desk, "list", wish="best#all")
    assert len(spread(desk, 9)) == 3
    (told,) = desk.db.all("SELECT found FROM requests WHERE variant = 'best#all'")
    assert '"next":4' in told[0].replace(" ", "")
    assert asks(desk, "b") == [DAY_FULL]


def test_a_list_that_was_taken_brings_one_entry_at_least(desk: Desk) -> None:
    asks(desk, *"abc")
    asks(desk, "list", wish="best#all")
    assert len(spread(desk, 9)) == 1


@pytest.mark.parametrize(("chosen", "why"), [(3, ""), (4, DAY_SHORT)])
def test_chosen_entries_are_taken_together_or_not_at_all(desk: Desk, chosen: int, why: str) -> None:
    asks(desk, "a")
    left = room(desk.db, 1, FOUR, now=desk.clock.now())
    assert left.refuses(Ask(1, 1, 9, 0, desk.link("list", "best#1-4")), entries=chosen) == why


def test_bytes_of_a_day_end_it_too(desk: Desk) -> None:
    heavy = Daily(most=50, quotas={UserKind.EVERYBODY: DayQuota(0, 1)})
    assert asks(desk, "a", allowance=heavy) == ["queued"]
    brings(desk)
    assert asks(desk, "b", allowance=heavy) == [DAY_HEAVY]
    desk.clock.skip(DAY)
    assert asks(desk, "c", allowance=heavy) == ["queued"]
