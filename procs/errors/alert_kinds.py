"""The kinds of alerts: what admins are told of, by name. `remedies` has what helps against each,
the catalogue the words that they read (`alert-<kind>`, `fix-<kind>`)."""

from procs import errors

#: Alerts that are no class of a job's failures.
REVOKED, SIGN_IN, UNCERTAIN, LOW = "session-revoked", "sign-in-wait", "uncertain", "disk-low"
#: Of a file of cookies: its sign-in ends within days, and the site takes it no more.
ENDING, REFUSED = "cookies-ending", "cookies-refused"
#: A sponsor's chat where the bot may not look any more, and one of which Telegram says nothing.
SPONSOR_LOST, SPONSOR_UNSURE = "sponsor-lost", "sponsor-unsure"
NO_BACKUP, DRILL, UNCOPIED = "backup-missing", "backup-drill", "backup-uncopied"
#: The mode changed by itself; its subject is the mode, its detail the rule.
MODE = "mode-changed"
#: A link of the operator's own that worked, and fails now.
TURNED_LINK = "link-turned"
#: What a process notes itself: a child of a download got out of its jail, a worker stood still and
#: was killed, a new yt-dlp was worse than the one before.
EGRESS_OPEN, HUNG, ROLLED_BACK = "egress-open", "worker-hung", "engine-rolled-back"
#: A machine of several is silent, and nobody stopped it.
MACHINE_LOST = "machine-lost"
#: A machine had no connection to Telegram, and gave the bot up to another.
BOT_MOVED = "bot-moved"
#: What the keeper's monitor judges by a table (`procs/keeper/monitor/alert_rules.py`).
DATABASE_UNUSABLE, DATABASE_LOCKED = "database-unusable", "database-locked"
DATABASE_LOG, DISK_SHARE, DISK_FORECAST = "database-log", "disk-share", "disk-forecast"
MEMORY, SLOW, QUEUE_OLD = "memory-high", "response-slow", "queue-old"
WORKERS_DOWN, RESTART_STORM, PROCESS_DOWN = "workers-down", "restart-storm", "process-down"
BREAKER_STORM, CLOCK, CERTIFICATE = "breaker-storm", "clock-skew", "certificate-ending"
#: The bot hears nothing of Telegram.
DEAF_BOT = "telegram-away"
SNAPSHOT = "snapshot-old"
JUDGED_ALERTS = frozenset(
    {
        *(DATABASE_UNUSABLE, DATABASE_LOCKED, DATABASE_LOG, DISK_SHARE, DISK_FORECAST, MEMORY),
        *(SLOW, QUEUE_OLD, WORKERS_DOWN, RESTART_STORM, PROCESS_DOWN, NO_BACKUP, DRILL),
        *(UNCOPIED, BREAKER_STORM, CLOCK, CERTIFICATE, SNAPSHOT, DEAF_BOT),
    }
)
STATE_ALERTS = JUDGED_ALERTS | {
    *(REVOKED, SIGN_IN, UNCERTAIN, LOW, ENDING, REFUSED, SPONSOR_LOST, SPONSOR_UNSURE),
    *(EGRESS_OPEN, HUNG, ROLLED_BACK, MODE, TURNED_LINK, MACHINE_LOST, BOT_MOVED),
}
#: Failures that end more than one job when nobody acts: they are logged as errors, and told.
FAILURE_ALERTS = frozenset(
    kind().name
    for kind in (
        *(errors.BotCheck, errors.SiteFiltered, errors.ProxyBroken, errors.ExtractorBroken),
        errors.TokenMissing,
        *(errors.DiskFull, errors.EngineDied, errors.Quarantined, errors.Unknown),
        errors.UploadRefused,
    )
)
ALL_ALERTS = FAILURE_ALERTS | STATE_ALERTS
#: Every admin is told of these, at once and at any hour: nothing works until somebody acts.
CRITICAL_ALERTS = frozenset(
    {
        *(REVOKED, SIGN_IN, LOW, errors.DiskFull().name, DISK_SHARE, EGRESS_OPEN),
        *(DATABASE_UNUSABLE, DATABASE_LOCKED, WORKERS_DOWN, RESTART_STORM, PROCESS_DOWN, DEAF_BOT),
    }
)
