"""Every kind of alert has a test that makes its cause happen and one that makes it end; here is
which. A kind without a row, a row without its test, or a test that does not name its kind fails.
"""

import ast
from functools import cache

import pytest

from procs.errors import alert_kinds
from tests import ROOT

MONITOR = "tests/unit/keeper/monitor"
NOTED = f"{MONITOR}/test_noted_kinds.py"
JUDGED = f"{MONITOR}/test_judged_kinds.py"
FIGURES = f"{MONITOR}/test_true_figures.py"
BACKUPS = f"{MONITOR}/test_backup_alerts.py"
FAILS = f"{NOTED}::test_what_ends_a_job_for_good_is_told_and_over_after_six_quiet_hours"
QUIET = f"{NOTED}::test_what_is_noted_once_is_over_after_six_quiet_hours"
VISITED = f"{NOTED}::test_a_site_that_let_nobody_in_is_told_until_it_is_visited_again"
WORKER, SPONSORS = (
    "tests/unit/worker/test_alerts.py",
    "tests/unit/bot/sponsors/test_sponsor_gate.py",
)
SPONSOR_LOST = f"{SPONSORS}::test_a_chat_where_the_bot_lost_its_rights_is_named_and_skipped"
CANARY = "tests/process/test_canary.py"
FENCES = f"{CANARY}::test_a_worker_without_fences_takes_no_jobs_and_says_why_to_admins_too"
FENCED = f"{CANARY}::test_the_alert_about_lost_fences_is_over_with_the_first_worker_that_has_them"
REVOKED = f"{WORKER}::test_a_revoked_session_is_one_until_it_is_signed_in_anew"
SIGN_IN = f"{WORKER}::test_a_long_wait_before_a_sign_in_is_one_until_it_is_signed_in"
DISK_LOW = (
    "tests/unit/keeper/test_disk_watch.py::"
    "test_a_low_disk_is_written_down_and_forgotten_when_there_is_room_to_spare"
)
COOKIES = (
    "tests/unit/keeper/test_noted_alerts.py::"
    "test_cookies_that_end_soon_are_told_until_there_are_others"
)
SNAPSHOT = (
    "tests/contract/postgresql/test_old_snapshot.py::"
    "test_the_alert_names_the_snapshot_and_its_owner"
)
LINK = (
    "tests/unit/worker/jobs/test_link_check.py::"
    "test_a_link_that_fails_twice_is_told_and_over_when_it_works_again"
)
#: What begins and what ends each kind; one test where it shows both.
STORIES: dict[str, tuple[str, ...]] = {
    # by figures
    "database-unusable": (
        f"{JUDGED}::test_a_database_that_was_taken_away_is_told_until_it_is_back",
    ),
    "database-locked": (
        f"{MONITOR}/test_monitor.py::test_the_end_is_told_once_and_clears_the_row",
    ),
    "database-log": (
        f"{FIGURES}::test_a_log_that_a_reader_keeps_large_is_told_until_it_is_taken_in",
    ),
    "disk-share": (f"{FIGURES}::test_a_disk_that_is_nearly_full_is_told_until_there_is_room",),
    "disk-forecast": (
        f"{MONITOR}/test_true_causes.py::test_a_disk_that_fills_is_told_hours_before_it_is_full",
        f"{JUDGED}::test_a_disk_that_stopped_to_fill_is_no_longer_forecast_to_be_full",
    ),
    "memory-high": (f"{FIGURES}::test_memory_that_is_short_is_told_until_it_is_not",),
    "response-slow": (f"{FIGURES}::test_slow_first_answers_are_told_until_they_are_quick",),
    "queue-old": (f"{FIGURES}::test_a_job_that_waits_is_told_until_nothing_does",),
    "workers-down": (f"{JUDGED}::test_missing_workers_are_over_when_all_serve",),
    "restart-storm": (f"{JUDGED}::test_a_storm_of_restarts_is_over_after_five_quiet_minutes",),
    "process-down": (
        f"{MONITOR}/test_monitor.py::test_a_process_that_was_given_up_is_told_until_it_runs",
    ),
    "telegram-away": (
        f"{JUDGED}::test_a_bot_that_hears_nothing_of_telegram_is_told_until_it_does",
    ),
    "backup-missing": (f"{BACKUPS}::test_a_missing_backup_is_over_with_the_next_verified_one",),
    "backup-drill": (f"{BACKUPS}::test_a_bad_drill_is_over_with_the_next_good_one",),
    "backup-uncopied": (f"{BACKUPS}::test_copies_that_fail_twice_are_told_until_one_is_made",),
    "breaker-storm": (
        f"{FIGURES}::test_breakers_that_open_one_after_the_other_are_told_until_they_rest",
    ),
    "snapshot-old": (SNAPSHOT,),
    "clock-skew": (
        f"{MONITOR}/test_true_causes.py::test_a_clock_that_differs_from_telegrams_is_told",
        f"{JUDGED}::test_a_clock_that_was_off_is_over_when_it_was_right_for_minutes",
    ),
    "certificate-ending": (
        f"{JUDGED}::test_a_certificate_that_ends_soon_is_told_until_it_was_renewed",
    ),
    # by processes, until they see it end
    "session-revoked": (REVOKED,),
    "sign-in-wait": (SIGN_IN, QUIET),
    "disk-low": (DISK_LOW,),
    "egress-open": (FENCES, FENCED),
    "machine-lost": (
        "tests/process/test_machines.py::"
        "test_a_machine_that_stood_still_is_replaced_and_writes_nothing_when_it_returns",
    ),
    "mode-changed": (
        f"{NOTED}::test_a_mode_that_came_by_itself_is_told_until_it_is_the_usual_one",
    ),
    "link-turned": (LINK,),
    "cookies-ending": (COOKIES,),
    "cookies-refused": (
        f"{NOTED}::test_a_refused_file_of_cookies_is_told_until_it_is_taken_or_is_another_one",
    ),
    "sponsor-lost": (SPONSOR_LOST,),
    # by processes, as events
    "sponsor-unsure": (
        f"{SPONSORS}::test_what_telegram_does_not_say_lets_pass_or_keeps_out",
        QUIET,
    ),
    "bot-moved": (
        "tests/unit/bot/test_mute_bot.py::"
        "test_a_bot_that_cannot_speak_hands_its_duty_to_a_machine_that_can",
        QUIET,
    ),
    "worker-hung": (
        "tests/unit/keeper/test_noted_alerts.py::"
        "test_a_worker_that_stands_still_is_killed_and_told",
        QUIET,
    ),
    "engine-rolled-back": (
        "tests/unit/keeper/test_engine_updates.py::"
        "test_a_version_that_finds_more_extractors_broken_is_left_again",
        QUIET,
    ),
    "uncertain": (f"{WORKER}::test_a_delivery_that_nobody_finds_is_one", QUIET),
    "quarantined": (
        "tests/contract/jobs/test_leases_of_the_dead.py::"
        "test_a_download_that_lost_two_workers_is_quarantined_and_its_user_told",
        QUIET,
    ),
    "bot-check": (VISITED,),
    "proxy-broken": (FAILS, VISITED),
    "site-filtered": (
        FAILS,
        f"{NOTED}::test_a_site_that_the_network_hid_is_told_until_one_visit_reaches_it",
    ),
    "extractor-broken": (FAILS,),
    "token-missing": (FAILS,),
    "disk-full": (FAILS,),
    "engine-died": (FAILS,),
    "upload-refused": (
        f"{WORKER}::test_uploads_that_telegram_refuses_in_every_way_are_one",
        FAILS,
    ),
    "unknown": (FAILS,),
}


@cache
def module(path: str) -> tuple[str, frozenset[str]]:
    """The text of a file of tests, and the names of its tests."""
    text = (ROOT / path).read_text(encoding="utf-8")
    defined = (ast.FunctionDef, ast.AsyncFunctionDef)
    return text, frozenset(n.name for n in ast.walk(ast.parse(text)) if isinstance(n, defined))


def names_of(kind: str) -> set[str]:
    """How a test may name a kind: as it is, by its constant, or by the class of the failure."""
    constants = {name for name, value in vars(alert_kinds).items() if value == kind}
    return {f'"{kind}"', *constants, "".join(word.title() for word in kind.split("-"))}


def test_every_kind_of_alert_has_its_story() -> None:
    assert set(STORIES) == alert_kinds.ALL_ALERTS


@pytest.mark.parametrize("kind", STORIES)
def test_a_story_is_told_by_tests_that_are_there_and_name_their_kind(kind: str) -> None:
    for one in STORIES[kind]:
        path, _, name = one.partition("::")
        text, tests = module(path)
        assert name in tests, one
        assert any(word in text for word in names_of(kind)), one
