"""The real name of a plain file, and its type."""

from email.message import Message
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from procs.wishes.filenames import TYPES, fit, mime, split

#: Extensions that say nothing.
VAGUE = {"", ".bin", ".unknown_video", ".php", ".asp", ".aspx", ".cgi", ".do"}
KIND_OF_TYPE = {"image": "photo", "video": "video", "audio": "audio"}
#: Types that are media although their name does not say so.
MEDIA_TYPES = {"application/ogg": "audio", "application/mp4": "video"}


def real_name(url: str, headers: Any) -> str:
    """The server's name of the file, else the end of its address; always with an extension where
    the type tells one."""
    name = fit(disposition(headers) or end_of(url))
    stem, suffix = split(name)
    if suffix.lower() in VAGUE:
        suffix = TYPES.guess_extension(said_type(headers)) or suffix
    return (stem or "file") + suffix


def end_of(url: str) -> str:
    """The last part of an address's path, as people read it."""
    return unquote(PurePosixPath(urlsplit(url).path).name)


def disposition(headers: Any) -> str:
    """The name in Content-Disposition, in any of its forms (RFC 6266), or nothing."""
    message = Message()
    message["Content-Disposition"] = str(headers.get("Content-Disposition") or "")
    name = message.get_filename() or ""
    try:
        return name.encode("latin-1").decode("utf-8")  # headers are read as latin-1
    except UnicodeError:
        return name


def said_type(headers: Any) -> str:
    """The type in an answer's headers, without parameters; empty for none."""
    return str(headers.get("Content-Type") or "").partition(";")[0].strip().lower()


def kind(name: str, headers: Any) -> str:
    """`video`, `audio`, `photo` or `file`: by the name's extension, else by the server's word."""
    guess = mime(name) or said_type(headers)
    return MEDIA_TYPES.get(guess) or KIND_OF_TYPE.get(guess.partition("/")[0], "file")
