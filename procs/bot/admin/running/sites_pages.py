"""The pages of hosts and sites: which hosts are blocked and allowed, and of a site its pause, its
breaker, its rules and a test download."""

import re
import secrets
from functools import partial

from procs.bot.admin.admin_call import (
    AdminAction,
    AdminCall,
    AdminConversation,
    AdminReply,
    ConversationPlace,
    act,
    back,
    panel_page,
    prompt,
)
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.commands.settings_menu import MenuPage
from procs.config import Settings
from procs.core import clock
from procs.records.admin_role import Role
from procs.records.job import SYSADMIN, Ask
from procs.store import wake
from procs.store.admins.audit_log import AuditChange
from procs.store.database import Database
from procs.store.jobs import pause_control, pauses
from procs.store.requests import requests
from procs.store.sites import breaker_trials, breakers, cookies, host_lists
from procs.store.sites.host_lists import ALL, HostRow
from procs.telegram.chat.inbound import Incoming
from procs.texts import i18n
from procs.texts.i18n import LocalText
from procs.wishes import sites
from procs.wishes.grammar import link
from procs.wishes.grammar.link import BadLink

#: The conversations: a host that is blocked or allowed, and a site that is shown; their steps.
HOST, WHICH, SITE, NAMED = "host", "which", "site", "named"
NAME = re.compile(r"(?:\*|[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*)")
#: The form of a test download: what a site has at the least.
TEST_FORM = "best"
#: Hosts with a line each, and letters of a reason.
LISTED_HOSTS, REASON_LETTERS = 40, 200


