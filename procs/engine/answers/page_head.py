"""Whether what comes in the place of a media is a page: "please wait", "sign in", an error.

The type that a site states says little: sites send pieces of films as text/html, under names of
pages, so that nobody finds them. A page begins as a text, which no media does.
"""

import re
from codecs import BOM_UTF8, getincrementaldecoder
from collections.abc import Callable

from yt_dlp.networking.common import Response
from yt_dlp.networking.exceptions import TransportError

#: Bytes that are looked at.
BEGINNING = 512
TEXT_BEGINNING = re.compile(r"\s*[\[{<A-Za-z][^\x00-\x08\x0e-\x1f\x7f\ufffd]*")
#: How a page begins, in whatever letters, where the site says that it is one.
PAGE_BEGINNING = re.compile(rb"\s*<(?:!doctype|!--|\?xml|html|head|title|meta|body|script)", re.I)
HTML = "html"


def refused(answer: Response) -> Callable[[bytes], None]:
    """The callback for the bytes of a piece as they come, which raises TransportError for those of
    a page: yt-dlp asks for the piece again then, as for one that broke off."""
    kind, heard = str(answer.headers.get("Content-Type") or "").lower(), bytearray()

    def look(came: bytes) -> None:
        if came and not heard:
            heard.extend(came[:BEGINNING])
            if is_page(bytes(heard), kind):
                raise TransportError("a page in the place of a piece")

    return look


def is_page(head: bytes, kind: str) -> bool:
    """Whether bytes of this type begin a page."""
    head = head[:BEGINNING].removeprefix(BOM_UTF8)
    if HTML in kind and PAGE_BEGINNING.match(head):
        return True
    try:
        text = getincrementaldecoder("utf-8")().decode(head)  # the last letter may be half of one
    except UnicodeDecodeError:
        return False
    return TEXT_BEGINNING.fullmatch(text) is not None
