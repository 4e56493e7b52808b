"""What stands in the list above the keyboard while a person writes `@bot …`. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from procs.bot.commands.button_actions import data
from procs.records.job import Link, Media
from procs.telegram.chat.inline_sender import RESULTS, InlineAnswer, InlineResult
from procs.telegram.delivery.media_caption import Caption, with_line
from procs.texts import i18n
from procs.wishes import sites

#: Seconds for which Telegram may answer a repeated query itself: a kept media; a link whose media
#: may be here any moment; what was wrong; what is one's own.
KEPT, SOON, WRONG, OWN = 300, 0, 5, 10
#: What the ids of kept media begin with: never a token of ours.
HELD = "kept:"
#: Parameter of the button that opens the private chat.
HELLO = "inline"


def kept(
    language: str, media: Media, shown: Caption, *, private: str = "", start: int = 0
) -> InlineAnswer:
    """A media that Telegram has: each of its files is sent by choosing it, from `start` on, with
    a button that opens the `private` chat, where its other forms are."""
    count = len(media.parts)
    forms = ((i18n.say(language, "inline-forms"), private),) if private else ()
    results = [
        replace(part_result(language, media, place, shown), buttons=forms)
        for place in range(start, min(count, start + RESULTS))
    ]
    more = str(start + RESULTS) if count > start + RESULTS else ""
    return InlineAnswer(results, KEPT, more)


def part_result(language: str, media: Media, place: int, shown: Caption) -> InlineResult:
    """One file, with what stands under it after a delivery."""
    part, count = media.parts[place], len(media.parts)
    lasts = i18n.clock(language, part.duration) if part.duration else ""
    words = [i18n.size(language, part.size) if part.size else "", lasts, media.site]
    numbered = i18n.say(language, "inline-part", place=place + 1, count=count)
    return InlineResult(
        id=f"{HELD}{media.id}:{place}",
        title=media.title or part.name,
        description=" · ".join(filter(None, (numbered if count > 1 else "", *words))),
        text="",
        part=part,
        caption=with_line(shown, numbered) if count > 1 else shown,
    )


def fetched(language: str, link: Link, token: str) -> InlineResult:
    """A link whose media is not here: an article that becomes a placeholder. Its button begins it
    where Telegram does not tell of the choice, and is what makes Telegram name the message."""
    name = link.title or sites.spoken(link.url)
    return InlineResult(
        id=token,
        title=link.title or i18n.say(language, "inline-fetch"),
        description=sites.spoken(link.url),
        text=i18n.say(language, "inline-placeholder", name=name),
        buttons=((i18n.say(language, "inline-begin"), data(token)),),
    )


def wrong(language: str, words: str) -> InlineAnswer:
    """Nothing can be shown, and why."""
    title = i18n.say(language, "inline-wrong")
    switch = i18n.say(language, "inline-open"), HELLO
    return InlineAnswer([InlineResult("wrong", title, words, words)], WRONG, switch=switch)


def several(
    language: str, medias: Sequence[tuple[Media, Caption]], start: int, *, more: bool
) -> InlineAnswer:
    """The first file of each of several kept media; `start` is where this page began."""
    results = [part_result(language, media, 0, shown) for media, shown in medias]
    offset = str(start + len(results)) if more else ""
    switch = i18n.say(language, "inline-how"), HELLO
    return InlineAnswer(results, OWN, offset, switch)


def page_of(offset: str) -> int:
    """Where a page begins; 0 for an offset that we did not give."""
    return int(offset) if offset.isascii() and offset.isdecimal() and len(offset) < 6 else 0
