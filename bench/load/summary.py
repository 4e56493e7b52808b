"""A result in figures: what a run comes to, beside its goals."""

from dataclasses import asdict
from math import ceil
from typing import Any

from bench.load.scenario import Scenario

#: Times that each third of a load has at least, for a drift to be told.
FEWEST = 3
#: Facts that must be nothing at the end of any run.
NOTHING = (
    *("files_left", "limits_broken", "flood_waits", "uncertain", "unwritten", "product_ended"),
    "never_ended",
)


def result(name: str, scenario: Scenario, measured: dict[str, Any]) -> dict[str, Any]:
    """The whole result: the scenario as it was played, the figures, and whether all is well."""
    figures = told(measured)
    missed = {
        key: [figures.get(key), most]
        for key, most in scenario.goals.items()
        if key not in figures or figures[key] > most
    }
    clean = not measured["faults"] and not any(measured[key] for key in NOTHING)
    good = clean and measured["quiet_in_time"] and not missed and not measured.get("interrupted")
    about = {"name": name, "scenario": asdict(scenario)}
    verdict = {"figures": figures, "missed": missed, "clean": clean, "good": good}
    return {**about, **verdict, **measured}


def told(measured: dict[str, Any]) -> dict[str, float]:
    """The figures that goals name; times in seconds, CPU in cores over the load."""
    figures: dict[str, float] = {}
    for name, series in measured["latency"].items():
        for point in ("p50", "p95", "p99", "p99.9", "max"):
            figures[f"{name}_{point}_s"] = series[point]
    figures |= drifts(measured)
    rows = measured["usage"]
    first, last = rows[0], rows[-1]
    lasted = max(last["at"] - first["at"], 1e-9)
    cpu = {kind: grown(rows, "cpu", kind) for kind in last["cpu"]}
    figures |= {f"cores_{kind}": value / lasted for kind, value in cpu.items()}
    figures["cores"] = sum(cpu.values()) / lasted
    own = {kind: grown(rows, "test_cpu", kind) for kind in last["test_cpu"]}
    figures |= {f"test_cores_{kind}": value / lasted for kind, value in own.items()}
    figures["cpu_ms_per_request"] = 1000 * sum(cpu.values()) / max(measured["asked"], 1)
    figures["pss_max_mib"] = max(sum(row["pss_mib"].values()) for row in rows)
    figures["disk_max_mib"] = max(row["disk_mib"] for row in rows)
    figures["wal_max_mib"] = max(row["wal_mib"] for row in rows)
    figures["budget_max_s"] = max(row["budget_s"] for row in rows)
    figures["lock_errors"] = last["lock_errors"] - first["lock_errors"]
    figures["lock_waits"] = last["lock_waits"] - first["lock_waits"]
    figures["asked_per_second"] = measured["asked"] / max(measured["asked_s"], 1e-9)
    figures["generator_late_max_s"] = measured["generator_late_max_s"]
    return {name: round(value, 4) for name, value in figures.items()}


def drifts(measured: dict[str, Any]) -> dict[str, float]:
    """By how many seconds the p95 of each series is higher for those who came in the last third of
    the arrivals than for those of the first: a queue that grows all the time shows here long before
    it does in the p95 of all."""
    due = measured["arrivals"]
    if not due:
        return {}
    third = (due[-1] - due[0]) / 3
    found = {}
    for name, points in measured["points"].items():
        first = [took for at, took in points if at <= due[0] + third]
        last = [took for at, took in points if at >= due[-1] - third]
        if min(len(first), len(last)) >= FEWEST:
            found[f"{name}_drift_s"] = p95(last) - p95(first)
    return found


def p95(times: list[float]) -> float:
    """The 95th percentile by the nearest rank, of at least one time."""
    return sorted(times)[ceil(0.95 * len(times)) - 1]


def grown(rows: list[dict[str, Any]], group: str, kind: str) -> float:
    """By how much a sum grew; what a process took that ended in between is not lost from its own
    kind's sum, only moved to the kind of who waited for it."""
    return float(rows[-1][group].get(kind, 0.0) - rows[0][group].get(kind, 0.0))


def progress(row: dict[str, Any]) -> str:
    """How it goes, on one line."""
    if "cpu" not in row:
        return f"{row['phase']}; then {row['of']} messages"
    states = ", ".join(f"{count} {state}" for state, count in sorted(row["requests"].items()))
    return (
        f"{row['at']:.0f} s: {row['asked']} of {row['of']} written; requests: {states};"
        f" budget {row['budget_s']:.1f} s ahead"
    )


def lines(result: dict[str, Any]) -> list[str]:
    """What the command prints at its end."""
    figures, faults = result["figures"], result["faults"]
    told = [f"{result['scenario']['title']}: {result['fine']} of {result['asked']} as they should"]
    if result.get("interrupted"):
        told.append(
            f"  interrupted: {result['asked']} of {result['planned']} messages were written,"
            f" {result['unserved']} of them not served by then"
        )
    told += [f"  {name}: {count} {result['which'][name][:3]}" for name, count in faults.items()]
    told += [f"  {name}: {result[name]}" for name in NOTHING if result[name]]
    if not result["quiet_in_time"]:
        told.append("  requests were still open when the time was over")
    told.append(f"{'s':<10}{'count':>7}{'p50':>9}{'p95':>9}{'p99':>9}{'p99.9':>9}{'max':>9}")
    for name, series in result["latency"].items():
        points = (series[point] for point in ("p50", "p95", "p99", "p99.9", "max"))
        told.append(f"{name:<10}{series['count']:>7}" + "".join(f"{p:>9.3f}" for p in points))
    told.append(
        f"cores {figures['cores']:.2f}, {figures['cpu_ms_per_request']:.0f} ms of CPU a request;"
        f" memory {figures['pss_max_mib']:.0f} MiB; WAL {figures['wal_max_mib']:.1f} MiB; lock"
        f" waits {figures['lock_waits']:.0f}, errors {figures['lock_errors']:.0f}"
    )
    own = ", ".join(
        f"{name.removeprefix('test_cores_')} {value:.2f}"
        for name, value in figures.items()
        if name.startswith("test_cores_")
    )
    told.append(
        f"the test's own cores: {own}; written late by at most"
        f" {figures['generator_late_max_s']:.3f} s"
    )
    for name, (value, most) in result["missed"].items():
        told.append(f"MISSED {name}: {value} where {most} is the most")
    return told
