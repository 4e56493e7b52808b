"""A trouble looks again for somebody whom it can befall, and says when this machine has none."""

import pytest

from tests.chaos.plan import Plan, Trouble
from tests.chaos.storm import TRIES, Storm
from tests.chaos.storm_stack import StormStack
from tests.chaos.troubles import kinds
from tests.chaos.troubles.trouble_parts import Impossible, Kind, Unmet

PLAN = Plan(people=1, deliveries=1, troubles=1, films=1, every=1.0)
DARK = Trouble("dark", 0.0, 1)


@pytest.fixture
def storm(tmp_path, monkeypatch):
    """One in which nobody is there to ask."""
    found = Storm(StormStack(tmp_path), PLAN)
    found.asks = []

    async def ask_one(number: int, deed: str) -> None:
        found.asks.append(deed)

    monkeypatch.setattr(found, "ask_one", ask_one)
    return found


@pytest.mark.parametrize(
    ("error", "asks", "unmet", "impossible"),
    [
        (Unmet("nobody"), TRIES - 1, {"dark": 1}, {}),
        (Impossible("it needs light"), 0, {}, {"dark": "it needs light"}),
    ],
)
async def test_who_finds_nobody_looks_again_while_somebody_asks(
    storm, monkeypatch, error, asks, unmet, impossible
):
    async def play(*_: object) -> None:
        raise error

    monkeypatch.setitem(kinds.KINDS, "dark", Kind(play, 1))
    await storm.befall(DARK)
    assert storm.asks == ["stream"] * asks
    assert (storm.times.unmet, storm.times.impossible) == (unmet, impossible)
