"""What the buttons of a list's card do, and what a text answers that it asked for."""

from dataclasses import replace
from functools import partial

from procs.bot.cards import list_pages
from procs.bot.cards.card_actions import CardActions, is_list
from procs.bot.cards.list_pages import ENTRIES, TICK, TICKED, WITHHELD
from procs.bot.commands.button_actions import ButtonAction, PressAnswer, Show
from procs.bot.conversation import refusals
from procs.core import clock, codec, log
from procs.records import usual_form
from procs.records.card_values import MAIN, TICK_PAGE
from procs.store.cards import entry_choices
from procs.store.cards.entry_choices import EntryChoice
from procs.store.media.cards import Card
from procs.store.requests import allowances
from procs.store.requests.buttons import Button
from procs.store.requests.requests import Submitted
from procs.telegram.chat.inbound import Incoming, Press
from procs.texts import i18n
from procs.texts.i18n import LocalText
from procs.wishes import list_entries, picks
from procs.wishes.grammar import wish_reader
from procs.wishes.look_text import BEST
from procs.wishes.variant import Variant, parse


class ListActions:
    """Beside the actions of all cards, which turn its pages and show them."""

    def __init__(self, cards: CardActions) -> None:
        self.cards = cards
        self.db = cards.db
        cards.lists = self

    def rows(self) -> list[ButtonAction]:
        """The rows of these buttons. That a list is fetched once is held by the state of its
        request; a tick is set, not turned over, so pressed twice it stays."""
        return [
            ButtonAction(ENTRIES, self.fetch, once=False, durable=True),
            ButtonAction(TICK, self.tick, once=False),
            ButtonAction(WITHHELD, self.refuse, once=False),
        ]

    # --- presses, each inside of a write -----------------------------------------------------

    def fetch(self, press: Press, button: Button) -> PressAnswer:
        """Fetch the entries of a button, or those that are ticked."""
        card = self.cards.card(button)
        if card is None or not card.is_choosing:
            return self.cards.over(press, card)
        pick = str(button.meaning.data.get("pick"))
        wanted = card.options.ticks if pick == TICKED else pick
        places = picks.numbers(wanted, picks.LAST) if wanted else []
        if not (places := list_pages.taken(codec.load(card.found), places)):
            return PressAnswer(i18n.say(press.language, "list-none-ticked"), alert=True)
        if not is_list(card):
            return self.fetch_parts(press, card, places)
        done = self.take(card, places, list_pages.form_of(card))
        if done is None:
            return self.cards.over(press, card)
        if not done.request:
            toast = self.refusal(press.person.id, press.language, done)
            return PressAnswer(toast, alert=True)
        toast = i18n.say(press.language, "list-chosen", count=len(places))
        return PressAnswer(toast, self.showing(card))

    def fetch_parts(self, press: Press, card: Card, places: list[int]) -> PressAnswer:
        """Fetch some media of a post, which come together."""
        form = f"{BEST}#{list_entries.choice(places)}"
        if allowances.refuses_all(self.db, card.person, self.cards.limits.allowance):
            most = self.cards.limits.allowance.most
            return PressAnswer(i18n.say(press.language, "card-full", most=most), alert=True)
        show = self.cards.take(card, form)
        return PressAnswer(i18n.say(press.language, "list-chosen", count=len(places)), show)

    def take(self, card: Card, places: list[int], form: str) -> Submitted | None:
        """Have entries fetched. None where it was chosen before."""
        if card.terms.wordless:
            form = str(usual_form.without_words(parse(form), Variant(wordless=True)))
        done = entry_choices.choose(
            self.db,
            card,
            EntryChoice(places, form),
            allowance=self.cards.limits.allowance,
            now=clock.now(),
        )
        if done is not None and done.request:
            log.info("list.chosen", request=card.request, entries=len(places), form=form)
        return done

    def refusal(self, person: int, language: str, done: Submitted) -> LocalText:
        """Why entries are not taken, for who asked for them."""
        return refusals.words(self.db, person, language, done, self.cards.limits.allowance)

    def showing(self, card: Card) -> Show:
        """What shows the card anew after the commit."""
        return partial(self.cards.show, card.request)

    def tick(self, press: Press, button: Button) -> PressAnswer:
        """Tick an entry, or take its tick away."""
        card = self.cards.card(button)
        if card is None or not card.is_choosing:
            return self.cards.over(press, card)
        data, told = button.meaning.data, codec.load(card.found)
        place, there = int(data.get("entry") or 0), set(list_pages.ticked(card))
        there = there | {place} if data.get("on") else there - {place}
        if len(there) > told["most"]:
            toast = i18n.say(press.language, "list-card-most", most=told["most"])
            return PressAnswer(toast, alert=True)
        self.cards.set(card, {"page": TICK_PAGE, "ticks": picks.of(there)})
        return PressAnswer(show=self.showing(card))

    def refuse(self, press: Press, button: Button) -> PressAnswer:
        """Why an entry cannot be had."""
        return PressAnswer(i18n.say(press.language, "list-withheld"), alert=True)

    # --- texts -------------------------------------------------------------------------------

    async def hear(self, incoming: Incoming, card: Card, text: str) -> bool:
        """Take a text as entries of the list, as the form of all of them, or as both. False where
        it is neither."""
        wish = wish_reader.alone(text)
        if not isinstance(wish, Variant) or wish.looks:
            return False
        said = wish.one != Variant()
        form = str(wish.one) if wish.one.fetched != Variant() else list_pages.form_of(card)
        if wish.wordless and parse(form).can_be_wordless:
            form = str(replace(parse(form), subtitles="", beside=False, wordless=True))
        if wish.pick:
            return await self.hear_choice(incoming, card, wish.pick, form)
        if said:
            self.cards.set(card, {"page": MAIN, "form": form})
            await self.cards.show(card.request)
        return said

    async def hear_choice(self, incoming: Incoming, card: Card, pick: str, form: str) -> bool:
        """Take a choice in words, or say why there is nothing to take."""
        told = codec.load(card.found)
        last = list_entries.total(told)
        wanted = picks.numbers(pick, last or picks.LAST)
        if pick == picks.EVERYTHING:
            wanted = list_entries.open_places(told)
        places = list_pages.taken(told, wanted)
        if not places and last is not None:
            key = "list-range-locked" if any(one <= last for one in wanted) else "list-range-beyond"
            await self.cards.hints.hint(incoming, key, count=last)
            return True
        done = self.take(card, places, form)
        if done is not None and not done.request:
            words = self.refusal(incoming.person.id, incoming.language, done)
            about = f"refused-{done.outcome}"
            await self.cards.hints.hint(incoming, "refused-words", about=about, words=words)
        elif done is not None:
            await self.cards.show(card.request)
        return done is not None

    async def answer(self, incoming: Incoming, card: Card, text: str) -> None:
        """The answer to the question from which entry to which; asked again where it is none."""
        if not await self.hear(incoming, card, text):
            await self.cards.hints.hint(incoming, "list-range-unread")
