"""The rules under which the system changes its mode: a rule becomes active when what it looks at
was bad for a while without a break, and ends when that was good again for a longer while. So a
value that goes up and down around its limit changes nothing."""

from procs.core.clock import Now
from procs.store.database import Database

READ = "SELECT active, bad_since, good_since FROM mode_rules WHERE rule = :rule"
WRITE = """
INSERT INTO mode_rules (rule, active, bad_since, good_since)
VALUES (:rule, :active, :bad, :good)
    ON CONFLICT (rule) DO UPDATE
   SET active = excluded.active, bad_since = excluded.bad_since, good_since = excluded.good_since
"""


def note(
    db: Database, rule: str, *, bad: bool, good: bool, enter: float, leave: float, now: Now
) -> bool:
    """What is seen now: `bad`, `good`, or in between, which goes on as it was. Returns whether the
    rule is active: after `enter` seconds of bad, until `leave` seconds of good."""
    row = db.one(READ, {"rule": rule})
    was = row or (0, None, None)
    active, bad_since, good_since = was
    bad_since = (bad_since if bad_since is not None else now.wall) if bad else None
    good_since = (good_since if good_since is not None else now.wall) if good else None
    if not active and bad_since is not None and now.wall - bad_since >= enter:
        active = 1
    elif active and good_since is not None and now.wall - good_since >= leave:
        active = 0
    if (active, bad_since, good_since) != tuple(was):
        facts = {"rule": rule, "active": active, "bad": bad_since, "good": good_since}
        with db.write():
            db.change(WRITE, facts)
    return bool(active)
