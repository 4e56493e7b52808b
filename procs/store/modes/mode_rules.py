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
#: The rules that go on: they are active, or something is bad.
GOES_ON = "SELECT rule, active FROM mode_rules WHERE active = 1 OR bad_since IS NOT NULL"
FORGET = "DELETE FROM mode_rules WHERE rule = :rule"


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


def name_at(rule: str, machine: str) -> str:
    """The name under which a machine has a rule of its own; that of the rule where `machine` is
    alone ("")."""
    return f"{rule} {machine}" if machine else rule


def machines(db: Database, rule: str) -> dict[str, bool]:
    """The machines where a rule goes on that each has for itself, and whether it is active there;
    "" for one that is alone."""
    found = {}
    for name, active in db.all(GOES_ON):
        first, _, machine = str(name).partition(" ")
        if first == rule:
            found[machine] = bool(active)
    return found


def forget(db: Database, rule: str) -> None:
    """Forget what was seen of a rule."""
    with db.write():
        db.change(FORGET, {"rule": rule})
