"""/follow, /follows and their buttons, and the 🔔 under a list that was shown."""

from dataclasses import replace
from functools import partial

from procs.bot.commands.button_actions import ButtonAction, EffectRefused, PressAnswer
from procs.bot.commands.menu_sender import MenuSender
from procs.bot.commands.router import ChatCommand
from procs.bot.commands.settings_menu import MenuPage
from procs.bot.conversation.hints import Hints
from procs.bot.conversation.reply_sender import once
from procs.bot.follows import follow_pages
from procs.core import clock, log
from procs.records import press_actions
from procs.records.job import Link
from procs.store.database import Database
from procs.store.follows import follows
from procs.store.follows.follow_limits import FollowLimits
from procs.store.follows.follows import Begun
from procs.store.requests import requests
from procs.store.requests.buttons import Button
from procs.telegram.chat.inbound import Incoming, Press
from procs.telegram.chat.sender import OutgoingMessage
from procs.texts import i18n
from procs.wishes.grammar import link
from procs.wishes.grammar.link import Parsed
from procs.wishes.look_text import BEST

#: What is said of a wish to follow.
SAID = {
    Begun.NEW: "follow-begun",
    Begun.AGAIN: "follow-again",
    Begun.MANY: "follow-many",
    Begun.FULL: "follow-full",
    Begun.OFF: "follow-off",
}


class FollowActions:
    """`limits` are the operator's."""

    def __init__(self, db: Database, hints: Hints, menus: MenuSender, limits: FollowLimits) -> None:
        self.db = db
        self.hints = hints
        self.menus = menus
        self.limits = limits

    def rows(self) -> tuple[ButtonAction, ...]:
        """The buttons of follows, which only their person may press."""
        again = {"once": False, "durable": True, "own": True}
        return (
            ButtonAction(press_actions.FOLLOW, self.press, **again),
            ButtonAction(follow_pages.FOLLOW_PAGE, self.turn, once=False, own=True),
            ButtonAction(follow_pages.PAUSE_FOLLOW, self.pause, **again),
            ButtonAction(follow_pages.RESUME_FOLLOW, self.resume, **again),
            ButtonAction(follow_pages.FORM, self.turn_form, **again),
            ButtonAction(follow_pages.END_FOLLOW, self.end, **again),
        )

    def commands(self) -> tuple[ChatCommand, ...]:
        """/follow and /follows."""
        return ChatCommand("follow", self.ask), ChatCommand("follows", self.list)

    # --- commands

    async def ask(self, incoming: Incoming) -> None:
        """/follow LINK, in a private chat, to which the new entries are delivered."""
        if not incoming.private:
            return await self.hints.say(incoming, "follow-private")
        parsed = link.parse(incoming.text.partition(" ")[2], incoming.urls)
        wanted = first(parsed)
        if wanted is None:
            return await self.hints.hint(incoming, "follow-usage")
        begun = self.begin(incoming.person.id, wanted)
        if begun not in (Begun.NEW, Begun.AGAIN):
            return await self.hints.say(incoming, SAID[begun], most=self.limits.most)
        page = self.page_of(incoming.person.id, incoming.language, wanted, begun)
        await self.menus.send(incoming, page, about="follow")

    async def list(self, incoming: Incoming) -> None:
        """/follows"""
        if not incoming.private:
            return await self.hints.say(incoming, "follow-private")
        mine = follows.listed(self.db, incoming.person.id)
        await self.menus.send(incoming, follow_pages.page(mine, incoming.language), about="follows")

    # --- buttons

    def press(self, press: Press, button: Button) -> PressAnswer:
        """🔔: follow the list that a request was shown."""
        order = requests.order(self.db, button.meaning.request or 0)
        if order is None or not order.url or press.chat < 0:
            raise EffectRefused(i18n.say(press.language, "again-gone"))
        wanted = Link(order.url, order.site, order.key, BEST, order.title)
        begun = self.begin(press.person.id, wanted)
        toast = i18n.say(press.language, SAID[begun], most=self.limits.most)
        if begun not in (Begun.NEW, Begun.AGAIN):
            raise EffectRefused(toast)
        page = self.page_of(press.person.id, press.language, wanted, begun)
        made = self.menus.mint(page, press.person.id, press.chat)
        random_id = once("follow", press.chat, press.id)
        where = press.chat, press.access
        text = OutgoingMessage(*where, page.text, random_id, press.message, made)
        return PressAnswer(toast, partial(self.send, text))

    async def send(self, text: OutgoingMessage) -> None:
        """Send one message. Raises as ReplySender.send."""
        await self.menus.replies.send(text)

    def turn(self, press: Press, button: Button) -> PressAnswer:
        """Show another page of follows."""
        return self.show_all(press, button)

    def pause(self, press: Press, button: Button) -> PressAnswer:
        """Send no news of one source."""
        done = follows.pause(self.db, *mine(button))
        return self.show_all(press, button, "follow-paused" if done else "follow-gone")

    def resume(self, press: Press, button: Button) -> PressAnswer:
        """Send news again. Raises EffectRefused while following is switched off."""
        if self.limits.is_off:
            raise EffectRefused(i18n.say(press.language, "follow-off"))
        done = follows.resume(self.db, *mine(button), limits=self.limits, now=clock.now())
        return self.show_all(press, button, "follow-resumed" if done else "follow-gone")

    def turn_form(self, press: Press, button: Button) -> PressAnswer:
        """Fetch the news of one source in another form."""
        done = follows.turn_form(self.db, *mine(button), str(button.meaning.data.get("form")))
        return self.show_all(press, button, "set-done" if done else "follow-gone")

    def end(self, press: Press, button: Button) -> PressAnswer:
        """End one follow."""
        follows.end(self.db, *mine(button))
        return self.show_all(press, button, "follow-ended")

    # --- what they share

    def begin(self, person: int, wanted: Link) -> Begun:
        """Follow a list; log how that ended."""
        begun = follows.begin(self.db, person, wanted, limits=self.limits, now=clock.now())
        log.info("follow.asked", user=person, site=wanted.site, outcome=begun.value)
        return begun

    def page_of(self, person: int, language: str, wanted: Link, begun: Begun) -> MenuPage:
        """What is said of a follow that has begun, above all that the person follows."""
        mine = follows.listed(self.db, person)
        there = next((one.id for one in mine if one.url == wanted.url), 0)
        number = follow_pages.place_of(mine, there)
        page = follow_pages.page(mine, language, number=number)
        said = i18n.say(language, SAID[begun])
        return replace(page, text=i18n.LocalText(f"{said}\n\n{page.text}"))

    def show_all(self, press: Press, button: Button, key: str = "") -> PressAnswer:
        """Show the follows of the person in the message of the pressed button."""
        number = button.meaning.data.get("page")
        page = follow_pages.page(
            follows.listed(self.db, button.meaning.person),
            press.language,
            number=number if isinstance(number, int) else 0,
        )
        return self.menus.turn(press, page, toast=i18n.say(press.language, key) if key else "")


def mine(button: Button) -> tuple[int, int]:
    """The follow of a button, and its person."""
    follow = button.meaning.data.get("follow")
    return follow if isinstance(follow, int) else 0, button.meaning.person


def first(parsed: Parsed) -> Link | None:
    """The link that is to be followed, whatever words stand beside it."""
    links = (*parsed.links, *(question.link for question in parsed.questions))
    return replace(links[0], variant=BEST) if links else None
