"""The page of cookies: the health of each file, and the conversation that waits for another
file."""

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
from procs.bot.admin.cookies.cookie_shelf import CookieShelf, CookieSlot
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.config.cookie_file import CookieFacts
from procs.core import clock
from procs.core.machine import machine_name
from procs.errors import alert_kinds
from procs.records.admin_role import Role
from procs.store.admins.audit_log import AuditChange
from procs.store.database import Database
from procs.store.health import alerts
from procs.store.machines import machine_rows
from procs.store.sites import cookies
from procs.store.sites.cookies import CookieHealth
from procs.telegram.chat.inbound import Incoming
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: The conversation that waits for a file, and its step.
SEND_COOKIES, FILE = "send-cookies", "file"
#: Files with a button each.
FILES_SHOWN = 20


class CookiePages:
    """The page of cookies, and the conversation that asks for another file."""

    def __init__(self, db: Database, shelf: CookieShelf) -> None:
        self.db = db
        self.shelf = shelf

    def rows(self) -> tuple[AdminAction, ...]:
        """The page and its acts, for owners."""
        return (
            panel_page("cookies", Role.OWNER, self.page, "cookies"),
            AdminAction("cookies-ask", Role.OWNER, self.ask, begins=SEND_COOKIES),
            AdminAction("cookies-free", Role.OWNER, self.free),
        )

    def conversations(self) -> tuple[AdminConversation, ...]:
        """The conversation that waits for a document, and refuses words."""
        return (AdminConversation(SEND_COOKIES, Role.OWNER, {FILE: self.no_file}),)

    # --- what is shown

    def page(self, call: AdminCall) -> MenuPage:
        """Each file and its health, with a button that replaces it."""
        slots = self.shelf.slots()
        lines = [self.line(call, one) for one in slots] or [call.say("cookies-none-named")]
        lines = [*lines, *self.where(call)]
        text = call.say("cookies-page", lines=LocalText("\n\n".join(lines)))
        asks = [(self.ask_button(call, one),) for one in slots[:FILES_SHOWN]]
        frees = [
            (act(call.say("cookies-free", file=one.path.name), "cookies-free", **of(one)),)
            for one in slots[:FILES_SHOWN]
            if self.resting(one)
        ]
        other = (act(call.say("cookies-other"), "cookies-ask"),)
        return MenuPage(text, (*asks, *frees, other, (back(call.language),)))

    def ask_button(self, call: AdminCall, slot: CookieSlot) -> MenuButton:
        """The button that asks for another file for this place."""
        label = call.say("cookies-replace", site=slot.site, file=slot.path.name)
        return act(label, "cookies-ask", **of(slot))

    def line(self, call: AdminCall, slot: CookieSlot) -> LocalText:
        """One file: its site, its content in words, its uses, and its rest."""
        known = self.shelf.facts(slot, now=clock.now().wall)
        use = cookies.use(self.db, slot.site, slot.path.name)
        head = i18n.isolated(call.language, f"{slot.site} · {slot.path.name}")
        words = [head, self.describe(call, known)]
        if slot.is_named:
            words.append(call.say("cookies-use", uses=use.uses, refusals=use.refusals))
        else:
            words.append(call.say("cookies-unnamed"))
        for one in self.resting(slot):
            until = i18n.moment(call.language, one.until or 0.0)
            key = "cookies-rests-on" if one.machine else "cookies-rests"
            words.append(call.say(key, until=until, machine=one.machine))
        return LocalText("\n".join(words))

    def describe(self, call: AdminCall, facts: CookieFacts | None) -> LocalText:
        """What a file contains, in words."""
        if facts is None:
            return call.say("cookies-unreadable")
        if not facts.valid:
            return call.say("cookies-expired")
        count = call.say("cookies-valid", count=facts.valid)
        if facts.signed_in is False:
            return LocalText(f"{count} · {call.say('cookies-signed-out')}")
        if not facts.until:
            return LocalText(f"{count} · {call.say('cookies-endless')}")
        until = i18n.moment(call.language, facts.until)
        return LocalText(f"{count} · {call.say('cookies-until', until=until)}")

    def resting(self, slot: CookieSlot) -> list[CookieHealth]:
        """The rests of a file, of each machine on which one of its name rests."""
        now = clock.now().wall
        named = cookies.everywhere(self.db, slot.site, slot.path.name)
        return [one for one in named if one.until is not None and one.until > now]

    def where(self, call: AdminCall) -> list[LocalText]:
        """On which machine the files of this page lie, and which others have their own."""
        machine = machine_name.shared()
        others = [one.name for one in machine_rows.listed(self.db) if one.name != machine]
        if not machine or not others:
            return []
        return [call.say("cookies-of-machine", machine=machine, others=", ".join(others))]

    # --- what is done

    def ask(self, call: AdminCall) -> AdminReply:
        """Wait for a file: for this place, or for any."""
        site, file = str(call.data.get("site", "")), str(call.data.get("file", ""))
        if site and self.shelf.slot(site, file) is None:
            raise EffectRefused(call.say("cookies-slot-gone"))
        key = "cookies-send-for" if site else "cookies-send"
        page = prompt(call, call.say(key, site=site, file=file or site), "page-cookies")
        place = ConversationPlace(SEND_COOKIES, FILE, {"site": site, "file": file})
        return AdminReply(page, place=place)

    def no_file(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: the message is no file; `CookieInbox` handles those that are."""
        raise EffectRefused(call.say("cookies-no-file"))

    def free(self, call: AdminCall) -> AdminReply:
        """End the rest of a file."""
        site, file = str(call.data.get("site", "")), str(call.data.get("file", ""))
        slot = self.shelf.slot(site, file)
        resting = self.resting(slot) if slot else []
        if not resting:
            return AdminReply(self.page(call))
        for one in resting:
            cookies.use_again(self.db, one)
            subject = f"{one.site} {one.file}"
            alerts.clear(self.db, (alert_kinds.REFUSED,), subject, now=clock.now())
        change = AuditChange(f"cookies:{site}/{file}", "rests", "in use")
        return AdminReply(self.page(call), call.say("admin-done"), changes=(change,))


def of(slot: CookieSlot) -> dict[str, str]:
    """The file that a button names."""
    return {"site": slot.site, "file": slot.path.name if slot.is_named else ""}
