"""writer_share_min_4: whether four processes that wait for the disk each get their share."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.queue import children, table
from bench.queue.limit import Raw
from bench.queue.report import Report
from bench.queue.rounds import middle
from bench.queue.table import Table

WRITERS = 4
#: Seconds of writing.
SPAN = 2.0


def measure(report: Report, folder: Path, *, quick: bool) -> None:
    """Each writer's share of fair shares, beside writers of bare SQLite."""
    report.part(f"{WRITERS} processes, each with FULL transactions one after the other (medians)")
    Raw(folder / "raw.db", full=True).make().close()
    Table(folder).make()
    told: dict[str, list[tuple[float, float, float]]] = {"enqueue": [], "raw": []}
    for _ in range(1 if quick else 5):
        for kind, results in told.items():
            results.append(together(kind, folder))
    for kind, name in (("raw", "raw, SQLite's busy timeout"), ("enqueue", "ours (enqueue)")):
        shares, waits, rates = zip(*told[kind], strict=True)
        note = f"longest wait {middle(list(waits)):.0f} ms, {middle(list(rates)):,.0f} in a second"
        report.row(f"{name}: least share", middle(list(shares)), note=note)
    report.figure("writer_share_min_4", middle([share for share, _, _ in told["enqueue"]]))


def together(kind: str, folder: Path) -> tuple[float, float, float]:
    """The least share in fair shares, the longest wait in ms, all transactions per second."""
    words, pipe = ("-m", "bench.queue.writers", kind, folder), subprocess.PIPE
    crew = [children.python(words, stdin=pipe, stdout=pipe) for _ in range(WRITERS)]
    pipes = [children.pipes(one) for one in crew]
    for _, said_by in pipes:
        said_by.readline()  # it is there
    start = time.monotonic() + 0.1
    for told_to, _ in pipes:
        told_to.write(b"%f\n" % start)
        told_to.flush()
    said = [json.loads(one.communicate()[0]) for one in crew]
    counts = [one["count"] for one in said]
    return (
        min(counts) / (sum(counts) / WRITERS),
        1000 * max(one["longest"] for one in said),
        sum(counts) / SPAN,
    )


def writing(kind: str, folder: Path) -> Callable[[], object]:
    """One FULL transaction."""
    if kind == "raw":
        return Raw(folder / "raw.db", full=True).write
    db = Table(folder).open()
    return lambda: table.enqueue(db, [table.download(1)], full=True)


def main() -> None:
    """One writer; it says when it is there, and is told when all of them begin."""
    write, count, longest = writing(sys.argv[1], Path(sys.argv[2])), 0, 0.0
    print("here", flush=True)
    start = float(sys.stdin.readline())
    time.sleep(max(0.0, start - time.monotonic()))
    before = start
    while before < start + SPAN:
        write()
        count, after = count + 1, time.monotonic()
        longest, before = max(longest, after - before), after
    print(json.dumps({"count": count, "longest": longest}))


if __name__ == "__main__":
    main()
