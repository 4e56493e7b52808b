"""The table of alerts: which figure, above which value for how long one begins, and below which
value for how long it ends. docs/alerts.md explains each row to operators.

The two values differ, so that a figure around one of them begins and ends nothing each time.
"""

from dataclasses import dataclass

from procs.core.disk import MIB
from procs.errors import alert_kinds

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class AlertRule:
    """It begins when `gauge` was above `fires` for `hold` seconds, and ends when it was below
    `clears` for `quiet` seconds."""

    kind: str
    gauge: str
    fires: float
    hold: float
    clears: float
    quiet: float


#: What can be counted in whole numbers ends at none: below one.
NONE = 1.0
RULES = (
    AlertRule(alert_kinds.DATABASE_UNUSABLE, "database_fault", 0.0, 10, NONE, MINUTE),
    # Of five minutes: ten more without any make the fifteen that must be quiet.
    AlertRule(alert_kinds.DATABASE_LOCKED, "lock_trouble", 0.0, 0, NONE, 10 * MINUTE),
    AlertRule(alert_kinds.DATABASE_LOG, "database_log", 64 * MIB, 10 * MINUTE, 32 * MIB, MINUTE),
    AlertRule(alert_kinds.DISK_SHARE, "disk_used", 0.90, MINUTE, 0.88, 5 * MINUTE),
    AlertRule(alert_kinds.DISK_FORECAST, "disk_forecast", 0.90, MINUTE, 0.88, 5 * MINUTE),
    AlertRule(alert_kinds.MEMORY, "memory_used", 0.80, 2 * MINUTE, 0.75, 5 * MINUTE),
    AlertRule(alert_kinds.SLOW, "response_p95", 30.0, 0, 20.0, 10 * MINUTE),
    AlertRule(alert_kinds.QUEUE_OLD, "oldest_waiting", 30.0, 2 * MINUTE, 20.0, 10 * MINUTE),
    AlertRule(alert_kinds.WORKERS_DOWN, "workers_missing", 0.0, 30, NONE, 5 * MINUTE),
    AlertRule(alert_kinds.RESTART_STORM, "deaths_a_minute", 5.0, 0, NONE, 5 * MINUTE),
    AlertRule(alert_kinds.PROCESS_DOWN, "processes_given_up", 0.0, 0, NONE, 5 * MINUTE),
    AlertRule(alert_kinds.DEAF_BOT, "telegram_away", 0.0, 5 * MINUTE, NONE, MINUTE),
    # In intervals: the next verified backup ends it at once. After a sleep of the machine, or a
    # step of its clock, it is taken within the minute.
    AlertRule(alert_kinds.NO_BACKUP, "backup_age", 2.0, MINUTE, 2.0, 0),
    AlertRule(alert_kinds.DRILL, "drill_bad", 0.0, 0, NONE, 0),
    # In a row: one that fails alone is made up for by the next.
    AlertRule(alert_kinds.UNCOPIED, "copies_failed", 1.0, 0, NONE, 0),
    AlertRule(alert_kinds.BREAKER_STORM, "breakers_opened", 10.0, 0, 5.0, 15 * MINUTE),
    AlertRule(alert_kinds.SNAPSHOT, "snapshot_age", 5 * MINUTE, MINUTE, MINUTE, MINUTE),
    AlertRule(alert_kinds.CLOCK, "clock_skew", 30.0, MINUTE, 10.0, 5 * MINUTE),
    # Days by which a certificate's end is nearer than two weeks.
    AlertRule(alert_kinds.CERTIFICATE, "certificate_due", 0.0, 0, 0.0, 0),
)
RULED_KINDS = frozenset(rule.kind for rule in RULES)
#: Where machines share a database, all find these figures alike; the others are each machine's own.
COMMON_KINDS = frozenset(
    {
        *(alert_kinds.SLOW, alert_kinds.QUEUE_OLD, alert_kinds.BREAKER_STORM),
        *(alert_kinds.SNAPSHOT, alert_kinds.CLOCK, alert_kinds.DEAF_BOT),
    }
)
