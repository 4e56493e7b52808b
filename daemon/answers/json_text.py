"""Prints a command's answer, as lines or as JSON.

Records become objects with the names of their fields, instants stay epoch seconds, sizes bytes. A
program can rely on a field that is there; new ones may come.
"""

import argparse
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from daemon.console.output import visible


def show(
    options: argparse.Namespace, lines: Callable[[], Iterable[str]], facts: Callable[[], Any]
) -> None:
    """What the caller wants of both. JSON is ASCII, which a stream of any encoding has as it is."""
    if options.json:
        print(json.dumps(plain(facts()), indent=2))
    else:
        print(*map(visible, lines()), sep="\n")


def plain(value: Any) -> Any:
    """A value as JSON can have it. States and lanes are their names; a number without end is
    null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Enum):
        return value.name.lower()
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {word(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def word(key: Any) -> str:
    """A key of an object; one of several parts has slashes between them."""
    if isinstance(key, tuple):
        return "/".join(map(str, key))
    return key.name.lower() if isinstance(key, Enum) else str(key)
