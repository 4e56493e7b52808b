"""Files of events: any process appends, a torn line is left out, and a long one begins anew."""

import logging
from pathlib import Path

import pytest

from procs.core.files import event_file
from procs.core.files.event_file import LONGEST_FILE


def test_what_is_appended_is_read_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "events"
    event_file.append(path, "worker-00", "died")
    event_file.append(path, "bot", "FATAL")

    assert [event.words for event in event_file.read(path)] == [
        ("worker-00", "died"),
        ("bot", "FATAL"),
    ]


def test_a_torn_or_foreign_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_bytes(b"1700000000.0 error\nxx y\n\n\xff\xfe\n17000")

    assert [event.words for event in event_file.read(path)] == [("error",), ()]


def test_a_long_file_keeps_its_newer_half(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_text("1700000000.0 old\n" * (LONGEST_FILE // 16) + "1700000001.0 new\n")

    event_file.shorten(path)

    assert path.stat().st_size < LONGEST_FILE
    assert event_file.read(path)[-1].words == ("new",)


def test_totals_never_shrink_however_often_a_file_is_shortened(tmp_path: Path) -> None:
    """As a counter: one that shrank would read as a restart, and its rest as new errors."""
    path = tmp_path / "events"
    path.write_text("1700000000.000 error\n" * 9 + "1700000000.000 wait\n" * 14000)
    before = event_file.totals(path)
    for _ in range(3):
        event_file.shorten(path, counted=True)
        assert event_file.totals(path) == before
        with path.open("a") as file:
            file.write("1700000001.000 wait\n" * 14000)
        before["wait"] += 14000

    assert before["error"] == 9


def test_the_line_that_is_cut_in_two_counts_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "events"
    for odd in range(20):
        path.write_text("x" * odd + "\n" + "1700000000.000 error\n" * 14000)
        event_file.shorten(path)
        assert {event.at for event in event_file.read(path)} == {1700000000.0}


def test_nothing_noted_yet_is_nothing_to_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "chapar"):
        event_file.shorten(tmp_path / "events")

    assert event_file.read(tmp_path / "events") == []
    assert caplog.records == []


def test_a_folder_that_takes_nothing_is_logged_and_fails_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "chapar"):
        event_file.append(tmp_path / "nowhere" / "events", "error")

    assert "event.unwritten" in caplog.text


@pytest.mark.parametrize("torn", ["0 dropped", "0 dropped error", "0 dropped error x", "0", "1.5 "])
def test_a_torn_line_of_totals_counts_nothing_and_the_others_do(tmp_path: Path, torn: str) -> None:
    path = tmp_path / "events"
    path.write_text(f"0 dropped error 7\n{torn}\n3 error busy\n")

    assert event_file.totals(path)["error"] == 8
