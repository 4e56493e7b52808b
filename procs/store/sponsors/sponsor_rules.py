"""Settings for all sponsors: how many a person must join, who is exempt, and what applies while
Telegram does not answer."""

from dataclasses import asdict, dataclass

from procs.core import codec
from procs.core.clock import Now
from procs.records.admin_role import Role
from procs.store.database import Database
from procs.store.health import runtime_settings

SETTING = "sponsors"


@dataclass(frozen=True, slots=True)
class SponsorRules:
    """`most` sponsors are shown to one person, chosen by weight where more are active (0: all).
    `fails_closed`: who cannot be checked waits, instead of passing. People who were met more than
    `exempt_days` ago are not asked (0: all are), nor who has the role `exempt_role` or a higher
    one (0: all are). `notes_every` n-th delivery is followed by a sponsor's note, 0 for none."""

    most: int = 0
    fails_closed: bool = False
    exempt_days: int = 0
    exempt_role: int = Role.VIEWER
    notes_every: int = 0


def read(db: Database) -> SponsorRules:
    """The rules as an admin set them last, or the defaults."""
    return codec.record(SponsorRules, codec.load(runtime_settings.read(db, SETTING, "{}")))


def write(db: Database, rules: SponsorRules, *, now: Now) -> None:
    """Store the settings; every process reads them with its next statement."""
    runtime_settings.write(db, SETTING, codec.dump(asdict(rules)), now=now)
