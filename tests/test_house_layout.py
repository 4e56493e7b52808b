"""The rooms of the house: how many files, what they are called, and who imports whom."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

import pytest

from tests.test_house_rules import Source, imports, ours

SIBLINGS = 12
#: Words in -ing that are no gerunds.
NOUNS: frozenset[str] = frozenset()
#: A name of a constant that stands in more modules than that says nothing. Statements of the store
#: are read behind their module's name (`leases.CLAIM`).
HOMES_OF_A_CONSTANT = 3
MODULES = {source.name for source in ours()}


def is_room(source: Source) -> bool:
    return source.path.name == "__init__.py"


def modules() -> list[Source]:
    return [source for source in ours() if not is_room(source)]


def room(module: str) -> str:
    return module.rpartition(".")[0]


def leaf(module: str) -> str:
    return module.rpartition(".")[2]


def crowded(names: Iterable[str], most: int) -> dict[str, int]:
    return {name: count for name, count in Counter(names).items() if count > most}


def test_a_room_has_at_most_twelve_files():
    assert crowded((room(source.name) for source in modules()), SIBLINGS) == {}


def test_a_name_of_a_module_stands_once():
    names = (leaf(source.name) for source in modules() if leaf(source.name) != "__main__")

    assert crowded(names, 1) == {}


def test_no_module_is_named_by_a_gerund():
    wrong = [s.name for s in modules() if leaf(s.name).endswith("ing")]

    assert sorted({leaf(name) for name in wrong} - NOUNS) == []


def test_a_name_of_a_class_has_one_meaning():
    names = [node.name for s in modules() for node in s.tree.body if isinstance(node, ast.ClassDef)]

    assert crowded(names, 1) == {}


def constants(source: Source) -> Iterator[str]:
    """The upper-case names that a module gives at its top."""
    for node in source.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        for target in targets:
            for name in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(name, ast.Name) and name.id.isupper():
                    yield name.id


def test_a_constant_says_what_it_is_of():
    names = (n for s in modules() if s.part != "procs.store" for n in constants(s))

    assert crowded(names, HOMES_OF_A_CONSTANT) == {}


def test_a_room_says_what_it_is_for_and_what_others_may_import():
    rooms = [s for s in ours() if is_room(s) and s.name not in ("procs", "daemon")]
    said = {s.name: (ast.get_docstring(s.tree) or "").partition("\n\n") for s in rooms}

    assert [name for name, (first, _, rest) in said.items() if not (first and rest)] == []


def module_of(imported: str) -> str | None:
    """The module of ours that an import names, None for one of others."""
    return next((m for m in (imported, room(imported)) if m in MODULES), None)


ROOMS = {source.name for source in ours() if is_room(source)}


@cache
def calls() -> dict[str, set[str]]:
    """For each room, the rooms whose modules it imports; the two roots hold a version."""
    found: dict[str, set[str]] = defaultdict(set)
    for source in modules():
        for imported in imports(source):
            module = module_of(imported)
            there = module if module in ROOMS else room(module or "")
            if "." in there and there != room(source.name):
                found[room(source.name)].add(there)
    return found


def reached(graph: dict[str, set[str]], start: str) -> set[str]:
    seen, ahead = set(), [start]
    while ahead:
        for following in graph.get(ahead.pop(), ()):
            if following not in seen:
                seen.add(following)
                ahead.append(following)
    return seen


@pytest.mark.parametrize("name", sorted(ROOMS))
def test_no_room_is_reached_from_what_it_imports(name):
    assert name not in reached(calls(), name)


#: asyncio names these callbacks of a protocol.
CALLBACKS = frozenset({"connection_made", "connection_lost", "data_received", "eof_received"})
CALLBACKS |= {"datagram_received"}
#: Verbs that look like participles, and words that are one beside a verb.
VERBS = frozenset(
    {"bind", "feed", "need", "proceed", "put", "read", "seed", "set", "shed", "speed"}
)
SPOKEN = frozenset(
    {"gone", "heard", "held", "kept", "known", "lost", "made", "met", "said", "seen"}
)
SPOKEN |= {"sent", "shown", "taken", "tell", "told", "written"}


def is_participle(name: str) -> bool:
    word = name.strip("_")
    return word not in VERBS and (word in SPOKEN or (word.endswith("ed") and "_" not in word))


def test_a_function_that_returns_nothing_is_named_by_a_verb():
    found = [
        f"{source.name}.{node.name}"
        for source in modules()
        for node in source.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and isinstance(node.returns, ast.Constant)
        and node.returns.value is None
        and node.name not in CALLBACKS
        and is_participle(node.name)
    ]

    assert found == []
