"""What the documents and docstrings call by name exists: files, folders, modules, rooms. Every
public function and class has a docstring, with words of its own."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import accumulate

import pytest

from tests.source import ROOT, Source, ours, sources

#: A changelog is not among them: it names what was.
DOCUMENTS = ("ARCHITECTURE.md", "README.md", "CONTRIBUTING.md", ".env.example")
#: Sources of others, which a docstring may point to.
FOREIGN = ("yt_dlp/",)
CODE = sources("daemon", "procs", "tests", "bench")
PRODUCT = [source for source in CODE if not source.name.startswith("tests")]
ROOMS = [source for source in ours() if source.path.name == "__init__.py"]


def tails(path: str) -> Iterator[str]:
    """A path and all its ends: `a/b`, `b`."""
    return accumulate(reversed(path.split("/")), lambda end, part: f"{part}/{end}")


PATHS = {str(source.path.relative_to(ROOT)) for source in CODE}
#: Classes of libraries, which a docstring may name.
LIBRARIES = {"Client"}
FILES = {tail for path in PATHS for tail in tails(path)}
MODULES = {source.name for source in CODE}


def prose(source: Source) -> str:
    """A module's docstrings and the comments on lines of their own."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in source.nodes if isinstance(node, kinds)]
    comments = [line for line in source.text.splitlines() if line.lstrip().startswith("#")]
    return "\n".join([ast.get_docstring(node) or "" for node in nodes] + comments)


@cache
def texts() -> dict[str, str]:
    documents = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
    return documents | {source.name: prose(source) for source in CODE}


def is_file(name: str) -> bool:
    return name in FILES or name.startswith(FOREIGN)


def is_place(name: str) -> bool:
    """A folder, or a file without its ending."""
    return (ROOT / name).exists() or (ROOT / f"{name}.py").exists()


def is_module(name: str) -> bool:
    """A module, or a name in one."""
    return name in MODULES or name.rpartition(".")[0] in MODULES


@cache
def classes() -> set[str]:
    found = (node for source in CODE for node in source.nodes)
    return {node.name for node in found if isinstance(node, ast.ClassDef)}


def is_class(name: str) -> bool:
    return name in classes() | LIBRARIES


@pytest.mark.parametrize(
    ("pattern", "exists"),
    [
        (r"[\w/-]*\w\.py\b", is_file),
        (r"\b(?:procs|daemon|tests|bench)/[\w/]*\w\b(?![.\w])", is_place),
        (r"`((?:procs|daemon|tests|bench)\.[\w.]+)`", is_module),
        (r"`([A-Z]\w*[a-z]\w*)\.\w+`", is_class),
    ],
)
def test_what_a_text_names_exists(pattern, exists):
    found = {(text, name) for text, words in texts().items() for name in re.findall(pattern, words)}

    assert len(found) > 10
    assert sorted(pair for pair in found if not exists(pair[1])) == []


def tree() -> str:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("\n## The tree\n")[2]
    return text.split("```")[1]


def drawn() -> dict[str, str]:
    """Each folder of the drawing: its dotted name, and what stands beside it."""
    found: dict[str, str] = {}
    above: list[str] = []
    for line in tree().splitlines():
        if row := re.fullmatch(r"( *)(\w+)/ *(.*)", line):
            above = [*above[: len(row[1]) // 2], row[2]]
            found[".".join(above)] = row[3]
        elif found and line.startswith("      "):
            found[".".join(above)] += f" {line.strip()}"
    return found


def test_the_tree_shows_every_room_with_the_first_sentence_of_its_docstring():
    said = {r.name: (ast.get_docstring(r.tree) or "").partition("\n\n")[0] for r in ROOMS}
    shown = {name: what for name, what in drawn().items() if name.startswith(("procs.", "daemon"))}

    assert shown == {name: what for name, what in said.items() if name != "procs"}


def test_the_prose_of_the_documents_is_no_wider_than_the_code():
    for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        assert [line for line in lines if len(line) > 100 and not line.startswith("|")] == []


#: The methods by which a library calls what derives from its classes; its own pages describe them.
CALLED_BY_LIBRARIES = re.compile(
    r"allocate_message_identity|close|compose|connect|connection_(?:lost|made)|data(?:gram)?_received"
    r"|emit|eof_received|exec_module|find_spec|format|handle_(?:read|updates)|load|on_mount|open"
    r"|(?:pause|resume)_writing|read|redirect_request|run|save|setsignals|take_down|writable"
)
#: What says nothing beside a name.
EMPTY = re.compile("a|an|the|of|for|to|and|in|is|are|it|its|this|that|returns?|gets?")

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Named = tuple[str, ast.AST, ast.ClassDef | None]


def public(source: Source) -> Iterator[Named]:
    """The public classes and functions of a module, not those inside of functions."""
    yield from below(source.tree, source.name, None)


def below(node: ast.AST, name: str, owner: ast.ClassDef | None) -> Iterator[Named]:
    for one in ast.iter_child_nodes(node):
        if isinstance(one, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if one.name.startswith("_"):
                continue
            yield f"{name}.{one.name}", one, owner
            if isinstance(one, ast.ClassDef):
                yield from below(one, f"{name}.{one.name}", one)
        elif isinstance(one, ast.If):
            yield from below(one, name, owner)


@cache
def product_classes() -> dict[str, ast.ClassDef]:
    """Those of the product by their names; whoever collects the tests alone parses nothing."""
    return {
        one.name: one
        for source in PRODUCT
        for _, one, _ in public(source)
        if isinstance(one, ast.ClassDef)
    }


def names_of_bases(owner: ast.ClassDef) -> list[str]:
    return [ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in owner.bases]


def declares(base: str, method: str) -> bool:
    """Whether a class of ours, or what it derives from, has a field or a method of this name."""
    if base not in product_classes():
        return bool(CALLED_BY_LIBRARIES.fullmatch(method))
    found = product_classes()[base]
    fields = {
        one.target.id
        for one in found.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    }
    methods = {one.name for one in found.body if isinstance(one, FUNCTIONS)}
    above = any(declares(name, method) for name in names_of_bases(found))
    return method in fields | methods or above


def needs_none(source: Source, node: ast.AST, owner: ast.ClassDef | None) -> bool:
    """What is described elsewhere: an override by its base, a `main` by its module."""
    if not isinstance(node, FUNCTIONS):
        return False
    if owner is None:
        return node.name == "main" and bool(ast.get_docstring(source.tree))
    return any(declares(base, node.name) for base in names_of_bases(owner))


def test_every_public_function_and_class_says_what_it_is_for():
    silent = [
        name
        for source in PRODUCT
        for name, node, owner in public(source)
        if not ast.get_docstring(node) and not needs_none(source, node, owner)
    ]
    assert silent == []


def test_no_docstring_says_only_the_name_again():
    empty = [
        name
        for source in PRODUCT
        for name, node, _ in public(source)
        if (text := ast.get_docstring(node)) and not words(text) - words(name.rpartition(".")[2])
    ]
    assert empty == []


def words(text: str) -> set[str]:
    """The words of a text or a name, in the singular, without those that say nothing."""
    parts = re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower())
    return {part.removesuffix("s") for part in parts if not EMPTY.fullmatch(part)}
