"""All that admins use, put together: each part adds its actions, pages and conversations."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.panel.admins_page import AdminsPage
from procs.bot.admin.panel.audit_page import AuditPage
from procs.bot.admin.panel.main_page import MainPage
from procs.bot.admin.people.people_pages import PeoplePages
from procs.bot.admin.people.person_acts import PersonActs
from procs.bot.admin.queue.job_acts import JobActs
from procs.bot.admin.queue.queue_pages import QueuePages
from procs.bot.admin.sponsors.sponsor_acts import SponsorActs
from procs.bot.admin.sponsors.sponsor_adder import SponsorAdder
from procs.bot.admin.sponsors.sponsor_notes_page import SponsorNotesPage
from procs.bot.admin.sponsors.sponsor_pages import SponsorPages
from procs.bot.commands.router import Router
from procs.bot.conversation.reply_sender import ReplySender
from procs.store.database import Database


class AdminSet:
    """`owners` are those of CHAPAR_ADMINS."""

    def __init__(self, db: Database, replies: ReplySender, owners: Collection[int]) -> None:
        self.actions = AdminActions(db, replies, owners)
        self.conversations = self.actions.conversations
        admins = AdminsPage(self.actions)
        people = PeoplePages(self.actions)
        acts = PersonActs(self.actions, people)
        queue = QueuePages(db), JobActs(self.actions)
        self.sponsor_adder = SponsorAdder(self.actions)
        sponsors = SponsorPages(self.actions)
        campaigns = SponsorActs(self.actions, sponsors, self.sponsor_adder)
        for part in (MainPage(self.actions), *queue, people, acts, admins, AuditPage(db)):
            self.actions.add(*part.rows())
        notes = SponsorNotesPage(self.actions)
        self.actions.add(*sponsors.rows(), *campaigns.rows(), *notes.rows())
        for talking in (admins, people, acts, campaigns, notes):
            self.conversations.add(*talking.conversations())

    def add_to(self, router: Router) -> None:
        """Put the rows into the tables of the bot. /cancel leaves a conversation first."""
        router.role_of = self.actions.role
        router.actions.add(*self.actions.button_rows())
        router.add(*self.actions.commands())
        everybody = router.commands["cancel"]
        router.add(replace(everybody, handle=partial(self.conversations.cancel, everybody.handle)))
