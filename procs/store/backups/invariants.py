"""What must hold of the tables whenever no transaction runs, as SELECTs that must find nothing.

Nothing here calls the store: a fault in its functions cannot hide itself. Backups are judged by it,
and the store's own tests.
"""

from collections.abc import Collection

from procs.records.job import SYSADMIN, State
from procs.store.database import Database
from procs.store.jobs.seats import CAPS
from procs.store.literals import IDLE, numbers

#: A user's cap as the store has to understand it: their own, the setting, the configured one.
OTHERS = " ".join(f"WHEN {int(lane)} THEN {cap}" for lane, cap in CAPS.items())
CAP = f"""
CASE j.lane {OTHERS} ELSE COALESCE(
    (SELECT cap FROM users WHERE id = j.user_id),
    (SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'max_downloads_per_user'),
    (SELECT CAST(value AS INTEGER) FROM settings
      WHERE name = CASE j.user_id WHEN {SYSADMIN} THEN 'configured_downloads'
                                  ELSE 'configured_downloads_per_user' END)) END
"""
PAUSED = """
EXISTS (SELECT 1 FROM pauses p
         WHERE p.scope = 'user:' || j.user_id OR p.scope = 'site:' || j.site)
"""
HAS_ASKERS = "EXISTS (SELECT 1 FROM requests r WHERE r.job = j.id AND r.state = 'open')"
#: Where a job may have a seat, or its place in the line for one.
SEATED = numbers((State.QUEUED, State.LEASED, State.LATER, State.WAITING))

#: What a cap that sank makes true of jobs that have their seats already.
BY_CAP = "a seat beyond the cap"
#: What is wrong -> the jobs (or requests) of which it is true.
CHECKS = {
    "queued or leased without a seat": f"""
        SELECT id FROM jobs WHERE state IN ({State.QUEUED}, {State.LEASED})
           AND (seat IS NULL OR seat >= 0)""",
    "waiting without its place in the line": f"""
        SELECT id FROM jobs WHERE state = {State.WAITING} AND seat IS DISTINCT FROM id""",
    "a seat kept by a job that is held or over": f"""
        SELECT id FROM jobs WHERE state NOT IN ({SEATED}) AND seat IS NOT NULL""",
    "a place in the line kept by a job that is later": f"""
        SELECT id FROM jobs WHERE state = {State.LATER} AND seat > 0""",
    "two jobs on one seat": """
        SELECT MAX(id) FROM jobs WHERE seat IS NOT NULL
         GROUP BY user_id, lane, seat HAVING COUNT(*) > 1""",
    BY_CAP: f"""
        SELECT j.id FROM jobs j WHERE j.seat < 0 AND -j.seat > {CAP}
           AND (' ' || :lowered || ' ') NOT LIKE ('% ' || j.user_id || ' %')""",
    "a free seat beside a waiting job": f"""
        SELECT j.id FROM jobs j WHERE j.state = {State.WAITING} AND {CAP} >
               (SELECT COUNT(*) FROM jobs t WHERE t.user_id = j.user_id AND t.lane = j.lane
                   AND t.seat < 0 AND -t.seat <= {CAP})""",
    "leased by nobody": f"""
        SELECT id FROM jobs WHERE state = {State.LEASED}
           AND (worker IS NULL OR worker NOT IN (SELECT id FROM workers))""",
    "a worker's, though not leased": f"""
        SELECT id FROM jobs WHERE state <> {State.LEASED} AND worker IS NOT NULL""",
    "leased without a fence": f"SELECT id FROM jobs WHERE state = {State.LEASED} AND fence < 1",
    "fewer claims than attempts": "SELECT id FROM jobs WHERE attempt NOT BETWEEN 0 AND fence",
    "queued or waiting in a pause": f"""
        SELECT j.id FROM jobs j WHERE j.state IN ({State.QUEUED}, {State.WAITING}) AND {PAUSED}""",
    "held by no pause": f"SELECT j.id FROM jobs j WHERE j.state = {State.HELD} AND NOT {PAUSED}",
    "asked to stop, though nobody runs it": f"""
        SELECT id FROM jobs WHERE stop = 1 AND state IN ({IDLE})""",
    "asked to stop, though somebody waits for it": f"""
        SELECT j.id FROM jobs j WHERE j.stop = 1 AND j.state = {State.LEASED} AND {HAS_ASKERS}""",
    "two living jobs of one mark": f"""
        SELECT MAX(id) FROM jobs WHERE mark IS NOT NULL AND state < {State.DONE}
         GROUP BY mark HAVING COUNT(*) > 1""",
    "progress of a job that does not run": f"""
        SELECT p.job FROM progress p LEFT JOIN jobs j ON j.id = p.job
         WHERE j.state IS DISTINCT FROM {State.LEASED}""",
    "a request that nobody works for": f"""
        SELECT r.id FROM requests r LEFT JOIN jobs j ON j.id = r.job
         WHERE r.state = 'open' AND (j.id IS NULL OR j.state >= {State.DONE})
           AND NOT EXISTS (SELECT 1 FROM requests e WHERE e.parent = r.id AND e.state = 'open')""",
    "work that nobody waits for": f"""
        SELECT j.id FROM jobs j WHERE j.state < {State.DONE} AND j.stop = 0
           AND (j.mark LIKE 'fetch:%' OR j.mark LIKE 'look:%' OR j.mark LIKE 'deliver:%')
           AND NOT {HAS_ASKERS}""",
    "a request that ended without an end": """
        SELECT id FROM requests WHERE (state = 'open') <> (ended_at IS NULL)""",
    "a media without a name": """
        SELECT media FROM media_keys WHERE media NOT IN (SELECT id FROM media)""",
}


def audit(
    db: Database, *, lowered: Collection[int] = (), leaving: Collection[str] = ()
) -> list[str]:
    """Every finding, in words; those of `leaving` are not looked for. `lowered`: users whose cap
    sank while they had jobs on seats."""
    facts = {"lowered": " ".join(map(str, lowered))}
    return [
        f"{what}: {sorted(number for (number,) in rows)}"
        for what, select in CHECKS.items()
        if what not in leaving and (rows := db.all(select, facts))
    ]
