"""What a token's button does: one table from an action to its effect, and the answer to each press.

The effect of a press, and the mark that it took effect, are one transaction: a bot that is killed
leaves both or neither, and the press is told again. What is only shown comes after it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from procs.bot.conversation.failure_boundary import settle
from procs.bot.conversation.reply_sender import ReplySender, once
from procs.bot.status.search_text import ROW_PREFIX
from procs.core import clock, log
from procs.errors import ChaparError, DiskFull, StoreFull
from procs.store.database import Database
from procs.store.people import repeat_tallies
from procs.store.requests import buttons
from procs.store.requests.buttons import Button, ButtonPress, Outcome
from procs.telegram.chat.inbound import Press
from procs.telegram.chat.sender import OutgoingMessage
from procs.texts import i18n
from procs.texts.i18n import LocalText

PREFIX = ROW_PREFIX
#: How often in a minute one person is offered to ask again; seconds for which a token's offer is
#: the same message.
OFFERS, OFFER_LASTS = 10, 24 * 3600.0
#: The toasts of presses that do nothing.
TOASTS = {
    Outcome.ALREADY: "press-already",
    Outcome.STALE: "press-stale",
    Outcome.FOREIGN: "press-foreign",
    Outcome.UNKNOWN: "unknown-button",
}
#: Messages that follow an effect.
Show = Callable[[], Awaitable[None]]
#: Whether a person may press a button that is not theirs.
MayPress = Callable[[Press], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class PressAnswer:
    """What an effect answers: a toast ("" for none), as a window with `alert`, and what is shown
    after it. `show` may be lost with the process, or fail: it changes nothing that is kept."""

    toast: str = ""
    show: Show | None = None
    alert: bool = False


@dataclass(frozen=True, slots=True)
class ButtonAction:
    """An action. `effect` is called inside of `db.write()` and awaits nothing. One
    that is not `once` may take effect again: another page, a value that is set. A `durable` one
    is on the disk before it is answered: what it accepts survives a power cut. One that is `own`
    is its person's alone, whoever else may press buttons in that chat; but in a group one of
    `admins` is theirs, whoever was given the button, and one of `members` everybody's."""

    name: str
    effect: Callable[[Press, Button], PressAnswer]
    once: bool = True
    durable: bool = False
    own: bool = False
    admins: bool = False
    members: bool = False


class EffectRefused(ChaparError):
    """What a button says cannot be done now: nothing is written, and it may be pressed again. The
    message is the toast."""


