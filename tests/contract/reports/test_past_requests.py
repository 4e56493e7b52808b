"""What a person asked for lately, and what of it can be sent again at once."""

from procs.store.media import references
from procs.store.reports import past_requests
from tests.contract.conftest import Desk
from tests.contract.reports.test_personal_data import delivered
from tests.contract.reports.test_pruner import fails

ME, OTHER = 7, 8


def test_what_was_got_and_what_failed_comes_newest_first(desk: Desk) -> None:
    got = delivered(desk, ME, "got")
    delivered(desk, OTHER, "theirs")
    fails(desk, ME, 1)
    desk.asks(ME, "runs")

    past = past_requests.latest(desk.db, ME)

    assert [(one.state, one.kept) for one in past] == [("failed", False), ("delivered", True)]
    assert past[1].request == got
    assert past[1].at > 0


def test_what_is_no_longer_kept_must_be_fetched_again(desk: Desk) -> None:
    delivered(desk, ME, "got")
    references.forget_link(desk.db, "url:got")

    assert [one.kept for one in past_requests.latest(desk.db, ME)] == [False]


def test_no_more_than_the_latest_are_shown(desk: Desk) -> None:
    requests = [delivered(desk, ME, name) for name in "abcde"]

    assert [one.request for one in past_requests.latest(desk.db, ME, most=3)] == requests[:1:-1]
