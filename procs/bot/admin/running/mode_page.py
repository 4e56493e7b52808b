"""The page of the mode: which holds and why, and a button for each that an admin may set."""

from functools import partial

from procs.bot.admin.admin_call import (
    AdminAction,
    AdminCall,
    AdminReply,
    act,
    back,
    panel_page,
)
from procs.bot.admin.admin_words import person
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.core import clock
from procs.records.admin_role import Role
from procs.store import wake
from procs.store.admins.audit_log import AuditChange
from procs.store.database import Database
from procs.store.modes import bot_modes
from procs.store.modes.bot_modes import BY_HAND, BY_SYSTEM, Mode, ModeRow
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: Hours for which a mode may be set by a button; 0 is without an end.
HOURS = (1, 6, 24, 0)
HOUR_SECONDS = 3600.0
AUTOMATIC = "auto"
EXAMPLE = "/mode members 2h new server"
SUBJECT = "mode:bot"


class ModePage:
    """Shows the mode and sets it, for some hours or until it is set again."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def rows(self) -> tuple[AdminAction, ...]:
        """The page for every admin, the acts for operators and owners."""
        closing = ("mode-close", Role.OPERATOR, partial(self.change, Mode.CLOSED))
        return (
            panel_page("mode", Role.VIEWER, self.page),
            AdminAction("mode-hours", Role.OPERATOR, self.ask_hours),
            AdminAction("mode-set", Role.OPERATOR, self.change_to),
            AdminAction(*closing, twice=True),
            AdminAction("mode-auto", Role.OPERATOR, self.leave),
            AdminAction("mode-word", Role.OPERATOR, self.by_word, commands=("mode",)),
        )

    def page(self, call: AdminCall) -> MenuPage:
        """The mode with its reason and end, and what the system would choose beneath an admin's."""
        now = clock.now()
        row = bot_modes.current(self.db, now=now)
        lines = [call.say("admin-mode-now", mode=self.name(call, row.mode))]
        lines.append(call.say(f"mode-does-{row.mode}"))
        lines += self.origin(call, row)
        there = bot_modes.all_set(self.db, now=now)
        if row.origin == BY_HAND and BY_SYSTEM in there:
            beneath = self.name(call, there[BY_SYSTEM].mode)
            lines.append(call.say("admin-mode-beneath", mode=beneath))
        buttons = [self.button(call, one, row) for one in Mode]
        rows = [tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2)]
        if row.origin == BY_HAND:
            rows.append((act(call.say("admin-mode-auto"), "mode-auto"),))
        return MenuPage(LocalText("\n".join(lines)), (*rows, (back(call.language),)))

    def origin(self, call: AdminCall, row: ModeRow) -> list[LocalText]:
        """Who set it, and until when."""
        if row.origin == BY_SYSTEM:
            why = (
                call.say(f"mode-rule-{row.why}") if i18n.knows(f"mode-rule-{row.why}") else row.why
            )
            since = i18n.moment(call.language, row.since)
            return [call.say("admin-mode-by-system", since=since, why=why)]
        if row.origin != BY_HAND:
            return []
        who = person(self.db, row.admin, call.language) if row.admin else "chapar mode"
        said = [call.say("admin-mode-by-hand", admin=who)]
        said += [call.say("refused-reason", reason=row.said)] if row.said else []
        if row.until is not None:
            said.append(call.say("admin-mode-until", until=i18n.moment(call.language, row.until)))
        return said

    def button(self, call: AdminCall, mode: Mode, row: ModeRow) -> MenuButton:
        """The button that sets a mode, with a tick at the one that holds."""
        label = ("✅ " if mode is row.mode else "") + self.name(call, mode)
        return act(label, "mode-hours", mode=mode.value)

    def name(self, call: AdminCall, mode: Mode) -> LocalText:
        """A mode's name in the admin's language."""
        return call.say(f"mode-{mode}")

    def ask_hours(self, call: AdminCall) -> AdminReply:
        """For how long?"""
        mode = self.named(call, call.data.get("mode"))
        action = "mode-close" if mode is Mode.CLOSED else "mode-set"
        buttons = [
            act(
                call.say("admin-mode-hours", hours=one) if one else call.say("admin-mode-endless"),
                action,
                mode=mode.value,
                hours=one,
            )
            for one in HOURS
        ]
        text = call.say(
            "admin-mode-ask", mode=self.name(call, mode), does=call.say(f"mode-does-{mode}")
        )
        return AdminReply(
            MenuPage(
                text, (tuple(buttons[:2]), tuple(buttons[2:]), (back(call.language, "page-mode"),))
            )
        )

    def named(self, call: AdminCall, word: object) -> Mode:
        """Raises EffectRefused for a mode that there is not."""
        if word not in tuple(Mode):
            raise EffectRefused(call.say("admin-mode-usage", example=EXAMPLE))
        return Mode(str(word))

    def change_to(self, call: AdminCall) -> AdminReply:
        """Set the mode of the button. Raises EffectRefused for the one that asks twice."""
        mode = self.named(call, call.data.get("mode"))
        if mode is Mode.CLOSED:  # asks twice
            raise EffectRefused(call.say("unknown-button"))
        return self.change(mode, call)

    def change(self, mode: Mode, call: AdminCall) -> AdminReply:
        """Set a mode for the hours or seconds of the button. Raises EffectRefused for a button
        without either."""
        hours, seconds = call.data.get("hours"), call.data.get("seconds")
        seconds = hours * HOUR_SECONDS if isinstance(hours, int) else seconds
        if not isinstance(seconds, int | float):
            raise EffectRefused(call.say("unknown-button"))
        return self.changed(call, mode, seconds, str(call.data.get("reason") or ""))

    def by_word(self, call: AdminCall) -> AdminReply:
        """`/mode`, `/mode light 2h`, `/mode auto`."""
        word, _, rest = call.words.strip().partition(" ")
        word = word.lower()
        if not word:
            return AdminReply(self.page(call))
        if word == AUTOMATIC:
            return self.leave(call)
        mode = self.named(call, word)
        try:
            seconds, reason = bot_modes.span_and_reason(rest.translate(i18n.LATIN))
        except ValueError:
            raise EffectRefused(call.say("admin-mode-usage", example=EXAMPLE)) from None
        if mode is Mode.CLOSED:
            return AdminReply(self.ask_closing(call, seconds, reason))
        return self.changed(call, mode, seconds, reason)

    def ask_closing(self, call: AdminCall, seconds: float, reason: str) -> MenuPage:
        """What was written, with a button, which asks again: closing asks twice."""
        facts = {"mode": Mode.CLOSED.value, "seconds": seconds, "reason": reason}
        span = i18n.span(call.language, seconds) if seconds else call.say("admin-mode-endless")
        label = LocalText(f"{self.name(call, Mode.CLOSED)} · {span}")
        close = act(label, "mode-close", **facts)
        lines = [call.say("mode-does-closed")]
        lines += [call.say("refused-reason", reason=reason)] if reason else []
        return MenuPage(LocalText("\n".join(lines)), ((close,), (back(call.language),)))

    def changed(self, call: AdminCall, mode: Mode, seconds: float, reason: str) -> AdminReply:
        """Store the mode for so many `seconds` (0: until it is set again), and wake the bot."""
        now = clock.now()
        was = noted(bot_modes.current(self.db, now=now))
        until = now.wall + seconds if seconds else None
        admin = call.person.id
        bot_modes.set_by_hand(self.db, mode, until=until, admin=admin, why=reason, now=now)
        change = AuditChange(SUBJECT, was, noted(bot_modes.current(self.db, now=now)))
        done = call.say("admin-done")
        return AdminReply(self.page(call), done, changes=(change,), show=self.wake_all)

    def leave(self, call: AdminCall) -> AdminReply:
        """From now on the system decides."""
        now = clock.now()
        was = noted(bot_modes.current(self.db, now=now))
        if not bot_modes.leave_to_system(self.db):
            return AdminReply(self.page(call))
        change = AuditChange(SUBJECT, was, noted(bot_modes.current(self.db, now=now)))
        return AdminReply(self.page(call), call.say("admin-done"), changes=(change,))

    async def wake_all(self) -> None:
        """Let the bot see the mode at once."""
        wake.notify(self.db.run, wake.BOT)


def noted(row: ModeRow) -> str:
    """A mode as the audit log has it."""
    return f"{row.mode} ({row.origin or 'usual'}) {row.said}".strip()