class SitesPages:
    """`settings` hold the rules of `sites.toml`."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings

    def rows(self) -> tuple[AdminAction, ...]:
        return (
            panel_page("sites", Role.VIEWER, self.page, "sites"),
            AdminAction("host-block", Role.OPERATOR, partial(self.ask_host, False), begins=HOST),
            AdminAction("host-allow", Role.OPERATOR, partial(self.ask_host, True), begins=HOST),
            AdminAction("host-drop", Role.OPERATOR, self.drop),
            AdminAction("host-show", Role.VIEWER, self.show_host),
            AdminAction("site-which", Role.VIEWER, self.ask_site, begins=SITE),
            AdminAction("site-show", Role.VIEWER, self.show_site, commands=("site",)),
            AdminAction("site-pause", Role.OPERATOR, self.pause),
            AdminAction("site-resume", Role.OPERATOR, self.resume),
            AdminAction("site-close-breaker", Role.OPERATOR, self.close),
            AdminAction("site-test", Role.OPERATOR, self.test),
        )

    def conversations(self) -> tuple[AdminConversation, ...]:
        return (
            AdminConversation(HOST, Role.OPERATOR, {WHICH: self.host}),
            AdminConversation(SITE, Role.VIEWER, {NAMED: self.site_of}),
        )

    # --- hosts

    def page(self, call: AdminCall) -> MenuPage:
        rows = host_lists.listed(self.db)
        lines = [self.host_line(call, one) for one in rows[:LISTED_HOSTS]]
        shut = sorted({one.site for one in breakers.listed(self.db) if one.is_shut_to_all})
        text = call.say(
            "admin-sites",
            hosts=LocalText("\n".join(lines) or "—"),
            resting=LocalText(" · ".join(i18n.isolated(call.language, it) for it in shut) or "—"),
        )
        buttons = [act(f"✖️ {one.host}", "host-show", host=one.host) for one in rows[:10]]
        found = [tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2)]
        block = act(call.say("admin-host-block"), "host-block")
        allow = act(call.say("admin-host-allow"), "host-allow")
        shown = [(act(one, "site-show", site=one),) for one in shut[:5]]
        which = act(call.say("admin-site-which"), "site-which")
        return MenuPage(text, (*found, (block, allow), *shown, (which,), (back(call.language),)))

    def host_line(self, call: AdminCall, row: HostRow) -> LocalText:
        key = "admin-host-allowed" if row.allowed else "admin-host-blocked"
        line = call.say(key, host=call.say("admin-host-all") if row.host == ALL else row.host)
        reason = i18n.isolated(call.language, row.reason)
        return LocalText(f"{line} — {reason}") if row.reason else line

    def ask_host(self, allowed: bool, call: AdminCall) -> AdminReply:
        key = "admin-host-ask-allow" if allowed else "admin-host-ask-block"
        place = ConversationPlace(HOST, WHICH, {"allowed": allowed})
        return AdminReply(prompt(call, call.say(key), "page-sites"), place=place)

    def host(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: `example.com, reason`, or a link of it."""
        word, _, reason = incoming.text.strip().partition(" ")
        allowed, name = bool(call.keep.get("allowed")), host_name(word)
        if not name:
            raise EffectRefused(call.say("admin-host-unclear"))
        before = host_lists.find(self.db, name)
        host_lists.put(
            self.db,
            name,
            allowed=allowed,
            reason=reason.strip()[:REASON_LETTERS],
            admin=call.person.id,
            now=clock.now(),
        )
        change = AuditChange(
            f"host:{name}", noted_host(before), noted_host(host_lists.find(self.db, name))
        )
        return AdminReply(self.page(call), call.say("admin-done"), changes=(change,))

    def show_host(self, call: AdminCall) -> AdminReply:
        row = host_lists.find(self.db, str(call.data.get("host")))
        if row is None:
            return AdminReply(self.page(call))
        drop = act(call.say("admin-host-drop"), "host-drop", host=row.host)
        page = MenuPage(self.host_line(call, row), ((drop,), (back(call.language, "page-sites"),)))
        return AdminReply(page)

    def drop(self, call: AdminCall) -> AdminReply:
        name = str(call.data.get("host"))
        before = host_lists.find(self.db, name)
        if before is None or not host_lists.drop(self.db, name):
            return AdminReply(self.page(call))
        change = AuditChange(f"host:{name}", noted_host(before))
        return AdminReply(self.page(call), call.say("admin-done"), changes=(change,))

    # --- one site

    def ask_site(self, call: AdminCall) -> AdminReply:
        page = prompt(call, call.say("admin-site-ask"), "page-sites")
        return AdminReply(page, place=ConversationPlace(SITE, NAMED))

    def site_of(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: a site by its name, its host, or a link."""
        return AdminReply(self.site(call, self.named(call, incoming.text)))

    def show_site(self, call: AdminCall) -> AdminReply:
        return AdminReply(self.site(call, self.named(call, call.data.get("site") or call.words)))

    def named(self, call: AdminCall, word: object) -> str:
        """Raises EffectRefused for what is no site."""
        text = str(word).strip().lower()
        if any(row.name == text for row in sites.SITES):
            return text
        host = host_name(text)
        if not host or host == ALL:
            raise EffectRefused(call.say("admin-site-unclear"))
        known = sites.of_host(host)
        return known.name if known else sites.bare(host)

    def site(self, call: AdminCall, site: str) -> MenuPage:
        """What holds for a site: pause, breaker, rules."""
        paused = pauses.is_paused(self.db, pauses.site(site))
        found = [one for one in breakers.listed(self.db) if one.site == site]
        text = call.say(
            "admin-site",
            site=site,
            paused=call.say("admin-yes" if paused else "admin-no"),
            breakers=LocalText("\n".join(self.breaker_line(call, one) for one in found) or "—"),
            rules=i18n.isolated(call.language, self.rules(site)),
        )
        turn = "site-resume" if paused else "site-pause"
        rows = [(act(call.say(f"admin-{turn}"), turn, site=site),)]
        rows.append((act(call.say("admin-site-test"), "site-test", site=site),))
        if found:
            rows.append(
                (act(call.say("admin-site-close-breaker"), "site-close-breaker", site=site),)
            )
        return MenuPage(text, (*rows, (back(call.language, "page-sites"),)))

    def breaker_line(self, call: AdminCall, one: breakers.Breaker) -> LocalText:
        state = one.state(clock.now())
        until = i18n.moment(call.language, one.until) if one.until else "—"
        return call.say(
            "admin-breaker-line",
            state=call.say(f"admin-breaker-{state}"),
            whom=call.say("admin-breaker-all") if one.is_shut_to_all else str(one.person),
            why=one.why or "—",
            until=until,
        )

    def rules(self, site: str) -> str:
        """The rules of `sites.toml` for a site; no password is in them."""
        rules = self.settings.sites.of(site)
        facts = {
            "rate": str(rules.rate) if rules.rate else "",
            "gap": f"{rules.gap:g} s" if rules.gap else "",
            "concurrency": str(rules.concurrency or ""),
            "max_duration": f"{rules.max_duration:g} s" if rules.max_duration else "",
            "impersonate": rules.impersonate,
            "ways": ", ".join(one.name for one in rules.identities),
        }
        return "\n".join(f"{name} = {value}" for name, value in facts.items() if value)

    def pause(self, call: AdminCall) -> AdminReply:
        return self.turned(call, paused=True)

    def resume(self, call: AdminCall) -> AdminReply:
        return self.turned(call, paused=False)

    def turned(self, call: AdminCall, *, paused: bool) -> AdminReply:
        site = self.named(call, call.data.get("site"))
        scope, now = pauses.site(site), clock.now()
        was = pauses.is_paused(self.db, scope)
        if was == paused:
            return AdminReply(self.site(call, site))
        if paused:
            pause_control.pause(self.db, scope, now=now)
        else:
            pause_control.resume(self.db, scope, now=now)
        words = ("paused", "") if was else ("", "paused")
        change = AuditChange(f"site:{site}", *words)
        page = self.site(call, site)
        return AdminReply(page, call.say("admin-done"), changes=(change,), show=self.wake_all)

    def close(self, call: AdminCall) -> AdminReply:
        """Visit the site again at once."""
        site = self.named(call, call.data.get("site"))
        if not breakers.close(self.db, site, now=clock.now()) + cookies.release(self.db, site):
            return AdminReply(self.site(call, site))
        change = AuditChange(f"site:{site}", "breaker open", "closed")
        page = self.site(call, site)
        return AdminReply(page, call.say("admin-done"), changes=(change,), show=self.wake_all)

    def test(self, call: AdminCall) -> AdminReply:
        """Fetch what was delivered from the site last once more, for nobody; its story shows how
        that goes."""
        site, now = self.named(call, call.data.get("site")), clock.now()
        known = breaker_trials.known_good(self.db, site)
        found = link.read(known[0], TEST_FORM) if known else None
        if found is None or isinstance(found, BadLink):
            raise EffectRefused(call.say("admin-site-test-none"))
        ask = Ask(SYSADMIN, 0, secrets.randbits(62), 0, found, folder=True)
        (done,) = requests.submit(self.db, [ask], now=now)
        requests.close(self.db, done.request, now=now)
        change = AuditChange(f"site:{site}", "", f"test job {done.job}")
        see = act(f"🔎 {done.job}", "job-show", job=done.job)
        text = call.say("admin-site-testing", site=site, job=str(done.job))
        page = MenuPage(text, ((see,), (back(call.language, "site-show", site=site),)))
        return AdminReply(page, changes=(change,), show=self.wake_all)

    async def wake_all(self) -> None:
        wake.notify_idle(self.db.run)
        wake.notify(self.db.run, wake.BOT)


def host_name(word: str) -> str:
    """The host that a word means: a name, a link, `*`; "" for what is none."""
    word = word.strip().strip(",").lower().removeprefix("*.")
    if "://" in word:
        found = link.read(word)
        return "" if isinstance(found, BadLink) else host_of(found.url)
    name = word.partition("/")[0].rstrip(".")
    name = name.removeprefix("www.")
    return name if NAME.fullmatch(name) else ""


def host_of(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].partition(":")[0].removeprefix("www.")


def noted_host(row: HostRow | None) -> str:
    """A row as the audit log has it."""
    if row is None:
        return ""
    return f"{'allowed' if row.allowed else 'blocked'} {row.reason}".strip()
