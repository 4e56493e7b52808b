"""The kinds of alerts: what admins are told of, by name. `remedies` has what helps against each,
the catalogue the words that they read (`alert-<kind>`, `fix-<kind>`)."""

from procs import errors

#: Alerts that are no class of a job's failures.
REVOKED, SIGN_IN, UNCERTAIN, LOW = "session-revoked", "sign-in-wait", "uncertain", "disk-low"
#: Of a file of cookies: its sign-in ends within days, and the site takes it no more.
ENDING, REFUSED = "cookies-ending", "cookies-refused"
#: A sponsor's chat where the bot may not look any more, and one of which Telegram says nothing.
SPONSOR_LOST, SPONSOR_UNSURE = "sponsor-lost", "sponsor-unsure"
NO_BACKUP = "backup-missing"
#: A link of the operator's own that worked, and fails now.
TURNED_LINK = "link-turned"
STATE_ALERTS = frozenset(
    {
        *(REVOKED, SIGN_IN, UNCERTAIN, LOW, ENDING, REFUSED, SPONSOR_LOST, SPONSOR_UNSURE),
        NO_BACKUP,
        TURNED_LINK,
    }
)
#: Failures that end more than one job when nobody acts: they are logged as errors, and told.
FAILURE_ALERTS = frozenset(
    kind().name
    for kind in (
        *(errors.BotCheck, errors.SiteFiltered, errors.ProxyBroken, errors.ExtractorBroken),
        *(errors.DiskFull, errors.EngineDied, errors.Quarantined, errors.Unknown),
        errors.UploadRefused,
    )
)
ALL_ALERTS = FAILURE_ALERTS | STATE_ALERTS
#: Every admin is told of these, at once and at any hour: nothing works until somebody acts.
CRITICAL_ALERTS = frozenset({REVOKED, SIGN_IN, LOW, errors.DiskFull().name})
