"""The audit log as a page: who changed what, when, before and after."""

from procs.bot.admin.admin_call import AdminAction, AdminCall, act, back, panel_page
from procs.bot.commands.settings_menu import MenuPage
from procs.records.admin_role import Role
from procs.store.admins import audit_log
from procs.store.admins.audit_log import AuditRow
from procs.store.database import Database
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: Rows of a page.
PAGE_LENGTH = 8


class AuditPage:
    """Shows the audit log, a page at a time."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def rows(self) -> tuple[AdminAction, ...]:
        """The page, for operators and owners."""
        return (panel_page("audit", Role.OPERATOR, self.page, "audit"),)

    def page(self, call: AdminCall) -> MenuPage:
        """The newest rows before `before`; those of one person for `/audit ID`."""
        subject = str(call.data.get("subject", ""))
        if call.words.isdigit():
            subject = audit_log.person(int(call.words))
        before = call.number("before") or audit_log.ENDLESS
        found = audit_log.latest(self.db, subject=subject, before=before, most=PAGE_LENGTH + 1)
        if not found:
            return MenuPage(call.say("admin-audit-none"), ((back(call.language),),))
        shown = found[:PAGE_LENGTH]
        lines = "\n".join(audit_line(row, call.language) for row in shown)
        text = call.say("admin-audit", lines=LocalText(lines))
        older = act(call.say("page-next"), "page-audit", before=shown[-1].id, subject=subject)
        turn = (older,) if len(found) > PAGE_LENGTH else ()
        return MenuPage(text, (*((turn,) if turn else ()), (back(call.language),)))


def audit_line(row: AuditRow, language: str) -> LocalText:
    """One row as text. An act without a text, of another version, is shown as stored."""
    key = f"admin-act-{row.action}"
    was, became = (i18n.isolated(language, it or "—") for it in (row.was, row.became))
    return i18n.say(
        language,
        "admin-audit-line",
        at=i18n.moment(language, row.at),
        admin=f"{row.name} {row.admin}".strip(),
        action=i18n.say(language, key) if i18n.knows(key) else row.action,
        subject=row.subject,
        was=was,
        became=became,
    )
