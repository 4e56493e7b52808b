"""Makes file names from untrusted sources valid for one folder and for a chat."""

import re
from mimetypes import MimeTypes
from pathlib import Path

from procs.texts import untrusted_text

#: Bytes of a name that file systems and chats take (NAME_MAX is 255), with room for a suffix.
NAME_BYTES = 180
#: Separators, and letters that some file systems refuse.
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029/\\:*?\"<>|]+")

#: Types by name, the same on every machine: the system's own lists are not read.
TYPES = MimeTypes()
for mime_type, suffix in (
    ("video/webm", ".webm"),
    ("video/x-matroska", ".mkv"),
    ("video/mp2t", ".ts"),
    ("audio/mp4", ".m4a"),
    ("audio/ogg", ".ogg"),
    ("audio/ogg", ".opus"),
    ("audio/flac", ".flac"),
    ("image/webp", ".webp"),
    ("application/vnd.rar", ".rar"),
    ("application/x-7z-compressed", ".7z"),
    ("application/vnd.android.package-archive", ".apk"),
    ("application/epub+zip", ".epub"),
):
    TYPES.add_type(mime_type, suffix)


def mime(name: str) -> str:
    """The type that a name promises; empty when it promises nothing."""
    return TYPES.guess_type(name.lower())[0] or ""


def fit(name: str) -> str:
    """`name` as the name of one file in one folder: no path, no hidden marks, no dot or dash in
    front, not too long. Empty when nothing is left."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1].encode("utf-8", "replace").decode()
    name = UNFIT.sub("_", untrusted_text.HIDDEN.sub("", name)).strip(" .-")
    stem, suffix = split(name)
    return shorten(stem, NAME_BYTES - len(suffix)) + suffix


def title_name(title: str, suffix: str) -> str:
    """The name of a file with this title; slashes in a title are no path."""
    return fit(re.sub(r"[/\\]+", "_", title) + suffix) if title.strip(" .-") else f"media{suffix}"


def free(path: Path) -> Path:
    """`path`, or `name (2).mp4` and so on when it is taken."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem} ({number})")
    return free


def split(name: str) -> tuple[str, str]:
    """Stem and extension; what follows the last dot is one only when it looks like one."""
    match = re.fullmatch(r"(.+?)(\.[A-Za-z0-9_]{1,16})", name, re.S)
    return (match[1], match[2]) if match else (name, "")


def shorten(text: str, most: int) -> str:
    """`text` in at most `most` bytes, no letter cut through."""
    return text.encode()[:most].decode(errors="ignore").rstrip()
