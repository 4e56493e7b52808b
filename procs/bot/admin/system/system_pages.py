"""Pages of the engine and of restarts. The keeper carries out what is ordered here, not the bot."""

from collections.abc import Callable, Sequence
from typing import Any

from procs.bot.admin.admin_call import AdminAction, AdminCall, AdminReply, act, back, panel_page
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.config import Settings
from procs.core import clock, disk
from procs.core.machine import machine_name
from procs.engine.releases.versions import Versions
from procs.records.admin_role import Role
from procs.store.admins import admin_orders
from procs.store.admins.admin_orders import DRAIN, ENGINE_ROLLBACK, ENGINE_UPDATE, RESTART
from procs.store.admins.audit_log import AuditChange
from procs.store.database import Database
from procs.store.health import engine_records, runtime_settings
from procs.store.jobs import pause_control, pauses
from procs.store.machines import machine_rows
from procs.texts import i18n
from procs.texts.i18n import LocalText

Render = Callable[[AdminCall], MenuPage]
#: The row of `settings` with the newest version that the keeper found.
NEWEST_SEEN = "engine.newest"


class SystemPages:
    """The engine's versions, the drain and the rolling restart."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings
        self.versions = Versions(settings.home / "engines")

    def rows(self) -> tuple[AdminAction, ...]:
        """The pages and orders, for owners; each order asks twice."""
        owner = Role.OWNER
        return (
            panel_page("engine", owner, self.engine, "engine"),
            panel_page("restart", owner, self.restarts, "restart"),
            AdminAction(ENGINE_UPDATE, owner, self.update, twice=True),
            AdminAction(ENGINE_ROLLBACK, owner, self.rollback, twice=True),
            AdminAction(DRAIN, owner, self.drain, twice=True),
            AdminAction("resume", owner, self.resume),
            AdminAction(RESTART, owner, self.restart, twice=True),
        )

    # --- the engine

    def engine(self, call: AdminCall) -> MenuPage:
        """The version in use, of each machine where there are several; the others that are
        installed, and the newest that is known."""
        current, before = self.versions.current(), self.versions.before()
        newest = runtime_settings.read(self.db, NEWEST_SEEN, "")
        lines = self.in_use(call)
        used = engine_records.latest(self.db, disk.host())
        if used and used.version == current.name:
            lines.append(call.say("engine-tries", done=used.done, broken=used.broken))
        others = [one.name for one in self.versions.kept() if one != current]
        if others:
            lines.append(call.say("engine-kept", versions=", ".join(others)))
        if newest:
            lines.append(call.say("engine-newest", version=newest))
        lines.append(call.say(f"engine-mode-{self.settings.engine_update}"))
        update = act(call.say("engine-update-button"), ENGINE_UPDATE)
        rows = [(update,)]
        if machine_name.shared():  # each goes back to the one that it had before
            rows.append((act(call.say("engine-back"), ENGINE_ROLLBACK),))
        elif before:
            rows.append((act(call.say("engine-back-to", version=before.name), ENGINE_ROLLBACK),))
        return self.page(call, "engine-page", lines, rows)

    def in_use(self, call: AdminCall) -> list[LocalText]:
        """A line for the version in use, of each machine that an order goes to."""
        found = {name: engine_records.in_use(self.db, name) for name in self.machines() if name}
        if not found:
            return [call.say("engine-current", version=self.versions.current().name)]
        versions = {name: used[0] if used else "–" for name, used in found.items()}
        versions[machine_name.shared()] = self.versions.current().name
        return [
            call.say("engine-current-on", machine=name, version=version)
            for name, version in sorted(versions.items())
        ]

    def update(self, call: AdminCall) -> AdminReply:
        """Order the newest engine."""
        return self.order(call, ENGINE_UPDATE, self.engine, was=self.versions.current().name)

    def rollback(self, call: AdminCall) -> AdminReply:
        """Order the engine before. Raises EffectRefused when there is none."""
        before = self.versions.before()
        if before is None and not machine_name.shared():
            raise EffectRefused(call.say("engine-no-before"))
        facts = {"was": self.versions.current().name, "became": before.name if before else ""}
        return self.order(call, ENGINE_ROLLBACK, self.engine, **facts)

    # --- restarts

    def restarts(self, call: AdminCall) -> MenuPage:
        """Whether work is paused, and what can be ordered."""
        paused = pauses.is_paused(self.db)
        lines = [call.say("restart-paused" if paused else "restart-serving")]
        stop = act(call.say("restart-drain"), DRAIN)
        go = act(call.say("restart-resume"), "resume")
        rolling = act(call.say("restart-rolling"), RESTART)
        return self.page(call, "restart-page", lines, [(go if paused else stop,), (rolling,)])

    def drain(self, call: AdminCall) -> AdminReply:
        """Start no new job from now on. When no job runs any more, the admin is told."""
        was = "paused" if pauses.is_paused(self.db) else "serving"
        reply = self.order(call, DRAIN, self.restarts, was=was, became="drained")
        if was == "serving":
            pause_control.pause(self.db, pauses.ALL, why="drain", now=clock.now())
        return AdminReply(self.restarts(call), reply.toast, changes=reply.changes)

    def resume(self, call: AdminCall) -> AdminReply:
        """End the pause, and with it a drain that still waits."""
        if not pauses.is_paused(self.db):
            return AdminReply(self.restarts(call))
        pause_control.resume(self.db, pauses.ALL, now=clock.now())
        for order in admin_orders.under_way(self.db):
            if order.kind == DRAIN:
                admin_orders.end(self.db, order.id, "order-resumed", {}, now=clock.now())
        change = AuditChange("system:pause", "paused", "serving")
        return AdminReply(self.restarts(call), call.say("admin-done"), changes=(change,))

    def restart(self, call: AdminCall) -> AdminReply:
        """Order a rolling restart."""
        return self.order(call, RESTART, self.restarts, became="ordered")

    # --- shared

    def order(
        self, call: AdminCall, kind: str, page: Render, *, was: str = "", became: str = ""
    ) -> AdminReply:
        """Store an order. Raises EffectRefused while another one is under way."""
        facts: dict[str, Any] = {"admin": call.person.id, "chat": call.chat, "access": call.access}
        machines = ("",) if kind == DRAIN else self.machines()
        facts |= {"mark": call.mark, "now": clock.now(), "machines": machines}
        if not admin_orders.give(self.db, kind, **facts):
            raise EffectRefused(call.say("order-busy"))
        change = AuditChange(f"system:{kind}", was, became)
        return AdminReply(page(call), call.say("order-given"), changes=(change,))

    def machines(self) -> Sequence[str]:
        """Whom an order goes to: each machine that is heard, this one last, as a restart takes the
        bot along; "" where there is one."""
        own, now = machine_name.shared(), clock.now()
        others = [
            one.name
            for one in machine_rows.listed(self.db)
            if one.name != own and one.is_there(now)
        ]
        return (*others, own) if own else ("",)

    def page(
        self,
        call: AdminCall,
        key: str,
        lines: list[LocalText],
        rows: Sequence[tuple[MenuButton, ...]],
    ) -> MenuPage:
        """A page with the order that is under way."""
        open_ones = admin_orders.under_way(self.db)
        for one in open_ones:
            since = i18n.moment(call.language, one.at)
            what: str = call.say(f"admin-act-{one.kind}")
            if one.machine:
                what = f"{what} · {one.machine}"
            lines = [*lines, call.say("order-open", what=what, since=since)]
        text = call.say(key, lines=LocalText("\n".join(lines)))
        return MenuPage(text, (*rows, (back(call.language),)))
