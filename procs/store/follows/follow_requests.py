"""Makes requests of news: one for each follower, in their form. The place of a follower moves in
the same transaction, so a kill neither repeats nor skips an entry."""

from dataclasses import replace

from procs.core.clock import Now
from procs.records import usual_form
from procs.records.card_values import CardTerms
from procs.records.job import Ask, Link
from procs.store import wake
from procs.store.database import Database, Row
from procs.store.follows.follow_limits import CARD
from procs.store.modes import link_gate
from procs.store.modes.link_gate import HOST_BLOCKED
from procs.store.people import preferences, users
from procs.store.requests import allowances, requests
from procs.store.requests.allowances import Allowance
from procs.wishes import card_offer
from procs.wishes.look_text import BEST, LOOK
from procs.wishes.sites import BY_NAME
from procs.wishes.variant import parse

#: Follows that one transaction serves, and entries of one follow in a turn.
BITE, NEWS_AT_ONCE = 20, 10
#: Requests on the way at which a person gets no more news, so that their own requests do
#: not wait behind them; and seconds until the next try.
MOST_OPEN, RETRY = 5, 15.0
#: What news bring answers no message: their requests have numbers below those of all messages, the
#: newest the highest, so that a word alone (`mp3`) means that one. They end before `ABOVE`.
BELOW, ABOVE = -2_000_000_000, -1_000_000_000

OWED = """
SELECT id, source, person, form, told FROM follows
 WHERE owed_at IS NOT NULL AND owed_at <= :now ORDER BY owed_at LIMIT :bite
"""
NEWS = """
SELECT id, url, site, key, title FROM source_news
 WHERE source = :source AND id > :told ORDER BY id LIMIT :most
"""
SOURCE_OF = """
SELECT s.title FROM source_news n JOIN sources s ON s.id = n.source WHERE n.id = :news
"""
BROUGHT = "UPDATE follows SET told = :told, owed_at = :owed WHERE id = :follow"


def bring(db: Database, allowance: Allowance, *, now: Now) -> int:
    """Make the requests that followers are owed. Returns how many."""
    facts = {"now": now.wall, "bite": BITE}
    if not db.all(OWED, {**facts, "bite": 1}):
        return 0
    with db.write(full=True):
        made = sum(_serve(db, row, allowance, now=now) for row in db.all(OWED, facts))
    if made:
        wake.notify_idle(db.run, made)
        wake.notify(db.run, wake.BOT)
    return made


def source_of(db: Database, message: int) -> str:
    """The title of the source to which a request belongs, by the message number that it answers; ""
    for a request that a person made."""
    row = db.one(SOURCE_OF, {"news": message - BELOW}) if BELOW < message < ABOVE else None
    return str(row[0]) if row else ""


def _serve(db: Database, follow: Row, allowance: Allowance, *, now: Now) -> int:
    """Make requests of the next news for one follower, as long as their allowance permits."""
    number, source, person, form, told = follow
    room = allowances.room(db, person, allowance, now=now)
    most = min(MOST_OPEN, allowance.most or MOST_OPEN)
    free = most - allowances.on_the_way(db, person)
    news = db.all(NEWS, {"source": source, "told": told, "most": NEWS_AT_ONCE})
    made = seen = 0
    for news_id, *link in news:
        ask = _ask(db, person, form, Link(link[0], link[1], link[2], title=link[3]), news_id)
        verdict = link_gate.judged(db, ask, room.kind, now=now)
        if verdict.why == HOST_BLOCKED:
            seen, told = seen + 1, news_id
            continue
        if verdict.why or made >= free or room.refuses(ask):
            break
        requests.add(db, verdict.ask, now=now)
        made, seen, told = made + 1, seen + 1, news_id
    full = seen < len(news)
    owed = now.wall + RETRY if full else now.wall if len(news) == NEWS_AT_ONCE else None
    db.change(BROUGHT, {"follow": number, "told": told, "owed": owed})
    return made


def _ask(db: Database, person: int, form: str, link: Link, news: int) -> Ask:
    """A new entry as the request of its follower."""
    kept, site = preferences.read(db, person), link.site
    usual = str(usual_form.usual(kept, site))
    if parse(usual).sound and not card_offer.plays(link.url):
        usual = BEST  # a picture has no sound
    ask = Ask(
        person,
        person,
        BELOW + news,
        0,
        replace(link, variant=usual),
        chat_access=users.access(db, person),
    )
    is_file = site not in BY_NAME and card_offer.is_plain(link.url)
    if form != CARD or is_file:
        return ask
    terms = CardTerms(usual, float(kept.card_timeout))
    return replace(ask, link=replace(link, variant=LOOK), card=terms)
