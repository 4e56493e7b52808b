"""/history, /queue and /usage: what a person asked for, what is on its way, how much it was."""

from collections.abc import Callable
from functools import partial

from procs.bot.commands import my_pages
from procs.bot.commands.button_actions import ButtonAction, EffectRefused, PressAnswer
from procs.bot.commands.menu_sender import MenuSender
from procs.bot.commands.settings_menu import MenuPage
from procs.bot.conversation import refusals
from procs.bot.conversation.hints import Hints
from procs.core import clock, log
from procs.records.job import Ask, Link
from procs.store import wake
from procs.store.database import Database
from procs.store.people import usage
from procs.store.reports import past_requests
from procs.store.requests import request_status, requests, withdrawal
from procs.store.requests.allowances import Allowance
from procs.store.requests.buttons import Button
from procs.store.requests.requests import Submitted
from procs.telegram.chat.inbound import Incoming, Press
from procs.texts import i18n

Begin = Callable[[Submitted], object]


class PastActions:
    """`begin` says the first word about what a button asked for."""

    def __init__(
        self, db: Database, hints: Hints, menus: MenuSender, begin: Begin, allowance: Allowance
    ) -> None:
        self.db = db
        self.hints = hints
        self.menus = menus
        self.begin = begin
        self.allowance = allowance

    def rows(self) -> tuple[ButtonAction, ...]:
        """The buttons of these pages, which only their person may press."""
        return (
            ButtonAction(my_pages.AGAIN, self.again, own=True),
            ButtonAction(my_pages.RETRY, self.again, own=True),
            ButtonAction(my_pages.PAGE, self.turn, once=False, own=True),
            ButtonAction(my_pages.STOP, self.stop, own=True),
            ButtonAction(my_pages.STOP_ALL, self.stop_all, own=True),
        )

    # --- commands

    async def history(self, incoming: Incoming) -> None:
        """Answer /history."""
        page = my_pages.history(
            past_requests.latest(self.db, incoming.person.id), incoming.language
        )
        await self.menus.send(incoming, page, about="history")

    async def queue(self, incoming: Incoming) -> None:
        """Answer /queue."""
        page = self.waiting(incoming.person.id, incoming.language)
        await self.menus.send(incoming, page, about="queue")

    async def usage(self, incoming: Incoming) -> None:
        """Answer /usage."""
        used = usage.read(self.db, incoming.person.id, now=clock.now())
        page = MenuPage(my_pages.usage(used, incoming.language), ())
        await self.menus.send(incoming, page, about="usage")

    # --- buttons

    def turn(self, press: Press, button: Button) -> PressAnswer:
        """Another page of the history."""
        number = button.meaning.data.get("page")
        past = past_requests.latest(self.db, button.meaning.person)
        page = my_pages.history(past, press.language, page=number if isinstance(number, int) else 0)
        return self.menus.turn(press, page)

    def again(self, press: Press, button: Button) -> PressAnswer:
        """The same link in the same form, under the message of the history: at once where it is
        kept. Pressed twice it is one request, and so it is when the press is told again."""
        past = requests.order(self.db, button.meaning.request or 0)
        if past is None or past.user != button.meaning.person or not past.url:
            raise EffectRefused(i18n.say(press.language, "again-gone"))
        link = Link(past.url, past.site, past.key, past.variant, past.title)
        ask = Ask(
            button.meaning.person,
            press.chat,
            press.message,
            past.id,
            link,
            chat_access=press.access,
        )
        (done,) = requests.submit(self.db, [ask], now=clock.now(), allowance=self.allowance)
        if not done.request:
            person = press.person.id
            raise EffectRefused(
                refusals.words(self.db, person, press.language, done, self.allowance)
            )
        log.info("request.received", request=done.request, job=done.job, outcome=done.outcome)
        key = "again-sent" if done.outcome == "cached" else "again-asked"
        return PressAnswer(i18n.say(press.language, key), partial(self.announce, done))

    async def announce(self, done: Submitted) -> None:
        """Committed: who is idle looks again, and the first word is said."""
        wake.notify_idle(self.db.run)
        self.begin(done)

    def stop(self, press: Press, button: Button) -> PressAnswer:
        """Cancel one request, and show what is left."""
        request = button.meaning.request or 0
        done = withdrawal.cancel(self.db, request, user=button.meaning.person, now=clock.now())
        key = "cancel-done" if done else "cancel-over"
        return self.show_rest(press, i18n.say(press.language, key))

    def stop_all(self, press: Press, button: Button) -> PressAnswer:
        """All that is on its way for a person, in whichever chat."""
        person = button.meaning.person
        mine = [one.request for one in request_status.open_of(self.db, person)]
        count = sum(withdrawal.cancel(self.db, one, user=person, now=clock.now()) for one in mine)
        key = "cancel-all-done" if count else "cancel-over"
        return self.show_rest(press, i18n.say(press.language, key, count=count))

    def show_rest(self, press: Press, toast: str) -> PressAnswer:
        """What is left, in the same message."""
        page = self.waiting(press.person.id, press.language)
        return self.menus.turn(press, page, toast=toast)

    def waiting(self, person: int, language: str) -> MenuPage:
        """The page of what is on its way for a person."""
        return my_pages.queue(request_status.open_of(self.db, person), language)
