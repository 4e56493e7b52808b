"""What admins do with sponsors: add, change, order, remove, and set the rules for all."""

from dataclasses import asdict, replace
from typing import Any

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.admin_call import (
    AdminAction,
    AdminCall,
    AdminConversation,
    AdminReply,
    ConversationPlace,
    prompt,
)
from procs.bot.admin.sponsors import sponsor_names
from procs.bot.admin.sponsors.sponsor_adder import SponsorAdder
from procs.bot.admin.sponsors.sponsor_pages import SPONSOR_LANGUAGES, SponsorPages, name
from procs.bot.commands.button_actions import EffectRefused
from procs.core import clock
from procs.errors import alert_kinds
from procs.records.admin_role import Role
from procs.records.sponsor_records import Sponsor
from procs.store.admins.audit_log import AuditChange
from procs.store.health import alerts
from procs.store.sponsors import sponsor_rows, sponsor_rules, sponsor_wishes
from procs.store.sponsors.sponsor_rules import SponsorRules
from procs.store.sponsors.sponsor_wishes import SponsorWish
from procs.telegram.chat.inbound import Incoming

#: The conversations: a chat that becomes a sponsor, and a field of one; their steps.
ADD, WHICH = "sponsor-add", "which"
EDIT, VALUE = "sponsor-edit", "value"
INSTANTS = frozenset({"starts", "ends"})
#: The most of each number.
LIMITS = {"goal": 100_000_000, "weight": 100}


