"""Nothing of the product is there for tests and benches alone: they use what the product runs."""

import ast
from collections.abc import Iterator
from functools import cache

from tests.source import Source, ours

#: Called by their decorators, or by whoever starts the module.
STARTS = {"main", "cli"}


@cache
def aliases(source: Source) -> dict[str, str]:
    """What the names that a module imports stand for."""
    found = {}
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom):
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
        elif isinstance(node, ast.Import):
            found |= {one.asname or one.name: one.name for one in node.names}
    return found


def functions(source: Source) -> dict[str, ast.AST]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name: node for node in source.tree.body if isinstance(node, kinds)}


def named(source: Source) -> Iterator[str]:
    """What a module speaks of, by full name, each function apart from where it names itself."""
    known, mine, module = aliases(source), functions(source), source.name
    for part in source.tree.body:
        for node in ast.walk(part):
            if isinstance(node, ast.Name):
                if node.id in mine and mine[node.id] is not part:
                    yield f"{module}.{node.id}"
                elif node.id in known:
                    yield known[node.id]
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                yield f"{known.get(node.value.id, '')}.{node.attr}"


def test_every_function_of_a_module_is_called_by_the_product() -> None:
    exported = {f"{s.name}.{name}": full for s in ours() for name, full in aliases(s).items()}
    used = {name for source in ours() for name in named(source)}
    used |= {exported[name] for name in used if name in exported}

    unused = [
        f"{source.name}.{name}"
        for source in ours()
        for name, node in functions(source).items()
        if f"{source.name}.{name}" not in used and name not in STARTS
        if not getattr(node, "decorator_list", []) or isinstance(node, ast.ClassDef)
    ]

    assert unused == []
