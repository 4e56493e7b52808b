"""Whether a text was cut, by how it ends: for answers whose frame does not mark their end."""

import re

from procs.engine.answers import media_list

#: Types of texts that nothing can read unless their last bracket is there, and how they begin.
JSON, BRACKETS = "json", {b"{": b"}", b"[": b"]"}
COMMENT, ELEMENT = re.compile(rb"<!--.*?-->", re.S), re.compile(rb"<([A-Za-z_][\w:.-]*)")
#: Bytes in which the first element begins.
OUTERMOST_WITHIN = 4096
#: Texts in XML that need not say so: a manifest of each kind, a list, a feed.
MANIFESTS = (b"mpd", b"smoothstreamingmedia", b"smil", b"playlist", b"rss", b"feed")
#: The outermost element of a page.
PAGE = b"html"


def is_cut(text: bytes, kind: str, *, marked: bool) -> bool:
    """Whether a text ends where none can. `marked`: something else said that this is its end; a
    final list of pieces must end all the same, since a film without its second half plays well."""
    if media_list.is_cut(text):
        return True
    return not marked and (is_cut_json(text, kind) or is_cut_xml(text))


def is_cut_json(text: bytes, kind: str) -> bool:
    """Whether a text in JSON begins with a bracket that nothing closes at its end."""
    plain = text.strip()
    closing = BRACKETS.get(plain[:1])
    return JSON in kind.lower() and closing is not None and not plain.endswith(closing)


def is_cut_xml(text: bytes) -> bool:
    """Whether a text in XML is without the end of its outermost element: a manifest, a feed."""
    name = outermost(text)
    named = name in MANIFESTS or (text.startswith(b"<?xml") and name not in (b"", PAGE))
    return named and not closes(text, name)


def is_cut_page(text: bytes) -> bool:
    """Whether a page is without its end. Browsers show such pages and some sites have nothing else,
    so it is no proof: but where nothing was found, the rest may have had it."""
    return outermost(text) == PAGE and not closes(text, PAGE)


def outermost(text: bytes) -> bytes:
    """The name of the first element, in lower case; b"" for what is no text of elements."""
    found = ELEMENT.search(COMMENT.sub(b"", text[:OUTERMOST_WITHIN]))
    return found[1].lower() if found else b""


def closes(text: bytes, name: bytes) -> bool:
    """Whether the element of this name, in lower case, ends somewhere; one without content does."""
    return b"</" + name in text.lower() or text.rstrip().endswith(b"/>")
