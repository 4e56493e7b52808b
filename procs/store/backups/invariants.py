"""What must hold of the tables whenever no transaction runs, as SELECTs that must find nothing.

Nothing here calls the store: a fault in its functions cannot hide itself. Backups are judged by it,
and the store's own tests.
"""

from collections.abc import Collection

from procs.records.job import SYSADMIN, State
from procs.store.database import Database
from procs.store.jobs.seats import CAPS
from procs.store.literals import IDLE, numbers

#: A user's cap by the rule of the store: their own, else the setting, else the configured one.
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
#: The states in which a job may have a seat, or a place in its user's line.
SEATED = numbers((State.QUEUED, State.LEASED, State.LATER, State.WAITING))

#: The findings that a lowered cap causes for jobs that have seats already.
BY_CAP = "a seat beyond the cap"
UNSEATED = f"""
SELECT id FROM jobs WHERE state IN ({State.QUEUED}, {State.LEASED})
   AND (seat IS NULL OR seat >= 0)
"""
PLACELESS = f"""
SELECT id FROM jobs WHERE state = {State.WAITING} AND seat IS DISTINCT FROM id
"""
SEAT_KEPT = f"""
SELECT id FROM jobs WHERE state NOT IN ({SEATED}) AND seat IS NOT NULL
"""
PLACE_KEPT = f"""
SELECT id FROM jobs WHERE state = {State.LATER} AND seat > 0
"""
SHARED_SEAT = """
SELECT MAX(id) FROM jobs WHERE seat IS NOT NULL
 GROUP BY user_id, lane, seat HAVING COUNT(*) > 1
"""
BEYOND_CAP = f"""
SELECT j.id FROM jobs j WHERE j.seat < 0 AND -j.seat > {CAP}
   AND (' ' || :lowered || ' ') NOT LIKE ('% ' || j.user_id || ' %')
"""
SEAT_FREE = f"""
SELECT j.id FROM jobs j WHERE j.state = {State.WAITING} AND {CAP} >
       (SELECT COUNT(*) FROM jobs t WHERE t.user_id = j.user_id AND t.lane = j.lane
           AND t.seat < 0 AND -t.seat <= {CAP})
"""
LEASED_BY_NOBODY = f"""
SELECT id FROM jobs WHERE state = {State.LEASED}
   AND (worker IS NULL OR worker NOT IN (SELECT id FROM workers))
"""
UNLEASED = f"""
SELECT id FROM jobs WHERE state <> {State.LEASED} AND worker IS NOT NULL
"""
UNFENCED = f"SELECT id FROM jobs WHERE state = {State.LEASED} AND fence < 1"
FEW_CLAIMS = "SELECT id FROM jobs WHERE attempt NOT BETWEEN 0 AND fence"
IN_A_PAUSE = f"""
SELECT j.id FROM jobs j WHERE j.state IN ({State.QUEUED}, {State.WAITING}) AND {PAUSED}
"""
UNPAUSED = f"SELECT j.id FROM jobs j WHERE j.state = {State.HELD} AND NOT {PAUSED}"
STOPPED_IDLE = f"""
SELECT id FROM jobs WHERE stop = 1 AND state IN ({IDLE})
"""
STOPPED_WANTED = f"""
SELECT j.id FROM jobs j WHERE j.stop = 1 AND j.state = {State.LEASED} AND {HAS_ASKERS}
"""
TWO_OF_A_MARK = f"""
SELECT MAX(id) FROM jobs WHERE mark IS NOT NULL AND state < {State.DONE}
 GROUP BY mark HAVING COUNT(*) > 1
"""
LOOSE_PROGRESS = f"""
SELECT p.job FROM progress p LEFT JOIN jobs j ON j.id = p.job
 WHERE j.state IS DISTINCT FROM {State.LEASED}
"""
UNSERVED = f"""
SELECT r.id FROM requests r LEFT JOIN jobs j ON j.id = r.job
 WHERE r.state = 'open' AND (j.id IS NULL OR j.state >= {State.DONE})
   AND NOT EXISTS (SELECT 1 FROM requests e WHERE e.parent = r.id AND e.state = 'open')
"""
UNWANTED = f"""
SELECT j.id FROM jobs j WHERE j.state < {State.DONE} AND j.stop = 0
   AND (j.mark LIKE 'fetch:%' OR j.mark LIKE 'look:%' OR j.mark LIKE 'deliver:%')
   AND NOT {HAS_ASKERS}
"""
ENDLESS = """
SELECT id FROM requests WHERE (state = 'open') <> (ended_at IS NULL)
"""
NAMELESS = """
SELECT media FROM media_keys WHERE media NOT IN (SELECT id FROM media)
"""

#: What is wrong -> the jobs (or requests) of which it is true.
CHECKS = {
    "queued or leased without a seat": UNSEATED,
    "waiting without its place in the line": PLACELESS,
    "a seat kept by a job that is held or over": SEAT_KEPT,
    "a place in the line kept by a job that is later": PLACE_KEPT,
    "two jobs on one seat": SHARED_SEAT,
    BY_CAP: BEYOND_CAP,
    "a free seat beside a waiting job": SEAT_FREE,
    "leased by nobody": LEASED_BY_NOBODY,
    "a worker's, though not leased": UNLEASED,
    "leased without a fence": UNFENCED,
    "fewer claims than attempts": FEW_CLAIMS,
    "queued or waiting in a pause": IN_A_PAUSE,
    "held by no pause": UNPAUSED,
    "asked to stop, though nobody runs it": STOPPED_IDLE,
    "asked to stop, though somebody waits for it": STOPPED_WANTED,
    "two living jobs of one mark": TWO_OF_A_MARK,
    "progress of a job that does not run": LOOSE_PROGRESS,
    "a request that nobody works for": UNSERVED,
    "work that nobody waits for": UNWANTED,
    "a request that ended without an end": ENDLESS,
    "a media without a name": NAMELESS,
}


def audit(
    db: Database, *, lowered: Collection[int] = (), leaving: Collection[str] = ()
) -> list[str]:
    """Every finding, as text; those named by `leaving` are skipped. `lowered` are users whose cap
    was lowered while they had jobs on seats."""
    facts = {"lowered": " ".join(map(str, lowered))}
    return [
        f"{what}: {sorted(number for (number,) in rows)}"
        for what, select in CHECKS.items()
        if what not in leaving and (rows := db.all(select, facts))
    ]
