"""Whether a link is taken at the moment, and in which form: by the lists of hosts and the mode of
the whole bot. What was accepted before a change is done."""

from dataclasses import dataclass, replace

from procs.core.clock import Now
from procs.records import usual_form
from procs.records.job import SYSADMIN, Ask, Link
from procs.store.database import Database
from procs.store.media import references
from procs.store.modes import bot_modes
from procs.store.modes.bot_modes import LESSER, Mode
from procs.store.modes.day_quota import UserKind
from procs.store.sites import host_lists
from procs.wishes import card_offer
from procs.wishes.variant import parse

FORM = "UPDATE requests SET variant = :variant WHERE id = :request"

#: Why a link is not taken: its host is blocked, or what the mode is.
HOST_BLOCKED = "host-blocked"
MODE_REFUSALS = {
    Mode.KEPT: "mode-kept",
    Mode.MEMBERS: "mode-members",
    Mode.CLOSED: "mode-closed",
}
#: The height of the largest film in the light mode.
LIGHT_HEIGHT = 720


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """What becomes of an ask: it is taken as `ask`, or not at all where `why` says so, with the
    reason that people read and until when that holds (a wall instant; None: nobody said)."""

    ask: Ask
    why: str = ""
    reason: str = ""
    until: float | None = None


def judged(db: Database, ask: Ask, kind: UserKind, *, now: Now) -> GateVerdict:
    """What becomes of an ask of somebody of this kind now."""
    if ask.user == SYSADMIN:
        return GateVerdict(ask)
    blocked = host_lists.blocked(db, host_lists.host_of(ask.link.url))
    if blocked:
        return GateVerdict(ask, HOST_BLOCKED, blocked.reason)
    row = bot_modes.current(db, now=now)
    if row.mode in MODE_REFUSALS and not is_served(kind, row.mode):
        kept = kept_form(db, ask) if row.mode is Mode.KEPT else None
        refused = GateVerdict(ask, MODE_REFUSALS[row.mode], row.said, row.until)
        return GateVerdict(kept) if kept else refused
    return GateVerdict(ask)


def is_served(kind: UserKind, mode: Mode) -> bool:
    """Whether somebody of this kind is served though the mode keeps others out."""
    if mode is Mode.KEPT:
        return False
    return kind is UserKind.ADMIN or (mode is Mode.MEMBERS and kind is UserKind.MEMBER)


def kept_form(db: Database, ask: Ask) -> Ask | None:
    """The ask of what Telegram holds already: the form that was asked for, or the usual one of who
    would be asked. None where it does not."""
    usual = ask.card.usual if ask.card else ask.link.variant
    if references.find(db, ask.link.key, usual) is None:
        return None
    return replace(ask, card=None, link=replace(ask.link, variant=usual))


def in_mode(db: Database, request: int, ask: Ask, *, now: Now) -> Ask:
    """What is to be fetched for a request, in the form that the mode allows; its row says so."""
    mode = bot_modes.current(db, now=now).mode
    if ask.user == SYSADMIN or mode not in LESSER:
        return ask
    held = replace(ask, link=limited(ask.link, mode))
    if held.link.variant != ask.link.variant:
        db.change(FORM, {"request": request, "variant": held.link.variant})
    return held


def limited(link: Link, mode: Mode) -> Link:
    """A link in the light form, or its sound."""
    if not card_offer.plays(link.url):
        return link  # a picture is no film
    if mode is Mode.SOUND:
        return usual_form.sound_of(link)
    wish = parse(link.variant)
    is_film = wish.takes_words or wish.form == "file"
    if not is_film or 0 < wish.height <= LIGHT_HEIGHT:
        return link
    return replace(link, variant=str(replace(wish, form=f"{LIGHT_HEIGHT}p")))
