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


def without_words(form: Variant, wish: Variant) -> Variant:
    """A form with the subtitles left out that would come by themselves, where a wish says so."""
    left_out = wish.wordless and form.can_be_wordless and not form.subtitles
    return replace(form, wordless=True) if left_out else form


def terms(wanted: Preferences, form: Variant, *, asks: bool = True) -> CardTerms:
    """How a link is asked about on the terms of a person, as far as the words of a form do not
    overrule them; of one who is not asked, only what there is is looked at."""
    return CardTerms(
        str(form.fetched),
        float(wanted.card_timeout) if asks else 0.0,
        asks=asks,
        words=() if form.wordless else wanted.subtitles,
        wordless=form.wordless and bool(wanted.subtitles),
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
