"""The source as the house rules read it: every module with its text, its tree, its imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from tests import ROOT

#: Imports point downward: from a layer to one with a smaller number, or into the same part.
LAYERS = {
    "procs": 0,
    "procs.store": 1,
    "procs.start": 2,
    "procs.engine": 2,
    "procs.media": 2,
    "procs.telegram": 2,
    "procs.charts": 2,
    "procs.backups": 2,
    "procs.worker": 3,
    "procs.bot": 3,
    "procs.keeper": 3,
    "daemon": 4,
}


@dataclass(frozen=True, eq=False)
class Source:
    """One module of ours; there is one of each path, and it is parsed once."""

    name: str
    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree, which takes longer to walk than to parse."""
        return tuple(ast.walk(self.tree))

    @property
    def part(self) -> str:
        """The layer it belongs to: `procs.store`, or `procs` for the ground."""
        package = ".".join(self.name.split(".")[:2])
        return package if package in LAYERS else self.name.split(".")[0]


@cache
def sources(*roots: str) -> tuple[Source, ...]:
    return tuple(source(path) for root in roots for path in sorted((ROOT / root).rglob("*.py")))


@cache
def source(path: Path) -> Source:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return Source(name.removesuffix(".__init__"), path, path.read_text(encoding="utf-8"))


#: Read while tests are collected, before any of them can have left something behind; parsed when a
#: rule asks, since each process of the suite collects all files.
OURS = sources("daemon", "procs")


def ours() -> tuple[Source, ...]:
    return OURS


def imports(source: Source) -> Iterator[str]:
    """Every module a source names in an import, `from a import b` as `a.b`."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source.name}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(module: str) -> str | None:
    """The layer of an imported module of ours, None for others'."""
    package = ".".join(module.split(".")[:2])
    top = module.split(".")[0]
    return package if package in LAYERS else top if top in LAYERS else None


def under(name: str, homes: tuple[str, ...]) -> bool:
    return any(name == home or name.startswith(f"{home}.") for home in homes)
