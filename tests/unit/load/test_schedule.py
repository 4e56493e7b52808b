"""The plan of a load: who comes when, drawn before anybody comes."""

from dataclasses import replace
from itertools import pairwise

import pytest

from bench.load import crowd, scenario, schedule
from bench.load.scenario import HOURS, BadScenario, Burst, Scenario, judge_room, room

STEADY = Scenario("steady", seconds=400, per_second=5)


def test_the_same_seed_draws_the_same_plan_and_another_seed_another():
    assert schedule.asks(STEADY) == schedule.asks(STEADY)
    assert schedule.asks(STEADY) != schedule.asks(replace(STEADY, seed=2))


def test_people_come_at_the_rate_that_was_asked_for_and_in_order():
    due = [ask.at for ask in schedule.asks(STEADY)]

    assert due == sorted(due)
    assert 1850 < len(due) < 2150
    assert 0 <= due[0] <= due[-1] < STEADY.seconds


def test_a_curve_brings_more_people_at_its_peak_and_none_at_its_zero():
    curve = (0.0,) * 12 + (2.0,) * 12
    day = replace(STEADY, curve=curve, day=STEADY.seconds)

    due = [ask.at for ask in schedule.asks(day)]

    hour = STEADY.seconds / HOURS
    assert not [at for at in due if at < 11 * hour]
    assert len([at for at in due if at > 12 * hour]) > 1700


def test_a_burst_comes_evenly_within_its_time_whatever_else_comes():
    due = schedule.instants(
        Scenario("b", seconds=9, bursts=(Burst(2, 100, 1),)), schedule.random.Random(1)
    )

    assert (len(due), due[0]) == (100, 2)
    assert max(b - a for a, b in pairwise(due)) == pytest.approx(0.01)


def test_the_shares_of_kinds_and_deeds_are_kept():
    kinds, deeds = {"known": 60, "film": 40}, {"cancel": 0.1, "press": 0.1, "join": 0.1}
    plan = schedule.asks(replace(STEADY, kinds=kinds, deeds=deeds))

    known = [ask for ask in plan if ask.kind == "known"]
    films = [ask for ask in plan if ask.kind == "film"]

    assert 0.55 < len(known) / len(plan) < 0.65
    assert {ask.deed for ask in known} == {""}
    for deed in deeds:
        assert 0.05 < len([ask for ask in films if ask.deed == deed]) / len(films) < 0.15


def test_who_joins_asks_for_what_another_just_asked_for():
    plan = schedule.asks(replace(STEADY, deeds={"join": 0.3}))
    seen: set[int] = set()

    for ask in plan[1:]:
        if ask.deed == "join":
            assert ask.number in seen | {plan[0].number}
        seen.add(ask.number)


def test_nobody_joins_what_they_asked_for_themselves():
    plan = schedule.asks(replace(STEADY, people=3, deeds={"join": 0.5}))

    asked = [(ask.person, ask.number) for ask in plan]

    assert [ask for ask in plan if ask.deed == "join"]
    assert len(set(asked)) == len(asked)


def test_nobody_asks_again_for_a_known_link_that_may_be_on_its_way():
    """The bot answers it once, and does so as it should."""
    often = replace(STEADY, people=5, drain=5, kinds={"known": 1})
    again = replace(often, known_links=1)

    plan = schedule.asks(often)

    asked: dict[tuple[int, int], float] = {}
    for ask in plan:
        assert ask.at - asked.get((ask.person, ask.number), -9) > often.drain
        asked[ask.person, ask.number] = ask.at
    assert {ask.number for ask in schedule.asks(again)} == {0}


def test_who_asks_for_a_known_link_may_block_the_bot():
    known = replace(STEADY, kinds={"known": 1}, deeds={"cancel": 0.2, "block": 0.3})
    plan = schedule.asks(known)

    blocks = [ask for ask in plan if ask.deed == "block"]

    assert 0.25 < len(blocks) / len(plan) < 0.35
    assert {ask.deed for ask in plan} == {"", "block"}


@pytest.mark.parametrize("seconds", [2.5, 100])
def test_nobody_comes_after_the_seconds_also_not_of_a_burst(seconds):
    played = Scenario("b", seconds=9, bursts=(Burst(2, 100, 10),)).shortened(seconds, 1.0)

    due = [ask.at for ask in schedule.asks(played)]

    assert due
    assert max(due) < played.seconds


@pytest.mark.parametrize("name", scenario.names())
def test_a_kept_scenario_can_be_read_and_drawn_and_shortened(name):
    whole = scenario.read(name)

    short = schedule.asks(whole.shortened(30, 0.1))

    assert 0 < len(short) < len(schedule.asks(whole)) or len(short) < 60
    assert all(ask.at <= 30 for ask in short)
    assert all(ask.person < max(1, round(whole.people * 0.1)) for ask in short)


def test_all_scenarios_of_the_issue_are_kept():
    assert {"c1", "c2", "c3", "advert", "burst", "edge", "hostile"} <= set(scenario.names())


def test_a_folder_without_room_for_a_run_is_named(tmp_path, monkeypatch):
    judge_room(tmp_path, STEADY)
    monkeypatch.setattr(scenario, "ROOM", 1 << 60)
    with pytest.raises(BadScenario, match=f"{tmp_path} has .* MiB free.*TMPDIR"):
        judge_room(tmp_path, STEADY)


def test_large_films_need_room_for_all_that_are_downloaded_at_once():
    sizes = {"1400000": 9.0, "1900000000": 1.0, "2000000000": 0.0}
    large = replace(STEADY, sizes=sizes, settings={"max_concurrent_downloads": "64"})

    assert room(large) - room(replace(large, sizes={"1": 1.0})) >= 2 * 64 * 1_899_999_999
    assert room(STEADY) < 2 << 30


def test_known_links_have_their_sizes_by_the_shares():
    """A tenth of large films were half of the known ones, and every second of them."""
    sizes = {"1400000": 9.0, "20000000": 1.0}
    mixed = replace(STEADY, sizes=sizes, kinds={"known": 1.0}, known_links=1000)

    large = [number for number in range(1000) if schedule.known_size(mixed, number) > 1_400_000]
    asked = schedule.asks(replace(mixed, sizes={**sizes, "5": 0.0}))

    assert 95 <= len(large) <= 105
    assert 0.05 < len([ask for ask in asked if ask.size > 1_400_000]) / len(asked) < 0.15
    assert all(ask.size == crowd.known(mixed, ask.number).size for ask in asked)


@pytest.mark.parametrize("seconds", [100.0, 300.0, 480.0, 700.0])
def test_as_many_as_the_hours_of_a_curve_bring_are_expected(seconds):
    """An hour of its morning is not one of its mean."""
    curve = (0.1,) * 18 + (4.0,) * 6
    played = Scenario("x", seconds, seed=2, day=480, per_second=20, curve=curve)

    count = len(schedule.asks(played))

    assert scenario.coming(played) == pytest.approx(count, rel=0.1, abs=60)
