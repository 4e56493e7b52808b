"""Finds the distributions that own an import package.

The standard library's `packages_distributions` makes a path of every file of every distribution:
0.15 s of CPU and 2 MiB in each process that asks. Here the records are only searched.
"""

from importlib import metadata

#: The files in which a distribution says which packages it has, and which files.
TOP_LEVEL, FILE_LIST = "top_level.txt", "RECORD"


def owners_of(package: str) -> list[str]:
    """The names of the installed distributions that own an import package."""
    return sorted({str(one.name) for one in metadata.distributions() if owns(one, package)})


def owns(one: metadata.Distribution, package: str) -> bool:
    """Whether a distribution says that the package is its own, or, where it says nothing, has files
    in it."""
    if declared := (one.read_text(TOP_LEVEL) or "").split():
        return package in declared
    return f"\n{package}/" in f"\n{one.read_text(FILE_LIST) or ''}"
