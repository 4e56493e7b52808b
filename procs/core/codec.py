"""JSON, as every part of Chapar writes and reads it, and records of what it holds; and a number for
values by which they are compared."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from hashlib import sha256
from typing import Any, TypeVar, dataclass_transform

import orjson

T = TypeVar("T")
#: The value of a JSON text. Raises ValueError when it is not JSON.
load: Callable[[str | bytes], Any] = orjson.loads
#: What JSON may have for a field of a kind.
KINDS: dict[Any, tuple[type, ...]] = {str: (str,), bool: (bool,), int: (int,), float: (float, int)}


def dump(value: Any) -> str:
    """JSON text of `value`, keys sorted so that equal values are equal texts."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def line(value: Any) -> str:
    """JSON text of `value` on one line, keys in their order; what no UTF-8 is becomes `?`."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        clean = {
            k: v.encode(errors="replace").decode() if isinstance(v, str) else str(v)
            for k, v in value.items()
        }
        return orjson.dumps(clean).decode()


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def row_record(kind: type[T]) -> type[T]:
    """A record that is made of each row that is claimed, or as often. The type checker keeps
    everybody from changing one, as with `frozen`; that would cost as much again as making it."""
    return dataclass(slots=True, unsafe_hash=True)(kind)


def record(kind: type[T], facts: Any) -> T:
    """The dataclass `kind` of a JSON object. Fields that it does not have are left out: another
    version of ours may have written them. Raises TypeError when one is missing that it needs,
    TypeError or ValueError for what is no object."""
    try:
        return kind(**facts)
    except TypeError:
        known = names(kind)
        return kind(**{name: fact for name, fact in dict(facts).items() if name in known})


def sound_record(kind: type[T], facts: Any) -> T:
    """The same of a file, which somebody may have edited: raises TypeError also for a number, a
    text or a truth that is something else."""
    found = record(kind, facts)
    for one in fields(kind):  # type: ignore[arg-type]
        wanted = KINDS.get(one.type)
        if wanted and not isinstance(getattr(found, one.name), wanted):
            raise TypeError(f"{one.name} is no {getattr(one.type, '__name__', '')}")
    return found


def names(kind: Any) -> tuple[str, ...]:
    """The fields of a dataclass, in their order."""
    return tuple(one.name for one in fields(kind))


def row_sum(*cells: str | float | bytes | None) -> int:
    """A number of 32 bits that differs with any byte of the cells of a row. A server computes the
    same by itself (`procs.store.move.figures`); its text has no NUL."""
    words = (
        cell
        if isinstance(cell, str)
        else (cell if isinstance(cell, bytes) else struct.pack(">d", cell)).hex()
        for cell in cells
        if cell is not None
    )
    text = "\x01".join(words).replace("\0", "\ufffd")
    return int.from_bytes(sha256(text.encode()).digest()[:4], "big")
