"""Preferences of people and groups: one row each, which holds what differs from the defaults.

Nothing is cached in memory: every process reads a change with its next statement.
"""

from collections.abc import Callable, Mapping
from typing import Any

from procs.core import codec
from procs.core.clock import Now
from procs.records.preference_values import (
    DEFAULTS,
    BadPreference,
    GroupPreferences,
    Preferences,
    checked,
    known,
)
from procs.store.database import Database

#: Whose row it is.
PERSON, GROUP = "person", "group"
RECORDS: dict[str, type] = {PERSON: Preferences, GROUP: GroupPreferences}

READ = "SELECT body FROM preferences WHERE kind = :kind AND peer = :peer"
ADD = """
INSERT INTO preferences (kind, peer, body, changed_at) VALUES (:kind, :peer, :body, :now)
    ON CONFLICT (kind, peer) DO NOTHING
"""
# What another process changed since it was read is not overwritten.
REPLACE = """
UPDATE preferences SET body = :body, changed_at = :now
 WHERE kind = :kind AND peer = :peer AND body = :before
"""
RESET = "DELETE FROM preferences WHERE kind = :kind AND peer = :peer"

#: What a change makes of a row's body.
Edit = Callable[[dict[str, Any]], None]
#: The body of a row without any setting.
EMPTY = "{}"


def read(db: Database, person: int) -> Preferences:
    """The preferences of a person: what their row sets, and the defaults of the rest."""
    return known(Preferences, _body(db, PERSON, person))


def read_group(db: Database, chat: int) -> GroupPreferences:
    """The preferences of a group, in the same way."""
    return known(GroupPreferences, _body(db, GROUP, chat))


def change(db: Database, person: int, name: str, value: Any, *, now: Now) -> None:
    """Set one preference of a person. Raises BadPreference, StoreFull."""
    _change(db, PERSON, person, _setting(PERSON, name, value), now=now)


def change_group(db: Database, chat: int, name: str, value: Any, *, now: Now) -> None:
    """Set one preference of a group. Raises BadPreference, StoreFull."""
    _change(db, GROUP, chat, _setting(GROUP, name, value), now=now)


def change_site(db: Database, person: int, site: str, form: str | None, *, now: Now) -> None:
    """Set which form a person wants of a site; None forgets it. Raises BadPreference (also when
    there are too many sites), StoreFull."""

    def edit(body: dict[str, Any]) -> None:
        kept = body.get("sites", {})
        others = {name: it for name, it in kept.items() if name != site}
        _setting(PERSON, "sites", others if form is None else {**others, site: form})(body)

    _change(db, PERSON, person, edit, now=now)


def reset(db: Database, person: int) -> None:
    """Delete all settings of a person: the defaults hold again."""
    _reset(db, PERSON, person)


def reset_group(db: Database, chat: int) -> None:
    """Delete all settings of a group: the defaults hold again."""
    _reset(db, GROUP, chat)


def _setting(kind: str, name: str, value: Any) -> Edit:
    record = RECORDS[kind]
    kept = checked(record, name, value)

    def edit(body: dict[str, Any]) -> None:
        if kept == DEFAULTS[record][name]:
            body.pop(name, None)
        else:
            body[name] = kept

    return edit


def _change(db: Database, kind: str, peer: int, edit: Edit, *, now: Now) -> None:
    facts = {"kind": kind, "peer": peer, "now": now.wall}
    with db.write():
        db.change(ADD, {**facts, "body": EMPTY})
        while True:
            before = _text(db, kind, peer)
            body = dict(_parsed(before))
            edit(body)
            if db.change(REPLACE, {**facts, "before": before, "body": codec.dump(body)}):
                break
        if not body:
            db.change(RESET, {"kind": kind, "peer": peer})


def _reset(db: Database, kind: str, peer: int) -> None:
    with db.write():
        db.change(RESET, {"kind": kind, "peer": peer})


def _body(db: Database, kind: str, peer: int) -> Mapping[str, Any]:
    return _parsed(_text(db, kind, peer))


def _text(db: Database, kind: str, peer: int) -> str:
    row = db.one(READ, {"kind": kind, "peer": peer})
    return str(row[0]) if row else EMPTY


def _parsed(text: str) -> Mapping[str, Any]:
    body = codec.load(text)
    return body if isinstance(body, Mapping) else {}


__all__ = ["BadPreference", "change", "change_group", "change_site", "read", "read_group"]
__all__ += ["reset", "reset_group"]
