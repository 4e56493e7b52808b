"""What a run is told as: figures beside goals, one page without network, docs/capacity.md."""

import json
import os
import re
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from shutil import copytree
from typing import Any
from xml.etree import ElementTree

import psutil
import pytest

from bench.load import capacity_page, cpu_limits, machine, report_page, scenario, summary
from bench.load.outcome import Series
from bench.load.scenario import Burst, Scenario
from tests.source import ROOT

PLAYED = Scenario("A <trial>", seconds=10, per_second=2, goals={"answer_p95_s": 1.0})


def row(at: float) -> dict[str, Any]:
    return {
        "at": at,
        "cpu": {"bot": at / 4, "worker": at / 2},
        "pss_mib": {"bot": 40.0, "worker": 90.0 + at},
        "test_cpu": {"generator": at / 10, "site": at / 20},
        "disk_mib": at,
        "wal_mib": 4.0,
        "lock_errors": 0,
        "lock_waits": int(at),
        "at_the_gate": 1,
        "budget_s": at / 10,
        "requests": {"delivered": int(at)},
    }


def measured(answer: float = 0.1, later: float = 0.0, **facts: Any) -> dict[str, Any]:
    """A run of ten seconds. `later`: seconds by which each answer takes longer than the one of a
    second before."""
    series = Series()
    for n in range(20):
        series.add(n / 2, answer + later * n / 2)
    good = {
        "machine": machine.facts(),
        "settings": {"CHAPAR_WORKERS": "2"},
        "asked": 20,
        "fine": 20,
        "faults": {},
        "which": {},
        "asked_s": 10.0,
        "quiet_in_time": True,
        "messages": 20,
        "latency": {"answer": series.facts()},
        "points": {"answer": series.points},
        "people": {"film": 20},
        "who_left": {},
        "arrivals": [n / 2 for n in range(20)],
        "generator_late_max_s": 0.002,
        "usage": [row(n) for n in range(11)],
        "files_left": [],
        "limits_broken": [],
        "flood_waits": 0,
        "uncertain": 0,
        "unwritten": 0,
        "product_ended": False,
        "never_ended": False,
    }
    return json.loads(json.dumps(good | facts))


def result(rate: float = 2.0, **facts: Any) -> dict[str, Any]:
    return summary.result("trial", replace(PLAYED, per_second=rate), measured(**facts))


def test_a_run_without_a_fault_that_met_its_goals_is_good():
    assert result()["good"]
    assert result()["figures"]["cores"] == pytest.approx(0.75)
    assert result()["figures"]["test_cores_generator"] == pytest.approx(0.1)
    assert result()["figures"]["cpu_ms_per_request"] == pytest.approx(375)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"answer": 2.0}, "MISSED answer_p95_s"),
        ({"faults": {"lost": 1}, "which": {"lost": ["P0:7 film 3"]}}, "lost: 1"),
        ({"limits_broken": ["too soon"]}, "limits_broken"),
        ({"files_left": ["/x"]}, "files_left"),
        ({"uncertain": 1}, "uncertain"),
        ({"unwritten": 1}, "unwritten"),
        ({"product_ended": True}, "product_ended"),
        ({"never_ended": True}, "never_ended"),
        ({"quiet_in_time": False}, "still open"),
    ],
)
def test_whatever_is_wrong_makes_a_run_bad_and_is_told(facts, words):
    found = result(**facts)

    assert not found["good"]
    assert words in "\n".join(summary.lines(found))
    assert words in report_page.page(found)


@pytest.mark.parametrize("most", [5.0, 2.0**53, 1e300])
def test_a_goal_that_nothing_was_measured_for_is_missed(most):
    goals = {"film_p95_s": most}

    found = summary.result("trial", replace(PLAYED, goals=goals), measured())

    assert found["missed"] == {"film_p95_s": [None, most]}


