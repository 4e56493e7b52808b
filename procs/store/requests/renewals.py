"""A request asked for anew without its link: in the same form, or in another; of a list, what of
it failed."""

from dataclasses import dataclass, replace

from procs.core.clock import Now
from procs.records import usual_form
from procs.records.job import Ask, Link
from procs.store.database import Database
from procs.store.requests import allowances, lists, requests
from procs.store.requests.allowances import Allowance
from procs.store.requests.lists import WIDTH
from procs.store.requests.requests import Submitted
from procs.wishes import list_entries
from procs.wishes.variant import parse

ORIGIN = """
SELECT user_id, chat, chat_access, message, url, site, key, variant, topic, spoken, reaction
  FROM requests WHERE id = :request AND folder = 0
"""
#: The numbers of a message's entries of lists begin behind those of its links.
LAST = f"""
SELECT MAX(ordinal) FROM requests
 WHERE chat = :chat AND message = :message AND ordinal < {WIDTH - 1}
"""

#: The entries of a list that failed. They are asked for by their own links: since it was read the
#: list may have other entries at these places.
FAILED = """
SELECT r.place, r.url, r.site, r.key, COALESCE(c.usual, r.variant), r.title
  FROM requests r LEFT JOIN cards c ON c.request = r.id
 WHERE r.parent = :request AND r.state = 'failed' ORDER BY r.place
"""
NAMED = """
UPDATE requests SET title = (SELECT o.title FROM requests o WHERE o.id = :origin)
 WHERE id = :request
"""


@dataclass(frozen=True, slots=True)
class RenewalAsker:
    """Who asks anew, and the chat that answers (with what addresses it)."""

    user: int
    chat: int
    access: int


def origin(db: Database, request: int, asker: RenewalAsker) -> Ask | None:
    """What a request asked for, as an ask of its own by who asks now: under the same message, with
    a number behind all others. None when the request is gone."""
    row = db.one(ORIGIN, {"request": request})
    if row is None or row[1] != asker.chat:
        return None
    _, chat, access, message, url, site, key, variant, topic, spoken, reaction = row
    last = db.all(LAST, {"chat": chat, "message": message})[0][0]
    link = Link(url, site, key, variant)
    ordinal = 0 if last is None else int(last) + 1
    there = {"topic": topic, "spoken": spoken, "reaction": bool(reaction)}
    return Ask(
        asker.user, chat, message, ordinal, link, chat_access=asker.access or access, **there
    )


def renew(db: Database, ask: Ask, variant: str, *, allowance: Allowance, now: Now) -> Submitted:
    """Accept it in the form `variant`. The outcome is as `submit` has it; what is not allowed is
    not kept. Call it inside of the `db.write(full=True)` that marks the button, and wake an idle
    worker after it."""
    wanted = replace(ask, link=replace(ask.link, variant=variant))
    with db.write(full=True):
        room = allowances.room(db, ask.user, allowance, chat=ask.chat, now=now)
        return requests.take(db, wanted, room, now=now)


def renew_failed(
    db: Database, ask: Ask, origin: int, *, allowance: Allowance, now: Now
) -> Submitted | None:
    """Accept those entries of the list `origin` that failed, as a list of their own. None when none
    did. Raises and is called as `renew`."""
    rows = db.all(FAILED, {"request": origin})
    if not rows:
        return None
    choice = list_entries.choice([row[0] for row in rows])
    variant = f"{parse(ask.link.variant).one}#{choice}"
    wanted = replace(ask, link=replace(ask.link, variant=variant))
    with db.write(full=True):
        why = allowances.room(db, ask.user, allowance, chat=ask.chat, now=now).refuses(
            wanted, len(rows)
        )
        if why:
            return Submitted(0, why, 0)
        request = requests.keep(db, wanted, now=now)
        db.change(NAMED, {"request": request, "origin": origin})
        wish = parse(ask.link.variant)
        for place, url, site, key, form, title in rows:
            form = str(usual_form.without_words(parse(form), wish))
            link = Link(url, site, key, form, title)
            entry = lists.in_own_way(db, _entry(wanted, request, place, link))
            requests.add(db, entry, now=now)
    return Submitted(request, "spread", 0)


def _entry(ask: Ask, parent: int, place: int, link: Link) -> Ask:
    ordinal = WIDTH * (ask.ordinal + 1) + place
    return replace(ask, ordinal=ordinal, link=link, parent=parent, place=place)
