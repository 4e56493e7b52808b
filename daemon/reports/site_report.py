"""`chapar sites`: each site with its rules, its breakers, and how the operator's own links did."""

from collections import defaultdict
from dataclasses import dataclass

from daemon.console.output import minute, table
from procs.config import Settings, rulebook
from procs.core import clock
from procs.store.database import Database
from procs.store.sites import breakers, link_checks
from procs.store.sites.breakers import Way
from procs.store.sites.link_checks import LinkCheck

#: Results of a link that are shown, as a row of signs, the newest last.
CHECKS_SHOWN = 14
CHECK_COLUMNS = ("site", "link", "last", "result", "seconds", "history")
SITE_COLUMNS = ("site", "state", "rules")


@dataclass(frozen=True, slots=True)
class SiteReport:
    """`state` is `open`, `left alone` or `tried`; `machines`: by whose own addresses, where others
    go on; `checks` are of each link, the newest first."""

    site: str
    state: str
    machines: tuple[str, ...]
    rules: str
    checks: dict[str, list[LinkCheck]]


def read(db: Database, settings: Settings) -> list[SiteReport]:
    """Every site that has rules of its own or a breaker that is not closed."""
    now, shut, by = clock.now(), {}, defaultdict[str, set[str]](set)
    for one in breakers.listed(db):
        if one.is_shut_to_all:
            shut[one.site] = "left alone" if one.state(now) == "open" else "tried"
            by[one.site].add(Way(one.site, one.egress).machine)
    said = dict(rulebook.shown(settings.sites))
    found = []
    for site in sorted({*settings.sites.sites, *shut}):
        links = settings.sites.of(site).check
        checks = {url: link_checks.latest(db, site, url, most=CHECKS_SHOWN) for url in links}
        rules = said.get(site, said.get(rulebook.EVERY_SITE, ""))
        machines = () if "" in by[site] else tuple(sorted(by[site]))
        found.append(SiteReport(site, shut.get(site, "open"), machines, rules, checks))
    return found


def listed(reports: list[SiteReport]) -> list[str]:
    """The sites, and a line for each link; `.` is a check that went well, `x` one that failed."""
    if not reports:
        return ["no site has rules of its own, and none is left alone; see sites.example.toml"]
    lines = table(SITE_COLUMNS, [(one.site, state(one), one.rules) for one in reports])
    rows = [row(one.site, url, all_of) for one in reports for url, all_of in one.checks.items()]
    hint = "no links are checked: write `check` into sites.toml"
    return [*lines, "", *(table(CHECK_COLUMNS, rows, right="seconds") if rows else [hint])]


def state(one: SiteReport) -> str:
    """`left alone by m1, m2`, where each machine has an address of its own."""
    return f"{one.state} by {', '.join(one.machines)}" if one.machines else one.state


def row(site: str, url: str, checks: list[LinkCheck]) -> tuple[str, ...]:
    """One link as a row of the table: its last check, and one sign for each of them."""
    if not checks:
        return (site, url, "-", "not yet", "", "")
    last = checks[0]
    signs = "".join("x" if one.error else "." for one in reversed(checks))
    return (site, url, minute(last.at), last.error or "ok", f"{last.took:.1f}", signs)
