"""In which form a link comes about which no words were said: as its person or group set it, or as
they choose on a card."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from procs.records import usual_form
from procs.records.job import Ask, Link
from procs.records.preference_values import ASK, REACTION, Preferences
from procs.store.database import Database
from procs.store.media import references
from procs.store.people import preferences
from procs.telegram.chat.inbound import Incoming
from procs.wishes import card_offer
from procs.wishes.grammar import link
from procs.wishes.grammar.link import Parsed
from procs.wishes.look_text import BEST, LOOK
from procs.wishes.sites import BY_NAME
from procs.wishes.variant import Variant, parse

#: Links of one message of a person that are asked about: their status message has a button for
#: each, which opens its card. A group is asked about a link that comes alone.
ASKED_TOGETHER = 5


def asks(db: Database, incoming: Incoming, parsed: Parsed) -> tuple[list[Ask], list[Ask]]:
    """The links of a message as what the store accepts, numbered in their order, and those of which
    we ask in words what is wished."""
    links = [*parsed.links, *(question.link for question in parsed.questions)]
    facts: dict[str, Any] = {"chat_access": incoming.access, "topic": incoming.topic}
    if not incoming.private:
        group = preferences.read_group(db, incoming.chat)
        facts |= {"spoken": incoming.spoken, "reaction": group.progress == REACTION}
    made = [
        Ask(incoming.person.id, incoming.chat, incoming.message, n, one, **facts)
        for n, one in enumerate(links)
    ]
    mine, unclear = made[: len(parsed.links)], made[len(parsed.links) :]
    few = len(made) <= (ASKED_TOGETHER if incoming.private else 1)
    return choose_forms(db, mine, parsed.plain, few=few), unclear


def choose_forms(
    db: Database, asks: Sequence[Ask], plain: Collection[str], *, few: bool
) -> list[Ask]:
    """What is asked for of one message's links. `plain` are the keys of those about which no words
    were said. Of a few, each is asked about; of more, each comes in the usual form:
    nobody wants twenty cards, and every media has a button for another form."""
    return [
        _settled(db, ask, few=few) if ask.link.key in plain else _worded(db, ask) for ask in asks
    ]


def _worded(db: Database, ask: Ask) -> Ask:
    """Words have chosen: what they leave open is as the person set it."""
    wish = parse(ask.link.variant)
    if not wish.pick:  # the entries of a list are asked for as this says
        ask = replace(ask, link=replace(ask.link, variant=str(wish.fetched)))
    if ask.chat < 0:
        return ask
    kept = preferences.read(db, ask.user)
    return _in_form(db, ask, kept, usual_form.applied(kept, wish))


def _in_form(db: Database, ask: Ask, kept: Preferences, wish: Variant) -> Ask:
    """Ask for a form. Where subtitles are to come with it, or to be left out of each entry of what
    may be a list, what there is must be seen first, unless it is here so already."""
    terms = usual_form.terms(kept, wish, asks=False)
    looks = terms.wants_words or (terms.wordless and may_be_list(ask.link))
    if not looks or wish.pick or is_plain(ask):
        named = (
            wish if wish.pick else wish.fetched
        )  # the entries of a list are asked for as it says
        return replace(ask, link=replace(ask.link, variant=str(named)))
    for form in [terms.settled([language]) for language in terms.words] or [terms.usual]:
        if references.find(db, ask.link.key, form):
            return replace(ask, link=replace(ask.link, variant=form))
    return replace(ask, link=replace(ask.link, variant=LOOK), card=terms)


def _settled(db: Database, ask: Ask, *, few: bool) -> Ask:
    if ask.chat < 0:
        form = preferences.read_group(db, ask.chat).form
        kept, usual = Preferences(), parse(BEST if form == ASK else form)
    else:
        kept, wish = preferences.read(db, ask.user), parse(ask.link.variant)
        form, usual = kept.form_of(ask.link.site), usual_form.usual(kept, ask.link.site)
        usual = usual_form.without_words(usual, wish)
    if is_plain(ask) and usual.sound and not card_offer.plays(ask.link.url):
        usual = parse(BEST)  # nobody hears a picture
    settled = _in_form(db, ask, kept, usual)
    is_clear = form != ASK or not few or is_plain(ask)
    if is_clear or references.find(db, ask.link.key, settled.link.variant):
        return settled
    terms = usual_form.terms(kept, usual)
    return replace(ask, link=replace(ask.link, variant=LOOK), card=terms)


def may_be_list(found: Link) -> bool:
    """Whether an address does not tell that it leads to one media."""
    return found.key == link.by_hash(found.url)


def is_plain(ask: Ask) -> bool:
    """Whether the address is that of a file, which is what it is. The sites that we know show
    pages, whatever their addresses end with."""
    return ask.link.site not in BY_NAME and card_offer.is_plain(ask.link.url)
