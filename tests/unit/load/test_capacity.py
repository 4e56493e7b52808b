"""The capacity report: how a rate is found, which figures have goals, and the page's own form."""

import argparse
import json
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bench.load import (
    capacity,
    capacity_goals,
    capacity_page,
    capacity_rates,
    scenario,
    schedule,
    summary,
)
from bench.load.capacity import Capacity
from bench.load.scenario import Burst
from tests.source import ROOT
from tests.unit.load.test_pages import measured, result

PAGE = ROOT / "docs" / "capacity.md"


class Ladder(Capacity):
    """One whose runs are good up to a rate."""

    def __init__(self, out: Path, carries: float) -> None:
        super().__init__(out, 10, 1)
        self.carries = carries
        self.tried: list[float] = []

    def plays(self, name: str, played: Any, cores: float | None = None) -> dict[str, Any]:
        self.tried.append(played.per_second)
        return result(played.per_second, answer=0.1 if played.per_second <= self.carries else 3.0)


@pytest.mark.parametrize(("carries", "best"), [(13, 12), (100, 24), (1, 0), (14, 14)])
def test_the_highest_rate_is_found_by_few_tries(tmp_path, carries, best):
    ladder = Ladder(tmp_path, carries)

    steps = ladder.ladder(2.0)

    assert capacity_rates.best(steps) == best
    assert len(ladder.tried) <= 4
    rates = [one["scenario"]["per_second"] for one in steps]
    assert rates == sorted(rates)


def test_the_rates_of_half_a_core_and_of_two_are_the_same_and_end_at_what_the_product_sends(
    tmp_path,
):
    half, two = (Ladder(tmp_path, 100) for _ in range(2))

    half.ladder(0.5)
    two.ladder(2.0)

    assert half.tried == two.tried
    assert 0.9 * capacity_rates.SENT < max(two.tried) < capacity_rates.SENT


def test_a_rate_whose_answers_come_later_and_later_is_too_much(tmp_path):
    step = Capacity(tmp_path, 25, 1).step(20, 2.0)

    on_time, behind = (
        summary.result("rate", step, both(measured(later=later))) for later in (0.0, 0.06)
    )

    assert on_time["good"]
    assert behind["missed"].keys() == {"answer_drift_s"}


def both(run: dict[str, Any]) -> dict[str, Any]:
    """A run in which films are as late as answers."""
    for table in ("latency", "points"):
        run[table]["film"] = run[table]["answer"]
    return run


def test_no_rate_is_tried_when_the_time_is_over(tmp_path):
    ladder = Ladder(tmp_path, 13)
    ladder.end = 0.0

    assert ladder.ladders([1.0, 2.0]) == {}


class Failing(Capacity):
    """One of whose runs some end without a result."""

    def __init__(self, out: Path, *failing: str) -> None:
        super().__init__(out, 2, 1)
        self.failing = failing

    def measures(self, played: Any, cores: float | None) -> dict[str, Any]:
        if any(word in played.title for word in self.failing):
            raise ExceptionGroup("", [ConnectionError("the loopback Telegram is gone")])
        return both(measured())


def test_a_run_that_fails_is_a_row_and_the_others_go_on(tmp_path):
    series = Failing(tmp_path, "Burst")

    results = series.scenarios(["burst", "edge"])

    page = capacity_page.page(results, {}, 2, 1, failed=series.failed)
    assert [one["name"] for one in results] == ["edge"]
    row = "| Burst: 500 in a second | – | – | – | – | – | – | – | – | ended without a result: the"
    assert row in page
    rows = [line for line in page.splitlines() if line.startswith("| Burst") or "| played" in line]
    assert len({line.count("|") for line in rows}) == 1


def test_a_try_that_fails_ends_the_search_and_keeps_what_was_found(tmp_path):
    steps = Failing(tmp_path, "18 a second").ladders([1.0, 2.0])

    assert {cores: [one["name"] for one in found] for cores, found in steps.items()} == {
        1.0: ["rate-1-12"],
        2.0: ["rate-2-12"],
    }


def test_a_mistake_in_a_run_ends_the_series(tmp_path):
    class Wrong(Failing):
        def measures(self, played: Any, cores: float | None) -> dict[str, Any]:
            raise KeyError("at")

    with pytest.raises(KeyError):
        Wrong(tmp_path).scenarios(["burst"])


def test_a_series_of_more_messages_than_can_be_drawn_says_so(tmp_path):
    series = Capacity(tmp_path, 2, 1e308)

    assert series.scenarios(["burst"]) == []
    assert "are too many" in series.failed["Burst: 500 in a second"]


def test_a_scenario_in_a_file_is_kept_under_the_name_of_the_file(tmp_path):
    mine, out = tmp_path / "evenings" / "mine.toml", tmp_path / "out"
    mine.parent.mkdir()
    out.mkdir()
    mine.write_text('title = "x"\nseconds = 1\nper_second = 3')

    Failing(out).scenarios([str(mine)])

    assert sorted(path.name for path in out.iterdir()) == ["mine.html", "mine.json"]


