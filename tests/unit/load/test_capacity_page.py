"""docs/capacity.md as it is made from results: what holds, what breaks, what to buy."""

from dataclasses import asdict, replace
from typing import Any

from bench.load import capacity_page, machine, scenario, summary
from bench.load.scenario import Burst
from tests.unit.load.test_pages import PLAYED, measured, result


def test_the_capacity_page_says_what_holds_what_breaks_and_what_to_buy():
    ladders = {1.0: [result(4), result(8), result(10, answer=3.0)], 2.0: [result(16)]}

    words = capacity_page.page([result()], ladders, 3600, 1)

    assert "| 1 | 8 | 10 s | 691,200 |" in words
    assert "| 2 | 16 or more |" in words
    assert "- 1 core: at 10 a second answer p95 3 s where 1 s is the most. The product" in words
    assert "2 cores: nothing up to 16 a second, the highest rate tried, in 10 s." in words
    assert "| 1,000,000 | 34.72 a second | 8 | 34.7 (beyond" in words
    assert "shortened" not in words
    assert "shortened" in capacity_page.page([result()], ladders, 30, 1)


def test_a_scenario_that_falls_behind_within_its_goals_says_so():
    goals = {"answer_p95_s": 1.0}
    grows, burst = replace(PLAYED, goals=goals), replace(PLAYED, bursts=(Burst(0, 5),))

    steady, at_once = (summary.result("x", one, measured(later=0.06)) for one in (grows, burst))

    assert "| holds for so long, and falls behind: answer p95" in capacity_page.held_row(steady)
    assert capacity_page.held_row(at_once).endswith("| holds |")


def test_a_server_is_bought_by_the_row_that_broke_and_not_by_a_bound():
    ladders = {
        1.0: [result(16), result(18, answer=3.0)],
        2.0: [result(24)],
    }

    words = capacity_page.page([result()], ladders, 3600, 1)

    assert "A core carries 16.0 requests a second on time, as measured with 1 core." in words
    assert "| 1,000,000 | 34.72 a second | 4 |" in words


def test_a_bound_is_called_one_where_no_number_of_cores_was_too_small():
    words = capacity_page.page([result()], {1.0: [result(12)], 2.0: [result(24)]}, 3600, 1)

    assert "A core carries 12.0 requests a second on time, or more" in words


def test_a_search_for_whose_end_there_was_no_time_has_found_a_bound():
    ladders = {1.0: [result(12), result(18, answer=3.0)], 2.0: [result(20), result(22, answer=3.0)]}

    words = capacity_page.page([result()], ladders, 3600, 1)

    assert "| 1 | 12 or more |" in words
    assert "A core carries 10.0 requests a second on time, as measured with 2 cores." in words


def test_a_rate_that_telegram_limits_says_nothing_about_the_cores():
    """The cores had time left, and each request is a message."""
    full = [result(22), result(24, answer=3.0)]

    words = capacity_page.page(
        [result()], {0.5: [result(5), result(6, answer=3.0)], 2.0: full}, 9, 1
    )

    assert "| 2 | 22, limited by Telegram |" in words
    assert "A core carries 10.0 requests a second on time, as measured with 0.5 cores." in words


def test_messages_at_a_peak_are_held_against_what_the_product_sends():
    words = capacity_page.page([result(messages=160)], {1.0: [result(8)]}, 3600, 1)

    assert "| 3.5 to 27.8 (at times beyond what one bot sends) |" in words
    assert "the product sends 25 a second" in words


def test_the_capacity_page_names_what_came_whole_and_every_commit():
    c3 = scenario.read("c3")
    whole = result() | {"name": "c3", "scenario": asdict(c3), "machine": facts("abc")}
    short = result() | {"machine": facts("def")}

    words = capacity_page.page([whole, short], {}, 30, 1)

    assert (
        "30 s of each scenario, and to its first few dozen messages where fewer come, but for"
        in words
    )
    assert f"but for {c3.title.partition(':')[0]}, which came whole" in words
    assert "commit abc and def" in words
    assert "| 3600 s |" in words
    assert "| 10 s |" in words


def facts(commit: str) -> dict[str, Any]:
    return {**machine.facts(), "commit": commit}


def test_a_run_in_which_nobody_came_says_so_and_nothing_else():
    nobody = result(asked=0, fine=0, latency={}, points={}, messages=0)
    ladders = {1.0: [result(4)]}

    words = capacity_page.page([nobody], ladders, 30, 1)

    assert "| 0 | 0 | –, –, – | – | – | 0.75 | 140 | nobody came in so short a time |" in words
    assert "not measured" not in words


def test_a_rate_at_which_too_few_came_broke_nothing():
    goals = {"answer_p95_s": 1.0, "film_p95_s": 5.0}
    few = summary.result("rate", replace(PLAYED, per_second=2, goals=goals), measured())

    words = capacity_page.page([few], {2.0: [few]}, 30, 1)

    assert "| nothing to judge: no film p95 |" in words
    assert "- 2 cores: too few came at 2 a second for a judgement (no film p95)." in words


def test_a_rate_at_which_nobody_was_answered_is_told_too():
    silent = {"latency": {}, "points": {}, "fine": 0, "faults": {"unanswered": 20}}

    words = capacity_page.page([result()], {1.0: [result(4, **silent)]}, 3600, 1)

    assert "at 4 a second 20 unanswered. The product took 0.75 cores" in words
    assert "nobody was answered, and 0 of 20 came as they should" in words


def test_a_server_is_bought_for_the_messages_of_the_requests_that_say_most():
    words = capacity_page.page([result(messages=60)], {1.0: [result(8)]}, 3600, 1)

    assert "| 100,000 | 3.47 a second | 1 | 3.5 to 10.4 |" in words
    assert "| 1,000,000 | 34.72 a second | 8 | 34.7 to 104.2 (beyond" in words
    assert "more than 140 MiB of memory and 10 MiB of disk" in words
