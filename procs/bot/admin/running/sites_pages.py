"""The page of one site: its pause, its breaker, its rules and a test download."""

import secrets

from procs.bot.admin.admin_call import (
    AdminAction,
    AdminCall,
    AdminConversation,
    AdminReply,
    ConversationPlace,
    act,
    back,
    prompt,
)
from procs.bot.admin.running.host_pages import host_name
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.config import Settings
from procs.core import clock
from procs.records.admin_role import Role
from procs.records.job import SYSADMIN, Ask, Link
from procs.store import wake
from procs.store.admins.audit_log import AuditChange
from procs.store.database import Database
from procs.store.jobs import file_owners, pause_control, pauses
from procs.store.requests import requests
from procs.store.sites import breaker_trials, breakers, cookies
from procs.store.sites.host_lists import ALL
from procs.telegram.chat.inbound import Incoming
from procs.texts import i18n
from procs.texts.i18n import LocalText
from procs.wishes import sites
from procs.wishes.grammar import link
from procs.wishes.grammar.link import BadLink

#: The conversations about a site that is shown, and a link that is tried; their steps.
SITE, NAMED = "site", "named"
TRY, LINK = "site-try", "link"
#: The form of a test download: what a site has at the least.
TEST_FORM = "best"


class SitesPages:
    """`settings` hold the rules of `sites.toml`."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings

    def rows(self) -> tuple[AdminAction, ...]:
        """The page for every admin, the acts for operators and owners."""
        return (
            AdminAction("site-which", Role.VIEWER, self.ask_site, begins=SITE),
            AdminAction("site-show", Role.VIEWER, self.show_site, commands=("site",)),
            AdminAction("site-pause", Role.OPERATOR, self.pause),
            AdminAction("site-resume", Role.OPERATOR, self.resume),
            AdminAction("site-close-breaker", Role.OPERATOR, self.close),
            AdminAction("site-test", Role.OPERATOR, self.test),
            AdminAction("site-test-link", Role.OPERATOR, self.ask_link, begins=TRY),
        )

    def conversations(self) -> tuple[AdminConversation, ...]:
        """The conversations that wait for a site's name, and for a link to test."""
        return (
            AdminConversation(SITE, Role.VIEWER, {NAMED: self.site_of}),
            AdminConversation(TRY, Role.OPERATOR, {LINK: self.test_link}),
        )

    def ask_site(self, call: AdminCall) -> AdminReply:
        """Ask which site to show."""
        page = prompt(call, call.say("admin-site-ask"), "page-sites")
        return AdminReply(page, place=ConversationPlace(SITE, NAMED))

    def site_of(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: a site by its name, its host, or a link."""
        return AdminReply(self.site(call, self.named(call, incoming.text)))

    def show_site(self, call: AdminCall) -> AdminReply:
        """The page of one site. Raises EffectRefused for an unknown name."""
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
        rows: list[tuple[MenuButton, ...]] = []
        rows.append((act(call.say(f"admin-{turn}"), turn, site=site),))
        test = act(call.say("admin-site-test"), "site-test", site=site)
        rows.append((test, act(call.say("admin-site-test-link"), "site-test-link", site=site)))
        if found:
            rows.append(
                (act(call.say("admin-site-close-breaker"), "site-close-breaker", site=site),)
            )
        return MenuPage(text, (*rows, (back(call.language, "page-sites"),)))

    def breaker_line(self, call: AdminCall, one: breakers.Breaker) -> LocalText:
        """One breaker: its state, for whom it holds, why and until when."""
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
        """Start nothing of the site; running jobs go on."""
        return self.turned(call, paused=True)

    def resume(self, call: AdminCall) -> AdminReply:
        """End the site's pause."""
        return self.turned(call, paused=False)

    def turned(self, call: AdminCall, *, paused: bool) -> AdminReply:
        """Pause or resume a site, and wake workers and bot; nothing changes where it is so
        already."""
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
        """Fetch what was delivered from the site last once more."""
        site = self.named(call, call.data.get("site"))
        known = breaker_trials.known_good(self.db, site)
        found = link.read(known[0], TEST_FORM) if known else None
        if found is None or isinstance(found, BadLink):
            raise EffectRefused(call.say("admin-site-test-none"))
        return self.tested(call, found)

    def ask_link(self, call: AdminCall) -> AdminReply:
        """Ask for a link of the site to test."""
        site = self.named(call, call.data.get("site"))
        page = prompt(call, call.say("admin-site-ask-link"), "site-show", site=site)
        return AdminReply(page, place=ConversationPlace(TRY, LINK))

    def test_link(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: a link to try."""
        found = link.read(incoming.text.strip(), TEST_FORM)
        if isinstance(found, BadLink):
            raise EffectRefused(call.say("admin-site-ask-link"))
        return self.tested(call, found)

    def tested(self, call: AdminCall, found: Link) -> AdminReply:
        """Fetch a link for nobody; the story of the job shows how that goes."""
        ask, now = Ask(SYSADMIN, 0, secrets.randbits(62), 0, found, folder=True), clock.now()
        (done,) = requests.submit(self.db, [ask], now=now)
        requests.close(self.db, done.request, now=now)
        file_owners.free(self.db, done.job)  # the bot's machine need not have workers
        change = AuditChange(f"site:{found.site}", "", f"test job {done.job}")
        see = act(f"🔎 {done.job}", "job-show", job=done.job)
        text = call.say("admin-site-testing", site=found.site, job=str(done.job))
        page = MenuPage(text, ((see,), (back(call.language, "site-show", site=found.site),)))
        return AdminReply(page, changes=(change,), show=self.wake_all)

    async def wake_all(self) -> None:
        """Let workers and the bot see the change at once."""
        wake.notify_all(self.db.run)
