"""Reads `sites.toml` and reports all its mistakes. sites.example.toml explains each key."""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from procs.config import address_values, cookie_file, values
from procs.config.rules import DEFAULT, DIRECT, Rate, RuleBook, Rules, place
from procs.core import disk, durations
from procs.texts import i18n
from procs.wishes import sites

#: Players of YouTube that may be asked for, as the engine calls them; `default` are its own choice.
CLIENTS = (
    *("default", "web", "web_safari", "web_embedded", "web_music", "web_creator", "mweb"),
    *("android", "android_vr", "ios", "visionos", "tv", "tv_downgraded", "tv_simply"),
)
#: Browsers whose handshake may be imitated.
BROWSERS = ("chrome", "chrome:android", "edge", "firefox", "safari", "safari:ios")
RATE = re.compile(r"([1-9]\d*)\s*/\s*(s|min|m|h|day|d)")
HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")
#: The table whose keys hold for every site that does not have them itself.
EVERY_SITE = "default"
#: What stands in front of the path above an inline text, and the characters a setting may have.
PATH, SETTING_LENGTH = "# ", 64 * 1024
#: Keys that mean something for one site alone.
PERSONAL = ("cookies", "clients", "check")
#: Links of one site that may be checked daily.
MOST_CHECKS = 5


def usual(home: str) -> str:
    """`sites.toml` under the home, when it is there."""
    path = values.absolute(home) / "sites.toml"
    return str(path) if os.path.lexists(path) else ""


def read(source: str) -> tuple[RuleBook, tuple[str, ...]]:
    """The rules in a file, and all that is wrong with it, each with its fix. `source` is its path,
    or its text below a comment with the path: so running processes never meet a half-written one.
    """
    if not source:
        return RuleBook(), ()
    path = path_of(source)
    try:
        text = source.partition("\n")[2] if "\n" in source else disk.text(path)
        tables = tomllib.loads(text)
    except OSError as error:
        return RuleBook(path), (
            f"{path}: cannot be read ({error.strerror}); {disk.help_of(error)}",
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return RuleBook(path), (f"{path}: not TOML: {error}; sites.example.toml shows the form",)
    if len(text) > SETTING_LENGTH:
        return RuleBook(path), (
            f"{path}: longer than {SETTING_LENGTH} characters; leave comments out",
        )
    complaints: list[str] = []
    default = table(path, EVERY_SITE, tables.pop(EVERY_SITE, {}), Rules(), complaints)
    own = {name: table(path, name, keys, default, complaints) for name, keys in tables.items()}
    return RuleBook(path, default, own, f"{PATH}{path}\n{text}"), tuple(complaints)


def path_of(source: str) -> Path:
    """The path of the file, from either form of a source."""
    return values.absolute(source.partition("\n")[0].removeprefix(PATH))


def table(path: Path, name: str, keys: Any, base: Rules, complaints: list[str]) -> Rules:
    """The rules of one table on top of `base`; what is wrong goes to the complaints."""
    found: dict[str, Any] = {}
    try:
        keys = checked(name, keys)
    except ValueError as error:
        complaints.append(f"{path}: [{name}] {error}")
        return base
    for key, value in keys.items():
        try:
            found[key] = parser(name, key)(value, path.parent)
        except ValueError as error:
            complaints.append(f"{path}: [{name}] {key}: {error}")
    rules = replace(base, **found)
    complaints += [f"{path}: [{name}] {wrong}" for wrong in together(rules)]
    return rules


def checked(name: str, keys: Any) -> Mapping[str, Any]:
    """The table of a site that there is. Raises ValueError."""
    if not isinstance(keys, dict):
        raise ValueError("is not a table; write it as [name of the site], its keys below")
    inner = next((key for key, value in keys.items() if isinstance(value, dict)), None)
    if inner:
        raise ValueError(f'has a dot in its name; write it in quotes: ["{name}.{inner}"]')
    if name == EVERY_SITE or any(row.name == name for row in sites.SITES):
        return keys
    row = sites.of_host(name.lower())
    if row:
        raise ValueError(f"is called {row.name} here; write [{row.name}]")
    if name != sites.bare(name.lower()) or not HOST.fullmatch(name):
        names = [row.name for row in sites.SITES]
        near = get_close_matches(name.lower(), names, n=1) or [sites.bare(name.lower())]
        fix = f"[{near[0]}]" if near[0] in names else '["host.example"]'
        raise ValueError(f"is not a site; write {fix}, in small letters, without www.")
    return keys


def parser(name: str, key: str) -> Callable[[Any, Path], Any]:
    """How a key's value is read. Raises ValueError for a key that is none, or not here."""
    if key not in PARSERS:
        near = get_close_matches(key, PARSERS, n=1)
        fix = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(PARSERS)}"
        raise ValueError(f"is not a key; {fix}")
    if name == EVERY_SITE and key in PERSONAL:
        raise ValueError("belongs to one site; write it into that site's table")
    if key == "clients" and name != "youtube":
        raise ValueError("are players of YouTube; write it under [youtube]")
    return PARSERS[key]


def together(rules: Rules) -> list[str]:
    """What is fine alone but not beside each other."""
    names = [one.name for one in rules.cookies if one]
    if len(set(names)) < len(names):
        return ["cookies: two files of one name cannot be told apart; rename one"]
    if rules.cookies and len(rules.cookies) % len(rules.egress):
        return [
            f"cookies: {len(rules.cookies)} for {len(rules.egress)} egresses would show one "
            'account at two addresses; give each egress as many, "none" for a guest'
        ]
    return []


