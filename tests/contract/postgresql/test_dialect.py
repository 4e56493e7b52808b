"""What is changed in a statement for PostgreSQL, and what values become on their way."""

import pytest

from procs.store.database import Database
from procs.store.postgresql.statements.dialect import array_of, batched, numbered, tables

pytestmark = pytest.mark.postgresql


@pytest.mark.parametrize(
    ("sql", "text", "names"),
    [
        ("SELECT :a, :b, :a", "SELECT $1, $2, $1", ("a", "b")),
        ("SELECT ':a' || :a", "SELECT ':a' || $1", ("a",)),
        ("SELECT 'it''s :a', :b", "SELECT 'it''s :a', $1", ("b",)),
        ("SELECT 1 -- :a\n + :b", "SELECT 1 -- :a\n + $1", ("b",)),
        ("SELECT CAST(:a AS INTEGER)", "SELECT CAST($1 AS BIGINT)", ("a",)),
        ("SELECT a::text, 'REAL'", "SELECT a::text, 'REAL'", ()),
    ],
)
def test_a_parameter_is_numbered_and_a_text_in_quotes_stays(
    sql: str, text: str, names: tuple[str, ...]
) -> None:
    assert numbered(sql) == (text.encode(), names)


def test_changes_of_many_rows_are_one_with_an_array_of_each_fact() -> None:
    text, names = batched("UPDATE t SET a = :event WHERE id = :job AND b = :job", False)

    assert names == ("event", "job")
    assert b" ".join(text.split()) == (
        b"UPDATE t SET a = given_event"
        b" FROM UNNEST(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[])) AS given (given_event, given_job)"
        b" WHERE id = given_job AND b = given_job"
    )
    assert array_of("job", [1, -(2**62)]) == f"{{1, {-(2**62)}}}"
    assert array_of("event", ["a", None]) == '{"a",NULL}'


def test_a_column_of_text_is_ordered_by_its_bytes_and_a_cast_is_left_alone() -> None:
    assert tables("    name  TEXT NOT NULL,\n") == '    name  TEXT COLLATE "C" NOT NULL,\n'
    assert tables("SELECT CAST(a AS TEXT)") == "SELECT CAST(a AS TEXT)"


@pytest.mark.parametrize(
    ("value", "kept"),
    [(2**62, 2**62), (-1, -1), ("سلام", "سلام"), ("a\0b", "a\ufffdb"), (None, None)],
)
def test_a_value_comes_back_as_it_went(db: Database, value: object, kept: object) -> None:
    kind = "TEXT" if isinstance(value, str) else "INTEGER"

    assert db.one(f"SELECT CAST(:value AS {kind})", {"value": value}) == (kept,)


def test_instants_keep_their_fractions_and_truths_and_sums_are_numbers(db: Database) -> None:
    at = 1790000000.123457
    found = db.one(
        "SELECT CAST(:at AS REAL), 1 = 1, SUM(n) FROM (SELECT 1 AS n UNION ALL SELECT 2) AS ns",
        {"at": at},
    )

    assert found == (at, 1, 3)
    assert [type(one) for one in found or ()] == [float, int, int]
