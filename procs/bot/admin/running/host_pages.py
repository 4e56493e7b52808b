"""The page of sites: which hosts are blocked and allowed, and which sites rest."""

import re
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
from procs.core import clock
from procs.records.admin_role import Role
from procs.store.admins.audit_log import AuditChange
from procs.store.database import Database
from procs.store.sites import breakers, host_lists
from procs.store.sites.host_lists import ALL, HostRow
from procs.telegram.chat.inbound import Incoming
from procs.texts import i18n
from procs.texts.i18n import LocalText
from procs.wishes import sites
from procs.wishes.grammar import link
from procs.wishes.grammar.link import BadLink

#: The conversation about a host that is blocked or allowed, and its step.
HOST, WHICH = "host", "which"
HOST_NAME = re.compile(r"(?:\*|[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*)")
#: Hosts with a line each, those with a button, and letters of a reason.
LISTED_HOSTS, HOST_BUTTONS, REASON_LETTERS = 40, 20, 200


class HostPages:
    """Blocks and allows hosts."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def rows(self) -> tuple[AdminAction, ...]:
        """The page for every admin, the acts for operators and owners."""
        return (
            panel_page("sites", Role.VIEWER, self.page, "sites"),
            AdminAction("host-block", Role.OPERATOR, partial(self.ask_host, False), begins=HOST),
            AdminAction("host-allow", Role.OPERATOR, partial(self.ask_host, True), begins=HOST),
            AdminAction("host-drop", Role.OPERATOR, self.drop),
            AdminAction("host-show", Role.VIEWER, self.show_host),
        )

    def conversations(self) -> tuple[AdminConversation, ...]:
        """The conversation that waits for the name of a host."""
        return (AdminConversation(HOST, Role.OPERATOR, {WHICH: self.host}),)

    def page(self, call: AdminCall) -> MenuPage:
        """The hosts that were blocked or allowed, and the sites that rest for all."""
        rows = host_lists.listed(self.db)
        lines = [self.host_line(call, one) for one in rows[:LISTED_HOSTS]]
        shut = sorted({one.site for one in breakers.listed(self.db) if one.is_shut_to_all})
        text = call.say(
            "admin-sites",
            hosts=LocalText("\n".join(lines) or "—"),
            resting=LocalText(" · ".join(i18n.isolated(call.language, it) for it in shut) or "—"),
        )
        buttons = [
            act(f"✖️ {self.name(call, one)}", "host-show", host=one.host)
            for one in rows[:HOST_BUTTONS]
        ]
        found = [tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2)]
        block = act(call.say("admin-host-block"), "host-block")
        allow = act(call.say("admin-host-allow"), "host-allow")
        shown = [(act(one, "site-show", site=one),) for one in shut[:5]]
        which = act(call.say("admin-site-which"), "site-which")
        return MenuPage(text, (*found, (block, allow), *shown, (which,), (back(call.language),)))

    def name(self, call: AdminCall, row: HostRow) -> str:
        """A host's name, or the word for all hosts."""
        return call.say("admin-host-all") if row.host == ALL else row.host

    def host_line(self, call: AdminCall, row: HostRow) -> LocalText:
        """One host with the reason that was given for it."""
        key = "admin-host-allowed" if row.allowed else "admin-host-blocked"
        line = call.say(key, host=self.name(call, row))
        reason = i18n.isolated(call.language, row.reason)
        return LocalText(f"{line} — {reason}") if row.reason else line

    def ask_host(self, allowed: bool, call: AdminCall) -> AdminReply:
        """Ask which host to block or to allow."""
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
        """The page of one host, or that of all when it was dropped meanwhile."""
        row = host_lists.find(self.db, str(call.data.get("host")))
        if row is None:
            return AdminReply(self.page(call))
        drop = act(call.say("admin-host-drop"), "host-drop", host=row.host)
        page = MenuPage(self.host_line(call, row), ((drop,), (back(call.language, "page-sites"),)))
        return AdminReply(page)

    def drop(self, call: AdminCall) -> AdminReply:
        """Delete a row, so that the host is as any other again."""
        name = str(call.data.get("host"))
        before = host_lists.find(self.db, name)
        if before is None or not host_lists.drop(self.db, name):
            return AdminReply(self.page(call))
        change = AuditChange(f"host:{name}", noted_host(before))
        return AdminReply(self.page(call), call.say("admin-done"), changes=(change,))


def host_name(word: str) -> str:
    """The host that a word means: a name, a link, `*`; "" for what is none. Links of a site whose
    addresses we write in one way have its one host, whichever of its hosts was written."""
    word = word.strip().strip(",").lower().removeprefix("*.")
    if "://" in word or not word.isascii():
        found = link.read(word if "://" in word else f"https://{word}")
        name = "" if isinstance(found, BadLink) else host_lists.host_of(found.url)
    else:
        name = word.partition("/")[0].rstrip(".")
    known = sites.of_host(name)
    name = host_lists.host_of(known.address) if known and known.address else name
    name = name.removeprefix("www.")
    return name if HOST_NAME.fullmatch(name) else ""


def noted_host(row: HostRow | None) -> str:
    """A row as the audit log has it."""
    if row is None:
        return ""
    return f"{'allowed' if row.allowed else 'blocked'} {row.reason}".strip()
