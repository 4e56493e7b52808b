"""Every statement of the store uses an index; those that walk a whole one, or a table, say why."""

import pytest

from procs.store.database import Database
from procs.store.jobs import leases
from tests.contract.statements import PARAMETER, STATEMENTS

pytestmark = pytest.mark.sqlite
#: Statements that walk everything there is, and why they may: few rows, or nobody waits for them.
SCANS = {
    "admin_menus.LIST": "a few admins",
    "admin_orders.GIVE": "one that is under way",
    "admin_orders.OPEN": "one that is under way",
    "admin_orders.OPEN_HERE": "one that is under way",
    "admin_orders.LEFT": "one that is under way",
    "admin_orders.PRUNE": "what owners ordered in a month",
    "admin_orders.UNTOLD": "one that ended just now",
    "admin_rows.LIST": "a few admins",
    "broadcasts.LATEST": "the few that a page shows",
    "broadcasts.UNTOLD": "the broadcasts that go on",
    "migrate.OBJECTS": "a few hundred tables and indexes, once an upgrade",
    "recipients.COUNT": "everybody, when an admin looks at a preview, and when a broadcast begins",
    "alerts.PRUNE": "what went wrong in the last hours",
    "alerts.STANDING": "what goes wrong now",
    "bot_modes.READ": "two rows at most",
    "bot_places.PLACES": "a row for each channel, when a machine takes the bot over",
    "mode_rules.GOES_ON": "a few rules",
    "host_lists.ANY": "one row",
    "host_lists.LIST": "as many as admins wrote down by hand",
    "breakers.LIST": "as many as sites that failed in the last hours",
    "breakers.PRUNE": "as many as sites that failed in the last hours",
    "send_budget.PRUNE": "the chats of the last two minutes",
    "send_budget.PRUNE_LEFT": "what groups were sent in the last two minutes",
    "cookies.LIST": "a few files",
    "database_file.TABLES": "the tables of the schema",
    "later_requests.SINCE": "what a restore loses, told by its command",
    "low_disks.LOW": "one row for each machine",
    "low_disks.OF_CARRIERS": "one row for each machine",
    "failed_attempts.PRUNE": "kinds of failures, by the index of their last instants",
    "follow_notices.UNSAID": "what is on its way to followers, by an index of these alone",
    "follows.COUNT_SOURCES": "a person's wish to follow one that nobody follows yet",
    "sources.PRUNE": "as many as lists that are followed, once a minute",
    "request_status.COLUMNS": "only the beginning of others",
    "request_status.UNCLOSED": "what the bot shows, by an index of these alone",
    "claimable.UNKNOWN": "what is queued, by an index of these alone, every ten seconds",
    "claimable.OUTLOOK": "one step for each lane in which jobs are queued",
    "pause_control.HELD": "what a pause holds, by an index of these alone",
    "pause_control.PENDING": "an admin's pause, by the indexes of what is queued and in line",
    "file_owners.LEASES": "what runs, by an index of these alone",
    "file_owners.OUTBOXES": "what is not over, by an index of these alone",
    "pauses.LIST": "a few pauses",
    "personal_data.ASKED": "the few who want all deleted",
    "personal_tables.BREAKERS": "as many as sites that failed in the last hours",
    "personal_tables.DELETE_BREAKERS": "as many as sites that failed in the last hours",
    "personal_tables.DELETE_VERDICTS": "the people who met a site that failed in the last minutes",
    "personal_tables.VERDICTS": "the people who met a site that failed in the last minutes",
    "job_record.ALIVE": "a command's list, by the indexes of the living, and it ends after `most`",
    "job_record.COLUMNS": "only the beginning of others",
    "job_record.LATEST": "from the newest on, and it ends after `most`",
    "workers.CARRIERS": "one row for each machine",
    "restart_orders.PRUNE": "the orders of a day",
    "machine_rows.BOUND": "what waits for one machine's disk",
    "machine_rows.PRUNE_FILES": "what lies on one machine's disk",
    "machine_rows.LIST": "one row for each machine",
    "machine_rows.PRUNE": "one row for each machine",
    "metric_report.DEPTH": "a scrape's counts, by the indexes of the living",
    "metric_report.OPEN": "a scrape's count of what is not over, by an index of these alone",
    "metric_report.WAITS": "a few waits that Telegram asked for",
    "system_report.COUNTS": "a command's counts, by the indexes of what is later and held",
    "system_report.FOLLOWED": "a command's count of lists that are followed",
    "system_report.FOLLOWERS": "a command's count of who follows",
    "system_report.OUTCOMES": "a command's count of a day",
    "system_report.WAITING": "a command's count, by the index of seats",
    "seats.IN_LINE": "an admin's change of everybody's cap, by the index of seats",
    "revoked_sessions.LOST": "sign-ins that were taken away",
    "inline_messages.PRUNE": "the inline messages of the days for which requests are kept",
    "sponsor_rows.ANY": "the first of a few sponsors",
    "sponsor_rows.LIST": "a few sponsors",
    "sponsor_notes.LIST": "a few notes",
    "sponsor_notes.NEXT": "a few notes",
    "sponsor_notes.DUE": "what was delivered in the last second",
    "sponsor_wishes.LIST": "what admins want added now",
    "uploads.PRUNE": "the uploads of half an hour that died",
    "counters.READ": "a few hundred counters",
    "notifications.DEAF": "a few admins",
    "notifications.DUE": "what went wrong in the last hours",
    "notifications.UNSENT": "what is on its way to admins, by an index of these alone",
    "positions.LENGTHS": "one look for all places that are shown, by the index of seats",
    "positions.TOOK_ANYWHERE": "from the newest on, and it ends after a few",
    "recovery.EXPIRED": "what runs, by an index of these alone",
    "flood_waits.PRUNE": "a chat each, of those that waited within a day",
    "recipients.FORGET": "broadcasts, of which there are few",
    "move_goal.ANYBODY": "the first rows, before a move",
    "figures.STATES": "everything, once a move",
    "use_sums.UNCOUNTED": "ends that are not counted, by an index of these alone",
    "users.WITH_CAP": "a command's list of all users",
    "visit_verdicts.PRUNE": "the people who met a site that failed in the last minutes",
    "visits.PRUNE": "those who are at sites with rules",
    "visits.PRUNE_PACES": "sites with rules",
    "workers.IS_LOST": "the workers of one machine",
    "workers.FORGET_MACHINE": "the living, by an index of these alone",
    "workers.PRESENT": "the living, by an index of these alone",
}
#: Only they may walk a table instead of an index: it is small, or the walk ends after a few rows.
TABLES = {
    *("move_goal.ANYBODY", "flood_waits.PRUNE", "recipients.FORGET"),
    "figures.STATES",
    *("admin_menus.LIST", "admin_orders.PRUNE", "admin_rows.LIST", "metric_report.WAITS"),
    *("broadcasts.LATEST", "recipients.COUNT", "later_requests.SINCE"),
    *("alerts.PRUNE", "alerts.STANDING", "notifications.DEAF", "notifications.DUE"),
    "claimable.OUTLOOK",
    "inline_messages.PRUNE",
    *("breakers.LIST", "breakers.PRUNE", "send_budget.PRUNE", "cookies.LIST", "low_disks.LOW"),
    "low_disks.OF_CARRIERS",
    "send_budget.PRUNE_LEFT",
    *(
        "request_status.COLUMNS",
        "pauses.LIST",
        "job_record.COLUMNS",
        "job_record.LATEST",
        "system_report.OUTCOMES",
        "system_report.FOLLOWED",
        "system_report.FOLLOWERS",
    ),
    *("revoked_sessions.LOST", "counters.READ", "positions.TOOK_ANYWHERE", "visits.PRUNE"),
    "database_file.TABLES",
    "migrate.OBJECTS",
    *("personal_data.ASKED", "personal_tables.BREAKERS", "personal_tables.DELETE_BREAKERS"),
    *("personal_tables.DELETE_VERDICTS", "personal_tables.VERDICTS"),
    *("uploads.PRUNE", "users.WITH_CAP", "visit_verdicts.PRUNE"),
    *("visits.PRUNE_PACES", "sponsor_rows.ANY", "sponsor_rows.LIST", "sponsor_wishes.LIST"),
    *("sponsor_notes.LIST", "sponsor_notes.NEXT", "sponsor_notes.DUE"),
    *("bot_modes.READ", "mode_rules.GOES_ON", "host_lists.ANY", "host_lists.LIST"),
    *("bot_places.PLACES", "machine_rows.LIST", "machine_rows.PRUNE"),
    *("machine_rows.BOUND", "workers.CARRIERS", "machine_rows.PRUNE_FILES"),
    *("sources.PRUNE", "restart_orders.PRUNE"),
}


