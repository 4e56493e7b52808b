"""The effects of a card's buttons, texts that answer a card's question, and the timeout of a
card."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from procs.bot.cards import card_labels, group_limit
from procs.bot.cards.card_labels import CHOOSE, DROP, REFUSED, TURN
from procs.bot.commands.button_actions import ButtonAction, PressAnswer
from procs.bot.conversation.failure_boundary import repeat
from procs.bot.conversation.hints import Hints
from procs.bot.status.status_board import StatusBoard
from procs.core import clock, codec, log
from procs.records import press_actions, usual_form
from procs.records.card_values import MAIN, CardOptions
from procs.records.preference_values import WANTED, BadPreference
from procs.store.cards import card_choices
from procs.store.database import Database
from procs.store.media import cards
from procs.store.media.cards import Card
from procs.store.modes import bot_modes
from procs.store.modes.bot_modes import LESSER
from procs.store.people import preferences
from procs.store.requests import allowances, link_groups, requests
from procs.store.requests.allowances import Allowance
from procs.store.requests.buttons import Button
from procs.telegram.chat.inbound import Incoming, Press
from procs.texts import i18n
from procs.texts.i18n import LocalText
from procs.wishes.grammar import wish_reader
from procs.wishes.variant import BadVariant, Variant

#: Seconds between two queries for cards on which nobody chose in time.
TIMEOUT_POLL = 1.0


@dataclass(frozen=True, slots=True)
class CardLimits:
    """Requests that one person may have on the way, and bytes of the largest media, which a card
    names where it says no."""

    allowance: Allowance
    largest: Callable[[], int]


class ListTexts(Protocol):
    """Who understands what is written to the card of a list."""

    async def hear(self, incoming: Incoming, card: Card, text: str) -> bool:
        """Take a text as a choice of entries. False where it is none."""

    async def answer(self, incoming: Incoming, card: Card, text: str) -> None:
        """The same where the card asked for it."""


class CardActions:
    """The table rows of a card's buttons, and what turns a card into a request."""

    def __init__(
        self, db: Database, status_board: StatusBoard, hints: Hints, limits: CardLimits
    ) -> None:
        self.db = db
        self.status_board = status_board
        self.hints = hints
        self.limits = limits
        #: Set by whoever it is: lists know of cards, not the other way round.
        self.lists: ListTexts | None = None

    def rows(self) -> list[ButtonAction]:
        """The rows of these buttons. What is to happen once is held by the state of the request:
        a choice that cannot be taken yet may be pressed again."""
        return [
            ButtonAction(CHOOSE, self.choose, once=False, durable=True),
            ButtonAction(TURN, self.turn, once=False),
            ButtonAction(REFUSED, self.refuse, once=False),
            ButtonAction(DROP, self.drop, once=False, durable=True),
            ButtonAction(press_actions.USUAL_OF_ALL, self.usual_of_all, once=False, durable=True),
        ]

    # --- presses, each inside of a write -----------------------------------------------------

    def choose(self, press: Press, button: Button) -> PressAnswer:
        """Fetch the form of a button, with what was set on the card."""
        card = self.card(button)
        if card is None or not card.is_choosing:
            return self.over(press, card)
        if allowances.refuses_all(self.db, card.person, self.limits.allowance):
            most = self.limits.allowance.most
            return PressAnswer(i18n.say(press.language, "card-full", most=most), alert=True)
        form = str(button.meaning.data.get("form"))
        if over := group_limit.of_form(card, form):
            return self.over_limit(press, card, over)
        try:
            wanted = card.options.variant(form)
            show = self.take(card, wanted, anew=card.options.anew)
        except BadVariant:  # a button of another version
            return PressAnswer(i18n.say(press.language, "unknown-button"))
        key = self.remember(card, form)
        name = card_labels.form_name(press.language, form)
        toast = i18n.say(press.language, key, form=name, site=card.site)
        less = self.less(card, wanted, press.language)
        return PressAnswer(less or toast, show, alert=bool(less))

    def less(self, card: Card, wanted: str, language: str) -> LocalText:
        """What is said where the mode of the bot brings less than was chosen; "" where it does
        not."""
        mode = bot_modes.current(self.db, now=clock.now()).mode
        taken = requests.order(self.db, card.request)
        if mode not in LESSER or taken is None or taken.variant == wanted:
            return LocalText("")
        return i18n.say(language, f"mode-note-{mode}")

    def usual_of_all(self, press: Press, button: Button) -> PressAnswer:
        """Fetch the usual form of each link of a message that is asked about."""
        asked = link_groups.choosing(self.db, button.meaning.request or 0)
        there = [card for one in asked if (card := cards.read(self.db, one))]
        if not there:
            return self.over(press, None)
        if allowances.refuses_all(self.db, button.meaning.person, self.limits.allowance):
            most = self.limits.allowance.most
            return PressAnswer(i18n.say(press.language, "card-full", most=most), alert=True)
        for card in there:
            self.take(card, card.options.variant(card.terms.usual))
        toast = i18n.say(press.language, "list-chosen", count=len(there))
        return PressAnswer(toast, partial(self.show, there[0].request))

    def take(self, card: Card, variant: str, *, anew: bool = False) -> Any:
        """Request a form. Returns what shows the result."""
        done = card_choices.choose(
            self.db, card, variant, anew=anew, keys=keys(card), now=clock.now()
        )
        if done is None:
            return None
        log.info("card.chosen", request=card.request, job=done.job, outcome=done.outcome)
        return partial(self.show, card.request, cached=done.outcome == "cached")

    def remember(self, card: Card, form: str) -> str:
        """Store the form for the site if that was chosen. Returns the key of the answer."""
        if not card.options.remember or form not in WANTED:
            return "card-chosen"
        try:
            preferences.change_site(self.db, card.person, card.site, form, now=clock.now())
        except BadPreference:
            return "card-not-remembered"
        return "card-remembered"

    def turn(self, press: Press, button: Button) -> PressAnswer:
        """Show another page, or set something."""
        card = self.card(button)
        if card is None or not self.set(card, button.meaning.data):
            return self.over(press, card)
        return PressAnswer(show=partial(self.show, card.request))

    def set(self, card: Card, data: Any) -> bool:
        """Change some options of a card. False when its choice was made before."""
        there = {name: getattr(card.options, name) for name in codec.names(CardOptions)}
        options = codec.record(CardOptions, {**there, **data})
        return cards.turn(self.db, card.request, options, now=clock.now())

    def refuse(self, press: Press, button: Button) -> PressAnswer:
        """Why a form cannot be had."""
        data, language = button.meaning.data, press.language
        size, most = int(data.get("size") or 0), i18n.size(language, self.limits.largest())
        facts = {"form": str(data.get("form")), "most": most, "size": i18n.size(language, size)}
        key = "card-too-large" if size else "card-too-large-open"
        return PressAnswer(i18n.say(language, key, **facts), alert=True)

    def over_limit(self, press: Press, card: Card, one: Mapping[str, Any]) -> PressAnswer:
        """What the admins of the group take at most is said where it is pressed: they may have
        changed it since the card was written."""
        language = press.language
        weight = card_labels.weight(card, codec.load(card.found), one)
        size, most = (i18n.size(language, it) for it in (weight, card.largest))
        name = card_labels.form_name(language, str(one["variant"]))
        toast = i18n.say(language, "card-too-large-group", form=name, size=size, most=most)
        return PressAnswer(toast, alert=True)

    def drop(self, press: Press, button: Button) -> PressAnswer:
        """Cancel the request of a card that still asks."""
        card = self.card(button)
        if card is None or not card.is_choosing:
            return self.over(press, card)
        requests.cancel(self.db, card.request, user=card.person, now=clock.now())
        log.info("card.dropped", request=card.request)
        show = partial(self.show, card.request)
        return PressAnswer(i18n.say(press.language, "card-dropped"), show)

    def card(self, button: Button) -> Card | None:
        """The card of a button, read with the limits of its group; None when it is gone."""
        return group_limit.read(self.db, button.meaning.request or 0)

    def over(self, press: Press, card: Card | None) -> PressAnswer:
        """The answer when the choice was made before, or the card is gone."""
        key = "card-gone" if card is None else "press-already"
        return PressAnswer(i18n.say(press.language, key))

    async def show(self, request: int, *, cached: bool = False) -> None:
        """Refresh the message. Media that Telegram holds arrives in a moment and replaces the card:
        a text in between would only flicker."""
        card_choices.wake_processes(self.db)
        if cached:
            self.status_board.withhold(request)
        elif task := self.status_board.refresh(request):
            await task

    # --- texts -------------------------------------------------------------------------------

    async def on_message(self, incoming: Incoming, text: str) -> bool:
        """Take a text as the part that a card asked for, or as a choice in words from the card of
        the last link. False where it is neither."""
        now, where = clock.now(), (self.db, incoming.chat, incoming.person.id)
        wish = wish_reader.alone(text)
        if request := cards.asks_part(*where, now=now):
            card = cards.read(self.db, request)
            if card and is_list(card) and self.lists:
                await self.lists.answer(incoming, card, text)
            elif card:
                await self.hear_part(incoming, card, wish)
            return True
        request = cards.waits_for_word(*where, before=incoming.message, now=now)
        card = cards.read(self.db, request) if request else None
        if card and is_list(card):
            return bool(self.lists and await self.lists.hear(incoming, card, text))
        if not isinstance(wish, Variant) or wish.pick or wish.looks:
            return False
        if wish == Variant(wordless=True) and card:
            return await self.leave_words_out(card)
        taken = False  # of several links of one message the word means all that are asked about
        while request := cards.waits_for_word(*where, before=incoming.message, now=now):
            if not await self.take_word(request, wish):
                break
            taken = True
        return taken

    async def leave_words_out(self, card: Card) -> bool:
        """Switch off the subtitles that are set on a card; its form stays open."""
        done = self.set(card, {"page": MAIN, "inside": ""})
        await self.show(card.request)
        return done

    async def take_word(self, request: int, wish: Variant) -> bool:
        """Take a word as the choice from a card. False where it cannot be taken now."""
        card = cards.read(self.db, request)
        if card is None or allowances.refuses_all(self.db, card.person, self.limits.allowance):
            return False
        wanted = wish.fetched
        if card.chat > 0:  # in a group nobody's own settings hold
            wanted = usual_form.applied(preferences.read(self.db, card.person), wanted)
        show = self.take(card, str(wanted), anew=card.options.anew)
        if show is not None:
            await show()
        return show is not None

    async def hear_part(
        self, incoming: Incoming, card: Card, wish: Variant | wish_reader.Unclear | None
    ) -> None:
        """Set the part that was asked for, or say what is wrong with it and ask again."""
        if not isinstance(wish, Variant) or wish.clip is None:
            return await self.hints.hint(incoming, "card-part-unread")
        length = float(codec.load(card.found)["duration"])
        if 0 < length <= wish.clip.start:
            told = i18n.clock(incoming.language, length)
            return await self.hints.hint(incoming, "card-part-beyond", length=told)
        self.set(card, {"page": MAIN, "part": f"{wish.clip.start}-{wish.clip.end}"})
        await self.show(card.request)

    # --- time --------------------------------------------------------------------------------

    async def run(self) -> None:
        """Take the usual form of the cards on which nobody chose in time, until cancelled."""
        await repeat(self.look, TIMEOUT_POLL, db=self.db)

    async def look(self) -> None:
        """Take the usual form for each card whose time is over."""
        for request, _, usual in cards.due(self.db, now=clock.now()):
            card = cards.read(self.db, request)
            if (
                card is not None
                and (show := self.take(card, card.options.variant(usual))) is not None
            ):
                log.info("card.timed-out", request=request)
                await show()


def is_list(card: Card) -> bool:
    """Whether the link leads to a list."""
    return bool(codec.load(card.found)["kind"] == "list")


def keys(card: Card) -> list[str]:
    """The names under which the media may be kept."""
    return [name for name in (card.key, codec.load(card.found)["card"]["key"]) if name]
