"""Statements name states and lanes by their enumerations: another member is not forgotten."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.place import Place
from tests.contract.statements import STATEMENTS, modules

#: A number beside the name of a column that an enumeration gives its numbers.
NUMBER = re.compile(
    r"\b(?:state|lane)\s*(?:=|<>|<=|>=|<|>|IN\s*\()\s*\d|\bstate = CASE[^=]*?(?:THEN|ELSE) \d"
)

#: A fifth lane, as somebody would add one to `Lane`: everything else is the store's own.
FIFTH = """
import sys
from enum import IntEnum
from pathlib import Path
from procs.records import job
job.Lane = IntEnum("Lane", {**job.Lane.__members__, "FIFTH": 4})
from procs.core.clock import now
from procs.records.job_payload import LinkPayload
from procs.store.jobs import leases, seats, recovery
from procs.store.health import workers
from tests.contract.place import Place
db = Place(Path(sys.argv[1])).open()
with db.write():
    seats.add(db, seats.NewJob(7, job.Lane.FIFTH, job.Kind.FETCH, LinkPayload()), now=now())
worker = workers.enter(db, "w00-1", now=now())
leases.claim(db, worker=worker, lane=job.Lane.FIFTH, room=1, now=now())
print(len(leases.renew(db, worker=worker, now=now())))
print(len(db.all(recovery.HELD_BY, {"worker": worker})))
"""


def pieces(module: str) -> list[tuple[str, str]]:
    """What stands as text in the statements of a module, by their names."""
    leaf = module.rpartition(".")[2]
    source = Path(str(importlib.import_module(module).__file__)).read_text(encoding="utf-8")
    return [
        (name, text.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        if (name := f"{leaf}.{ast.unparse(node.targets[0])}") in STATEMENTS
        for text in ast.walk(node.value)
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    ]


def test_no_statement_names_a_state_or_a_lane_by_its_number() -> None:
    found = [piece for module in modules() for piece in pieces(module)]

    numbered = [name for name, text in found if NUMBER.search(text)]

    assert len(found) > 200
    assert numbered == []


@pytest.mark.parametrize(
    "text",
    [" AND j.state = 1", "lane IN (0, 1)", "SET state = CASE stop WHEN 0 THEN 2 ELSE 22 END"],
)
def test_a_number_would_be_found(text: str) -> None:
    assert NUMBER.search(text)


def test_a_lease_of_another_lane_is_renewed_and_found_at_its_workers_death(place: Place) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FIFTH, place.folder], capture_output=True, text=True, check=True
    )

    assert ran.stdout.split() == ["1", "1"]
