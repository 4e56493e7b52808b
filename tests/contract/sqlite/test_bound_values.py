"""Values go to a statement by their places, whatever stands around the names of its parameters."""

import sqlite3

import pytest

from procs.store.sqlite.statements.bound_values import bound

pytestmark = pytest.mark.sqlite


def run(sql: str, **facts: object) -> list[object]:
    """What a statement selects."""
    text, values = bound(sql)
    (row,) = sqlite3.connect(":memory:").execute(text, values(facts)).fetchall()
    return list(row)


def test_each_value_goes_to_its_name_wherever_it_stands() -> None:
    assert run("SELECT :second, :first, :second", first=1, second=2) == [2, 1, 2]


@pytest.mark.parametrize("facts", [{"other": 1}, {"one": 5, "other": 1}])
def test_what_is_not_asked_for_is_left_out(facts: dict[str, int]) -> None:
    asked = "SELECT :one" if "one" in facts else "SELECT 5"

    assert run(asked, **facts) == [5]


def test_what_looks_like_a_name_in_text_or_a_comment_is_none() -> None:
    sql = "SELECT ':one', 'it''s :one', /* :one */ :two -- :one\n, 'a:one'"

    assert run(sql, two=2) == [":one", "it's :one", 2, "a:one"]


def test_a_value_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="lane"):
        run("SELECT :user, :lane", user=1)