class ButtonActions:
    """The table. A part that has buttons adds its rows; `shares` tells who may press those of
    others, and is asked only about them; `may_set` whether somebody is an admin of the group where
    a button is pressed."""

    def __init__(
        self, db: Database, replies: ReplySender, *, shares: MayPress, may_set: MayPress
    ) -> None:
        self.db = db
        self.replies = replies
        self.rows: dict[str, ButtonAction] = {}
        self.shares = shares
        self.may_set = may_set

    def add(self, *rows: ButtonAction) -> None:
        """Raises ValueError for an action that stands in the table already."""
        for row in rows:
            if row.name in self.rows:
                raise ValueError(f"two effects of {row.name}")
            self.rows[row.name] = row

    async def press(self, press: Press) -> None:
        """Do what a token means, and answer the press, once. Raises as `ReplySender.answer`."""
        token = press.data.removeprefix(PREFIX)
        try:
            shared = await self.is_shared(press, token)
            done = self.act(press, token, shared=shared)
        except EffectRefused as error:
            done = PressAnswer(str(error), alert=True)
        except StoreFull as error:
            log.error("press.unkept", chat=press.chat, error=error)
            done = PressAnswer(i18n.say(press.language, DiskFull.say), alert=True)
        await self.replies.answer(press.id, done.toast, alert=done.alert)
        if done.show is not None:
            await settle(done.show(), partial(self.report_failure, press), data=press.data)

    async def is_shared(self, press: Press, token: str) -> bool:
        """Whether it is somebody else's button that this person may press too. Raises EffectRefused
        for one that is the admins' of a group alone."""
        found = self.look_up(buttons.find, press, token, shared=True)
        row = self.rows.get(found.button.meaning.action) if found.button else None
        if press.chat < 0 and row is not None and row.members:
            return True
        if press.chat < 0 and row is not None and row.admins:
            if not await self.may_set(press):
                raise EffectRefused(i18n.say(press.language, "group-admins-only"))
            return True
        found = self.look_up(buttons.find, press, token, shared=False)
        return found.outcome is Outcome.FOREIGN and await self.shares(press)

    def act(self, press: Press, token: str, *, shared: bool) -> PressAnswer:
        """Mark the button and do what it means, or say why not."""
        found = self.look_up(buttons.find, press, token, shared=shared)
        row = self.rows.get(found.button.meaning.action) if found.button else None
        if row is None:  # foreign, forged, or of another version
            return self.refuse(press, replace(found, button=None))
        of_group = (row.admins or row.members) and press.chat < 0  # which was asked before
        theirs = found.button is not None and found.button.meaning.person == press.person.id
        if row.own and not (theirs or of_group):
            return self.refuse(press, buttons.FOREIGN)
        if found.outcome is Outcome.STALE or (row.once and not found.fresh):
            return self.refuse(press, found)
        with self.db.write(full=row.durable):
            if row.once:
                found = self.look_up(buttons.press, press, token, shared=shared)
            if found.button is None or (row.once and not found.fresh):
                return self.refuse(press, found)
            done = row.effect(press, found.button)
        log.info("button.pressed", action=row.name, person=press.person.id, chat=press.chat)
        return done

    def look_up(
        self, look: Callable[..., ButtonPress], press: Press, token: str, *, shared: bool
    ) -> ButtonPress:
        """What a press is, by the store's own look at its token."""
        now = clock.now()
        return look(self.db, token, press.person.id, chat=press.chat, shared=shared, now=now)

    def refuse(self, press: Press, found: ButtonPress) -> PressAnswer:
        """The answer to a press that does nothing."""
        if found.button is None and found.outcome is not Outcome.FOREIGN:
            return PressAnswer(i18n.say(press.language, TOASTS[Outcome.UNKNOWN]))
        if press.inline and found.outcome is Outcome.STALE:  # there is no chat to offer another in
            return PressAnswer(i18n.say(press.language, "inline-stale"), alert=True)
        toast = i18n.say(press.language, TOASTS[found.outcome])
        if found.outcome is not Outcome.STALE or found.button is None:
            return PressAnswer(toast)
        return PressAnswer(toast, show=partial(self.offer, press, found.button))

    async def offer(self, press: Press, stale: Button) -> None:
        """A message with a fresh button of the same meaning: pressing it needs no link."""
        now = clock.now()
        if repeat_tallies.note(self.db, press.person.id, "ask-again", now=now) > OFFERS:
            return
        day = int((now.wall - stale.expires) // OFFER_LASTS)
        (token,) = buttons.mint(self.db, [stale.meaning], now=now)
        label = i18n.say(press.language, "ask-again-button")
        await self.replies.send(
            OutgoingMessage(
                press.chat,
                press.access,
                i18n.say(press.language, "press-stale"),
                once("ask-again", press.chat, stale.token, day),
                press.message,
                [(label, data(token))],
            )
        )

    async def report_failure(self, press: Press, code: str) -> None:
        """The press is answered: say in a message that what it shows failed by our fault."""
        text: LocalText = i18n.say(press.language, "oops", code=code)
        random_id = once("oops", press.chat, press.id)
        await self.replies.send(OutgoingMessage(press.chat, press.access, text, random_id))


def data(token: str) -> str:
    """A token as the data of a button."""
    return PREFIX + token
