"""The forms in which a media can be fetched, with their sizes, before any download."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from procs.engine.failures.exception_chain import plain
from procs.engine.forms import formats
from procs.engine.forms.formats import Format, Streams
from procs.engine.forms.subtitles import CODE, LANGUAGES_LISTED
from procs.engine.protocol.messages import Choice, Order
from procs.errors import NoSuchVariant, TooLarge
from procs.records.media_records import parts_of
from procs.wishes.variant import HEIGHTS

#: The forms of sound that are offered; `audio` is one of them under another name.
SOUNDS = ("m4a", "mp3", "opus")
#: Bytes a second of the sound that we encode ourselves, by form.
RATES = {"m4a": 20_000, "mp3": 24_000, "opus": 16_000}
CODECS = {"m4a": formats.AAC, **formats.COPIED}
#: A list that is longer is nobody's menu.
FORMS_LISTED = 400
#: How far below the asked height a picture may be and still be called by it.
NEAR = 0.9
CHOICE_TITLE_LENGTH = 100
#: More bytes than any media has.
ENDLESS = 1 << 62


def offered(info: dict[str, Any], order: Order) -> list[Choice]:
    """The choices to show, pictures first and the highest of them on top."""
    there = info.get("formats") or []
    if len(there) > FORMS_LISTED:
        return []
    duration = float(info.get("duration") or 0)
    return [*seen(there, order), *heard(there, order, duration)]


def seen(there: Sequence[Format], order: Order) -> Iterator[Choice]:
    """One choice for each height that the site has."""
    for height in reversed(HEIGHTS):
        streams = picked(there, f"{height}p", order)
        if is_of(height, streams):
            yield choice(f"{height}p", streams, formats.total(streams), order)


def too_large(info: dict[str, Any], order: Order) -> list[Choice]:
    """The pictures that the site has, but that are larger than may be fetched."""
    there = info.get("formats") or []
    if len(there) > FORMS_LISTED:
        return []
    fitting = {one.variant for one in seen(there, order)}
    endless = replace(order, max_file_size=ENDLESS)
    return [one for one in seen(there, endless) if one.variant not in fitting]


def is_of(height: int, streams: Streams) -> bool:
    """Whether streams are near a height, measured on the shorter side of the picture."""
    side = formats.short_side(streams[0]) if streams else 0
    return height * NEAR <= side <= height * formats.TOLERANCE


def heard(there: Sequence[Format], order: Order, duration: float) -> Iterator[Choice]:
    """The forms of sound; what we encode ourselves has the size of our own rate."""
    for form in SOUNDS:
        streams = picked(there, form, order)
        if not streams or not formats.has_audio(streams[-1]):
            continue
        copied = formats.codec(streams[-1], "acodec").startswith(CODECS[form])
        alone = copied and not formats.has_video(streams[0])
        size = formats.total(streams) if alone else None
        yield choice(form, streams, size or int(duration * RATES[form]) or None, order)


def picked(there: Sequence[Format], variant: str, order: Order) -> Streams:
    """The formats that a choice would download; nothing where it cannot be had."""
    try:
        return formats.pick(there, variant=variant, limit=order.most)
    except (NoSuchVariant, TooLarge):
        return ()


def choice(variant: str, streams: Streams, size: int | None, order: Order) -> Choice:
    """The offer of a form: `size` in bytes, None where the site tells none."""
    codecs = "+".join(filter(None, map(formats.codecs_of, streams)))
    return Choice(variant, size, codecs, parts_of(size or 0, order.max_file_size))


def chapters(info: dict[str, Any]) -> list[tuple[float, str]]:
    """The start of each chapter (seconds), and its title."""
    told = (info.get("chapters") or [])[:FORMS_LISTED]
    return [
        (float(one.get("start_time") or 0), plain(one.get("title") or "", CHOICE_TITLE_LENGTH))
        for one in told
    ]


def dubs(info: dict[str, Any]) -> list[str]:
    """The languages of the sound; nothing where there is only one."""
    there = formats.languages((info.get("formats") or [])[:FORMS_LISTED])
    found = [one for one in there if CODE.fullmatch(one)][:LANGUAGES_LISTED]
    return found if len(found) > 1 else []
