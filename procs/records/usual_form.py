"""Which form is meant where a person wrote none: what they set for this site, or for all. Pure."""

from dataclasses import replace

from procs.records.job import Link
from procs.records.preference_values import ASK, Preferences
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
    if wanted.as_file and wish == Variant(BEST):
        return Variant("file")
    return wish


def sound_of(link: Link) -> Link:
    """The sound of what a link wishes; the part, and the choice from a list, stay."""
    wish = parse(link.variant)
    if wish.sound or not (wish.takes_words or wish.form == "file"):
        return link
    kept = replace(wish, form=SOUND, subtitles="", anew=False)
    return replace(link, variant=str(kept))
