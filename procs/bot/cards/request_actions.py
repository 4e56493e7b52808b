"""What the buttons under media and status messages do: the same again, another form, the card of
what was sent, and what is to become of a link whose site is left alone."""

from dataclasses import replace
from functools import partial

from procs.bot.cards import link_forms
from procs.bot.commands.button_actions import ButtonAction, EffectRefused, PressAnswer, Show
from procs.bot.conversation import refusals
from procs.bot.status.status_board import StatusBoard
from procs.core import clock, log
from procs.records import press_actions, usual_form
from procs.records.card_values import CardTerms
from procs.records.job import Ask
from procs.store import wake
from procs.store.database import Database
from procs.store.media import cards
from procs.store.people import preferences, users
from procs.store.requests import (
    buttons,
    link_groups,
    link_mentions,
    renewals,
    request_status,
    requests,
    withdrawal,
)
from procs.store.requests.allowances import Allowance
from procs.store.requests.buttons import Button
from procs.store.requests.renewals import RenewalAsker
from procs.store.requests.requests import Submitted
from procs.telegram.chat.inbound import Press
from procs.texts import i18n
from procs.texts.i18n import LocalText
from procs.wishes.variant import BadVariant, parse

#: Seconds of `CardTerms` for a card that is opened although its usual form is here.
INSIST = -1.0


