"""The menus of commands that Telegram shows in the chats of admins. They change with the role, also
when a bot is killed between the change of the role and that of the menu."""

from dataclasses import dataclass

from procs.store.database import Database

LIST = "SELECT person, access, mark FROM admin_menus ORDER BY person"
KEEP = """
INSERT INTO admin_menus (person, access, mark) VALUES (:person, :access, :mark)
    ON CONFLICT (person) DO UPDATE SET access = excluded.access, mark = excluded.mark
"""
FORGET = "DELETE FROM admin_menus WHERE person = :person"


@dataclass(frozen=True, slots=True)
class AdminMenu:
    """One row: whose chat, what addresses it, and the mark of the menu that is there."""

    person: int
    access: int
    mark: str


def listed(db: Database) -> list[AdminMenu]:
    """The menus that Telegram shows, by person."""
    return [AdminMenu(*row) for row in db.all(LIST)]


def keep(db: Database, menu: AdminMenu) -> None:
    """Note that Telegram shows this menu in this chat."""
    facts = {"person": menu.person, "access": menu.access, "mark": menu.mark}
    with db.write():
        db.change(KEEP, facts)


def forget(db: Database, person: int) -> None:
    """Note that Telegram shows no menu of admins in this chat."""
    with db.write():
        db.change(FORGET, {"person": person})
