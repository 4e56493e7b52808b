"""Checks of what large sites want: a fresh yt-dlp, JavaScript, a browser's handshake, cookies."""

from collections.abc import Iterator

from daemon.checks import check
from daemon.commands import engine_commands
from daemon.console.output import minute
from daemon.doctor.diagnosis import Finding, Severity, complaint, fine
from daemon.doctor.doctor_facts import DoctorFacts
from procs.config import cookie_file
from procs.core import clock, disk
from procs.engine.jail import js_runtimes
from procs.engine.releases import impersonation, token_plugin
from procs.engine.releases.versions import Versions
from procs.errors import alert_kinds, remedies
from procs.keeper.cookie_watch import WARNING
from procs.store.sites import breakers, cookies, link_checks
from procs.texts import i18n

#: Days after which a yt-dlp is so old that large sites do not answer it any more.
OLD = 60
UPDATE = "chapar engine update"
#: What sites.toml calls the players that yt-dlp takes by itself.
USUAL_PLAYERS = "default"


def engine(facts: DoctorFacts) -> Iterator[Finding]:
    """The yt-dlp in use has no known holes, and is not old."""
    wrong = engine_commands.complaints(facts.given) if facts.is_ours else []
    yield from (complaint("engine", one) for one in wrong)
    if wrong:
        return
    version = Versions(facts.given.engines).current()
    year, month, day = (*version.number.release, 1, 1)[:3]
    age = (clock.now().wall - clock.of_date(year, month, day)) / 86400
    seen = f"yt-dlp {version.name}, {age:.0f} days old"
    if age > OLD:
        says = "the yt-dlp in use is old: sites change weekly"
        yield Finding("engine", Severity.WARNING, says, seen, UPDATE)
    else:
        yield fine("engine", "recent", seen)


def javascript(facts: DoctorFacts) -> list[Finding]:
    """There is a JavaScript runtime, for YouTube."""
    state = js_runtimes.state()
    if state.startswith(js_runtimes.NONE):
        says = "no JavaScript runtime: YouTube shows only some of its forms"
        fix = "pip install '.[js]' brings deno; a node of 22 or newer does as well"
        rest = state.removeprefix(js_runtimes.NONE).lstrip("; ")
        return [Finding("javascript", Severity.WARNING, says, rest, fix)]
    return [fine("javascript", "there", state)]


def browsers(facts: DoctorFacts) -> list[Finding]:
    """yt-dlp can imitate the browsers that `sites.toml` names, and others where a site asks."""
    found = impersonation.browsers(Versions(facts.given.engines).current())
    fix = "pip install -c constraints.txt 'yt-dlp[curl-cffi]'"
    book = facts.given.sites
    wanted = {rules.impersonate: site for site, rules in book.sites.items() if rules.impersonate}
    if found == impersonation.NO_BROWSER:
        says = "yt-dlp can imitate no browser: sites behind Cloudflare and others answer 403"
        return [Finding("browsers", Severity.WARNING, says, "no curl_cffi that it takes", fix)]
    return [
        Finding("browsers", Severity.ERROR, f"{site}: yt-dlp cannot imitate {name}", found, fix)
        for name, site in wanted.items()
        if name not in found.split()
    ] or [fine("browsers", "can be imitated", found)]


def players(facts: DoctorFacts) -> list[Finding]:
    """The yt-dlp in use has the players of YouTube that `sites.toml` names: they come and go with
    its versions."""
    sites = facts.given.sites.sites
    pools = [pool for rules in sites.values() for pool in rules.clients]
    wanted = {name for pool in pools for name in pool} - {USUAL_PLAYERS}
    if not wanted:
        return []
    there = impersonation.players(Versions(facts.given.engines).current())
    lost = sorted(wanted - there)
    if lost and there:
        says = f"this yt-dlp has no player {', '.join(lost)}"
        fix = "take it out of `clients` in sites.toml"
        return [Finding("players", Severity.WARNING, says, " ".join(sorted(there)), fix)]
    return [fine("players", "there", ", ".join(sorted(wanted)))]


def tokens(facts: DoctorFacts) -> list[Finding]:
    """PO tokens can be made, which YouTube asks some players for."""
    works, seen = token_plugin.state()
    if works:
        return [fine("tokens", "can be made", seen)]
    severity = Severity.HINT if seen == "no plugin" else Severity.WARNING
    says = "no PO tokens can be made: YouTube withholds formats from some players"
    fix = "pip install '.[pot]' and its script; docs/youtube.md"
    return [Finding("tokens", severity, says, seen, fix)]


def pictures(facts: DoctorFacts) -> list[Finding]:
    """Posts of pictures can be read, which yt-dlp does not."""
    state = check.gallery()
    if state.startswith("none"):
        return [complaint("pictures", state.removeprefix("none: "), Severity.HINT)]
    return [fine("pictures", f"gallery-dl {state}")]


def files_of_cookies(facts: DoctorFacts) -> Iterator[Finding]:
    """Each file of cookies of `sites.toml` is there, readable, and its sign-in goes on."""
    files = 0
    for site, rules in facts.given.sites.sites.items():
        for path in filter(None, rules.cookies):
            files += 1
            fix = f"export the cookies of {site} anew into {path}"
            try:
                found = cookie_file.parse(disk.text(path))
            except (OSError, ValueError) as error:
                says = f"{site}: {path} cannot be read"
                yield Finding("cookies", Severity.ERROR, says, str(error), fix)
                continue
            now = clock.now().wall
            state = cookie_file.facts(found, site, now=now)
            left = state.until - now
            if not state.valid:
                yield Finding("cookies", Severity.ERROR, f"{site}: none is valid", str(path), fix)
            elif state.until > 0 and left <= WARNING:
                seen = f"{path}: {i18n.span('en', max(0.0, left))} left"
                yield Finding("cookies", Severity.WARNING, f"{site}: they end soon", seen, fix)
    rests = cookies.listed(facts.db) if facts.db else []
    for one in rests:
        if one.until is not None and one.until > clock.now().wall:
            says = f"{one.site} refused the cookies of {one.file}"
            yield Finding("cookies", Severity.WARNING, says, one.why, "export them anew")
    if files:
        yield fine("cookies", f"{files} looked at")


def own_links(facts: DoctorFacts) -> Iterator[Finding]:
    """The operator's own links went well the last time."""
    for site, rules in facts.given.sites.sites.items():
        for url in rules.check if facts.db else ():
            for one in link_checks.latest(facts.db, site, url, most=1) if facts.db else ():
                if one.error:
                    seen = f"{one.error}: {one.detail}"
                    fix = remedies.of(alert_kinds.TURNED_LINK) or ""
                    yield Finding("sites", Severity.WARNING, f"{url} fails", seen, fix)
                else:
                    yield fine("sites", f"{url} worked", minute(one.at))


def left_alone(facts: DoctorFacts) -> Iterator[Finding]:
    """No site is left alone."""
    rows = breakers.listed(facts.db) if facts.db else []
    for one in rows:
        if one.is_shut_to_all:
            says = f"{one.site} is left alone"
            fix = f"see chapar breakers; chapar breakers --close {one.site}"
            yield Finding("sites", Severity.WARNING, says, one.why or "", fix)
