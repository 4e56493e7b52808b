"""What all tests share."""

import contextlib
import gc
import importlib
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from procs.core import clock
from tests import ROOT, pgbouncer, postgresql_server

#: Of these tests every so many-th case is in `make test`; `make test-long` runs them all, and those
#: that are marked as long. Together they are more than eight minutes on two cores.
EVERY = {
    "test_dead_links_are_called_by_their_names": 4,
    "test_it_ends_soon_and_says_why": 3,
    "test_pieces_that_came_are_not_fetched_twice": 3,
    "test_a_list_that_nobody_can_read_is_the_fault_of_the_site": 4,
    "test_a_page_in_the_place_of_a_piece_is_asked_for_again": 3,
    "test_a_piece_whose_rest_does_not_fit_comes_whole": 4,
    "test_the_bytes_that_a_list_names_are_taken": 2,
    "test_a_whole_piece_is_taken_however_it_comes": 3,
    "test_the_downloads_that_run_are_counted_among_the_latest_and_not_all_that_ever_ran": 3,
    "test_one_byte_that_differs_in_any_row_is_found_without_luck": 3,
    "test_a_site_without_ranges_begins_again": 3,
    "test_films_and_songs": 2,
    "test_what_people_changed_since_a_move_is_seen_before_an_undo": 3,
    "test_a_key_that_is_none_is_missing": 2,
    "test_a_piece_that_is_called_a_page_is_taken": 3,
    "test_what_is_only_padded_beyond_the_limit_comes_in_one": 2,
    "test_a_file_whose_rest_does_not_fit_comes_whole": 2,
    "test_two_keys_that_would_be_one_are_told_and_one_of_them_arrives": 2,
    "test_a_chart_is_a_png_as_wide_as_a_phone": 4,
    "test_a_crash_anywhere_tears_nothing_and_loses_nothing": 6,
    "test_a_file_arrives_whole_whatever_its_size": 3,
    "test_a_file_that_changed_at_the_site_comes_whole": 2,
    "test_a_killed_download_goes_on_from_what_came": 3,
    "test_an_album_reaches_each_person_once_though_its_worker_dies": 2,
    "test_a_broken_version_is_refused_and_the_old_one_stays": 3,
    "test_a_migration_that_was_killed_anywhere_is_completed_by_the_next": 2,
    "test_a_pause_is_named_and_its_end_too": 2,
    "test_a_request_has_one_message_through_its_life_and_leaves_the_media_alone": 2,
    "test_a_run_leaves_nothing_open_to_others": 2,
    "test_a_sloppy_servers_file_arrives_whole": 4,
    "test_a_stack_whose_socket_and_lock_were_removed_is_found_and_stopped": 2,
    "test_a_step_that_fails_is_named_and_got_over": 5,
    "test_a_wrong_key_says_so": 2,
    "test_a_full_disk_is_no_wrong_key_and_is_named": 2,
    "test_a_stop_in_the_middle_of_a_start_leaves_a_clean_log": 3,
    "test_a_stream_may_be_small": 2,
    "test_each_message_is_answered_once_whatever_is_late_lost_or_killed": 2,
    "test_each_request_gets_its_media_once_whatever_dies": 2,
    "test_every_command_names_a_damaged_database": 4,
    "test_every_command_names_a_database_that_it_may_not_write": 4,
    "test_it_is_restored_with_the_file_of_the_setting": 2,
    "test_no_other_program_gets_inside": 4,
    "test_no_reaction_is_left_wherever_the_bot_is_killed": 8,
    "test_a_damaged_database_is_one_finding_and_all_else_is_examined": 5,
    "test_a_group_that_is_closed_meanwhile_is_told_of_in_private": 6,
    "test_parts_leave_while_the_file_grows_and_all_bytes_arrive": 3,
    "test_pushes_that_never_come_are_found_at_the_next_connection": 3,
    "test_results_that_break_a_rule_are_refused": 2,
    "test_the_first_peer_that_is_taken_is_found_and_remembered": 2,
    "test_the_limit_of_an_account_that_pays_is_8000_parts": 2,
    "test_what_came_is_not_fetched_twice": 2,
    "test_what_is_written_last_leaves_last_and_its_first_part_at_the_end": 4,
    "test_one_true_message_is_left_wherever_the_bot_is_killed": 8,
    "test_what_is_not_there_is_called_by_its_name": 4,
    "test_what_is_there_comes": 4,
}
#: Where the tests are that start stacks.
STACKS = ("tests/process/", "tests/chaos/")


