"""From the card of a list to a request for each entry that was chosen: no site is asked again for
what the look read."""

from collections.abc import Sequence
from dataclasses import dataclass

from procs.core import codec
from procs.core.clock import Now
from procs.records.card_values import CardTerms
from procs.records.job import Ask, Link
from procs.store.cards import entry_links
from procs.store.database import Database
from procs.store.media import cards
from procs.store.media.cards import CHOOSING, Card
from procs.store.requests import allowances, lists, requests
from procs.store.requests.allowances import Allowance
from procs.store.requests.requests import Submitted
from procs.wishes import list_entries

#: Who waits for what turned out to be a list, and can be asked on a card: neither who wrote `list`,
#: nor for whom another message speaks.
WAITING = """
SELECT r.id, r.key, r.variant, c.usual FROM requests r LEFT JOIN cards c ON c.request = r.id
 WHERE r.job = :job AND r.state = 'open' AND r.folder = 0 AND r.parent IS NULL
   AND r.speaker IS NULL AND r.inline_message IS NULL
   AND (c.request IS NOT NULL OR r.variant NOT LIKE 'look%') ORDER BY r.id
"""
#: A choice is made once: the state of the request is part of the condition.
CHOSEN = f"""
UPDATE requests
   SET state = 'open', variant = :variant, ended_at = NULL, closed_at = NULL, cached = 0,
       job = NULL, found = :found
 WHERE id = :request AND state = '{CHOOSING}'
RETURNING id, user_id, chat, chat_access, message, ordinal, folder, topic
"""
ROW = """
SELECT user_id, chat, chat_access, message, ordinal, topic FROM requests WHERE id = :request
"""


@dataclass(frozen=True, slots=True)
class EntryChoice:
    """The `places` that are wanted of a list, each in the form `variant`."""

    places: Sequence[int]
    variant: str

    @property
    def wish(self) -> str:
        """The variant of the request: the form and, behind `#`, the places in short."""
        return f"{self.variant}#{list_entries.choice(self.places)}"


def ask(db: Database, job: int, found: str, *, now: Now) -> int:
    """Ask everybody who waits for this job which entries they want, inside the transaction that
    finished it. Returns how many are asked."""
    rows = db.all(WAITING, {"job": job})
    for request, key, variant, usual in rows:
        terms = CardTerms(usual or variant)  # nobody gets a whole list by saying nothing
        cards.open_(db, request, terms)
        cards.keep_found(db, request, key, found, now=now)
        cards.ask(db, request, terms, codec.load(found), now=now)
    return len(rows)


def choose(
    db: Database, card: Card, wanted: EntryChoice, *, allowance: Allowance, now: Now
) -> Submitted | None:
    """Fetch what was chosen of a list. None when nobody is asked any more; what an allowance
    refuses changes nothing. Raises StoreFull.

    Call it inside of the `db.write(full=True)` that marks the button, and
    `card_choices.wake_processes` after it.
    """
    with db.write(full=True):
        whole = _ask_of(db, card, wanted)
        why = allowances.room(db, card.person, allowance, chat=card.chat, now=now).refuses(
            whole, entries=len(wanted.places)
        )
        if why:
            return Submitted(0, why, 0)
        told = codec.load(card.found)
        entries = entry_links.links(told, wanted.places, wanted.variant)
        facts = {"request": card.request, "variant": wanted.wish, "found": ""}
        if entries and len(wanted.places) >= told["most"]:
            facts["found"] = rest(told, wanted.places[-1])
        rows = db.all(CHOSEN, facts)
        if not rows:
            return None
        cards.note_chosen(db, card.request)
        if not entries:  # further on than the look read
            return requests.attach(db, card.request, whole, now=now)
        for place, link in entries:
            entry = lists.in_own_way(db, lists.of_entry(rows[0], place, link))
            requests.add(db, entry, now=now)
    return Submitted(card.request, "spread", 0)


def rest(told: list_entries.Told, last: int) -> str:
    """What is said where more was there than is taken at once."""
    more = list_entries.goes_on(told, last)
    return codec.dump({"kind": "rest", "next": last + 1}) if more else ""


def _ask_of(db: Database, card: Card, wanted: EntryChoice) -> Ask:
    """The choice as an ask of its own, which a look makes entries of."""
    user, chat, access, message, ordinal, topic = db.all(ROW, {"request": card.request})[0]
    link = Link(card.url, card.site, card.key, wanted.wish)
    return Ask(user, chat, message, ordinal, link, chat_access=access, topic=topic)
