"""Reads a file of cookies in Netscape's form, and tells what it says about a site.

Nothing here keeps, logs or shows the value of a cookie.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from procs.core import disk
from procs.wishes import sites

#: A line of cookies: seven cells between tabs; and what stands in front of one that only HTTP sees.
CELLS, HTTP_ONLY = 7, "#HttpOnly_"
#: The first line, by which a file is known (https://curl.se/docs/http-cookies.html).
HEADER = re.compile(r"#\s*(?:Netscape\s+)?HTTP Cookie File", re.IGNORECASE)
EXPIRY = re.compile(r"(?:-?\d{1,18}(?:\.\d+)?)?")
#: Millennia: some exporters write milliseconds or microseconds where seconds belong.
FAR = 40_000_000_000.0
#: The cookies by which a site knows an account; one of each group is needed.
SIGN_INS: dict[str, tuple[frozenset[str], ...]] = {
    "youtube": (frozenset({"SAPISID", "__Secure-1PAPISID", "__Secure-3PAPISID", "LOGIN_INFO"}),),
    "instagram": (frozenset({"sessionid"}),),
    "twitter": (frozenset({"auth_token"}),),
    "facebook": (frozenset({"c_user"}), frozenset({"xs"})),
    "tiktok": (frozenset({"sessionid", "sessionid_ss"}),),
    "reddit": (frozenset({"reddit_session", "token_v2"}),),
    "twitch": (frozenset({"auth-token"}),),
    "vk": (frozenset({"remixsid"}),),
}


@dataclass(frozen=True, slots=True)
class Cookie:
    """One line without its value. `until` is a wall instant, 0 for one of a session, which has no
    end of its own."""

    domain: str
    name: str
    until: float


@dataclass(frozen=True, slots=True)
class CookieFacts:
    """What a file says about one site: how many cookies are valid there, whether an account is
    signed in by them (None for a site whose cookies we do not know), and when that ends (wall; 0
    for no end that is written)."""

    valid: int
    signed_in: bool | None
    until: float


def parse(text: str) -> tuple[Cookie, ...]:
    """The cookies of a file. Raises ValueError with the number of the first line that is none, 0
    for a file without any; nothing of the line is in the error."""
    found = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        row = line.removeprefix(HTTP_ONLY)
        if not row.strip() or row.startswith("#"):
            continue
        cells = [one.strip() for one in row.split("\t")]
        if len(cells) != CELLS or not cells[0].strip(".") or not EXPIRY.fullmatch(cells[4]):
            raise ValueError(number)
        found.append(Cookie(cells[0].lower(), cells[5], seconds(float(cells[4] or 0))))
    if not found:
        raise ValueError(0)
    return tuple(found)


def seconds(expiry: float) -> float:
    """The end of a cookie in seconds, whatever unit an exporter wrote it in; 0 for none."""
    while expiry > FAR:
        expiry /= 1000
    return max(0.0, expiry)


def looks_so(text: str) -> bool:
    """Whether a text is meant as such a file, also where it is broken."""
    lines = text.removeprefix("\ufeff").lstrip().splitlines()
    first = lines[0] if lines else ""
    return bool(HEADER.match(first)) or any(line.count("\t") == CELLS - 1 for line in lines)


def is_of(cookie: Cookie, site: str) -> bool:
    """Whether a cookie is sent to a site, by the name that jobs have it by."""
    domain, row = cookie.domain.removeprefix("."), sites.BY_NAME.get(site)
    hosts: Collection[str] = row.hosts if row else (site.partition(":")[0],)
    return any(f".{domain}".endswith(f".{host}") or reaches(domain, host) for host in hosts)


def reaches(domain: str, host: str) -> bool:
    """Whether a cookie of a domain is sent to a host below it; that of `com` is sent nowhere."""
    return "." in domain and host.endswith(f".{domain}")


def facts(cookies: Sequence[Cookie], site: str, *, now: float) -> CookieFacts:
    """What they say about a site at a wall instant."""
    valid = [one for one in cookies if is_of(one, site) and not 0 < one.until <= now]
    groups = SIGN_INS.get(site, ())
    ends = [max(map(endless, named(valid, names)), default=0.0) for names in groups]
    signed_in = all(ends) if groups else None
    if not signed_in:
        ends = [max(map(endless, valid), default=0.0)]
    until = min(ends)
    return CookieFacts(len(valid), signed_in, 0.0 if until == float("inf") else until)


def named(cookies: Sequence[Cookie], names: Collection[str]) -> list[Cookie]:
    """The cookies that have one of these names."""
    return [one for one in cookies if one.name in names]


def endless(cookie: Cookie) -> float:
    """The end of a cookie; that of a session has none."""
    return cookie.until or float("inf")


def names_of(cookies: Sequence[Cookie], candidates: Collection[str], *, now: float) -> list[str]:
    """The sites among these for which there is a valid cookie."""
    return sorted(one for one in candidates if facts(cookies, one, now=now).valid)


def values(path: Path) -> list[str]:
    """The values of the cookies of a file, for who has to keep them out of something; none of a
    file that cannot be read."""
    try:
        lines = disk.text(path).splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    rows = [one.split("\t") for one in lines]
    return [cells[-1].strip() for cells in rows if len(cells) == CELLS]