class RequestActions:
    """The rows of buttons that begin a request from an earlier one."""

    def __init__(self, db: Database, status_board: StatusBoard, allowance: Allowance) -> None:
        self.db = db
        self.status_board = status_board
        self.allowance = allowance

    def rows(self) -> list[ButtonAction]:
        """The rows of these buttons; each is inside of a write."""
        return [
            ButtonAction(press_actions.AGAIN, self.again, durable=True),
            ButtonAction(press_actions.MISSING, self.missing, durable=True),
            ButtonAction(press_actions.OPEN_CARD, self.open_card, durable=True),
            ButtonAction(press_actions.CARD_APART, self.card_apart, durable=True),
            ButtonAction(press_actions.INSTEAD, self.instead, durable=True),
            ButtonAction(press_actions.WAIT, self.wait, once=False),
            ButtonAction(press_actions.DROP, self.drop, once=False, durable=True),
        ]

    def again(self, press: Press, button: Button) -> PressAnswer:
        """Ask for the same media once more, in the form of the button."""
        ask, variant = self.origin(press, button), str(button.meaning.data.get("variant"))
        if ask is None or not is_form(variant):
            return self.reply_unknown(press)
        return self.accept(press, button, ask, variant, key="again-taken")

    def missing(self, press: Press, button: Button) -> PressAnswer:
        """Ask once more for the entries of a list that did not come."""
        ask, origin = self.origin(press, button), button.meaning.request or 0
        if ask is None:
            return self.reply_unknown(press)
        now = clock.now()
        users.remember(self.db, press.person, now=now)
        done = renewals.renew_failed(self.db, ask, origin, allowance=self.allowance, now=now)
        if done is None:
            return self.reply_unknown(press)
        return self.answer_to(press, button, done, key="again-taken")

    def open_card(self, press: Press, button: Button) -> PressAnswer:
        """Show the forms of what was sent once more."""
        ask = self.origin(press, button)
        if ask is None:
            return self.reply_unknown(press)
        terms = CardTerms(link_forms.BEST, INSIST)
        if ask.chat > 0:
            kept = preferences.read(self.db, ask.user)
            usual = usual_form.usual(kept, ask.link.site)
            terms = replace(usual_form.terms(kept, usual), timeout=INSIST)
        asked = replace(ask, card=terms)
        return self.accept(press, button, asked, link_forms.LOOK, key="card-opened")

    def card_apart(self, press: Press, button: Button) -> PressAnswer:
        """Show the card of one of several links in a message of its own. Raises EffectRefused."""
        request, now = button.meaning.request or 0, clock.now()
        ask, card = self.origin(press, button), cards.read(self.db, request)
        if ask is None or card is None:
            return self.reply_unknown(press)
        if not link_groups.part(self.db, request, now=now):
            return PressAnswer(i18n.say(press.language, "press-already"))
        asked = replace(ask, card=card.terms)
        done = renewals.renew(self.db, asked, link_forms.LOOK, allowance=self.allowance, now=now)
        if not done.request:
            raise EffectRefused(self.refusal(press, done))
        log.info("card.apart", request=request, fresh=done.request, outcome=done.outcome)
        return PressAnswer(i18n.say(press.language, "card-opened"), self.showing(done))

    def refusal(self, press: Press, done: Submitted) -> LocalText:
        """Why the new request was not accepted."""
        return refusals.words(self.db, press.person.id, press.language, done, self.allowance)

    def instead(self, press: Press, button: Button) -> PressAnswer:
        """Cancel a waiting request, and request a smaller form instead; nothing when it is over."""
        ask, variant = self.origin(press, button), str(button.meaning.data.get("variant"))
        if ask is None or not is_form(variant):
            return self.reply_unknown(press)
        now, request = clock.now(), button.meaning.request or 0
        with self.db.write(full=True):
            running = withdrawal.leave(self.db, request, user=button.meaning.person, now=now)
            if running is None:
                return PressAnswer(i18n.say(press.language, "cancel-over"))
            link_mentions.given_up(self.db, request)
            done = renewals.renew(self.db, ask, variant, allowance=self.allowance, now=now)
        log.info("request.instead", request=request, fresh=done.request, variant=variant)
        show = partial(self.show_instead, done, running)
        return PressAnswer(i18n.say(press.language, "instead-taken"), show)

    def wait(self, press: Press, button: Button) -> PressAnswer:
        """Change nothing, and say until when it waits."""
        found = request_status.status_of(self.db, button.meaning.request or 0, now=clock.now())
        if found is None or found.state != "open":
            return PressAnswer(i18n.say(press.language, "cancel-over"))
        if found.retry_at is None:
            return PressAnswer(i18n.say(press.language, "wait-over"))
        at = i18n.hour(press.language, found.retry_at)
        return PressAnswer(i18n.say(press.language, "wait-taken", clock=at))

    def drop(self, press: Press, button: Button) -> PressAnswer:
        """Cancel a request that waits for its site."""
        request, now = button.meaning.request or 0, clock.now()
        done = requests.cancel(self.db, request, user=button.meaning.person, now=now)
        return PressAnswer(i18n.say(press.language, "cancel-done" if done else "cancel-over"))

    # --- what they share ---------------------------------------------------------------------

    def origin(self, press: Press, button: Button) -> Ask | None:
        """The request of a button as this person may ask for it again; None when it is gone."""
        asker = RenewalAsker(press.person.id, press.chat, press.access)
        return renewals.origin(self.db, button.meaning.request or 0, asker)

    def accept(
        self, press: Press, button: Button, ask: Ask, variant: str, *, key: str
    ) -> PressAnswer:
        """Accept it; where it is too much for the moment, the button can be pressed later."""
        now = clock.now()
        users.remember(self.db, press.person, now=now)
        done = renewals.renew(self.db, ask, variant, allowance=self.allowance, now=now)
        return self.answer_to(press, button, done, key=key)

    def answer_to(self, press: Press, button: Button, done: Submitted, *, key: str) -> PressAnswer:
        """What became of it."""
        if not done.request:
            buttons.release(self.db, button.token)
            return PressAnswer(self.refusal(press, done), alert=True)
        log.info("request.renewed", request=done.request, job=done.job, outcome=done.outcome)
        return PressAnswer(i18n.say(press.language, key), self.showing(done))

    def showing(self, done: Submitted) -> Show:
        """What shows the new request after the commit."""
        return partial(self.show, done)

    async def show(self, done: Submitted) -> None:
        """Wake a worker, and answer the new request; media that Telegram holds arrives in a moment,
        and needs no answer."""
        wake.notify_idle(self.db.run)
        if done.outcome == "cached":
            self.status_board.withhold(done.request)
        elif task := self.status_board.answer(done.request):
            await task

    async def show_instead(self, done: Submitted, running: dict[int, int | None]) -> None:
        """Stop what runs for the request before, and show the new one."""
        withdrawal.notify(self.db, running)
        await self.show(done)

    def reply_unknown(self, press: Press) -> PressAnswer:
        """The answer to a button whose request is gone."""
        return PressAnswer(i18n.say(press.language, "unknown-button"))


def is_form(variant: str) -> bool:
    """Whether a variant of a button is one that this version knows."""
    try:
        return bool(parse(variant))
    except BadVariant:  # a button of another version
        return False
