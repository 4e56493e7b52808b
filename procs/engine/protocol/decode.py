"""What a child says, read as what it should be.

A child that a hostile file has taken over says what it likes. So its words are not unpacked but
read: every field of the kind it should have, no text and no list longer than a true one, and names
of files that can only lie in the job's own folder.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from procs.engine.protocol.messages import Fetched
from procs.errors import EngineDied

#: Letters of one text, and items of one list, that nobody has a reason to exceed.
LETTERS, ITEMS = 8192, 10_000
#: Numbers beyond this are refused; so are the infinities.
LARGEST = 1 << 62

T = TypeVar("T")


def into(kind: type[T], value: Any) -> T:
    """`value`, as JSON brought it, as a `kind`: a dataclass, or an alias like `list[str]`. Raises
    EngineDied when it is none."""
    try:
        read: T = build(kind, value)
        return read
    except (TypeError, ValueError) as error:
        raise EngineDied(f"the child said what none says: {error}"[:200]) from None


def build(kind: Any, value: Any) -> Any:
    """A value read as a type: record, list, tuple, optional or plain. Raises TypeError or
    ValueError for another."""
    origin = get_origin(kind)
    if isinstance(kind, UnionType):
        return None if value is None else build(get_args(kind)[0], value)
    if is_dataclass(kind):
        return record(kind, value)
    if origin is list:
        return [build(get_args(kind)[0], one) for one in items(value)]
    if origin is tuple:
        return tuple(several(get_args(kind), items(value)))
    return plain(kind, value)


def record(kind: Any, value: Any) -> Any:
    """A dataclass; a field that is not named has its default."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{kind.__name__}: {type(value).__name__}")
    hints = hints_of(kind)
    if strange := value.keys() - hints.keys():
        raise ValueError(f"{kind.__name__}: {sorted(strange)[0]!r}")
    return kind(**{name: build(hints[name], one) for name, one in value.items()})


@cache
def hints_of(kind: Any) -> dict[str, Any]:
    """The kinds of a record's fields: finding them out takes ten times as long as the rest."""
    found = get_type_hints(kind)
    return {one.name: found[one.name] for one in fields(kind)}


def several(kinds: tuple[Any, ...], values: list[Any]) -> list[Any]:
    """A tuple's values, each read as its own type, or all as the same one."""
    if kinds[1:] == (...,):
        kinds = kinds[:1] * len(values)
    return [build(kind, one) for kind, one in zip(kinds, values, strict=True)]


def items(value: Any) -> list[Any]:
    """A list of at most ITEMS values. Raises TypeError for anything else."""
    if not isinstance(value, list | tuple) or len(value) > ITEMS:
        raise TypeError(f"no list of at most {ITEMS}")
    return list(value)


def plain(kind: Any, value: Any) -> Any:
    """A text, a number, or a truth; 1 and 1.0 are the same."""
    if type(value) in (int, float):
        if not abs(value) <= LARGEST:
            raise ValueError("a number without an end")
        value = kind(value) if kind in (int, float) else value
    if type(value) is not kind:
        raise TypeError(f"{kind.__name__}: {type(value).__name__}")
    if isinstance(value, str) and len(value) > LETTERS:
        raise ValueError(f"a text of {len(value)} letters")
    return value


def fetched(value: Any, folder: Path) -> Fetched:
    """What a child fetched into a folder. Raises EngineDied for names that are not of files there,
    whoever put what in their place."""
    got = into(Fetched, value)
    if not got.files:
        raise EngineDied("the child fetched no files")
    for name in (*got.files, *filter(None, (got.cover, got.subtitles))):
        path = folder / name
        if name != path.name or name in (".", "..") or path.is_symlink() or not path.is_file():
            raise EngineDied(f"the child named {name[:80]!r}, which is no file of its own")
    return got