def plan(db: Database, text: str) -> list[str]:
    facts = dict.fromkeys(PARAMETER.findall(text), 0)
    return [row[3] for row in db.all(f"EXPLAIN QUERY PLAN {text}", facts)]


def scans(steps: list[str]) -> list[str]:
    """The steps that read all there is of a table or an index."""
    return [step for step in steps if step.startswith("SCAN") and "CONSTANT ROW" not in step]


#: Modules whose statements read a copy that was restored for them, whole.
OF_COPIES = ("invariants.", "snapshot.")


@pytest.mark.parametrize(
    "name", sorted(name for name in STATEMENTS if not name.startswith(OF_COPIES))
)
def test_a_statement_walks_nothing_without_a_reason(db: Database, name: str) -> None:
    steps = plan(db, STATEMENTS[name])

    walked = scans(steps)

    assert bool(walked) is (name in SCANS), steps
    if name not in TABLES:
        assert [step for step in walked if "USING" not in step] == [], steps


def test_no_reason_is_left_of_a_statement_that_is_gone() -> None:
    assert set(SCANS) | TABLES <= set(STATEMENTS)


def test_a_claim_reads_the_ring_only(db: Database) -> None:
    steps = " ".join(plan(db, leases.PICK))

    assert "job_ring" in steps
    assert "TEMP B-TREE" not in steps


def test_the_next_in_a_users_line_is_found_by_the_seats_alone(db: Database) -> None:
    steps = plan(db, STATEMENTS["seats.HAND_ON"])

    assert sum("USING COVERING INDEX job_seat" in step for step in steps) == 2
    assert not [step for step in steps if "TEMP B-TREE" in step]
