"""What looks found, as cards keep it, and a worker that has looked."""

from typing import Any

from procs.core import clock, codec
from procs.records.job import Lane, Lease
from procs.store import wake
from procs.store.cards import card_choices
from procs.store.cards.card_choices import Looked
from procs.wishes import card_offer
from tests.sandbox.bot_parts import Hands

MIB = 1 << 20
GIB = 1 << 30
#: A page, which the address does not tell to be a file.
PAGE = "https://tube.example/watch/7"


def form(
    variant: str, size: int | None, codecs: str = "avc1+mp4a", parts: int = 1
) -> dict[str, Any]:
    return {"variant": variant, "size": size, "codecs": codecs, "parts": parts}


def told(**more: Any) -> dict[str, Any]:
    """A film of 12 minutes with six qualities, of which the highest goes into two parts; what is
    `more` of a card's own facts goes there."""
    facts = {
        "kind": "video",
        "title": "How lighthouses work",
        "duration": 754.0,
        "size": 402 * MIB,
        "count": None,
        "more": False,
        "most": 50,
        "page": 1,
        "entries": [],
        "choices": [
            form("2160p", 3 * GIB, "av01+mp4a", 2),
            form("1440p", 1200 * MIB, "vp9+mp4a"),
            form("1080p", 402 * MIB),
            form("720p", 184 * MIB),
            form("480p", 96 * MIB),
            form("360p", 58 * MIB),
            form("m4a", 11 * MIB, "mp4a"),
            form("mp3", 17 * MIB, "opus"),
        ],
        "ready": ["720p"],
        "subtitles": ["fa", "en"],
        "captions": 2,
        "chapters": 3,
    }
    card = {
        "key": "tube:7",
        "performer": "Harbour Films",
        "direct": False,
        "captions": ["de", "fr"],
        "chapters": [(0.0, "The lamp"), (120.0, "The lens"), (400.0, "The keeper")],
        "sounds": ["en", "de"],
        "refused": [],
        "published": "20261108",
    }
    own = {name: more.pop(name) for name in list(more) if name in card}
    facts["chapters"] = len(own.get("chapters", card["chapters"]))
    return {**facts, **more, "card": {**card, **own}}


def song(**more: Any) -> dict[str, Any]:
    choices = [form("m4a", 5 * MIB, "mp4a"), form("mp3", 7 * MIB, "mp4a")]
    song_: dict[str, Any] = {
        "kind": "audio",
        "title": "The Long Sine",
        "duration": 215.0,
        "choices": choices,
        "performer": "Oscillator",
        "sounds": [],
        "chapters": [],
        "captions": [],
        "subtitles": [],
        "ready": [],
        "size": 5 * MIB,
    }
    return told(**{**song_, **more})


def entry(place: int, **more: Any) -> dict[str, Any]:
    facts = {"place": place, "title": f"Lesson {place}", "duration": 60.0 * place, "channel": ""}
    url = f"https://tube.example/watch/{place}"
    return {**facts, "url": url, "locked": False, "kind": "", "size": None, **more}


def playlist(read: int = 12, **more: Any) -> dict[str, Any]:
    """A list of which a look read so many entries, which are all of them unless `more` says."""
    facts = {
        "kind": "list",
        "title": "A course",
        "duration": 0.0,
        "size": None,
        "count": read,
        "entries": [entry(place) for place in range(1, read + 1)],
        "choices": [],
        "ready": [],
        "subtitles": [],
        "captions": 0,
        "chapters": [],
    }
    own = {"key": "", "performer": "", "sounds": [], "published": ""}
    return told(**{**facts, **own, **more})


def post(*kinds: str, **more: Any) -> dict[str, Any]:
    """A post of media of these kinds."""
    parts = [entry(n, kind=kind, url="", title="") for n, kind in enumerate(kinds, 1)]
    facts = {"kind": "album", "title": "A day out", "entries": parts, "count": None}
    return playlist(0, **{**facts, **more})


def looks(hands: Hands, facts: dict[str, Any], lease: Lease | None = None) -> int:
    """A worker looks at the link that somebody asked about, and finds this; how many are asked."""
    lease = lease or hands.claim(Lane.LOOK)
    what = Looked(
        codec.dump(facts),
        facts["title"],
        frozenset({lease.link.key, facts["card"]["key"]} - {""}),
        is_list=facts["kind"] == "list",
        offers=card_offer.has_choice(facts),
        silent=facts["kind"] in ("photo", "file", "album"),
    )
    asked = card_choices.finish_look(hands.db, lease, what, now=clock.now())
    wake.notify(hands.db.run, wake.BOT)
    return asked
