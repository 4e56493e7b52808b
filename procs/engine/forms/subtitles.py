"""The subtitles of a media, and those that match a wish: pure functions over an info."""

import re
from collections.abc import Iterable
from typing import Any

from procs.errors import NoSubtitles, OtherSubtitles
from procs.wishes.variant import Variant

#: The text forms that can be made into srt, the best first; whatever else there is comes last.
TEXT_FORMATS = "srt/vtt/ttml/best"
#: Not a language: what people say under a broadcast.
CHAT = "live_chat"
#: Languages that are listed; machine translations come by the hundred.
LANGUAGES_LISTED = 60
#: Languages that are named where the wanted one is missing.
LANGUAGES_NAMED = 20
CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,12}){0,3}")


def written(info: dict[str, Any]) -> list[str]:
    """Codes of the languages whose subtitles a person wrote."""
    return codes(info, "subtitles")[:LANGUAGES_LISTED]


def heard(info: dict[str, Any]) -> list[str]:
    """Codes of the languages whose words a machine wrote."""
    return codes(info, "automatic_captions")[:LANGUAGES_LISTED]


def codes(info: dict[str, Any], source: str) -> list[str]:
    """The languages that are such by their letters: a code becomes part of a file's name."""
    return [one for one in info.get(source) or {} if one != CHAT and CODE.fullmatch(one)]


def choose(info: dict[str, Any], language: str) -> str:
    """The site's own code for the wanted language: written by people where there is such, else by
    a machine. Raises NoSuchVariant."""
    for source in ("subtitles", "automatic_captions"):
        if found := matching(codes(info, source), language):
            return found
    there = written(info) or heard(info)[:LANGUAGES_NAMED]
    if not there:
        raise NoSubtitles(f"subtitles {language}, and there are none")
    facts = {"wanted": language, "languages": " ".join(there[:LANGUAGES_NAMED])}
    raise OtherSubtitles(f"subtitles {language}; there are: {facts['languages']}", facts=facts)


def matching(there: Iterable[str], language: str) -> str:
    """`fa` itself, else a form of it: `fa-IR`, `fa_ir`, `fa-orig`; for `pt-br` also plain `pt`."""
    plain = {code: code.lower().replace("_", "-") for code in there}
    ranked = (
        lambda code: code == language,
        lambda code: code.startswith(f"{language}-"),
        lambda code: code == language.partition("-")[0],
    )
    found = (real for fits in ranked for real, code in plain.items() if fits(code))
    return next(found, "")


def options(info: dict[str, Any], wish: Variant) -> dict[str, Any]:
    """The options by which yt-dlp fetches the subtitles of a wish; nothing where none are
    wanted."""
    if not wish.subtitles:
        return {}
    return {
        "writesubtitles": True,
        "writeautomaticsub": True,
        "subtitleslangs": [re.escape(choose(info, wish.subtitles))],
        "subtitlesformat": TEXT_FORMATS,
        "skip_download": wish.words_alone,
    }


def file(done: dict[str, Any]) -> str:
    """The file of the subtitles after the download; nothing when none came."""
    came = (done.get("requested_subtitles") or {}).values()
    return next((str(one["filepath"]) for one in came if one.get("filepath")), "")
