"""A message that comes again after a restore has the random ids of the first time."""

from pathlib import Path

import pytest

from procs.records.job import Ask
from procs.store.media import deliveries
from procs.store.requests import requests
from tests.contract.conftest import Desk
from tests.contract.place import Place


def planned(desk: Desk, variant: str, ordinal: int = 0) -> list[int]:
    asks = [Ask(7, 7, 41, ordinal, desk.link("a", variant))]
    (made,) = requests.submit(desk.db, asks, now=desk.clock.now())
    return [random for _, random in deliveries.plan(desk.db, made.request, 2)]


@pytest.fixture
def other(tmp_path: Path, clock) -> Desk:
    """A database that knows nothing of the first."""
    return Desk(Place(tmp_path / "other").make().open(), clock)


def test_the_same_link_of_the_same_message_is_sent_under_the_same_ids(desk, other):
    first = planned(desk, "best")

    assert planned(other, "best") == first
    assert len(set(first)) == 2
    other.db.close()


def test_another_form_or_a_second_wish_is_sent_under_others(desk, other):
    first = planned(desk, "best")

    assert not set(planned(other, "mp3")) & set(first)
    assert not set(planned(desk, "best", ordinal=1)) & set(first)
    other.db.close()
