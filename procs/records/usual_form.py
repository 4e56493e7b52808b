"""Which form is meant where a person wrote none: what they set for this site, or for all. Pure."""

from dataclasses import replace

from procs.records.card_values import CardTerms
from procs.records.job import Link
from procs.records.preference_values import ASK, BESIDE, Preferences
from procs.wishes.variant import Variant, parse

#: What there is without a wish, and a sound in the form that the site has.
BEST, SOUND = "best", "audio"


def usual(wanted: Preferences, site: str) -> Variant:
    """The form that a person gets of a site without asking for one; where they want to be asked
    about this site, what they set for all."""
    form = wanted.form_of(site)
    form = wanted.form if form == ASK else form
    return applied(wanted, Variant(BEST if form == ASK else form))


def applied(wanted: Preferences, wish: Variant) -> Variant:
    """A form in the person's own way: which kind of sound, and whether it comes as a file."""
    if wish.form == SOUND:
        return replace(wish, form=wanted.sound)
    return wish.as_document if wanted.as_file else wish


def obeying(wanted: Preferences, wish: Variant) -> Preferences:
    """What a person set, as far as the words of a wish do not overrule it."""
    return replace(wanted, subtitles=()) if wish.wordless else wanted


def terms(wanted: Preferences, form: Variant, *, asks: bool = True) -> CardTerms:
    """How a link is asked about on the terms of a person; of one who is not asked, only what there
    is is looked at."""
    return CardTerms(
        str(form),
        float(wanted.card_timeout) if asks else 0.0,
        asks=asks,
        words=wanted.subtitles,
        beside=wanted.subtitles_place == BESIDE,
        document=wanted.as_file,
    )


def sound_of(link: Link) -> Link:
    """The sound of what a link wishes; the part, and the choice from a list, stay."""
    wish = parse(link.variant)
    if wish.sound or not (wish.takes_words or wish.form == "file"):
        return link
    kept = replace(wish.fetched, form=SOUND, subtitles="", anew=False)
    return replace(link, variant=str(kept))
