"""What stands under a media: its name, which links to where it is from, and what it is. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from procs.records.media_records import Media, Part
from procs.texts import i18n
from procs.texts.i18n import LocalText
from procs.wishes import look_text, sites
from procs.wishes.variant import Variant

#: Letters of a name under a media.
TITLE_LENGTH = 200
#: Kinds of parts that last, and those that are shown in a width and a height.
LASTING, SEEN = ("video", "audio", "animation"), ("video", "animation")


@dataclass(frozen=True, slots=True)
class Caption:
    """A text whose first `linked` letters lead to the address `link`; to none where that is ""."""

    text: str = ""
    link: str = ""
    linked: int = 0


NOTHING = Caption()


def caption(
    language: str,
    media: Media,
    variant: Variant,
    *,
    url: str,
    tags: Sequence[str] = (),
    followed: str = "",
) -> Caption:
    """The name of a media, a line about it, the list that it is new in where nobody asked for it
    but by following that, and a person's own tags."""
    title = look_text.shortened(media.title, TITLE_LENGTH) or sites.spoken(url)[:TITLE_LENGTH]
    source = i18n.isolated(language, look_text.shortened(followed, TITLE_LENGTH))
    bell = f"🔔 {source}" if followed else ""
    rest = i18n.say(language, "album-rest", place=media.rest) if media.rest else ""
    lines = [title, facts(language, media, variant), rest, bell, " ".join(tags)]
    is_web = url.startswith(("http://", "https://"))
    text = "\n".join(line for line in lines if line)
    return Caption(text, url, len(title)) if is_web else Caption(text)


def with_line(shown: Caption, line: str, *, gap: str = "\n") -> Caption:
    """A caption with something more below it."""
    return replace(shown, text=gap.join(filter(None, (shown.text, line))))


def facts(language: str, media: Media, variant: Variant) -> str:
    """`youtube · 720p · 93 MB · 12:05`; what nobody knows is left out."""
    size = sum(part.size for part in media.parts)
    lasts = sum(part.duration for part in media.parts if part.kind in LASTING)
    shown = (
        i18n.isolated(language, media.site),
        i18n.isolated(language, form(media.parts, variant)),
        clip(language, variant),
        i18n.size(language, size) if size else "",
        i18n.clock(language, lasts) if lasts >= 1 else "",
    )
    return " · ".join(part for part in shown if part)


def form(parts: Sequence[Part], variant: Variant) -> str:
    """What a media is, in a word that asks for it: its height, or the suffix of its name."""
    first = parts[0] if parts else None
    if first is None or first.kind == "photo":
        return ""
    short = min(first.width, first.height)
    if first.kind in SEEN:
        return f"{short}p" if short else ""
    return PurePath(first.name).suffix.lstrip(".").lower()[:8] or variant.form


def clip(language: str, variant: Variant) -> LocalText:
    """The part that it is: `✂️ 1:20-2:05`."""
    if variant.clip is None:
        return LocalText("")
    ends = (i18n.clock(language, at) for at in (variant.clip.start, variant.clip.end))
    return LocalText("✂️ " + i18n.isolated(language, "-".join(ends)))
