"""Words without a link are about the one that was sent, or shown, last."""

from dataclasses import replace

from procs.core import clock
from procs.records.job import Link
from procs.store.database import Database
from procs.store.requests import link_mentions, lists
from procs.telegram.chat.inbound import Incoming
from procs.wishes.grammar import link, wish_reader
from procs.wishes.grammar.link import BadLink, Parsed
from procs.wishes.variant import Variant

#: Letters of a word that is said back.
QUOTED_LENGTH = 40
Wish = Variant | wish_reader.Unclear


def with_last_link(db: Database, incoming: Incoming, text: str, parsed: Parsed) -> Parsed:
    """What was parsed, or what a wish alone is about."""
    wish = wish_reader.alone(text) if parsed.none else None
    if wish is None:
        return parsed
    last = last_links(db, incoming, wish)
    if not last:
        return Parsed(problems=(BadLink("which", text.strip()[:QUOTED_LENGTH]),))
    if isinstance(wish, wish_reader.Unclear):
        return Parsed(questions=tuple(link.Question(one, wish) for one in last))
    return Parsed(tuple(replace(one, variant=str(wish)) for one in last))


def last_links(db: Database, incoming: Incoming, wish: Wish) -> list[Link]:
    """The links that a word alone is about: a choice is of the list that was shown."""
    now = clock.now()
    where = db, incoming.chat, incoming.person.id
    if isinstance(wish, Variant) and wish.pick and (shown := lists.latest(*where, now=now)):
        return [shown]
    return link_mentions.recent_links(*where, before=incoming.message, now=now)