#: The rules that read the whole source: one process parses it for all of them.
READERS = ("tests/test_house_", "tests/unit/core/test_product_is_used")


#: Modules that a `conftest.py` names as plugins.
PLUGINS = ("tests.sandbox.site.fixtures",)


class ByFile(LoadFileScheduling):
    """A file is run by one process, and so are the rules that read the source together."""

    def _split_scope(self, nodeid: str) -> str:
        return READERS[0] if nodeid.startswith(READERS) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_configure() -> None:
    """A run in the background of a shell ignores Ctrl-C (POSIX, "Asynchronous Lists"), and so would
    each program that a test starts and interrupts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:
    return ByFile(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection(session: pytest.Session) -> None:
    """In a fresh clone, let each process of a run rewrite its share of the modules of tests, which
    pytest keeps beside them: else every one of them rewrites them all, for half a minute."""
    mine = getattr(session.config, "workerinput", None)
    if mine is None:
        return
    first, processes = int(mine["workerid"].removeprefix("gw")), mine["workercount"]
    pytest.register_assert_rewrite(*PLUGINS)  # a test may import one before it is loaded as such
    for path in sorted((ROOT / "tests").rglob("test_*.py"))[first::processes]:
        with contextlib.suppress(Exception):  # the collection meets it again, and says what it is
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests to `make test-long`; a test that is named by itself runs whole."""
    counts: Counter[str] = Counter()
    for item in items:
        name = getattr(item, "originalname", item.name)
        if counts[name] % EVERY.get(name, 1):
            item.add_marker("long")
        counts[name] += 1
    named = any("::" in word for word in config.args)
    if not (named or config.getoption("-m")):
        long = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("long")]
    items[:] = spread(items)


def spread(items: list[pytest.Item]) -> list[pytest.Item]:
    """The files that start stacks, each followed by its share of the others: the first wait, the
    others calculate. Of the others a fifth is kept for the end, where a stack that begins late
    would run while the other cores have nothing left."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    slow = [name for name in files if name.startswith(STACKS)]
    quick = [name for name in files if not name.startswith(STACKS)]
    share = len(quick) * 4 // 5 // max(len(slow), 1)
    order = [
        name
        for place, first in enumerate(slow)
        for name in (first, *quick[place * share : (place + 1) * share])
    ]
    order += quick[len(slow) * share :]
    return [item for name in order for item in files[name]]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out for want of a server."""
    if postgresql_server.programs() is None:
        terminalreporter.write_line(
            "left out: the store's tests on PostgreSQL, of which no server is installed "
            "(Debian: apt install postgresql)"
        )
    elif pgbouncer.PROGRAM is None:
        terminalreporter.write_line(
            "left out: the store's tests through a pooler, of which none is installed "
            "(Debian: apt install pgbouncer)"
        )


def pytest_collection_finish() -> None:
    """Ten thousand tests, and the trees of the house rules, live to the end: without this each
    collection of garbage looks at all of them, for a second."""
    gc.freeze()


@pytest.fixture(autouse=True)
def own_clock() -> Iterator[None]:
    """This machine's own, also behind a test that went by the clock of a server."""
    yield
    clock.SHARED.ahead = None


@pytest.fixture
def short_home() -> Iterator[Path]:
    """A home of its own with a short path: unix sockets below it allow 108 bytes in all."""
    home = Path(tempfile.mkdtemp(prefix="ch-", dir="/tmp"))
    (home / "run").mkdir(mode=0o700)
    yield home
    shutil.rmtree(home, ignore_errors=True)
