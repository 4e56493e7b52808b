"""Cards: the forms in which a link can be had, offered to a person until they choose. A row for
each request that asks.

A card goes through the states of its request: `open` during the look, `choosing` while the person
is asked, `open` again while the choice is downloaded. `version` grows with every change of what the
card shows, so that a writer of an older version does not mark the newer one as shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from procs.core import codec
from procs.core.clock import Now
from procs.records import card_values
from procs.records.card_values import CardOptions, CardTerms
from procs.store.database import Database
from procs.store.media import looks, references
from procs.wishes import card_offer
from procs.wishes.card_offer import Told
from procs.wishes.look_text import BEST

#: The state of a request whose person is asked.
CHOOSING = "choosing"
#: Seconds in which the next text of a person is the part that a card asked for.
ASKS_PART = 3600.0

OPEN = """
INSERT INTO cards (request, usual, timeout, wanted) VALUES (:request, :usual, :timeout, :wanted)
    ON CONFLICT (request) DO NOTHING
"""
READ = """
SELECT c.request, r.user_id, r.chat, r.state, r.url, r.site, r.key, r.title, c.usual, c.timeout,
       c.wanted, c.found, c.options, c.tokens, c.version
  FROM cards c JOIN requests r ON r.id = c.request
 WHERE c.request = :request
"""
#: A page that asks for a part waits for a text; every other ends that.
TURN = """
UPDATE cards SET options = :options, version = version + 1, asked_part_at = :asks
 WHERE request = :request
   AND EXISTS (SELECT 1 FROM requests r WHERE r.id = :request AND r.state = 'choosing')
"""
SHOW = "UPDATE requests SET closed_at = NULL WHERE id = :request AND state = 'choosing'"
#: The card stands in the chat: its message is not looked at again before something changes.
SHOWN = """
UPDATE requests SET closed_at = :now
 WHERE id = :request AND state = 'choosing'
   AND EXISTS (SELECT 1 FROM cards c WHERE c.request = :request AND c.version = :version)
"""
ASK = f"""
UPDATE requests SET state = '{CHOOSING}', title = :title, ended_at = :now, closed_at = NULL
 WHERE id = :request
"""
BEGIN = """
UPDATE cards SET due_at = :due, options = :options, version = version + 1 WHERE request = :request
"""
FOUND = "UPDATE cards SET found = :found, key = :key, looked_at = :now WHERE request = :request"
#: What was found at the last look at a media that was asked about.
LATELY = """
SELECT found FROM cards
 WHERE key = :key AND key <> '' AND looked_at > :since ORDER BY looked_at DESC LIMIT 1
"""
DONE = "UPDATE cards SET due_at = NULL, asked_part_at = NULL WHERE request = :request"
TOKENS = "UPDATE cards SET tokens = :tokens WHERE request = :request"
DUE = """
SELECT c.request, r.user_id, c.usual FROM cards c JOIN requests r ON r.id = c.request
 WHERE c.due_at <= :now AND c.due_at IS NOT NULL AND r.state = 'choosing'
 ORDER BY c.due_at LIMIT :most
"""
ASKED = """
SELECT c.request FROM cards c JOIN requests r ON r.id = c.request
 WHERE c.asked_part_at > :since AND c.asked_part_at IS NOT NULL AND r.state = 'choosing'
   AND r.chat = :chat AND r.user_id = :person
 ORDER BY c.asked_part_at DESC LIMIT 1
"""
LATEST = """
SELECT id, state FROM requests
 WHERE chat = :chat AND message < :message AND user_id = :person AND parent IS NULL
   AND received_at > :since
 ORDER BY message DESC, CASE state WHEN 'choosing' THEN 0 ELSE 1 END LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Card:
    """A card, with what its request says of the link. `found` is what the look found, as JSON;
    `tokens` are those of its buttons, by what they mean; `largest` is what its group takes at
    most, in bytes, 0 for as much as there is."""

    request: int
    person: int
    chat: int
    state: str
    url: str
    site: str
    key: str
    title: str
    terms: CardTerms
    found: str
    options: CardOptions
    tokens: Mapping[str, tuple[str, float]]
    version: int
    largest: int = 0

    @property
    def is_choosing(self) -> bool:
        """Whether the person has not chosen yet."""
        return self.state == CHOOSING


def open_(db: Database, request: int, terms: CardTerms) -> None:
    """Begin a card: the link will be looked at and its person asked. Call it inside the transaction
    that adds the request."""
    facts = {"request": request, "usual": terms.usual, "timeout": terms.timeout}
    db.change(OPEN, {**facts, "wanted": card_values.wanted(terms)})


