"""What one new film may cost; `_vs_before` beside the commit BEFORE in the same run."""

#: The commit at which the budget of a film was drawn up (docs/performance.md).
BEFORE = "fb087f9"

GOALS = {
    "new_film_cpu_ms": 130.0,
    "new_film_vs_before": 0.4,
    "new_film_p50_ms": 150.0,
    "known_link_cpu_ms": 6.0,
    "known_p50_ms": 10.0,
    "burst30_cpu_s": 4.5,
    "burst30_last_s": 4.0,
    "child_pss_mib": 20.0,
    "pss_32_downloads_mib": 800.0,
    "idle_pss_mib": 240.0,
}
