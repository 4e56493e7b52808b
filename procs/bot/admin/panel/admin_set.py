"""Every part that admins use, put together: each adds its actions, pages and conversations."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.cookies.cookie_inbox import CookieInbox
from procs.bot.admin.cookies.cookie_pages import CookiePages
from procs.bot.admin.cookies.cookie_shelf import CookieShelf
from procs.bot.admin.figures.figure_pages import FigurePages
from procs.bot.admin.panel.admins_page import AdminsPage
from procs.bot.admin.panel.audit_page import AuditPage
from procs.bot.admin.panel.main_page import MainPage
from procs.bot.admin.people.people_pages import PeoplePages
from procs.bot.admin.people.person_acts import PersonActs
from procs.bot.admin.queue.job_acts import JobActs
from procs.bot.admin.queue.queue_pages import QueuePages
from procs.bot.admin.running.host_pages import HostPages
from procs.bot.admin.running.mode_page import ModePage
from procs.bot.admin.running.sites_pages import SitesPages
from procs.bot.admin.settings.settings_pages import SettingsPages
from procs.bot.admin.sponsors.sponsor_acts import SponsorActs
from procs.bot.admin.sponsors.sponsor_adder import SponsorAdder
from procs.bot.admin.sponsors.sponsor_notes_page import SponsorNotesPage
from procs.bot.admin.sponsors.sponsor_pages import SponsorPages
from procs.bot.admin.support.support_desk import SupportDesk
from procs.bot.admin.system.admin_menu_sync import AdminMenuSync
from procs.bot.admin.system.log_pages import LogPages
from procs.bot.admin.system.system_pages import SystemPages
from procs.bot.alerts.alert_pages import AlertPages
from procs.bot.broadcast.broadcast_page import BroadcastPage
from procs.bot.commands.router import ADMIN_KEYS, Router
from procs.bot.conversation.reply_sender import ReplySender
from procs.records.admin_role import Role
from procs.store.database import Database
from procs.telegram.chat.inbound import Incoming
from procs.telegram.chat.sender import Keys


class AdminSet:
    """`owners` are those of CHAPAR_ADMINS."""

    def __init__(self, db: Database, replies: ReplySender, owners: Collection[int]) -> None:
        self.actions = AdminActions(db, replies, owners)
        self.conversations = self.actions.conversations
        admins = self.admins = AdminsPage(self.actions)
        sends, people = BroadcastPage(self.actions), PeoplePages(self.actions)
        acts = PersonActs(self.actions, people)
        queue = QueuePages(db), JobActs(self.actions)
        session = replies.chat_session
        cookies = CookiePages(db, CookieShelf(session.settings))
        self.cookies = CookieInbox(self.actions, cookies, session)
        self.menus = AdminMenuSync(self.actions, session)
        logs = LogPages(self.actions, session.settings)
        self.support = SupportDesk(self.actions)
        self.sponsor_adder = SponsorAdder(self.actions)
        sponsors, notes = SponsorPages(self.actions), SponsorNotesPage(self.actions)
        campaigns = SponsorActs(self.actions, sponsors, self.sponsor_adder)
        shown = FigurePages(self.actions), AlertPages(self.actions), self.support, sponsors
        system = SystemPages(db, session.settings), logs, ModePage(db)
        live = SettingsPages(db, session.settings), HostPages(db), SitesPages(db, session.settings)
        first = MainPage(self.actions), AuditPage(db)
        talks = admins, people, acts, sends, cookies, campaigns, notes, *live
        for part in (*first, *queue, *talks, *shown, *system):
            self.actions.add(*part.rows())
        for talking in (*talks, logs):
            self.conversations.add(*talking.conversations())

    def add_to(self, router: Router) -> None:
        """Add the rows to the bot's tables. /cancel ends a conversation first."""
        router.role_of = self.actions.role
        router.hints.more_keys = self.keys
        self.admins.keys_of = router.hints.keys_of
        router.actions.add(*self.actions.button_rows(), *self.support.button_rows())
        router.add(*self.actions.commands())
        everybody = router.commands["cancel"]
        router.add(replace(everybody, handle=partial(self.conversations.cancel, everybody.handle)))

    def expects(self, incoming: Incoming) -> bool:
        """Whether a message belongs to a conversation of an admin, or to support."""
        return self.conversations.expects(incoming) or self.support.expects(incoming)

    async def take(self, incoming: Incoming, *, has_links: bool) -> bool:
        """Handle a message that belongs to a conversation or to support. While a person writes to
        support, their links are handled as always. False for any other message."""
        if await self.conversations.take(incoming):
            return True
        return not (has_links and incoming.private) and await self.support.take(incoming)

    def keys(self, person: int) -> Keys:
        """The keyboard with the key of the panel, for a person with a role."""
        return (tuple(ADMIN_KEYS),) if self.actions.role(person) > Role.EVERYONE else ()
