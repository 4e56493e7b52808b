"""The list of checks, and their order: what explains others comes first."""

from collections.abc import Callable, Iterable, Iterator

from daemon.doctor import (
    backup_checks,
    growth_checks,
    home_checks,
    live_checks,
    people_checks,
    process_checks,
    site_checks,
)
from daemon.doctor.diagnosis import Finding, Severity
from daemon.doctor.doctor_facts import DoctorFacts
from procs.errors import ChaparError

Check = Callable[[DoctorFacts], Iterable[Finding]]
#: Those that need no settings.
WITHOUT_SETTINGS: tuple[Check, ...] = (home_checks.settings, home_checks.tools, home_checks.memory)
#: Those that read what is on this machine.
CHECKS: tuple[Check, ...] = (
    *(home_checks.home, home_checks.modes, home_checks.space, home_checks.database),
    home_checks.channel,
    *(process_checks.service, process_checks.workers, process_checks.bot, home_checks.logs),
    *(process_checks.standing, process_checks.time_of_day, growth_checks.growth),
    growth_checks.moves,
    backup_checks.fresh,
    *(people_checks.admins, people_checks.support, people_checks.sponsors, people_checks.inline),
    *(site_checks.engine, site_checks.javascript, site_checks.browsers),
    *(site_checks.players, site_checks.tokens, site_checks.pictures),
    *(site_checks.files_of_cookies, site_checks.left_alone, site_checks.own_links),
)
#: Those that ask others.
LIVE: tuple[Check, ...] = (live_checks.telegram, live_checks.downloads)


def examined(facts: DoctorFacts) -> Iterator[Finding]:
    """The findings of all checks, each as soon as it is there. A check that cannot be made is a
    finding itself, and keeps no other from being made."""
    checks = WITHOUT_SETTINGS if facts.settings is None else (*WITHOUT_SETTINGS, *CHECKS)
    for check in (*checks, *(LIVE if facts.live and facts.settings is not None else ())):
        try:
            yield from check(facts)
        except (ChaparError, OSError) as error:
            name = check.__name__.replace("_", "-")
            says = "cannot be looked at"
            yield Finding(name, Severity.ERROR, says, f"{type(error).__name__}: {error}")