def keep_found(db: Database, request: int, key: str, text: str, *, now: Now) -> None:
    """Store the result of a look at a request's link, inside a transaction."""
    db.change(FOUND, {"request": request, "key": key, "found": text, "now": now.wall})


def ask(db: Database, request: int, terms: CardTerms, told: Told, *, now: Now) -> None:
    """Ask the person of a request what they want of what was `told`, inside a transaction."""
    words = card_offer.words(told)
    title = told["title"]
    due = now.wall + terms.timeout if terms.timeout > 0 else None
    db.change(ASK, {"request": request, "title": title, "now": now.wall})
    options = card_values.encode(terms.options(words) if words is not None else CardOptions())
    db.change(BEGIN, {"request": request, "due": due, "options": options})


def note_chosen(db: Database, request: int) -> None:
    """Close the card after a choice, inside a transaction."""
    db.change(DONE, {"request": request})


def reopen(db: Database, request: int, key: str, terms: CardTerms, *, now: Now) -> bool:
    """Ask again from a stored look at this media, whoever it was for, inside a transaction. False
    when a look is needed, or when the usual form is taken without asking."""
    row = db.one(LATELY, {"key": key, "since": now.wall - looks.LASTS})
    told = codec.load(row[0]) if row else None
    offers = card_offer.can_differ if terms.insists else card_offer.has_choice
    if told is None or not offers(told) or not terms.asks:
        return False
    keys = {key, told["card"]["key"]} - {""}
    forms = (BEST, *(one["variant"] for one in told["choices"]))
    ready = [one for one in forms if any(references.find(db, name, one) for name in keys)]
    keep_found(db, request, key, codec.dump({**told, "ready": ready}), now=now)
    if told["kind"] == "list":  # a whole list is never taken without a choice
        terms = CardTerms(terms.usual)
    ask(db, request, terms, told, now=now)
    return True


def read(db: Database, request: int) -> Card | None:
    """The card of a request; None where the request has none."""
    row = db.one(READ, {"request": request})
    if row is None:
        return None
    number, person, chat, state, url, site, key, title = row[:8]
    usual, timeout, wanted, found, options, tokens, version = row[8:]
    told = {name: (one[0], float(one[1])) for name, one in codec.load(tokens).items()}
    terms = card_values.terms(usual, timeout, wanted)
    return Card(
        *(number, person, chat, state, url, site, key, title),
        *(terms, found, card_values.decode(options), told, version),
    )


def turn(db: Database, request: int, options: CardOptions, *, now: Now) -> bool:
    """Store the options of a card, and let the bot show them. False when the request does not ask
    any more."""
    asks = now.wall if options.page in card_values.ASKING else None
    facts = {"request": request, "options": card_values.encode(options), "asks": asks}
    with db.write():
        done = db.change(TURN, facts)
        db.change(SHOW, {"request": request})
    return bool(done)


def note_shown(db: Database, request: int, version: int, *, now: Now) -> None:
    """Note that the chat shows this version of the card."""
    with db.write():
        db.change(SHOWN, {"request": request, "version": version, "now": now.wall})


def keep_tokens(db: Database, request: int, tokens: Mapping[str, tuple[str, float]]) -> None:
    """The tokens of the card's buttons, by what they mean, and until when (wall) they act."""
    with db.write():
        db.change(TOKENS, {"request": request, "tokens": codec.dump(dict(tokens))})


def due(db: Database, *, now: Now, most: int = 20) -> list[tuple[int, int, str]]:
    """The cards whose time to choose is over: the request, its person and their usual form."""
    rows = db.all(DUE, {"now": now.wall, "most": most})
    return [(request, person, usual) for request, person, usual in rows]


def asks_part(db: Database, chat: int, person: int, *, now: Now) -> int | None:
    """The request whose card asked this person for a part in this chat and waits for a text."""
    facts = {"chat": chat, "person": person, "since": now.wall - ASKS_PART}
    row = db.one(ASKED, facts)
    return int(row[0]) if row else None


def waits_for_word(db: Database, chat: int, person: int, *, before: int, now: Now) -> int | None:
    """A request of this person's last message with links in this chat whose card waits for a
    choice: one word can answer it."""
    facts = {"chat": chat, "person": person, "message": before, "since": now.wall - ASKS_PART}
    row = db.one(LATEST, facts)
    return int(row[0]) if row and row[1] == CHOOSING else None