def test_the_page_needs_no_network_no_script_and_shows_every_plot_whole():
    page = report_page.page(result())

    assert not re.findall(r"<script|<link|src=|href=|url\(|@import", page)
    assert "A &lt;trial&gt;" in page
    drawings = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(drawings) == 9
    for drawing in drawings:
        tree = ElementTree.fromstring(drawing)
        assert tree.findall(".//polyline") or tree.findall(".//circle")
        assert "nan" not in drawing


def test_the_page_names_machine_versions_and_settings():
    page = report_page.page(result())

    for word in ("kurigram", "yt-dlp", "python", "cores", "CHAPAR_WORKERS", "seed"):
        assert f"<td>{word}</td>" in page


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


def test_a_queue_that_grows_all_the_time_is_measured_though_all_are_on_time():
    figures = result(later=0.05)["figures"]

    assert figures["answer_p95_s"] < 1.0
    assert figures["answer_drift_s"] == pytest.approx(0.05 * 6.5, abs=0.03)
    assert result()["figures"]["answer_drift_s"] == 0


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


def test_a_process_that_is_held_to_one_core_stays_there_with_what_it_starts():
    code = "import subprocess, sys; sys.stdin.readline();"
    code += "subprocess.run([sys.executable, '-c', 'import os; print(os.sched_getaffinity(0))'])"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    words = [sys.executable, "-c", code]
    with (
        subprocess.Popen(words, **pipes) as started,
        cpu_limits.held([psutil.Process(started.pid)], 1.0),
    ):
        said, _ = started.communicate("go\n")

    assert len(said.split(",")) == 1


def test_a_core_and_a_half_is_not_one_core():
    with subprocess.Popen(["sleep", "600"]) as started:
        try:
            with cpu_limits.held([psutil.Process(started.pid)], 1.5):
                allowed = os.sched_getaffinity(started.pid)
        except cpu_limits.Unlimited as error:
            pytest.skip(str(error))
        finally:
            started.kill()

    assert allowed == os.sched_getaffinity(0)


def test_more_cores_than_there_are_is_refused():
    with pytest.raises(cpu_limits.Unlimited), cpu_limits.held([psutil.Process()], 10_000.5):
        pytest.fail("was held")
    with pytest.raises(cpu_limits.Unlimited), cpu_limits.held([psutil.Process()], 10_000):
        pytest.fail("was held")


def test_an_installed_package_says_where_the_load_test_is(tmp_path: Path):
    for part in ("daemon", "procs"):
        copytree(ROOT / part, tmp_path / part, symlinks=False, ignore_dangling_symlinks=True)

    words = [sys.executable, "-m", "daemon.cli", "load", "burst"]
    said = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)

    assert said.returncode == 1
    assert said.stderr.startswith("chapar: the load test needs a checkout")


@pytest.mark.parametrize("words", [("--scale", "-1"), ("--seconds", "nan"), ("--scale", "many")])
def test_the_command_refuses_a_load_of_no_size(words: tuple[str, str]):
    """With fewer people than none it drew instants for ever."""
    program = [sys.executable, "-m", "daemon.cli", "load", "burst", *words]
    said = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert said.returncode == 2
    assert f"'{words[1]}' is no number above 0" in said.stderr


def test_the_command_goes_to_a_server_of_the_operators_by_a_file_about_it(tmp_path: Path):
    file = tmp_path / "server.toml"
    file.write_text('address = "127.0.0.1:9"')
    program = [sys.executable, "-m", "daemon.cli", "load", "--server", file.name]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True)

    assert said.returncode == 1
    assert said.stderr.startswith(f"chapar load: {file}: a test server has address")


def test_the_command_refuses_a_scenario_that_is_not_there_with_those_that_are(tmp_path: Path):
    words = [sys.executable, "-m", "daemon.cli", "load", "nosuch"]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)

    assert said.returncode == 1
    assert all(name in said.stderr for name in scenario.names())
