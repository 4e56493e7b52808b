"""Who lacks which sponsor: by what is known, else by asking Telegram once for each chat."""

import asyncio
from dataclasses import dataclass

from procs.bot.sponsors import sponsor_choice
from procs.core import clock, log
from procs.errors import ChatClosed, TelegramAway, TelegramRefused, TelegramWait, alert_kinds
from procs.records.job import Person
from procs.records.sponsor_records import Sponsor
from procs.store.database import Database
from procs.store.health import alerts
from procs.store.people import users
from procs.store.sponsors import sponsor_members, sponsor_rows, sponsor_rules
from procs.store.sponsors.sponsor_members import UNSURE
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.sponsor_calls import ASK, LOST, SponsorCalls
from procs.telegram.pace import Pace
from procs.texts import i18n

DAY_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody lacks, in the order of the sponsors; `unknown` are those of whom nobody knows
    now whether the person is in."""

    missing: tuple[Sponsor, ...] = ()
    unknown: tuple[Sponsor, ...] = ()


class Membership:
    """`pace` keeps Telegram's waits."""

    def __init__(self, db: Database, front: BotSession, pace: Pace) -> None:
        self.db = db
        self.pace = pace
        self.calls = SponsorCalls(front)
        #: The questions that are on their way: whoever wants the same answer waits for it too.
        self.asking: dict[tuple[int, int], asyncio.Task[None]] = {}

    def required(self, person: Person, role: int) -> list[Sponsor]:
        """The sponsors of which somebody has to be a member."""
        sponsors = sponsor_rows.listed(self.db)
        if not sponsors:
            return []
        rules, now = sponsor_rules.read(self.db), clock.now()
        if rules.exempt_role and role >= rules.exempt_role:
            return []
        if rules.exempt_days:
            met = users.met(self.db, person.id)
            if met and met.first_seen < now.wall - rules.exempt_days * DAY_SECONDS:
                return []
        facts = sponsors, person.id, i18n.base(person.language), rules.most
        return sponsor_choice.asked(*facts, wall=now.wall)

    def cached(self, person: Person, role: int) -> Standing:
        """What somebody lacks by what is known; asks nobody."""
        sponsors = self.required(person, role)
        if not sponsors:
            return Standing()
        states = sponsor_members.read(self.db, person.id, now=clock.now())
        unknown = [one for one in sponsors if states.get(one.id, UNSURE) == UNSURE]
        missing = [one for one in sponsors if one not in unknown and not one.counts(states[one.id])]
        return Standing(tuple(missing), tuple(unknown))

    async def learn(self, person: Person, role: int, *, fresh: bool = False) -> Standing:
        """The same, after Telegram was asked about what is not known. `fresh`: about what is
        missing too. Raises SessionRevoked."""
        sponsors = self.required(person, role)
        states = sponsor_members.read(self.db, person.id, now=clock.now())
        wanted = [
            one
            for one in sponsors
            if one.id not in states or (fresh and not one.counts(states[one.id]))
        ]
        if wanted:
            await asyncio.gather(*(self.once(one, person) for one in wanted))
        return self.cached(person, role)

    async def once(self, sponsor: Sponsor, person: Person) -> None:
        """Ask about one person in one chat, unless that is being asked."""
        key = sponsor.id, person.id
        task = self.asking.get(key)
        if task is None:
            task = self.asking[key] = asyncio.ensure_future(self.ask(sponsor, person))
            task.add_done_callback(lambda _: self.asking.pop(key, None))
        await asyncio.shield(task)

    async def ask(self, sponsor: Sponsor, person: Person) -> None:
        """Ask Telegram, and keep what it says. Where the bot lost its rights the sponsor is skipped
        from now on; what fails for another reason says nothing of the person."""
        where = sponsor.chat, sponsor.access, person.id, person.access_hash
        mark = sponsor_members.mark(self.db, person.id, sponsor.id)
        try:
            await self.pace.wait_until_allowed(ASK, 0.0)
            state = await self.calls.member(*where)
        except TelegramWait as wait:
            self.pace.note(wait)
            return self.unsure(sponsor, person, mark, str(wait))
        except (ChatClosed, TelegramRefused) as error:
            if error.detail in LOST:
                return self.note_unreachable(sponsor, error.detail)
            return self.unsure(sponsor, person, mark, error.detail)
        except TelegramAway as error:
            return self.unsure(sponsor, person, mark, str(error))
        with self.db.write():
            facts = self.db, person.id, sponsor.id, state
            sponsor_members.note_answer(*facts, mark=mark, now=clock.now())
            self.note_reachable(sponsor)

    def unsure(self, sponsor: Sponsor, person: Person, mark: float, why: str) -> None:
        """Telegram did not say: admins are told, once."""
        now = clock.now()
        log.warning("sponsor.unsure", sponsor=sponsor.id, person=person.id, error=why)
        sponsor_members.note_answer(self.db, person.id, sponsor.id, UNSURE, mark=mark, now=now)
        alerts.note(self.db, alert_kinds.SPONSOR_UNSURE, sponsor.title, now=now, detail=why)

    def note_unreachable(self, sponsor: Sponsor, why: str) -> None:
        """The bot may not look there any more: admins are told which chat, and it is skipped."""
        now = clock.now()
        log.warning("sponsor.lost", sponsor=sponsor.id, error=why)
        sponsor_rows.note_fault(self.db, sponsor.id, why, now=now)
        kind = alert_kinds.SPONSOR_LOST
        alerts.note(self.db, kind, sponsor.title, now=now, lasts=True, detail=why)

    def note_reachable(self, sponsor: Sponsor) -> None:
        """The bot may look there."""
        if sponsor.fault:
            now = clock.now()
            sponsor_rows.note_fault(self.db, sponsor.id, "", now=now)
            alerts.clear(self.db, [alert_kinds.SPONSOR_LOST], sponsor.title, now=now)
            log.info("sponsor.found", sponsor=sponsor.id)
