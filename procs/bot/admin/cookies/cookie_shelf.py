"""The places of cookie files: those that `sites.toml` names, and new ones below the home."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from procs.config import Settings, cookie_file
from procs.config.cookie_file import Cookie, CookieFacts
from procs.core import disk
from procs.store.sites import cookies
from procs.wishes import sites

#: The folder of new files, under the home.
FOLDER = "cookies"
#: Names of sites that can be the name of a file.
SITE_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")


@dataclass(frozen=True, slots=True)
class CookieSlot:
    """A file of one site, whether `sites.toml` names it, and so jobs use it."""

    site: str
    path: Path
    is_named: bool = True

    @property
    def subject(self) -> str:
        """The file as the subject of an alert."""
        return cookies.subject(self.site, self.path.name)


class CookieShelf:
    """Knows where the cookie file of each site belongs, and writes it there."""

    def __init__(self, settings: Settings) -> None:
        self.book = settings.sites
        self.home = settings.home
        self.folder = settings.home / FOLDER

    def slots(self) -> list[CookieSlot]:
        """All files: first those that `sites.toml` names, in its order, then the others."""
        named = [
            CookieSlot(site, path)
            for site, rules in sorted(self.book.sites.items())
            for path in rules.cookies
            if path is not None
        ]
        known = {os.path.realpath(one.path) for one in named}
        kept = sorted(self.folder.glob("*.txt")) if self.folder.is_dir() else []
        rest = [one for one in kept if os.path.realpath(one) not in known]
        return [*named, *(CookieSlot(one.stem, one, is_named=False) for one in rest)]

    def slot(self, site: str, file: str) -> CookieSlot | None:
        """The file of this name; without a name, the place of a new one."""
        if not file and SITE_NAME.fullmatch(site):
            return self.fresh(site)
        return next(
            (one for one in self.slots() if (one.site, one.path.name) == (site, file)), None
        )

    def fresh(self, site: str) -> CookieSlot:
        """The place of a site that `sites.toml` names no file for."""
        return CookieSlot(site, self.folder / f"{site}.txt", is_named=False)

    def fitting(self, found: tuple[Cookie, ...], name: str, *, now: float) -> list[CookieSlot]:
        """Where a file may belong: the one of its name, else all of the sites that it has cookies
        of; a new place for a site that has none."""
        named = [one for one in self.slots() if one.is_named]
        matches = cookie_file.names_of(found, {one.site for one in named}, now=now)
        fits = [one for one in named if one.site in matches]
        own = [one for one in fits if one.path.name == name]
        if own or fits:
            return own if len(own) == 1 else fits
        known = cookie_file.names_of(found, sites.BY_NAME, now=now) or hosts(found)
        return [self.fresh(one) for one in known]

    def facts(self, slot: CookieSlot, *, now: float) -> CookieFacts | None:
        """What a file contains; None for one that cannot be read."""
        try:
            found = cookie_file.parse(disk.text(slot.path))
        except (OSError, ValueError):
            return None
        return cookie_file.facts(found, slot.site, now=now)

    def put(self, slot: CookieSlot, content: bytes) -> None:
        """Put a file into its place, readable by us alone: a job reads the old one or the new one,
        never half of it. Raises OSError."""
        path = Path(os.path.realpath(slot.path))
        if not slot.is_named:
            self.folder.mkdir(mode=0o700, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.unlink(missing_ok=True)  # of a killed bot
        try:
            with os.fdopen(
                os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)

    def lines(self, slot: CookieSlot) -> str:
        """The lines by which `sites.toml` names a new file."""
        rules = self.book.path
        near = rules is not None and rules.parent == self.home
        path = f"{FOLDER}/{slot.path.name}" if near else str(slot.path)
        name = slot.site if "." not in slot.site else f'"{slot.site}"'
        return f'[{name}]\ncookies = ["{path}"]'


def hosts(found: tuple[Cookie, ...]) -> list[str]:
    """The shortest domains of cookies: the names of sites that are unknown to us."""
    domains = {sites.bare(one.domain.removeprefix(".")) for one in found}
    above = [one for one in domains if not any(one.endswith(f".{other}") for other in domains)]
    return sorted(one for one in above if "." in one and SITE_NAME.fullmatch(one))
