"""All that admins use, put together: each part adds its actions, pages and conversations."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.cookies.cookie_inbox import CookieInbox
from procs.bot.admin.cookies.cookie_pages import CookiePages
from procs.bot.admin.cookies.cookie_shelf import CookieShelf
from procs.bot.admin.panel.admins_page import AdminsPage
from procs.bot.admin.panel.audit_page import AuditPage
from procs.bot.admin.panel.main_page import MainPage
from procs.bot.admin.people.people_pages import PeoplePages
from procs.bot.admin.people.person_acts import PersonActs
from procs.bot.admin.queue.job_acts import JobActs
from procs.bot.admin.queue.queue_pages import QueuePages
from procs.bot.admin.system.admin_menu_sync import AdminMenuSync
from procs.bot.admin.system.log_pages import LogPages
from procs.bot.admin.system.system_pages import SystemPages
from procs.bot.commands.router import ADMIN_KEYS, Router
from procs.bot.conversation.reply_sender import ReplySender
from procs.records.admin_role import Role
from procs.store.database import Database
from procs.telegram.chat.sender import Keys


class AdminSet:
    """`owners` are those of CHAPAR_ADMINS."""

    def __init__(self, db: Database, replies: ReplySender, owners: Collection[int]) -> None:
        self.actions = AdminActions(db, replies, owners)
        self.conversations = self.actions.conversations
        admins = self.admins = AdminsPage(self.actions)
        people = PeoplePages(self.actions)
        acts = PersonActs(self.actions, people)
        queue = QueuePages(db), JobActs(self.actions)
        cookies = CookiePages(db, CookieShelf(replies.chat_session.settings))
        self.cookies = CookieInbox(self.actions, cookies, replies.chat_session)
        self.menus = AdminMenuSync(self.actions, replies.chat_session)
        system = SystemPages(db, replies.chat_session.settings)
        logs = LogPages(self.actions, replies.chat_session.settings)
        first = MainPage(self.actions), AuditPage(db)
        for part in (*first, *queue, people, acts, admins, cookies, system, logs):
            self.actions.add(*part.rows())
        for talking in (admins, people, acts, cookies, logs):
            self.conversations.add(*talking.conversations())

    def add_to(self, router: Router) -> None:
        """Put the rows into the tables of the bot. /cancel leaves a conversation first."""
        router.role_of = self.actions.role
        router.hints.more_keys = self.keys
        self.admins.keys_of = router.hints.keys_of
        router.actions.add(*self.actions.button_rows())
        router.add(*self.actions.commands())
        everybody = router.commands["cancel"]
        router.add(replace(everybody, handle=partial(self.conversations.cancel, everybody.handle)))

    def keys(self, person: int) -> Keys:
        """The key of the panel, for who has a role."""
        return (tuple(ADMIN_KEYS),) if self.actions.role(person) > Role.EVERYONE else ()
