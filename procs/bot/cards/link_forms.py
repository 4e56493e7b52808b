"""In which form a link comes about which no words were said: as its person or group set it, or as
they choose on a card."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from procs.records.card_values import CardTerms
from procs.records.job import Ask
from procs.records.preference_values import ASK, Preferences
from procs.store.database import Database
from procs.store.media import references
from procs.store.people import preferences
from procs.wishes import card_offer
from procs.wishes.look_text import BEST
from procs.wishes.sites import BY_NAME
from procs.wishes.variant import AUDIO

LOOK, FILE = "look", "file"


def usual(kept: Preferences, site: str) -> str:
    """The form that a person gets of a site when nothing is said: what they set, which is the best
    where they set that they want to be asked."""
    form = kept.form_of(site)
    form = kept.form if form == ASK else form
    form = BEST if form == ASK else form
    return FILE if kept.as_file and form not in AUDIO else form


def settled(
    db: Database, asks: Sequence[Ask], plain: Collection[str], *, questions: bool = False
) -> list[Ask]:
    """What is asked for of one message's links. `plain` are the keys of those about which no words
    were said; with `questions`, others of that message are asked about in words. A link that comes
    alone is asked about by a card; of several, each comes in the usual form: nobody wants twenty
    cards."""
    alone = len(asks) == 1 and not questions
    return [_settled(db, ask, alone=alone) if ask.link.key in plain else ask for ask in asks]


def _settled(db: Database, ask: Ask, *, alone: bool) -> Ask:
    site = ask.link.site
    if ask.chat > 0:
        kept = preferences.read(db, ask.user)
        wish, form, timeout = kept.form_of(site), usual(kept, site), float(kept.card_timeout)
    else:
        wish, timeout = preferences.read_group(db, ask.chat).form, 0.0
        form = BEST if wish == ASK else wish
    if is_plain(ask) and form in AUDIO and not card_offer.plays(ask.link.url):
        form = BEST  # nobody hears a picture
    there = references.find(db, ask.link.key, form)
    if wish != ASK or not alone or there or is_plain(ask):
        return replace(ask, link=replace(ask.link, variant=form))
    terms = CardTerms(form, timeout)
    return replace(ask, link=replace(ask.link, variant=LOOK), card=terms)


def is_plain(ask: Ask) -> bool:
    """Whether the address is that of a file, which is what it is. The sites that we know show
    pages, whatever their addresses end with."""
    return ask.link.site not in BY_NAME and card_offer.is_plain(ask.link.url)
