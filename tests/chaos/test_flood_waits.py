"""Each flood wait of a storm has a cause, or is the bot's fault."""

import pytest

from tests.chaos.flood_waits import BUSY, EDIT, ENDS, FELT, ORDERED, FloodWaits

FULL = "30 messages.send* in 1 s: 29 messages.SendMedia ok, 1 messages.SendMessage ok"


def refused(at: float = 100.0, *, bunched: bool = True, beside: str = FULL) -> dict[str, object]:
    facts = {"method": "messages.SendMedia", "result": "FLOOD_WAIT_1", "peer": 7, "age": 0.5}
    return {**facts, "at": at, "bunched": bunched, "beside": beside}


@pytest.mark.parametrize(
    ("spans", "cause"),
    [
        ({"telegram slow": [(95.0, 101.0)]}, "telegram slow"),
        ({"telegram slow": [(95.0, 101.0)], "stop worker": [(98.0, 99.0)]}, "stop worker"),
        ({"telegram slow": [(95.0, 99.0 - FELT)]}, BUSY),
        ({"site slow": [(95.0, 101.0)]}, BUSY),
    ],
)
def test_what_came_together_though_it_was_written_apart_is_the_troubles(spans, cause):
    waits = FloodWaits()
    waits.judge([refused()], [], spans)
    assert dict(waits.by_cause) == {f"messages.SendMedia bunched by {cause}": 1}
    assert waits.unexplained == []


def test_what_was_written_together_is_unexplained_whatever_happened_then():
    waits = FloodWaits()
    waits.judge([refused(bunched=False)], [], {"telegram slow": [(95.0, 101.0)]})
    (words,) = waits.unexplained
    assert words.startswith("messages.SendMedia FLOOD_WAIT_1 in 7")
    assert words.endswith(FULL)


@pytest.mark.parametrize(("beside", "ordered"), [("", 1), (FULL, 0)])
def test_an_ordered_flood_is_nobodys_fault_and_excuses_no_other_wait(beside, ordered):
    waits = FloodWaits()
    waits.judge([refused(bunched=False, beside=beside)], [(99.0, 99.5)], {})
    assert (waits.by_cause[ORDERED], len(waits.unexplained)) == (ordered, 1 - ordered)


def test_last_words_may_meet_the_storms_own_limit_of_edits():
    waits = FloodWaits()
    waits.judge([refused(bunched=False) | {"method": EDIT}], [], {})
    assert (dict(waits.by_cause), waits.unexplained) == ({ENDS: 1}, [])
