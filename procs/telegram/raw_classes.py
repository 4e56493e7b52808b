"""Loads the library's raw classes one by one, when they are asked for.

The library has a module for each of some 2,800 types and functions of Telegram's schema, and loads
them all when it is imported: 0.7 s of CPU and 40 MiB in each process, where a hundred are used. The
library's files stay as they are; what changes is how three kinds of its packages are loaded: of
`pyrogram.raw.types`, `.functions` and `.base` each name is imported at its first use (PEP 562), and
the table of constructors in `pyrogram.raw.all` is resolved one by one. A package that is written
otherwise than expected is loaded as the library loads it.

The library's objects have a length, that of their bytes, and no truth of their own: so `if update:`
wrote the whole object down, and each answer was decoded and encoded again. Here each is true.
"""

import importlib
import re
import sys
from collections.abc import Iterable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

RAW = "pyrogram.raw"
PACKAGES = re.compile(r"pyrogram\.raw\.(?:types|functions|base)(?:\.\w+)?")
A_CLASS = re.compile(r"from \.(\w+) import (\w+)")
PARTS = re.compile(r"from \. import (\w+(?:, \w+)*)")


class Constructors(dict[int, Any]):
    """The class of each constructor number, imported when it is first met. Raises KeyError for a
    number that this layer does not have."""

    def __init__(self, places: dict[int, str]) -> None:
        super().__init__()
        self.places = places

    def __missing__(self, number: int) -> Any:
        package, _, name = self.places[number].rpartition(".")
        self[number] = found = getattr(importlib.import_module(package), name)
        return found


class RawLoader(SourceFileLoader):
    """Loads `pyrogram.raw`: its parts, without all of their classes."""

    def exec_module(self, module: ModuleType) -> None:
        # First, since the reader of types takes the table from there when it is imported.
        table: Any = importlib.import_module(f"{RAW}.all")
        table.objects = Constructors(table.objects)
        for name in ("types", "functions", "base", "core"):
            importlib.import_module(f"{RAW}.{name}")
        give_truth(sys.modules[f"{RAW}.core"])


class PackageLoader(SourceFileLoader):
    """Loads one package of classes: a name is imported when it is asked for."""

    def exec_module(self, module: ModuleType) -> None:
        homes = homes_of(self.get_data(self.path).decode())
        if homes is None:
            super().exec_module(module)
            return

        def find(name: str) -> Any:
            if name not in homes:
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            home = importlib.import_module(f"{module.__name__}.{homes[name]}")
            found = home if name == homes[name] else getattr(home, name)
            setattr(module, name, found)
            return found

        module.__getattr__ = find  # type: ignore[method-assign]
        module.__dir__ = lambda: sorted({*vars(module), *homes})  # type: ignore[method-assign]


class RawFinder(MetaPathFinder):
    """Finds these packages where they are, and has them loaded by the loaders above."""

    def find_spec(
        self, fullname: str, path: Iterable[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        kind = RawLoader if fullname == RAW else PackageLoader
        if kind is PackageLoader and not PACKAGES.fullmatch(fullname):
            return None
        spec = PathFinder.find_spec(fullname, None if path is None else list(path), target)
        if spec is None or spec.origin is None or spec.submodule_search_locations is None:
            return None
        spec.loader = kind(fullname, spec.origin)
        return spec


def give_truth(core: Any) -> None:
    """Have every object of the library be true without being written down; a list of them is true
    when it has one, as any list."""
    core.TLObject.__bool__ = lambda one: True
    core.List.__bool__ = lambda some: len(some) > 0


def homes_of(source: str) -> dict[str, str] | None:
    """The module of each name that a package offers; None when it does more than to offer them."""
    homes: dict[str, str] = {}
    for line in source.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if found := A_CLASS.fullmatch(line.strip()):
            homes[found[2]] = found[1]
        elif found := PARTS.fullmatch(line.strip()):
            homes |= {name: name for name in found[1].split(", ")}
        else:
            return None
    return homes


def load_when_asked_for() -> None:
    """Have the library's raw classes loaded so, when it is not imported yet; repeated, it does
    nothing."""
    if not any(isinstance(finder, RawFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, RawFinder())
