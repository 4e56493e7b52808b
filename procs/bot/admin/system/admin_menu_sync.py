"""The menu of commands in each admin's own chat, in both languages, kept in step with the roles."""

import hashlib

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.commands import command_menu
from procs.bot.commands.command_menu import Menu
from procs.bot.conversation.failure_boundary import repeat
from procs.core import codec, log
from procs.errors import ChatClosed, TelegramAway, TelegramRefused, TelegramWait
from procs.records.admin_role import Role
from procs.store.admins import admin_menus, admin_rows
from procs.store.admins.admin_menus import AdminMenu
from procs.store.people import users
from procs.telegram.chat.bot_session import BotSession
from procs.texts import i18n

#: Seconds between two looks at the roles.
MENU_POLL = 2.0
#: The command that opens the panel comes first; one that has no text of its own stands in no menu.
FIRST_COMMAND = "panel"


class AdminMenuSync:
    """Compares the menus that Telegram shows with the roles in the store."""

    def __init__(self, table: AdminActions, session: BotSession) -> None:
        self.table = table
        self.db = table.db
        self.session = session

    async def run(self) -> None:
        """Keep the menus in step until cancelled."""
        await repeat(self.look, MENU_POLL, db=self.db)

    async def look(self) -> bool:
        """Give each admin the menu of their role, and remove it from those who have none any more.
        Whether one is left, because that fails for the moment."""
        done = True
        there = {one.person: one for one in admin_menus.listed(self.db)}
        wanted = self.roles()
        for person, menu in there.items():
            if person not in wanted:
                done = await self.change(menu, {}) and done
        for person, role in wanted.items():
            access = users.access(self.db, person)
            lists = self.lists(role)
            digest = hashlib.sha256(codec.dump(lists).encode()).hexdigest()[:16]
            menu = AdminMenu(person, access, digest)
            if access and menu != there.get(person):
                done = await self.change(menu, lists) and done
        return not done

    def roles(self) -> dict[int, Role]:
        """The role of each admin; those of CHAPAR_ADMINS are owners."""
        given = {one.person: one.role for one in admin_rows.listed(self.db)}
        return given | dict.fromkeys(self.table.owners, Role.OWNER)

    def lists(self, role: Role) -> dict[str, Menu]:
        """The menu of a role by language, as `command_menu.in_languages`: the commands of admins
        first, then those of everybody."""
        names = [
            command
            for row in self.table.rows.values()
            for command in row.commands
            if row.least <= role and i18n.knows(f"command-{command}")
        ]
        names.sort(key=lambda name: name != FIRST_COMMAND)
        follows = self.session.settings.follows > 0
        everybody = command_menu.offered("private", follows=follows)
        return command_menu.in_languages([*names, *everybody])

    async def change(self, menu: AdminMenu, lists: dict[str, Menu]) -> bool:
        """Set the menus of one chat; no lists remove them. False for a failure, which is tried
        again; a refusal is not: a closed chat shows no menu."""
        try:
            for language in command_menu.in_languages(()):
                await self.session.set_chat_commands(
                    menu.person, menu.access, language, lists.get(language, [])
                )
        except (TelegramAway, TelegramWait) as error:
            log.warning("admin-menu.late", admin=menu.person, error=error)
            return False
        except (ChatClosed, TelegramRefused) as error:
            log.warning("admin-menu.refused", admin=menu.person, error=error)
        if lists:
            admin_menus.keep(self.db, menu)
        else:
            admin_menus.forget(self.db, menu.person)
        log.info("admin-menu.changed", admin=menu.person, given=bool(lists))
        return True
