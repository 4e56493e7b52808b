"""What the lease table must reach, and how a figure is held against it."""

from dataclasses import dataclass

#: A figure that could not be measured (a server that is not there) is None.
Figures = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Goal:
    """`most` is the largest good value, or `least` the smallest."""

    meaning: str
    most: float | None = None
    least: float | None = None

    def met(self, value: float | None) -> bool:
        """A figure that is missing meets no goal."""
        if value is None:
            return False
        return (self.most is None or value <= self.most) and (
            self.least is None or value >= self.least
        )

    def __str__(self) -> str:
        return f"≤ {self.most:g}" if self.most is not None else f"≥ {self.least:g}"


#: Seats of a user in the measure of fair turns.
CAP = 2

GOALS = {
    "cycle_vs_raw": Goal("finish + hand on + claim, in raw one-row writes", most=2.6),
    "cycle16_vs_raw": Goal("the same, per job where sixteen end and are claimed at once", most=1.4),
    "cycle_vs_bare": Goal("the same, in cycles of the barest such table", most=1.3),
    "cycle_vs_huey_dequeue": Goal("the same, in bare dequeues of huey (fsync=off)", most=1.5),
    "worker_vs_huey": Goal("jobs/s of the worker program, in huey's (fsync=off)", least=1.2),
    "worker_vs_celery": Goal("in those of celery on Redis", least=15),
    "worker_vs_procrastinate": Goal("in those of procrastinate on PostgreSQL", least=30),
    "wake_p50_ms": Goal("from the enqueue to the job's start in a sleeping worker", most=1),
    "wake_p99_ms": Goal("the same, one in a hundred", most=5),
    "idle_cpu_percent": Goal("of one core, a sleeping worker", most=0.05),
    "depth_1e6_ratio": Goal(
        "a claim behind 1,000,000 waiting jobs, in claims behind 1,000", most=2
    ),
    "finished_1e6_ratio": Goal("… beside 1,000,000 finished ones", most=1.5),
    "capped_1e6_ratio": Goal("… beside 1,000,000 of one user at the cap", most=1.5),
    "fair_first": Goal("jobs of a 500-link user started before a new user's first", most=CAP),
    "storm_lost": Goal("jobs lost in a storm of kills", most=0),
    "storm_twice": Goal("jobs finished twice in it", most=0),
    "rescue_p99_ms": Goal("from kill -9 to the job's start elsewhere", most=100),
    "writer_share_min_4": Goal("least share of four FULL writers, in fair shares", least=0.7),
}
