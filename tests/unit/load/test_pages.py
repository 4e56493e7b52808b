"""What a run is told as: figures beside goals, and one page without network."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any
from xml.etree import ElementTree

import pytest

from bench.load import machine, report_page, scenario, summary
from bench.load.outcome import Series
from bench.load.scenario import Scenario
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


def test_a_queue_that_grows_all_the_time_is_measured_though_all_are_on_time():
    figures = result(later=0.05)["figures"]

    assert figures["answer_p95_s"] < 1.0
    assert figures["answer_drift_s"] == pytest.approx(0.05 * 6.5, abs=0.03)
    assert result()["figures"]["answer_drift_s"] == 0


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
