"""Answering `@bot …` while it is being written.

A whole link costs a look into the store, never one at its site. Each answer is for its person
alone: it is in their language, in their forms, with buttons that are theirs.
"""

from dataclasses import replace

from procs.bot.conversation.ban_gate import ban_words
from procs.bot.inline import inline_results
from procs.bot.inline.inline_choices import InlineChoices
from procs.bot.inline.inline_results import page_of
from procs.bot.inline.inline_search import InlineSearch
from procs.core import clock, log
from procs.errors import ReferenceStale, TelegramRefused
from procs.records.inline_records import private_chat
from procs.records.job import Link, Media, Person
from procs.records.preference_values import ASK, LATIN
from procs.store.database import Database
from procs.store.media import references
from procs.store.people import preferences, repeat_tallies
from procs.store.people.bans import Ban
from procs.store.reports import past_requests
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.inline_sender import RESULTS, InlineAnswer
from procs.telegram.chat.inline_updates import InlineQuery
from procs.telegram.delivery import media_caption
from procs.telegram.delivery.media_caption import NOTHING, Caption
from procs.texts import i18n, untrusted_text
from procs.texts.i18n import LocalText
from procs.wishes import variant
from procs.wishes.grammar import link
from procs.wishes.grammar.link import Parsed

#: Queries of one person in a minute that are answered with more than a word; a person who types
#: fast makes three in a second.
QUERIES_A_MINUTE = 120
#: Characters of a query in an answer; Telegram sends 256.
SAID_LENGTH = 80
#: The form that a link has when nothing is wished for.
UNWISHED = "best"


class InlineQueries:
    """Answers each query from what is known, a bounded number in a minute for each person."""

    def __init__(
        self, db: Database, chat_session: BotSession, choices: InlineChoices, search: InlineSearch
    ) -> None:
        self.db = db
        self.chat_session = chat_session
        self.choices = choices
        self.search = search

    async def on_message(self, query: InlineQuery) -> None:
        """Answer a query. Raises as `Rpc.ask`."""
        person = self.spoken(query.person)
        count = repeat_tallies.note(self.db, person.id, "inline", now=clock.now())
        if count > QUERIES_A_MINUTE:
            words = i18n.say(person.language, "inline-slow")
            return await self.give(query, inline_results.wrong(person.language, words))
        parsed = link.parse(query.text)
        if parsed.links:
            await self.about_link(query, person, self.wished(parsed.links[0], person))
        elif parsed.none and (sought := self.search.search_of(query)):
            if why := self.choices.closed(person, sought):
                return await self.give(query, inline_results.wrong(person.language, why))
            await self.search.on_message(query, person)
        else:
            await self.give(query, self.about_text(query, person, parsed))

    async def about_link(self, query: InlineQuery, person: Person, found: Link) -> None:
        """The media, where it is kept, by reference; else what begins its download, also where
        Telegram does not take the kept references any more: a worker renews them."""
        if why := self.choices.closed(person, found):
            return await self.give(query, inline_results.wrong(person.language, why))
        media = references.find(self.db, found.key, found.variant)
        if media:
            try:
                return await self.give(query, await self.held(query, person, found, media))
            except (ReferenceStale, TelegramRefused) as error:
                log.info("inline.stale", media=media.id, error=error)
        title = media.title if media else ""
        article = self.article(person, replace(found, title=title))
        await self.give(query, InlineAnswer([article], inline_results.SOON))

    async def held(
        self, query: InlineQuery, person: Person, found: Link, media: Media
    ) -> InlineAnswer:
        """A kept media as it stands after a delivery, and the way to its other forms."""
        await self.chat_session.named.wait()
        token = self.choices.offer(person, found)
        return inline_results.kept(
            person.language,
            media,
            self.caption(person, media),
            private=private_chat(self.chat_session.username, token),
            start=page_of(query.offset),
        )

    def caption(self, person: Person, media: Media) -> Caption:
        """The caption of a kept media, by what the person prefers."""
        wanted = preferences.read(self.db, person.id)
        if not wanted.captions:
            return NOTHING
        language = i18n.with_digits(person.language, latin_digits=wanted.digits == LATIN)
        form = variant.parse(media.variant)
        return media_caption.caption(language, media, form, url=media.url, tags=wanted.tags)

    def article(self, person: Person, found: Link) -> inline_results.InlineResult:
        """The result for a link that has to be fetched first."""
        return inline_results.fetched(person.language, found, self.choices.offer(person, found))

    def about_text(self, query: InlineQuery, person: Person, parsed: Parsed) -> InlineAnswer:
        """What is no link to be fetched: why, or what the person had before."""
        if parsed.questions:
            about = parsed.questions[0].about
            words = i18n.say(person.language, f"ask-{about.kind}", words=about.words)
        elif not parsed.none:
            problem = parsed.problems[0]
            said = untrusted_text.text(problem.text, SAID_LENGTH)
            words = i18n.say(person.language, f"bad-{problem.kind}", text=said)
        elif query.text.strip():
            words = i18n.say(person.language, "inline-no-link")
        else:
            return self.own(query, person)
        return inline_results.wrong(person.language, words)

    def own(self, query: InlineQuery, person: Person) -> InlineAnswer:
        """What the person had lately and is kept still, in pages."""
        start = page_of(query.offset)
        past = [one for one in past_requests.latest(self.db, person.id) if one.kept]
        there: dict[int, Media] = {}
        why: LocalText | None = None
        for one in past:
            media = references.find(self.db, one.key, one.variant)
            if media is None or media.id in there:
                continue
            refused = self.choices.closed(person, Link(one.url, one.site, one.key, one.variant))
            if refused:
                why = why or refused
            else:
                there[media.id] = media
        if why and not there:
            return inline_results.wrong(person.language, why)
        shown = list(there.values())[start : start + RESULTS]
        page = [(media, self.caption(person, media)) for media in shown]
        if not page and not start:
            return inline_results.wrong(person.language, i18n.say(person.language, "inline-write"))
        more = len(there) > start + RESULTS
        return inline_results.several(person.language, page, start, more=more)

    def wished(self, found: Link, person: Person) -> Link:
        """The link in the person's usual form, where the query wishes for none. Who is asked each
        time gets the best: no card fits a list of results."""
        form = preferences.read(self.db, person.id).form_of(found.site)
        wish = str(variant.parse(found.variant).fetched)  # nothing is added here that is not wished
        return replace(found, variant=form if wish == UNWISHED and form != ASK else wish)

    def spoken(self, person: Person) -> Person:
        """The person, with the language of their own setting."""
        language = preferences.read(self.db, person.id).language
        return replace(person, language=language) if language else person

    async def refuse(self, query: InlineQuery, ban: Ban) -> None:
        """Say to a banned person until when and why. Raises as `Rpc.ask`."""
        person = self.spoken(query.person)
        words = ban_words(ban.until, ban.reason, person.language)
        await self.give(query, inline_results.wrong(person.language, words))

    async def give(self, query: InlineQuery, answer: InlineAnswer) -> None:
        """Send the answer. Raises as Rpc.ask."""
        await self.chat_session.answer_query(query.id, answer)
