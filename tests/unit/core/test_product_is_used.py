"""Nothing of the product is there for tests and benches alone: they use what the product runs."""

import ast
from collections.abc import Iterator
from functools import cache

from tests import ROOT

#: Called by their decorators, or by whoever starts the module.
STARTS = {"main", "cli"}


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the product."""
    paths = [path for part in ("procs", "daemon") for path in (ROOT / part).rglob("*.py")]
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths}
    return {
        name.removesuffix(".__init__"): ast.parse(path.read_text(encoding="utf-8"))
        for path, name in names.items()
    }


def aliases(tree: ast.Module) -> dict[str, str]:
    """What the names that a module imports stand for."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
        elif isinstance(node, ast.Import):
            found |= {one.asname or one.name: one.name for one in node.names}
    return found


def functions(tree: ast.Module) -> dict[str, ast.AST]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name: node for node in tree.body if isinstance(node, kinds)}


def named(module: str, tree: ast.Module) -> Iterator[str]:
    """What a module speaks of, by full name, each function apart from where it names itself."""
    known, mine = aliases(tree), functions(tree)
    for part in tree.body:
        for node in ast.walk(part):
            if isinstance(node, ast.Name):
                if node.id in mine and mine[node.id] is not part:
                    yield f"{module}.{node.id}"
                elif node.id in known:
                    yield known[node.id]
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                yield f"{known.get(node.value.id, '')}.{node.attr}"


def test_every_function_of_a_module_is_called_by_the_product() -> None:
    exported = {
        f"{m}.{name}": full for m, tree in trees().items() for name, full in aliases(tree).items()
    }
    used = {name for module, tree in trees().items() for name in named(module, tree)}
    used |= {exported[name] for name in used if name in exported}

    unused = [
        f"{module}.{name}"
        for module, tree in trees().items()
        for name, node in functions(tree).items()
        if f"{module}.{name}" not in used and name not in STARTS
        if not getattr(node, "decorator_list", []) or isinstance(node, ast.ClassDef)
    ]

    assert unused == []
