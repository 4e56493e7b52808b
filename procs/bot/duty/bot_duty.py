"""Holds the lease of the bot, and hands its place in Telegram's updates on."""

import asyncio
from collections.abc import Callable

from procs.config import Settings
from procs.core import clock, log
from procs.core.files import rest_file
from procs.errors import ChaparError, StoreError, alert_kinds
from procs.store.database import Database
from procs.store.health import alerts
from procs.store.limits import revoked_sessions, send_budget
from procs.store.machines import bot_lease, bot_places, database_clock, machine_rows
from procs.store.machines.bot_lease import BotLease
from procs.store.machines.bot_places import Place
from procs.store.server_absence import ServerAbsence
from procs.telegram.chat.bot_session import BOT_SESSION, PlaceBook
from procs.telegram.departure import SPEECH
from procs.telegram.pace import Pace
from procs.telegram.session import session_state, sign_in
from procs.telegram.session.session_state import SessionState
from procs.telegram.session.sign_in import SIGN_IN
from procs.telegram.updates.update_client import UpdateClient

#: What is logged where the lease can be neither read nor written.
LEASE_FAILED = "bot-lease.failed"
#: Looks of a standby between two looks at the server's clock; its holder hears that with each
#: renewal.
CLOCK_LOOKS = 15
#: Seconds without a connection to Telegram after which the lease goes to another machine, and for
#: which one is given time to take it.
MUTE, HANDED_OVER = 15.0, 15.0


