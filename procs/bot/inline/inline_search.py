"""`@bot words`: results of a search, each of which is chosen like a link.

Every keystroke is a query. What was found lately is shown at once; a site is asked only for words
at which somebody has stopped, a few times in a minute, and by a job like any other.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from procs.bot.inline import inline_results
from procs.bot.inline.inline_choices import InlineChoices
from procs.bot.inline.inline_results import page_of
from procs.core import clock
from procs.records.job import Link, Person
from procs.store.database import Database
from procs.store.people import repeat_tallies, users
from procs.store.searches import search_results
from procs.store.searches.search_results import SearchHit
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.inline_sender import InlineAnswer, InlineResult
from procs.telegram.chat.inline_updates import InlineQuery
from procs.texts import i18n
from procs.wishes import searches
from procs.wishes.grammar import link
from procs.wishes.grammar.link import BadLink

#: Seconds without another query after which the words are meant; in which a search is waited for,
#: less than a client waits for a bot; and between two looks for its end.
SETTLE, SEARCH_TIMEOUT, LOOK_AGAIN = 0.7, 8.0, 0.1
#: Searches of one person in a minute that ask a site.
SEARCHES_A_MINUTE = 10
#: Results in one page.
SHOWN_AT_ONCE = 10


class InlineSearch:
    """`sites` are those that the operator allows; the first one is asked."""

    def __init__(
        self, db: Database, chat_session: BotSession, choices: InlineChoices, sites: Sequence[str]
    ) -> None:
        self.db = db
        self.chat_session = chat_session
        self.choices = choices
        self.sites = sites
        #: The query that each person wrote last. Losing it answers one query too many.
        self.last: dict[int, int] = {}

    def search_of(self, query: InlineQuery) -> Link | None:
        """The search that a query asks for; None where none is allowed, or for no words."""
        words = searches.words_in(query.text) if self.sites else ""
        return search_results.link(words, self.sites[0]) if words else None

    async def on_message(self, query: InlineQuery, person: Person) -> None:
        """Answer with what is found, unless the person writes on. Raises as `Rpc.ask`."""
        sought = self.search_of(query)
        if sought is None:
            return
        known = search_results.find(self.db, sought.key, now=clock.now())
        if known is None and not await self.is_meant(query):
            return
        hits = known if known is not None else await self.search(sought, person)
        await self.chat_session.answer_query(query.id, self.answer(query, person, hits))

    async def is_meant(self, query: InlineQuery) -> bool:
        """Whether no other query of the same person comes for a moment."""
        person = query.person.id
        self.last[person] = query.id
        try:
            await asyncio.sleep(SETTLE)
            return self.last.get(person) == query.id
        finally:
            if self.last.get(person) == query.id:
                del self.last[person]

    async def search(self, sought: Link, person: Person) -> list[SearchHit] | str:
        """What the site finds; or why that is not known, as a text's key."""
        now = clock.now()
        if repeat_tallies.note(self.db, person.id, "search", now=now) > SEARCHES_A_MINUTE:
            return "inline-slow"
        users.remember(self.db, person, now=now)
        job = search_results.begin(self.db, person.id, sought, now=now)
        end = now.boot + SEARCH_TIMEOUT
        while clock.now().boot < end:
            hits = search_results.find(self.db, sought.key, now=clock.now())
            if hits is not None:
                return hits
            if not search_results.goes_on(self.db, job):
                return "search-failed"
            await asyncio.sleep(LOOK_AGAIN)
        return "search-late"

    def answer(
        self, query: InlineQuery, person: Person, hits: list[SearchHit] | str
    ) -> InlineAnswer:
        """A page of results, or why there is none."""
        language = person.language
        if isinstance(hits, str):
            return inline_results.wrong(language, i18n.say(language, hits))
        if not hits:
            words = searches.words_in(query.text)
            return inline_results.wrong(language, i18n.say(language, "search-nothing", words=words))
        start = page_of(query.offset)
        page = hits[start : start + SHOWN_AT_ONCE]
        shown = [one for hit in page if (one := self.result(person, hit))]
        more = str(start + SHOWN_AT_ONCE) if len(hits) > start + SHOWN_AT_ONCE else ""
        return InlineAnswer(shown, inline_results.KEPT, more)

    def result(self, person: Person, hit: SearchHit) -> InlineResult | None:
        """A result as an article that becomes its media."""
        found = link.read(hit.url)
        if isinstance(found, BadLink):
            return None
        found = replace(found, title=hit.title)
        lasts = i18n.clock(person.language, hit.duration) if hit.duration else ""
        about = " · ".join(filter(None, (lasts, hit.channel)))
        token = self.choices.offer(person, found)
        return replace(inline_results.fetched(person.language, found, token), description=about)