def text(value: Any, wanted: str) -> str:
    """A text without spaces around it. `wanted` ends the sentence of the ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a text; write {wanted}")
    return value.strip()


def span(value: Any, folder: Path) -> float:
    """Seconds: `5s`, `2m`, `3h`."""
    length = durations.read(text(value, 'for example "5s"'))
    if length is None:
        raise ValueError(f'{value!r} is not a span of time; write for example "5s", "2m" or "3h"')
    return length


def rate(value: Any, folder: Path) -> Rate:
    """Visits in a time: `300/h`."""
    match = RATE.fullmatch(text(value, 'for example "300/h"'))
    if not match:
        raise ValueError(f'{value!r} is not a rate; write for example "300/h" or "10/min"')
    return Rate(int(match[1]), float(durations.UNITS[match[2]]))


def number(value: Any, folder: Path) -> int:
    """A whole number from 1 up. Raises ValueError for another."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{value!r} is not a whole number from 1 up; write for example 4")
    return value


def one_of(names: tuple[str, ...], value: Any, folder: Path) -> str:
    """One of the names. Raises ValueError, with the nearest name as its fix."""
    word = text(value, f'for example "{names[0]}"')
    if word not in names:
        near = get_close_matches(word, names, n=1)
        fix = f"did you mean {near[0]}?" if near else f"write one of {', '.join(names)}"
        raise ValueError(f"{word!r} is not known; {fix}")
    return word


def pool(each: Callable[[Any, Path], Any], value: Any, folder: Path) -> tuple[Any, ...]:
    """A list in which nothing stands twice."""
    if not isinstance(value, list) or not value:
        raise ValueError("is not a list with something in it; write it in [ ] with commas")
    found = tuple(each(one, folder) for one in value)
    if len(set(found)) < len(found):
        raise ValueError("has an entry twice; leave one out")
    return found


def egress(value: Any, folder: Path) -> str:
    """`default`, `direct` or the address of a proxy. Raises ValueError for another."""
    word = text(value, '"default", "direct" or "http://host:port"')
    if word in (DEFAULT, DIRECT):
        return word
    try:
        return address_values.proxy(word)
    except ValueError as error:
        raise ValueError(f'{error}, "default" or "direct"') from None


def cookies(value: Any, folder: Path) -> Path | None:
    """A file of cookies in Netscape's form, by its path beside the rules; `none` for a guest."""
    word = text(value, "the name of a file of cookies")
    if word == "none":
        return None
    path = folder / Path(word).expanduser()
    try:
        cookie_file.parse(disk.text(path))
    except OSError as error:
        raise ValueError(
            f"{path} cannot be read ({error.strerror}); name a file that this user may read"
        ) from None
    except ValueError:  # also what is no UTF-8
        raise ValueError(
            f"{path} has no cookies in Netscape's form (seven cells between tabs in a line); "
            "export them anew as cookies.txt"
        ) from None
    return path


def clients(value: Any, folder: Path) -> tuple[str, ...]:
    """Players that are tried together: `tv,web`."""
    words = [word.strip() for word in text(value, 'for example "tv,web"').split(",")]
    return tuple(one_of(CLIENTS, word, folder) for word in words)


def checks(value: Any, folder: Path) -> tuple[str, ...]:
    """Links of the operator's own that are looked at daily."""
    many = value if isinstance(value, list) else [value]
    if len(many) > MOST_CHECKS:
        raise ValueError(f"{len(many)} links; {MOST_CHECKS} are the most")
    return address_values.urls(" ".join(text(one, "the address of a media") for one in many))


PARSERS: dict[str, Callable[[Any, Path], Any]] = {
    "rate": rate,
    "gap": span,
    "concurrency": number,
    "max_duration": span,
    "impersonate": partial(one_of, BROWSERS),
    "egress": partial(pool, egress),
    "cookies": partial(pool, cookies),
    "clients": partial(pool, clients),
    "check": checks,
}


def shown(book: RuleBook) -> list[tuple[str, str]]:
    """Each table and its rules in words, without passwords."""
    rows = [(EVERY_SITE, book.default), *sorted(book.sites.items())] if book.path else []
    return [(name, words(rules)) for name, rules in rows]


def words(rules: Rules) -> str:
    """`300/h, 4 at once, 5 s apart, by default`."""
    clock = partial(i18n.clock, "en")
    said = {
        "rate": rules.rate and f"at most {rules.rate}",
        "gap": rules.gap and f"{rules.gap:g} s apart",
        "concurrency": rules.concurrency and f"{rules.concurrency} at once",
        "max_duration": rules.max_duration and f"up to {clock(rules.max_duration)}",
        "impersonate": rules.impersonate and f"as {rules.impersonate}",
        "egress": "by " + " | ".join(map(place, rules.egress)),
        "cookies": rules.cookies
        and "cookies " + " | ".join(one.name if one else "none" for one in rules.cookies),
        "clients": rules.clients and "players " + " | ".join(map(",".join, rules.clients)),
        "check": rules.check and f"{len(rules.check)} checked daily",
    }
    assert set(said) == {one.name for one in fields(Rules)}
    return ", ".join(str(one) for one in said.values() if one)