class SponsorActs:
    """Changes sponsors, each change with its row in the audit log."""

    def __init__(self, table: AdminActions, pages: SponsorPages, adder: SponsorAdder) -> None:
        self.table = table
        self.db = table.db
        self.pages = pages
        self.adder = adder

    def rows(self) -> tuple[AdminAction, ...]:
        """The acts, for those who may manage sponsors; a removal asks twice."""
        remove = AdminAction("sponsor-remove", Role.SPONSORS, self.remove, twice=True)
        return (
            AdminAction(ADD, Role.SPONSORS, self.ask_which, begins=ADD),
            AdminAction("sponsor-edit", Role.SPONSORS, self.ask_value, begins=EDIT),
            AdminAction("sponsor-set", Role.SPONSORS, self.set_field),
            AdminAction("sponsor-move", Role.SPONSORS, self.move),
            AdminAction("sponsor-rule", Role.SPONSORS, self.rule),
            remove,
        )

    def conversations(self) -> tuple[AdminConversation, ...]:
        """The conversations that wait for a chat, and for a value."""
        return (
            AdminConversation(ADD, Role.SPONSORS, {WHICH: self.which}),
            AdminConversation(EDIT, Role.SPONSORS, {VALUE: self.value}),
        )

    # --- a new one

    def ask_which(self, call: AdminCall) -> AdminReply:
        """Ask which chat to add."""
        page = prompt(call, call.say("admin-sponsor-which"), "page-sponsors")
        return AdminReply(page, place=ConversationPlace(ADD, WHICH))

    def which(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: a chat by a forwarded message, an @name, or an invite link."""
        origin, access = incoming.origin
        link_hash = "" if origin else sponsor_names.invite(incoming.text)
        nick = "" if origin or link_hash else sponsor_names.nick(incoming.text)
        if not (origin or link_hash or nick):
            raise EffectRefused(call.say("admin-sponsor-unclear"))
        self.wish(call, nick=nick, hash=link_hash, origin=origin, origin_access=access)
        return AdminReply(toast=call.say("admin-sponsor-looking"), show=self.adder.nudge)

    def wish(self, call: AdminCall, **named: Any) -> None:
        """Store the wish, for `SponsorAdder`."""
        where = call.chat, call.access, call.topic, call.heard
        facts = {"nick": "", "hash": "", "origin": 0, "origin_access": 0, **named}
        wish = SponsorWish(0, call.mark, call.person.id, *where, **facts)
        sponsor_wishes.add(self.db, wish, now=clock.now())

    # --- one of them

    def ask_value(self, call: AdminCall) -> AdminReply:
        """Ask for one value of a sponsor. Raises EffectRefused for a field that is none."""
        sponsor, field = self.pages.sponsor_of(call), str(call.data.get("field"))
        if field not in INSTANTS and field not in LIMITS:
            raise EffectRefused(call.say("unknown-button"))
        text = call.say(f"admin-sponsor-ask-{field}", name=name(sponsor))
        page = prompt(call, text, "sponsor-show", sponsor=sponsor.id)
        data = {"sponsor": sponsor.id, "field": field}
        return AdminReply(page, place=ConversationPlace(EDIT, VALUE, data))

    def value(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: an instant, or a number."""
        sponsor, field = self.pages.sponsor_of(call), str(call.keep["field"])
        try:
            if field in INSTANTS:
                read: Any = sponsor_names.instant(incoming.text, call.language, now=clock.now())
            else:
                read = sponsor_names.number(incoming.text)
                if not 0 <= read <= LIMITS[field]:
                    raise ValueError(read)
        except ValueError:
            raise EffectRefused(call.say("admin-sponsor-value-unclear")) from None
        if field == "weight":
            read = max(read, 1)
        return self.store(call, sponsor, replace(sponsor, **{field: read}))

    def set_field(self, call: AdminCall) -> AdminReply:
        """Set what a button says: the language, whether the link asks to join, and whether a
        request to join counts."""
        sponsor = self.pages.sponsor_of(call)
        wanted = sponsor
        if call.data.get("language") in SPONSOR_LANGUAGES:
            wanted = replace(wanted, language=str(call.data["language"]))
        for field in ("asks", "by_request"):
            if isinstance(call.data.get(field), bool):
                wanted = replace(wanted, **{field: call.data[field]})
        return self.store(call, sponsor, wanted)

    def store(self, call: AdminCall, before: Sponsor, after: Sponsor) -> AdminReply:
        """Store a sponsor, with its changed fields in the audit log."""
        if before == after:
            return AdminReply(self.pages.one(call, after))
        sponsor_rows.change(self.db, after)
        was, became = asdict(before), asdict(after)
        changes = [
            AuditChange(subject(before), f"{field} {was[field]}", f"{field} {became[field]}")
            for field in was
            if was[field] != became[field]
        ]
        if before.asks != after.asks:
            where = {"origin": after.chat, "origin_access": after.access}
            self.wish(call, **where, renew=1)
        page, done = self.pages.one(call, after), call.say("admin-done")
        return AdminReply(page, done, changes=tuple(changes), show=self.adder.nudge)

    def move(self, call: AdminCall) -> AdminReply:
        """Show a sponsor one place earlier or later."""
        sponsor, by = self.pages.sponsor_of(call), -1 if call.number("by") < 0 else 1
        moved = sponsor_rows.shift(self.db, sponsor.id, by=by)
        change = AuditChange(subject(sponsor), "", "earlier" if by < 0 else "later")
        return AdminReply(self.pages.page(call), changes=(change,) if moved else ())

    def remove(self, call: AdminCall) -> AdminReply:
        """Delete a sponsor. Messages that waited for it alone are released at the next look."""
        sponsor = self.pages.sponsor_of(call)
        sponsor_rows.remove(self.db, sponsor.id)
        kinds = (alert_kinds.SPONSOR_LOST, alert_kinds.SPONSOR_UNSURE)
        alerts.clear(self.db, kinds, sponsor.title, now=clock.now())
        change = AuditChange(subject(sponsor), name(sponsor))
        return AdminReply(self.pages.page(call), call.say("admin-done"), changes=(change,))

    # --- the rules

    def rule(self, call: AdminCall) -> AdminReply:
        """Set what a button says of all sponsors."""
        before, field = sponsor_rules.read(self.db), str(call.data.get("field"))
        if field not in asdict(before) or field == "notes_every":
            raise EffectRefused(call.say("unknown-button"))
        value = max(0, call.number("value"))
        wanted: Any = bool(value) if field == "fails_closed" else value
        after: SponsorRules = replace(before, **{field: wanted})
        change = AuditChange("sponsors", f"{field} {getattr(before, field)}", f"{field} {value}")
        sponsor_rules.write(self.db, after, now=clock.now())
        return AdminReply(self.pages.rules(call), changes=(change,) if before != after else ())


def subject(sponsor: Sponsor) -> str:
    """A sponsor as the subject of the audit log."""
    return f"sponsor:{sponsor.id}"
