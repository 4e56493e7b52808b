"""The page of the notes that follow a delivery: their texts, and how often one is sent."""

import re
from dataclasses import replace

from procs.bot.admin.admin_actions import AdminActions
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
from procs.store.sponsors import sponsor_notes, sponsor_rules
from procs.telegram.chat.inbound import Incoming
from procs.texts import untrusted_text
from procs.texts.i18n import LocalText

#: The conversation that adds a text, and its step.
ADD_NOTE, NOTE_TEXT = "sponsor-note-add", "text"
#: Letters of a text, as many as are shown of it, and of a button.
NOTE_LENGTH, NOTE_SHOWN, LABEL_LENGTH = 2000, 60, 40
#: A text follows each of so many deliveries to one person.
RATES = (0, 1, 3, 10)
#: The last line of a message: a button's words and its address.
LAST_LINE = re.compile(r"(?s)(.+)\n([^\n]{1,64}?)\s+(https://[^\s]{4,300})\s*")


class SponsorNotesPage:
    """Lists, adds and drops notes, and sets how often one follows a delivery."""

    def __init__(self, table: AdminActions) -> None:
        self.db = table.db

    def rows(self) -> tuple[AdminAction, ...]:
        """The page and its acts, for those who may manage sponsors."""
        return (
            panel_page("sponsor-notes", Role.SPONSORS, self.page),
            AdminAction(ADD_NOTE, Role.SPONSORS, self.ask, begins=ADD_NOTE),
            AdminAction("sponsor-note-drop", Role.SPONSORS, self.drop),
            AdminAction("sponsor-note-rate", Role.SPONSORS, self.rate),
        )

    def conversations(self) -> tuple[AdminConversation, ...]:
        """The conversation that waits for a note's text."""
        return (AdminConversation(ADD_NOTE, Role.SPONSORS, {NOTE_TEXT: self.add}),)

    def page(self, call: AdminCall) -> MenuPage:
        """All notes with how often each was shown, and the rates."""
        notes, every = sponsor_notes.listed(self.db), sponsor_rules.read(self.db).notes_every
        lines = [
            call.say(
                "admin-sponsor-note-line",
                place=place,
                text=untrusted_text.text(one.text, NOTE_SHOWN),
                label=one.label or "—",
                shown=one.shown,
            )
            for place, one in enumerate(notes, 1)
        ]
        none = call.say("admin-sponsor-notes-none")
        text = call.say("admin-sponsor-notes", lines=LocalText("\n".join(lines)) or none)
        drops = tuple(
            act(call.say("admin-sponsor-note-drop", place=place), "sponsor-note-drop", note=one.id)
            for place, one in enumerate(notes[:8], 1)
        )
        rates = tuple(
            act(
                ("✅ " if it == every else "")
                + call.say(
                    "admin-sponsor-note-every" if it else "admin-sponsor-note-never", count=it
                ),
                "sponsor-note-rate",
                every=it,
            )
            for it in RATES
        )
        new = (act(call.say("admin-sponsor-note-add"), ADD_NOTE),)
        rows = (drops, new, rates, (back(call.language, "page-sponsors"),))
        return MenuPage(text, tuple(filter(None, rows)))

    def ask(self, call: AdminCall) -> AdminReply:
        """Ask for the text of a note."""
        page = prompt(call, call.say("admin-sponsor-note-what"), "page-sponsor-notes")
        return AdminReply(page, place=ConversationPlace(ADD_NOTE, NOTE_TEXT))

    def add(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: the text, and the button in its last line."""
        said = incoming.text.strip()[:NOTE_LENGTH]
        if not said:
            raise EffectRefused(call.say("admin-words-wanted"))
        found = LAST_LINE.fullmatch(said)
        text, label, url = found.groups() if found else (said, "", "")
        sponsor_notes.add(self.db, text.strip(), untrusted_text.text(label, LABEL_LENGTH), url)
        change = AuditChange("sponsors", "", f"{text[:NOTE_SHOWN]} {url}".strip())
        return AdminReply(self.page(call), call.say("admin-done"), changes=(change,))

    def drop(self, call: AdminCall) -> AdminReply:
        """Delete a note. Raises EffectRefused when it is gone."""
        number = call.number("note")
        known = {one.id: one.text for one in sponsor_notes.listed(self.db)}
        if not sponsor_notes.remove(self.db, number):
            raise EffectRefused(call.say("admin-sponsor-gone"))
        change = AuditChange("sponsors", known.get(number, "")[:NOTE_SHOWN])
        return AdminReply(self.page(call), changes=(change,))

    def rate(self, call: AdminCall) -> AdminReply:
        """Set how many deliveries there are to one note; 0 for none."""
        before, every = sponsor_rules.read(self.db), call.number("every")
        if every not in RATES:
            raise EffectRefused(call.say("unknown-button"))
        rules = replace(before, notes_every=every)
        sponsor_rules.write(self.db, rules, now=clock.now())
        change = AuditChange("sponsors", str(before.notes_every), str(every))
        return AdminReply(self.page(call), changes=(change,) if rules != before else ())
