"""Media that people choose inline: one message of theirs that the bot edits, and then a worker.

The bot shows progress in it until the media is being put there; an edit of the bot that came later
would take its words away.
"""

from typing import Any

from procs.records.inline_records import InlineTarget
from procs.records.job import Link, Person
from procs.store.inline import inline_messages
from procs.store.inline.inline_messages import InlineAsk
from procs.store.people import users
from procs.store.requests import request_status
from procs.store.requests.allowances import Allowance

#: Seconds until the bot knows what became of an edit (`procs.bot.inline.inline_board`).
OUTCOME = 20.0
#: Media that are in their messages, as the database has it.
DELIVERED = """
SELECT i.dc, i.owner, i.message, i.access, r.key FROM requests r
  JOIN inline_messages i ON i.id = r.inline_message WHERE r.state = 'delivered'
"""


def choose(actor: Any, person: int, link: Link, allowance: Allowance) -> None:
    """Somebody chooses a result; Telegram may tell of it twice."""
    world = actor.world
    world.messages += 1
    target = InlineTarget(2, person, world.messages, 7)
    who = Person(person, "en", f"person {person}")
    users.remember(actor.db, who, now=actor.now())
    choice = InlineAsk(who, target, link, f"token{world.messages}", "bot")
    actor.says(f"takes {link.key} that person {person} chose inline")
    for _ in range(actor.random.choice((1, 1, 2))):
        done = inline_messages.accept(actor.db, choice, allowance=allowance, now=actor.now())
        if done.request:
            world.oracle.tell_taken(done.request)


def edit(actor: Any) -> None:
    """As `InlineBoard.rewrite`: the edit is on its way until its outcome is known, or given up."""
    rows = request_status.inline(actor.db, now=actor.now())
    rows = [row for row in rows if row.state == "open"]
    if not rows:
        return
    row = actor.random.choice(rows)
    inline = inline_messages.read(actor.db, -row.message)
    if inline is None:
        return
    until = actor.now().wall + OUTCOME
    if not inline_messages.edits(actor.db, inline.id, until=until):
        return
    actor.says(f"shows how request {row.request} goes, inline")
    actor.point("edits an inline message")
    if actor.now().wall < until:
        actor.world.telegram.rewrite(inline.target)
    inline_messages.note_edit_end(actor.db, inline.id)
