"""Every statement of the store, found by walking its modules: a new one cannot be left out."""

import importlib
import pkgutil
import re

import procs.store

SQL = re.compile(r"\s*(SELECT|UPDATE|DELETE|INSERT|WITH)\b")
PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)")


def modules() -> list[str]:
    """The modules of the store and of its folders."""
    found = pkgutil.walk_packages(procs.store.__path__, "procs.store.")
    return [info.name for info in found]


def statements() -> dict[str, str]:
    """Every statement of every module of the store, `module.NAME`."""
    found = {}
    for module in modules():
        for name, text in vars(importlib.import_module(module)).items():
            if name.isupper() and isinstance(text, str) and SQL.match(text):
                found[f"{module.rpartition('.')[2]}.{name}"] = text
    return found


STATEMENTS = statements()
