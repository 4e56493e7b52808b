"""How much is measured of each part: whole, and briefly, which shows that all of it runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Amounts:
    """`jobs`: cycles of processes; `busy`: those that take a while; `turns`: of what is measured
    in turns; `peers`: jobs of the slowest queue; `wakes`: trips; `rest` and `counted`: seconds
    without a change before an idle machine's statements are counted, and of the count; `deep`: jobs
    in a long line; `cycles`: after which tables are measured; `free` and `held`: seconds of work
    before a snapshot and under it; `round`: jobs that come and go at a time there; `aged`: those
    that did before; `users` and `moved`: people and jobs of a store that moves."""

    jobs: int
    busy: int
    turns: int
    peers: int
    wakes: int
    rest: float
    counted: float
    deep: int
    cycles: int
    free: float
    held: float
    round: int
    aged: int
    users: int
    moved: int


#: An hour of 800 jobs a second comes and goes under the snapshot.
WHOLE = Amounts(
    jobs=1_000,
    busy=600,
    turns=400,
    peers=800,
    wakes=300,
    rest=100.0,
    counted=60.0,
    deep=1_000_000,
    cycles=1_000_000,
    free=20.0,
    held=120.0,
    round=2_000,
    aged=800 * 3600,
    users=200_000,
    moved=1_000_000,
)
BRIEF = Amounts(
    jobs=120,
    busy=60,
    turns=60,
    peers=80,
    wakes=30,
    rest=70.0,
    counted=20.0,
    deep=20_000,
    cycles=4_000,
    free=2.0,
    held=4.0,
    round=80,
    aged=20_000,
    users=1_000,
    moved=5_000,
)