class BotDuty(PlaceBook):
    """One process's right to be the bot, from when it has it until it ends."""

    def __init__(self, settings: Settings, db: Database) -> None:
        self.settings = settings
        self.db = db
        self.lease = BotLease(db, settings.machine)
        self.written: set[Place] = set()
        self.lineage = ""
        self.session_state = SessionState(db, settings, BOT_SESSION)
        #: What marks the sign-in that Telegram revoked, "" while it is good.
        self.lost_mark = ""
        #: When the holder was connected last, or began, and whether it gave the lease up for that.
        self.connected_at = 0.0
        self.is_mute = False
        #: The end of the lease as a standby saw it last, on the shared clock, and which mark the
        #: database had at rest then.
        self.seen_until = 0.0
        self.seen_mark: int | None = None
        self.looks = 0
        #: Until when this machine takes a lease only that was given up, on its own time since its
        #: boot.
        self.waits_until = 0.0
        self.absence = ServerAbsence("bot lease")

    async def begin(self) -> None:
        """Stand by until nobody holds the lease, then hold it."""
        self.wait_for_another()
        if not self.take():
            log.info("bot.stands-by", machine=self.settings.machine)
            await self.sign_in_early()
            while not (await self.is_due() and self.take()):
                await self.sign_in_anew()
        SPEECH.end = lambda: self.lease.own_end
        self.connected_at = clock.elapsed()
        log.info("bot.on-duty", machine=self.settings.machine, fence=self.lease.fence)

    def take(self) -> bool:
        """Take the lease. False when another has it, when this machine could say nothing because
        its sign-in is revoked, or when the store cannot be used."""
        try:
            self.follow_clock()
            judges = clock.elapsed() >= self.waits_until
            taken = not self.is_signed_out() and self.lease.take(now=clock.now(), judges=judges)
            self.absence.end()
            if not taken:
                return False
            self.lineage = self.lease.lineage
            return True
        except StoreError as error:
            self.absence.note_either(error, LEASE_FAILED)
            return False

    def follow_clock(self) -> None:
        """Go by the database's clock. Where it was set, the end of a lease says nothing until its
        holder wrote another, or fell silent by its own time. Raises StoreError."""
        if database_clock.follow(self.db):
            self.waits_until = clock.elapsed() + bot_lease.BOT_LEASE
            self.seen_until = 0.0

    def wait_for_another(self) -> None:
        """Take another machine's lease that ended no sooner than if the clock had just been set: a
        process that begins cannot know whether it was."""
        try:
            held = bot_lease.holder(self.db)
            is_ours = held is None or held.machine == self.settings.machine
        except StoreError:  # nobody knows whose it is
            is_ours = False
        if not is_ours:
            self.waits_until = clock.elapsed() + bot_lease.BOT_LEASE

    async def is_due(self) -> bool:
        """Wait until another look at the lease is due, and whether its time is over then: before
        the end that was seen last, only a change of rows can have ended it."""
        await asyncio.sleep(bot_lease.STANDBY_LOOK)
        mark, now = self.db.rest(), clock.now().boot
        self.seen_until = max(self.seen_until, rest_file.bot_until(self.db.run))
        is_set = self.seen_until > now + bot_lease.BEYOND
        if mark is not None and mark == self.seen_mark and now < self.seen_until and not is_set:
            return False
        self.seen_mark = mark
        self.looks += 1
        try:
            if is_set or self.looks % CLOCK_LOOKS == 0:
                self.follow_clock()
            found = bot_lease.holder(self.db)
        except StoreError as error:
            self.absence.note_either(error, LEASE_FAILED)
            return False
        self.absence.end()
        self.seen_until = found.until if found else 0.0
        return found is None or found.is_over(clock.now())

    def is_signed_out(self) -> bool:
        """Whether Telegram revoked the sign-in of this machine. Raises StoreError."""
        lost = self.session_state.is_lost()
        self.lost_mark = self.session_state.mark() if lost else ""
        return lost

    async def sign_in_anew(self) -> None:
        """Sign in once the file of a revoked sign-in is gone, though another machine is the bot."""
        if self.lost_mark and self.session_state.mark() != self.lost_mark:
            try:
                if not self.is_signed_out():
                    await self.sign_in_early()
            except StoreError as error:
                self.absence.note_either(error, LEASE_FAILED)

    async def sign_in_early(self) -> None:
        """Sign in where this machine never did, so that taking over needs no sign-in."""
        if (self.settings.sessions / f"{BOT_SESSION}.session").exists():
            return
        pace = Pace(self.db)
        try:
            line = await sign_in.signed_in(
                self.settings, BOT_SESSION, before=lambda: pace.wait_until_allowed(SIGN_IN, 0.0)
            )
            await sign_in.shut(line)
            self.session_state.good()
        except ChaparError as error:
            log.warning("bot.not-signed-in", error=error)

    async def hold(self, is_connected: Callable[[], bool] = lambda: True) -> None:
        """Renew the lease until another machine has it, or is to have it, as this one has no
        connection to Telegram. While the database is away nothing is said, and the duty goes on
        where nobody took it meanwhile. Where a standby took its place, the duty ends: what was
        accepted in the last seconds may be gone, and the next one asks Telegram for it, from the
        place that this database knows."""
        while True:
            await asyncio.sleep(bot_lease.BOT_BEAT)
            try:
                renewed = self.lease.renew(now=clock.now())
                self.absence.end()
                if not renewed:
                    return log.warning("bot.off-duty", machine=self.settings.machine)
                if self.lease.lineage != self.lineage:
                    # What was sent in the last seconds is in no row, and Telegram counted it.
                    send_budget.rest(self.db, send_budget.FORGOTTEN_IN, now=clock.now())
                    return log.warning("bot.server-replaced", lineage=self.lease.lineage)
                if self.is_cut_off(is_connected()) and self.has_others():
                    self.is_mute = True
                    self.note_move()
                    return log.warning("bot.cannot-speak", machine=self.settings.machine)
            except StoreError as error:
                self.absence.note_either(error, LEASE_FAILED)

    def note_move(self) -> None:
        """Have the admins told why another machine is the bot; of a sign-in that was revoked they
        are told anyway. Raises StoreError."""
        if not self.is_signed_out():
            alerts.note(self.db, alert_kinds.BOT_MOVED, self.settings.machine, now=clock.now())

    def is_cut_off(self, is_connected: bool) -> bool:
        """Whether the holder has been without a connection for long, whatever it waits for."""
        if is_connected:
            self.connected_at = clock.elapsed()
        return clock.elapsed() - self.connected_at >= MUTE

    def has_others(self) -> bool:
        """Whether another machine is there that may be the bot, and whose sign-in is good as far
        as is known. Raises StoreError."""
        now, lost = clock.now(), {one.name for one in revoked_sessions.unresolved(self.db)}
        return any(
            one.name != self.settings.machine
            and "bot" in one.roles.split(",")
            and one.is_there(now)
            and session_state.name_on(one.name, BOT_SESSION) not in lost
            for one in machine_rows.listed(self.db)
        )

    async def hand_over(self) -> None:
        """Wait until another machine has taken the lease that was given up, for a while: where none
        can do better, the machines take turns."""
        until = clock.elapsed() + HANDED_OVER
        while clock.elapsed() < until:
            await asyncio.sleep(bot_lease.STANDBY_LOOK)
            try:
                held = bot_lease.holder(self.db)
            except StoreError as error:
                self.absence.note_either(error, LEASE_FAILED)
            else:
                if held is not None and not held.is_over(clock.now()):
                    return log.info("bot.handed-over", machine=held.machine)

    def end(self) -> None:
        """Let another machine take over at once."""
        try:
            self.lease.give_up()
        except StoreError as error:
            self.absence.note_either(error, LEASE_FAILED)

    # --- the place in the updates

    def stored(self, is_new: bool) -> list[Place]:
        """The places that were kept last, whatever this machine knows."""
        return bot_places.stored(self.db)

    async def keep(self, client: UpdateClient) -> None:
        """Keep the places that changed, as long as the lease is ours."""
        places = await client.places()
        if fresh := [place for place in places if place not in self.written]:
            bot_places.keep(self.db, fresh, fence=self.lease.fence, lineage=self.lineage)
            self.written = set(places)
