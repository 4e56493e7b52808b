"""What a machine asks of its server to know whether the database is at rest.

At rest nothing follows from rows before one of them changes, so that every process of the machine
may leave it alone for minutes. What an instant alone makes due ends the rest by itself: this asks
for each such instant, a moment before it and for a while after it.
"""

from procs.records.job import State

#: Seconds before an instant from which on there is no rest, more than lie between two looks; and
#: after it, in which what is due is done: what nobody does keeps no machine awake for ever.
AHEAD, BEHIND = 10.0, 120.0
#: Transactions since the last look after which nobody need ask the rows whether there is work.
BUSY = 100
#: Seconds of silence after which a machine is gone (`machine_rows`), a worker serves no more (a
#: lease; after two it is killed), and the bot is taken for deaf (`readiness`).
GONE, HUNG, DEAF = 60.0, 60.0, 120.0
#: Seconds within which an alert that began or ended is told (`notifications`: the longest gap, and
#: for how long alerts are gathered).
TOLD = 330.0
#: Seconds from a check of an operator's own link to the next: after a good one, the first bad one
#: and further ones (`link_checks`).
DAY, SOON, AGAIN = 86_400.0, 600.0, 21_600.0
#: Where an instant makes something due: the table, the instant, and of which rows. Each has an
#: index for it, or is a table of few rows.
INSTANTS = (
    ("cards", "due_at", "due_at IS NOT NULL"),
    ("passing_messages", "due_at", "TRUE"),
    ("sources", "due_at", "job IS NULL AND due_at IS NOT NULL"),
    ("follows", "owed_at", "owed_at IS NOT NULL"),
    ("sponsors", "starts", "starts IS NOT NULL"),
    ("sponsors", "ends", "ends IS NOT NULL"),
    ("link_checks", f"at + CASE error WHEN '' THEN {DAY} ELSE {SOON} END", "TRUE"),
    ("link_checks", f"at + {AGAIN}", "error <> ''"),
    ("machines", f"beat_at + {GONE}", "ended_at IS NULL"),
    ("workers", f"beat_at + {HUNG}", "ended_at IS NULL AND served_at IS NOT NULL"),  # no spare one
    ("settings", f"changed_at + {DEAF}", "name = 'telegram.round-trip'"),
)
IS_DUE = " OR ".join(
    f"EXISTS (SELECT 1 FROM {table} WHERE {rows}"
    f" AND {instant} > clock.now - {BEHIND} AND {instant} <= clock.now + {AHEAD})"
    for table, instant, rows in INSTANTS
)
#: What goes on by the clock: alerts that wait to be told, and rules of the bot's mode.
GOES_ON = f"""
EXISTS (SELECT 1 FROM alerts WHERE told_at IS NULL AND first_at > clock.now - {TOLD})
OR EXISTS (SELECT 1 FROM alerts WHERE shown = 1 AND cleared_at > clock.now - {TOLD})
OR EXISTS (SELECT 1 FROM mode_rules WHERE active = 1 OR bad_since IS NOT NULL)
"""
#: Whether there is a job that runs, or waits for a worker or an instant.
WORKS = " OR ".join(
    f"EXISTS (SELECT 1 FROM jobs WHERE state = {state:d})"
    for state in (State.LEASED, State.QUEUED, State.LATER)
)
#: How many transactions others had to hear of; whether anything is to be done; until when the bot's
#: lease lasts; and whether one of the counted may be under way still, which is asked last. Where
#: many came since the last look nobody asks for jobs: under an old snapshot that passes all dead
#: ones.
REST = f"""
SELECT counted.mark, CASE WHEN counted.mark > $1 + {BUSY} THEN TRUE
                          ELSE {WORKS} OR {IS_DUE} OR {GOES_ON} END,
       COALESCE((SELECT until FROM bot_lease WHERE name = 'bot'), 0.0),
       EXISTS (SELECT 1 FROM pg_stat_activity
                WHERE backend_xid IS NOT NULL AND datname = CURRENT_DATABASE())
  FROM (SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS mark FROM news) AS counted,
       (SELECT CAST(EXTRACT(EPOCH FROM NOW()) AS DOUBLE PRECISION) AS now) AS clock
""".encode()
