"""Parses the texts of settings about alerts into values, as `values` does."""

from urllib.parse import unquote, urlsplit

from procs.config import address_values


def page(text: str) -> str:
    """The address of a page that is called; what it says behind `?` may be its secret."""
    parts = address_values.parts_of(text)
    if parts is None or parts.scheme not in ("http", "https") or parts.fragment:
        raise ValueError("not the address of a page; write for example https://hooks.example/abc")
    return text


def mailbox(text: str) -> str:
    """A mail server and whom it writes to, in one address."""
    parts = address_values.parts_of(text)
    to = unquote(urlsplit(text).path.lstrip("/")) if parts else ""
    name, _, domain = to.partition("@")
    if parts is None or parts.scheme not in ("smtp", "smtps") or not (name and domain):
        raise ValueError(
            "not a mail server with a receiver; write "
            "smtps://user:password@mail.example:465/me@example.org"
        )
    return text
