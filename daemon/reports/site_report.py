"""`chapar sites`: each site with its rules, its breakers, and how the operator's own links did."""

from dataclasses import dataclass

from daemon.console.output import minute, table
from procs.config import Settings, rulebook
from procs.core import clock
from procs.store.database import Database
from procs.store.sites import breakers, link_checks
from procs.store.sites.link_checks import LinkCheck

#: Results of a link that are shown, as a row of signs, the newest last.
CHECKS_SHOWN = 14
CHECK_COLUMNS = ("site", "link", "last", "result", "seconds", "history")
SITE_COLUMNS = ("site", "state", "rules")


@dataclass(frozen=True, slots=True)
class SiteReport:
    """`state` is `open`, `left alone` or `tried`; `checks` are of each link, the newest first."""

    site: str
    state: str
    rules: str
    checks: dict[str, list[LinkCheck]]


def read(db: Database, settings: Settings) -> list[SiteReport]:
    """Every site that has rules of its own or a breaker that is not closed."""
    now, shut = clock.now(), {}
    for one in breakers.listed(db):
        if one.is_shut_to_all:
            shut[one.site] = "left alone" if one.state(now) == "open" else "tried"
    said = dict(rulebook.shown(settings.sites))
    found = []
    for site in sorted({*settings.sites.sites, *shut}):
        links = settings.sites.of(site).check
        checks = {url: link_checks.latest(db, site, url, most=CHECKS_SHOWN) for url in links}
        rules = said.get(site, said.get(rulebook.EVERY_SITE, ""))
        found.append(SiteReport(site, shut.get(site, "open"), rules, checks))
    return found


def listed(reports: list[SiteReport]) -> list[str]:
    """The sites, and a line for each link; `.` is a check that went well, `x` one that failed."""
    if not reports:
        return ["no site has rules of its own, and none is left alone; see sites.example.toml"]
    lines = table(SITE_COLUMNS, [(one.site, one.state, one.rules) for one in reports])
    rows = [row(one.site, url, all_of) for one in reports for url, all_of in one.checks.items()]
    hint = "no links are checked: write `check` into sites.toml"
    return [*lines, "", *(table(CHECK_COLUMNS, rows, right="seconds") if rows else [hint])]


def row(site: str, url: str, checks: list[LinkCheck]) -> tuple[str, ...]:
    """One link as a row of the table: its last check, and one sign for each of them."""
    if not checks:
        return (site, url, "-", "not yet", "", "")
    last = checks[0]
    signs = "".join("x" if one.error else "." for one in reversed(checks))
    return (site, url, minute(last.at), last.error or "ok", f"{last.took:.1f}", signs)
