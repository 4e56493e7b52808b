"""The first page of the panel: a button for each page that is there and that the admin may see."""

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.admin_call import AdminAction, AdminCall, act, panel_page
from procs.bot.commands.settings_menu import MenuPage
from procs.records.admin_role import Role

#: The pages in their order. A page that is not in the table is left out.
ORDER = (
    *("use", "server", "broadcast", "sponsors", "queue", "people", "cookies", "settings", "mode"),
    *("sites",),
    *("admins", "support", "alerts", "audit", "engine", "restart", "logs"),
)
#: Buttons in a row.
WIDTH = 2


class MainPage:
    """The entry to all pages."""

    def __init__(self, table: AdminActions) -> None:
        self.table = table

    def rows(self) -> tuple[AdminAction, ...]:
        """The page, for every admin."""
        return (panel_page("main", Role.VIEWER, self.page, "panel", "admin"),)

    def page(self, call: AdminCall) -> MenuPage:
        """The admin's role, and a button for each page that it opens."""
        shown = [
            act(call.say(f"admin-page-{name}"), f"page-{name}")
            for name in ORDER
            if self.table.may(call.person.id, f"page-{name}")
        ]
        keyboard = tuple(
            tuple(shown[place : place + WIDTH]) for place in range(0, len(shown), WIDTH)
        )
        role = call.say(f"admin-role-{call.role.word}")
        return MenuPage(call.say("admin-panel", role=role), keyboard)
