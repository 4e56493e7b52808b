"""Words of a private chat become a search; a result that is chosen is a link, as if it was sent."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from procs.bot.commands.button_actions import ButtonAction, PressAnswer
from procs.bot.conversation.reply_sender import EDIT, ReplySender
from procs.bot.status import search_text
from procs.core import log
from procs.store import wake
from procs.store.database import Database
from procs.store.requests.buttons import Button
from procs.store.requests.requests import Submitted
from procs.store.searches import search_listings, search_results
from procs.store.searches.search_listings import ELSEWHERE, PAGE, PICK
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.inbound import Incoming, Press
from procs.telegram.pace import Urgency
from procs.texts import i18n
from procs.wishes import searches
from procs.wishes.grammar import link
from procs.wishes.grammar.link import BadLink, Parsed

#: Seconds that another page waits for its leave.
PAGE_TIMEOUT = 5.0
#: Accepts the links of a message, inside of a transaction or alone; and says the first word.
Accept = Callable[[Incoming, Parsed, int], list[Submitted]]
Answer = Callable[[Incoming, Parsed, list[Submitted]], Awaitable[None]]


class SearchActions:
    """`sites` are those that the operator allows, the first one asked first."""

    def __init__(
        self, db: Database, chat_session: BotSession, replies: ReplySender, sites: Sequence[str]
    ) -> None:
        self.db = db
        self.chat_session = chat_session
        self.replies = replies
        self.sites = sites

    def as_search(self, incoming: Incoming, parsed: Parsed) -> Parsed:
        """The search for a private message that has words and no link; else what was parsed."""
        if not (parsed.none and incoming.private) or incoming.media:
            return parsed
        words = searches.words_in(incoming.text) if self.sites else ""
        return Parsed((search_results.link(words, self.sites[0]),)) if words else parsed

    def rows(self, accept: Accept, answer: Answer) -> tuple[ButtonAction, ...]:
        """The buttons of a listing."""
        pick = partial(self.pick, accept, answer)
        elsewhere = partial(self.elsewhere, accept, answer)
        return (
            ButtonAction(PICK, pick),
            ButtonAction(PAGE, self.turn, once=False),
            ButtonAction(ELSEWHERE, elsewhere),
        )

    def pick(self, accept: Accept, answer: Answer, press: Press, button: Button) -> PressAnswer:
        """A result: its link is accepted in the transaction that marks the button."""
        facts = button.meaning.data
        found = link.read(str(facts["url"]))
        if isinstance(found, BadLink):
            return PressAnswer(i18n.say(press.language, "unknown-button"))
        parsed = Parsed((replace(found, title=str(facts["title"])),))
        log.info("search.chosen", user=press.person.id, request=button.meaning.request)
        return self.accept(accept, answer, press, parsed, int(facts["place"]))

    def elsewhere(
        self, accept: Accept, answer: Answer, press: Press, button: Button
    ) -> PressAnswer:
        """The same words at another site, while the operator allows it."""
        site, words = str(button.meaning.data["site"]), str(button.meaning.data["words"])
        if site not in self.sites:
            return PressAnswer(i18n.say(press.language, "unknown-button"))
        parsed, place = Parsed((search_results.link(words, site),)), self.sites.index(site)
        return self.accept(accept, answer, press, parsed, -1 - place)

    def accept(
        self, accept: Accept, answer: Answer, press: Press, parsed: Parsed, place: int
    ) -> PressAnswer:
        """Accept a link as the `place`-th of the message that has the button."""
        incoming = Incoming(press.person, press.chat, press.access, press.message, "")
        done = accept(incoming, parsed, place)

        async def show() -> None:
            wake.notify_idle(self.db.run)  # it was called before the transaction was over
            await answer(incoming, parsed, done)

        return PressAnswer(i18n.say(press.language, "search-taken"), show)

    def turn(self, press: Press, button: Button) -> PressAnswer:
        """Another page, in the same message."""
        found = search_listings.shown_results(self.db, button.meaning.request or 0)
        if not search_text.is_search(found):
            return PressAnswer(i18n.say(press.language, "press-stale"))
        number = int(button.meaning.data["page"])
        text, rows = search_text.page(press.language, found, number)

        async def show() -> None:
            leave = partial(
                self.replies.pace.leave, EDIT, urgency=Urgency.ANSWER, patience=PAGE_TIMEOUT
            )
            await self.chat_session.edit(
                press.chat, press.access, press.message, text, buttons=rows, leave=leave
            )

        return PressAnswer(show=show)
