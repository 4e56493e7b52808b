"""From a card to a job: what a finished look means for the requests that wait for it, and what a
choice becomes."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from procs.core import codec
from procs.core.clock import Now
from procs.records import card_values
from procs.records.job import Ask, Lease, Link
from procs.store import wake
from procs.store.cards import entry_choices
from procs.store.database import Database, Row
from procs.store.jobs import leases
from procs.store.media import cards, looks, references
from procs.store.media.cards import CHOOSING, Card
from procs.store.requests import lists, requests, withdrawal
from procs.store.requests.requests import Submitted
from procs.wishes import card_offer
from procs.wishes.card_offer import Told
from procs.wishes.look_text import BEST
from procs.wishes.variant import parse

WAITING = """
SELECT r.id, r.user_id, r.chat, r.chat_access, r.message, r.ordinal, r.folder, r.url, r.site,
       r.key, c.usual, c.timeout, c.wanted
  FROM requests r JOIN cards c ON c.request = r.id
 WHERE r.job = :job AND r.state = 'open' ORDER BY r.id
"""
#: A choice is made once: the state of the request is part of the condition.
CHOSEN = f"""
UPDATE requests
   SET state = 'open', variant = :variant, ended_at = NULL, closed_at = NULL, cached = 0,
       started_at = NULL, asked_at = :now
 WHERE id = :request AND state = '{CHOOSING}'
RETURNING id, user_id, chat, chat_access, message, ordinal, folder, url, site, key
"""
NARROWED = "UPDATE requests SET variant = :variant, title = :title WHERE id = :request"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found: as JSON, its title, the names of the media, and whether there is anything
    to choose; `silent` says that nothing of it can be heard."""

    found: str
    title: str
    keys: frozenset[str]
    is_list: bool
    offers: bool
    silent: bool = False


def finish_look(db: Database, lease: Lease, what: Looked, *, now: Now) -> int:
    """Finish the look of a link. A request that asked for the list of forms shows it; one that may
    choose gets a card, or its usual form when there is no choice or that form is already kept.
    Returns how many are asked. Raises LeaseLost."""
    with db.write(full=True):
        leases.finish(db, lease, now=now)
        if what.is_list:
            asked = entry_choices.ask(db, lease.job, what.found, now=now)
        else:
            rows, told = db.all(WAITING, {"job": lease.job}), codec.load(what.found)
            asked = sum(_ask(db, row, what, told, now=now) for row in rows)
        lists.show(db, lease.job, what.found, title=what.title, now=now)
    return asked


def _ask(db: Database, row: Row, what: Looked, told: Told, *, now: Now) -> bool:
    """Ask one person. False when they get their usual form instead."""
    request, key, terms = row[0], row[9], card_values.terms(*row[10:])
    if what.silent and parse(terms.usual).sound:
        terms = replace(terms, usual=BEST)  # a picture has no sound
    usual = terms.settled(card_offer.words(told) or ())
    known = _know(db, key, what.keys, usual)
    cards.keep_found(db, request, key, what.found, now=now)
    if (known or not what.offers or not terms.asks) and (what.silent or not terms.insists):
        db.change(NARROWED, {"request": request, "variant": usual, "title": what.title})
        requests.attach(db, request, _wish(row, usual), now=now)
        return False
    cards.ask(db, request, terms, told, now=now)
    return True


def _forget(db: Database, keys: Collection[str], variant: str) -> None:
    """Delete a kept media in one form, and the stored look at it."""
    for key in sorted(keys):
        looks.forget(db, key)
        kept = references.find(db, key, variant)
        if kept:
            references.forget(db, kept.id)


def _know(db: Database, key: str, keys: Collection[str], variant: str) -> bool:
    """Whether a form is kept under any name of the media; then `key` becomes one of its names."""
    for other in sorted({key, *keys}):
        media = references.find(db, other, variant)
        if media:
            references.name(db, media.id, keys={key}, variant=variant)
            return True
    return False


def _wish(row: Row, variant: str) -> Ask:
    """What is asked for when a form is known: it was looked at, so nothing is to be seen first."""
    ask = lists.of_entry(row, 0, Link(row[7], row[8], row[9], variant))
    return replace(ask, parent=0, known=True)


def choose(
    db: Database,
    card: Card,
    variant: str,
    *,
    anew: bool = False,
    keys: Collection[str] = (),
    now: Now,
) -> Submitted | None:
    """Turn a card's choice into a download; with `anew`, delete what is kept of it first. None when
    the request does not ask any more, because a choice was made before. Raises StoreFull. Call it
    inside the `db.write(full=True)` that marks the button, and `wake_processes` after it."""
    with db.write(full=True):
        rows = db.all(CHOSEN, {"request": card.request, "variant": variant, "now": now.wall})
        if not rows:
            return None
        withdrawal.reopen(db, card.request)
        cards.note_chosen(db, card.request)
        if anew:
            _forget(db, {card.key, *keys}, variant)
        _know(db, card.key, keys, variant)
        return requests.attach(db, card.request, _wish(rows[0], variant), now=now)


def wake_processes(db: Database) -> None:
    """Wake an idle worker for the chosen download, and the bot to show it."""
    wake.notify_all(db.run)
