"""/settings in a group: the settings that its admins make, in one message that changes."""

from procs.bot.commands import settings_menu
from procs.bot.commands.menu_sender import MenuSender
from procs.bot.commands.settings_actions import Handle
from procs.bot.commands.settings_menu import MAIN
from procs.bot.conversation.hints import Hints
from procs.bot.conversation.private_answers import PrivateAnswers
from procs.bot.groups.group_admins import GroupAdmins
from procs.store.database import Database
from procs.store.people import preferences
from procs.telegram.chat.inbound import Incoming


class GroupSettings:
    """Members who are no admins are shown their own settings, in private."""

    def __init__(
        self, db: Database, hints: Hints, menus: MenuSender, group_admins: GroupAdmins
    ) -> None:
        self.db = db
        self.private = PrivateAnswers(hints)
        self.menus = menus
        self.group_admins = group_admins

    async def ask(self, incoming: Incoming, show_own: Handle) -> None:
        """Raises as `ReplySender.send`, and as `GroupAdmins.is_admin`."""
        if not await self.group_admins.may_set(incoming):
            words = {"said": "settings-own-sent", "unopened": "group-admins-only"}
            return await self.private.give(incoming, show_own, **words)
        record = preferences.read_group(self.db, incoming.chat)
        page = settings_menu.page(record, MAIN, incoming.language)
        await self.menus.send(incoming, page, about="settings")
