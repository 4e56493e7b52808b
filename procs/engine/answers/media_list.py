"""What a list of pieces says of itself (HLS, RFC 8216), and a list of fragments (DASH): whether it
is whole, and how long the media lasts."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

#: How a list of media begins (4.3.1.1, and before it Winamp's); what a list of pieces has in it,
#: what says that no more come, and that none ever will (4.3.3.4, 4.3.3.5).
M3U, EXTINF, ENDLIST = b"#EXTM3U", b"#EXTINF", b"#EXT-X-ENDLIST"
FINAL = re.compile(rb"^#EXT-X-PLAYLIST-TYPE:[ \t]*VOD", re.M)
LENGTH = re.compile(rb"^#EXTINF:[ \t]*([0-9]{1,6}(\.[0-9]{0,9})?)", re.M)
#: Advertising among the pieces, which yt-dlp leaves out.
ADVERTS = (b"#ANVATO-SEGMENT-INFO", b"#UPLYNK-SEGMENT")


def is_open(text: bytes) -> bool:
    """Whether it is a list of pieces that may go on: of a broadcast, or cut."""
    return text.startswith(M3U) and EXTINF in text and ENDLIST not in text


def is_cut(text: bytes) -> bool:
    """Whether it is a list of pieces that calls itself final and does not end."""
    return is_open(text) and FINAL.search(text) is not None


def seconds(text: bytes) -> float:
    """How long the pieces of a whole list last at least; 0 when it does not say. Whole seconds may
    be rounded up, by most of one."""
    if not text.startswith(M3U) or ENDLIST not in text or any(one in text for one in ADVERTS):
        return 0.0
    told = LENGTH.findall(text)
    return sum(float(length) - (not fraction) for length, fraction in told if float(length))


def of_fragments(fragments: Any) -> float:
    """How long a format's fragments last at least; 0 when they do not say. The last one may be
    shorter than it says: many manifests give all the same length (ISO/IEC 23009-1, 5.3.9.5)."""
    if not isinstance(fragments, Sequence):
        return 0.0
    told = [float(one.get("duration") or 0) for one in fragments]
    return sum(one for one, _ in pairwise(told))
