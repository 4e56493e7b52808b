"""References to media that Telegram holds, by media key and variant: sent without an upload."""

from collections.abc import Sequence
from dataclasses import asdict

from procs.core import codec
from procs.core.clock import Now
from procs.records.job import Media, Part
from procs.records.media_records import part_of
from procs.store.database import Database

FIND = """
SELECT m.id, m.title, m.site, m.url, m.parts, m.adult, m.rest
  FROM media_keys k JOIN media m ON m.id = k.media
 WHERE k.key = :key AND k.variant = :variant
"""
READ = "SELECT id, title, site, url, parts, adult, rest FROM media WHERE id = :media"
SAVE = """
INSERT INTO media (title, site, url, parts, adult, rest, created_at, used_at)
VALUES (:title, :site, :url, :parts, :adult, :rest, :now, :now)
RETURNING id
"""
NAME = """
INSERT INTO media_keys (key, variant, media) VALUES (:key, :variant, :media)
    ON CONFLICT (key, variant) DO UPDATE SET media = excluded.media
"""
USE = "UPDATE media SET used_at = :now WHERE id = :media"
RENEW = "UPDATE media SET parts = :parts WHERE id = :media"
FORGET = "DELETE FROM media WHERE id = :media"
KNOWN_AS = "SELECT media, variant FROM media_keys WHERE key = :key ORDER BY variant"
OLDER = """
SELECT 1 FROM media m, requests r
 WHERE m.id = :media AND r.id = :request AND m.created_at < r.received_at
"""


def find(db: Database, key: str, variant: str) -> Media | None:
    """The media known under this key and variant."""
    row = db.one(FIND, {"key": key, "variant": variant})
    return record(row, key, variant) if row else None


def read(db: Database, media: int) -> Media | None:
    """The media of this number; None when it was deleted meanwhile."""
    row = db.one(READ, {"media": media})
    return record(row, "", "") if row else None


def save(db: Database, media: Media, *, keys: set[str], now: Now) -> int:
    """Store a media under each of its keys. A key that named another media names this one from now
    on."""
    facts = {
        "title": media.title,
        "site": media.site,
        "url": media.url,
        "adult": int(media.adult),
        "rest": media.rest,
        "now": now.wall,
        "parts": codec.dump([asdict(part) for part in media.parts]),
    }
    with db.write(full=True, only=()):
        number = int(db.all(SAVE, facts)[0][0])
        name(db, number, keys=keys, variant=media.variant)
    return number


def name(db: Database, media: int, *, keys: set[str], variant: str) -> None:
    """Add `keys` under which a media is found."""
    with db.write(full=True, only=()):
        for key in sorted(keys):
            db.send(NAME, {"key": key, "variant": variant, "media": media})


def renew(db: Database, media: int, parts: Sequence[Part]) -> None:
    """Store fresh references of a media's parts."""
    text = codec.dump([asdict(part) for part in parts])
    with db.write():
        db.send(RENEW, {"media": media, "parts": text})


def note_use(db: Database, media: int, *, now: Now) -> None:
    """Note that a reference was sent from just now, so that it is kept longer."""
    with db.write(only=()):
        db.send(USE, {"media": media, "now": now.wall})


def forget(db: Database, media: int) -> None:
    """Delete a media and its keys: the next request fetches it again."""
    with db.write(full=True):
        db.send(FORGET, {"media": media})


def forget_link(db: Database, key: str) -> list[str]:
    """Delete every media that is known under a key, in whatever variant, with all its other keys.
    Returns the variants. Deliveries under way fetch it again."""
    with db.write(full=True):
        rows = db.all(KNOWN_AS, {"key": key})
        for media, _ in rows:
            db.send(FORGET, {"media": media})
    return [variant for _, variant in rows]


def is_older(db: Database, media: int, request: int) -> bool:
    """Whether a media was kept before a request came, so that it was not fetched for that
    request."""
    return db.one(OLDER, {"media": media, "request": request}) is not None


def record(row: tuple[object, ...], key: str, variant: str) -> Media:
    """A media from its row; `key` and `variant` are those it was looked up by."""
    number, title, site, url, parts, adult, rest = row
    return Media(
        key=key,
        variant=variant,
        id=int(str(number)),
        title=str(title),
        site=str(site),
        url=str(url),
        parts=tuple(part_of(p) for p in codec.load(str(parts))),
        adult=bool(adult),
        rest=int(str(rest)),
    )