def test_a_scenario_of_few_people_is_not_shortened_to_nothing_that_can_be_judged(tmp_path):
    series = capacity.Capacity(tmp_path, 30.0, 1.0)
    rare, busy, burst = map(scenario.read, ("c2", "c3", "burst"))

    kinds = {ask.kind for ask in schedule.asks(rare.shortened(series.span(rare), 1.0))}

    assert {"known", "film"} <= kinds
    assert series.span(busy) == series.span(burst) == 30.0


def test_a_brief_series_is_half_a_minute_of_each_scenario_that_has_a_goal(tmp_path):
    asked = {"seconds": None, "scale": 1.0, "out": tmp_path, "scenarios": None}
    asked["go_on"] = False

    brief, names = capacity.series(argparse.Namespace(brief=True, **asked))
    whole, every = capacity.series(argparse.Namespace(brief=False, **asked))

    assert (brief.seconds, brief.tries) == (30.0, 25.0)
    assert {name for name, *_ in capacity_goals.FROM.values()} <= set(names)
    assert every == scenario.names()
    assert whole.seconds > 3600


@pytest.mark.parametrize(
    ("changed", "is_used"),
    [
        ({}, True),
        ({"seconds": 3600.0}, True),
        ({"seconds": 29.0}, False),
        ({"per_second": 5.0}, False),
        ({"settings": {"workers": "1"}}, False),
    ],
)
def test_a_series_that_goes_on_plays_nothing_that_it_has(tmp_path, changed, is_used):
    played = scenario.read("c3").shortened(30.0, 1.0)
    before = result() | {"name": "c3", "scenario": asdict(replace(played, **changed))}
    (tmp_path / "c3.json").write_text(json.dumps(before), encoding="utf-8")

    found = capacity.kept(tmp_path / "c3.json", played)

    assert (found == json.loads(json.dumps(before))) is is_used
    assert found is None or Capacity(tmp_path, 30, 1, goes_on=True).scenarios(["c3"]) == [found]


@pytest.mark.parametrize(
    ("changed", "is_used"),
    [
        ({}, True),
        ({"bursts": (Burst(0.5, 5, 1),)}, False),
        ({"bursts": ()}, False),
        ({"bursts": (Burst(0.5, 500, 1), Burst(2.5, 7, 1)), "seconds": 9.0}, True),
    ],
)
def test_a_series_that_goes_on_plays_a_burst_of_another_size_again(tmp_path, changed, is_used):
    played = scenario.read("burst")
    before = result() | {"scenario": asdict(replace(played, **changed))}
    (tmp_path / "burst.json").write_text(json.dumps(before), encoding="utf-8")

    assert (capacity.kept(tmp_path / "burst.json", played) is not None) is is_used


def test_a_result_of_an_older_form_is_not_used(tmp_path):
    played = scenario.read("burst")
    before = result() | {"scenario": asdict(played)}
    older = [{key: one for key, one in before.items() if key != name} for name in before]

    for words in (*older, {**before, "figures": {}}, {**before, "scenario": {"title": "x"}}):
        (tmp_path / "burst.json").write_text(json.dumps(words), encoding="utf-8")
        found = capacity.kept(tmp_path / "burst.json", played)
        assert found is None or capacity_page.page([found], {}, 3600, 1)


@pytest.mark.parametrize(
    "words", ["", '{"scenario": {', "{}", "null", "[]", '{"scenario": 1}', None]
)
def test_a_series_that_goes_on_plays_what_was_not_ended(tmp_path, words):
    played, path = scenario.read("c3"), tmp_path / "c3.json"
    half = result(interrupted=True) | {"scenario": asdict(played)}
    path.write_text(json.dumps(half) if words is None else words, encoding="utf-8")

    assert capacity.kept(path, played) is None
    assert capacity.kept(tmp_path / "none.json", played) is None


def test_figures_with_goals_are_told_as_json_and_missed_ones_named(capsys):
    c3 = result() | {"name": "c3"}
    ladders = {1.0: [result(4)], 2.0: [result(12), result(14, answer=3.0)]}

    code = capacity_goals.report(capacity_goals.figures([c3], ladders))

    said = capsys.readouterr().out
    figures = json.loads(said.splitlines()[-1])
    assert code == 1
    assert figures["max_rate_all_on_time"] == 12
    assert figures["max_rate_1_cores"] == 4
    assert figures["c3_answer_p95_s"] == pytest.approx(0.1, abs=0.01)
    assert "goal ≥ 14  MISSED" in said
    assert "burst_sign_max_s" in said.split("not measured")[0]


def form(page: str) -> list[str]:
    """The headings and the heads of the tables."""
    lines = page.splitlines()
    heads = [a for a, b in pairwise(lines) if b.startswith("| --- ")]
    return [line for line in lines if line.startswith("#") or line in heads]


@pytest.mark.skipif(not PAGE.exists(), reason="make capacity was not run here yet")
def test_the_page_that_is_kept_has_the_form_of_its_maker():
    ladders = {1.0: [result(4)], 2.0: [result(16)]}

    made = capacity_page.page([result()], ladders, 3600, 1)

    assert len(form(made)) == 5 + 3
    assert form(PAGE.read_text(encoding="utf-8")) == form(made)


def test_the_readme_leads_to_the_page():
    assert "](docs/capacity.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
