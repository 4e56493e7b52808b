"""Failures of a form that a media does not have: each says what there is instead."""

from procs.errors.base import JobError


class NoSuchVariant(JobError):
    """The site does not have the form that was asked for."""

    say = "failed-variant"


class ClipBeyond(NoSuchVariant):
    """The part that was asked for begins after the end."""

    say = "failed-clip"
    tells = ("length",)


class OtherSubtitles(NoSuchVariant):
    """There are subtitles, but not in the language that was asked for."""

    say = "failed-subtitles"
    tells = ("wanted", "languages")


class NoSubtitles(NoSuchVariant):
    """There are no subtitles in any language."""

    say = "failed-no-subtitles"


class NoEntry(NoSuchVariant):
    """The list is shorter than the number that was asked for."""

    say = "failed-entry"
    tells = ("wanted", "count")


class NoSound(NoSuchVariant):
    """Sound was asked for of what has none."""

    say = "failed-sound"
