"""How long a move would take and what room it needs, before anything is copied."""

import time
from collections.abc import Mapping

from procs.store.database import Database
from procs.store.move import figures, table_copy
from procs.store.move.table_layout import layouts

#: By measurement: how much longer a row is written than read, seconds to compare one, bytes of
#: one, and seconds in which the processes stop and start.
WRITE_TO_READ, COMPARED, ROW_BYTES, STOP = 3.0, 1.5e-5, 600, 10.0


def counts(db: Database) -> dict[str, int]:
    """How many rows each table has."""
    return {one.name: figures.count(db, one) for one in layouts()}


def seconds(db: Database, counts: Mapping[str, int]) -> float:
    """About how long the copy would take: by how fast the largest table is read."""
    largest = max((one for one in layouts() if one.key), key=lambda one: counts[one.name])
    began = time.monotonic()
    read = len(table_copy.bite(db, largest, None))
    each = (time.monotonic() - began) / max(read, 1)
    return sum(counts.values()) * each * (1 + WRITE_TO_READ)


def pause(counts: Mapping[str, int]) -> float:
    """About how long nobody would be served, in seconds."""
    return STOP + sum(counts.values()) * COMPARED


def size(counts: Mapping[str, int]) -> int:
    """MiB that the rows take about."""
    return 16 + sum(counts.values()) * ROW_BYTES // 2**20
