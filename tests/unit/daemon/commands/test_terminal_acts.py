"""What is done at a terminal stands in the audit log, once, and not where it was refused."""

import pytest

from procs.store.admins import audit_log
from procs.store.move import figures
from tests.sandbox.house import house

__all__ = ["house"]


def acts(house):
    found = reversed(audit_log.latest(house.db))
    return [(one.admin, one.action, one.subject, one.was, one.became) for one in found]


@pytest.mark.parametrize(
    ("words", "noted"),
    [
        (["cap", "--all", "9"], ("cap-all", "cap:everybody", "cap usual", "cap 9")),
        (["cap", "5", "3"], ("person-cap", "person:5", "cap usual", "cap 3")),
        (["pause", "--site", "youtube"], ("pause", "site:youtube", "", "paused")),
        (["retry", "1"], ("job-retry", "job:1", "", "again")),
        (["cancel", "2"], ("job-cancel", "job:2", "", "cancelled")),
        (["mode", "light"], ("mode-set", "mode:bot", "normal", "light")),
    ],
)
def test_an_act_is_noted_and_seen_by_the_undo_of_a_move(house, words, noted):
    house.asks(5, "a", "b")
    house.fails()
    before = figures.of_people(house.db)

    assert house.says(*words)[0] == 0

    assert acts(house) == [(0, *noted)]
    assert figures.of_people(house.db) != before


def test_the_end_of_a_pause_is_an_act_of_its_own(house):
    house.says("pause", "--user", "5")
    house.says("resume", "--user", "5")
    assert [one[1] for one in acts(house)] == ["pause", "resume"]


@pytest.mark.parametrize(
    "words", [["cap", "7", "3"], ["cancel", "1"], ["resume"], ["breakers", "--close", "youtube"]]
)
def test_what_is_refused_is_no_act(house, words):
    house.asks(5, "a")
    house.fails()
    assert house.says(*words)[0] == 1
    assert acts(house) == []
