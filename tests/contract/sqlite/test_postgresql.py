"""The store's SQL, as a real PostgreSQL reads it: the tables load as the product translates them,
and every statement prepares. Skipped where no PostgreSQL server is installed."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import procs.store
from procs.store.postgresql.statements.dialect import FUNCTIONS, numbered, tables
from procs.store.sqlite.schema import STEPS
from tests import postgresql_server
from tests.contract.statements import SQL, STATEMENTS
from tests.postgresql_server import Server

pytestmark = pytest.mark.sqlite

#: Modules of the store that are about one kind alone, with statements that only it understands.
OTHERS = {"database_file", "migrate", "postgresql", "snapshot", "sqlite"}
#: And those of a move, which name any table; its own tests run them on both kinds.
OTHERS |= {
    "change_notes",
    "figures",
    "move",
    "copy_constraints",
    "server_copy",
    "store_move",
    "table_copy",
    "table_layout",
}
#: What runs a statement.
RUN = {"all", "one", "change", "send", "change_many"}
ROOT = Path(procs.store.__path__[0])


@pytest.fixture(scope="module")
def server() -> Server:
    if postgresql_server.programs() is None:
        pytest.skip("no PostgreSQL server is installed")
    return postgresql_server.running()


def complaints(server: Server, pieces: Mapping[str, str]) -> dict[str, str]:
    """What the server says of each piece that it does not take."""
    server.answer("CREATE DATABASE statements")
    script = "".join(f"\\warn @@{name}\n{text};\n" for name, text in pieces.items())
    told = server.told(script, "statements")
    server.answer("DROP DATABASE statements")
    parts = (part.partition("\n") for part in told.split("@@")[1:])
    assert told.count("@@") == len(pieces), told
    return {name: words.strip() for name, _, words in parts if words.strip()}


def neutral() -> dict[str, str]:
    """The statements that are not SQLite's own."""
    return {name: text for name, text in STATEMENTS.items() if name.partition(".")[0] not in OTHERS}


def test_every_table_and_statement_is_understood_by_postgresql(server: Server) -> None:
    steps = {name: tables(step) for name, step in STEPS}
    prepared = {
        name: f"PREPARE p{place} AS {numbered(text)[0].decode()}"
        for place, (name, text) in enumerate(neutral().items())
    }

    told = complaints(server, {"functions": FUNCTIONS} | steps | prepared)

    assert told == {}


def test_a_statement_that_only_sqlite_understands_is_told(server: Server) -> None:
    told = complaints(server, {"bad": "PREPARE bad AS SELECT MAX(1, 2)", "good": "SELECT 1"})

    assert list(told) == ["bad"]


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        if not OTHERS & set(path.relative_to(ROOT).with_suffix("").parts):
            yield path.name, ast.parse(path.read_text(encoding="utf-8"))


def test_no_statement_stands_where_the_walk_does_not_find_it() -> None:
    elsewhere = [
        f"{name}:{text.lineno} {text.value[:40]!r}"
        for name, tree in sources()
        for text in ast.walk(tree)
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and SQL.match(text.value)
        if not any(text.value in statement for statement in STATEMENTS.values())
    ]

    assert elsewhere == []


def test_no_statement_is_composed_where_it_is_run() -> None:
    composed = [
        f"{name}:{call.lineno}"
        for name, tree in sources()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if call.func.attr in RUN and ast.unparse(call.func.value).endswith("db")
        if not isinstance(call.args[0], ast.Name | ast.Attribute)
    ]

    assert composed == []
