"""The result as one HTML page: figures, verdict, plots, and on what it was measured."""

from html import escape
from itertools import pairwise
from typing import Any

from hdrh.histogram import HdrHistogram

from bench.load import summary
from bench.load.plots import Line, Point, plot

POINTS = ("p50", "p75", "p90", "p95", "p99", "p99.9", "max")
#: Places of a percentile plot: each step across is one nine more.
NINES = [n / 10 for n in range(31)]
#: Dots of one series at most; beyond it, the slowest of each stretch of time.
DOTS = 1500
STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111;
background:#fff}table{border-collapse:collapse;width:100%;margin:.5rem 0}
td,th{padding:.2rem .6rem;text-align:right;border-bottom:1px solid #ddd}
td:first-child,th:first-child{text-align:left}svg{width:100%;height:auto}svg text{font-size:11px;
fill:#444}.end{text-anchor:end}.mid{text-anchor:middle}.grid{stroke:#ddd}
figure{margin:.5rem 0 1.5rem}
.good{color:#047857}.bad{color:#b91c1c}pre{white-space:pre-wrap;background:#f6f6f6;padding:.7rem}
"""


def page(result: dict[str, Any]) -> str:
    """The whole page, which needs no other file and no network."""
    title = escape(str(result["scenario"]["title"]))
    parts = [
        f"<h1>{title}</h1>{verdict(result)}",
        f"<h2>Times</h2><p>{FROM}</p>{latency_table(result)}{percentiles(result)}{dots(result)}",
        f"<h2>People and requests</h2>{people(result)}",
        f"<h2>CPU</h2>{cpu(result)}<h2>Memory</h2>{memory(result)}",
        f"<h2>Disk, database, send budget</h2>{store(result)}",
        f"<h2>What the test itself took</h2>{own(result)}",
        f"<h2>Figures</h2>{table(result['figures'])}",
        f"<h2>Machine and versions</h2>{table(result['machine'])}",
        f"<h2>Settings of the product</h2>{table(result['settings'])}",
        f"<h2>The scenario as it was played</h2>{table(result['scenario'])}",
    ]
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>'


FROM = (
    "Each time begins at the instant at which the plan had the person write, whether or not the"
    " generator or the product kept up, and ends at the instant that Telegram recorded."
)


def verdict(result: dict[str, Any]) -> str:
    """The verdict, and the lines that the terminal had."""
    kind, word = ("good", "All is well.") if result["good"] else ("bad", "Not all is well.")
    words = escape("\n".join(summary.lines(result)))
    return f'<p class="{kind}"><strong>{word}</strong></p><pre>{words}</pre>'


def latency_table(result: dict[str, Any]) -> str:
    """Percentiles by kind, and the worst times with their second."""
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{series['count']}</td>"
        + "".join(f"<td>{series[point]:.3f}</td>" for point in POINTS)
        + "</tr>"
        for name, series in result["latency"].items()
    )
    worst = "".join(
        f"<tr><td>{escape(name)}</td><td style='text-align:left'>"
        + ", ".join(f"{one['seconds']:.2f} s at {one['at']:.1f} s" for one in series["worst"])
        + "</td></tr>"
        for name, series in result["latency"].items()
    )
    head = "".join(f"<th>{point}</th>" for point in POINTS)
    first = f"<table><tr><th>seconds</th><th>count</th>{head}</tr>{rows}</table>"
    return f"{first}<table><tr><th>the worst</th><th></th></tr>{worst}</table>"


def percentiles(result: dict[str, Any]) -> str:
    """The curve that HdrHistogram's own plots have: time over the number of nines."""
    lines = []
    for name, series in result["latency"].items():
        histogram = HdrHistogram.decode(series["encoded"].encode())
        places = [(n, 100 * (1 - 10**-n)) for n in NINES]
        found = [(n, histogram.get_value_at_percentile(p) / 1e6) for n, p in places]
        lines.append(Line(name, found))

    def named(nines: float) -> str:
        return f"{100 * (1 - 10**-nines):.4g} %"

    return plot(lines, across="percentile", up="seconds (log)", log=True, label=named)


def dots(result: dict[str, Any]) -> str:
    """Every time as a dot at its second."""
    lines = [Line(name, thinned(points), True) for name, points in result["points"].items()]
    return plot(lines, across="second of the load", up="seconds (log)", log=True)


def thinned(points: list[Any]) -> list[Point]:
    """The slowest of each few points, so that a page of a million stays small."""
    ordered = sorted((float(at), max(float(took), 1e-4)) for at, took in points)
    step = -(-len(ordered) // DOTS) or 1
    parts = (ordered[start : start + step] for start in range(0, len(ordered), step))
    return [max(part, key=lambda point: point[1]) for part in parts]


def people(result: dict[str, Any]) -> str:
    """How many wrote, and the requests by state."""
    come = [(at, n + 1.0) for n, at in enumerate(result["arrivals"])]
    rows = result["usage"]
    states = sorted({state for row in rows for state in row["requests"]})
    lines = [Line("written", come)]
    lines += [
        Line(state, [(row["at"], float(row["requests"].get(state, 0))) for row in rows])
        for state in states
    ]
    drawn = plot(lines, across="second of the load", up="messages, and requests by state")
    return drawn + table({**result["people"], **result["who_left"]})


def cpu(result: dict[str, Any]) -> str:
    """Cores that the product used, by process."""
    return plot(cores(result["usage"], "cpu"), across="second of the load", up="cores")


def own(result: dict[str, Any]) -> str:
    """Cores that the test itself used, and how late it was."""
    drawn = plot(cores(result["usage"], "test_cpu"), across="second of the load", up="cores")
    late = result["generator_late_max_s"]
    told = f"<p>The latest message was written {late:.3f} s after its instant in the plan.</p>"
    return drawn + told


def cores(rows: list[dict[str, Any]], group: str) -> list[Line]:
    """CPU seconds a second, by kind."""
    lines = []
    for kind in rows[-1][group]:
        pairs = pairwise(rows)
        points = [
            (b["at"], max(0.0, b[group].get(kind, 0) - a[group].get(kind, 0)) / (b["at"] - a["at"]))
            for a, b in pairs
            if b["at"] > a["at"]
        ]
        lines.append(Line(kind, points))
    return lines


def memory(result: dict[str, Any]) -> str:
    """Memory by process, in MiB of PSS."""
    rows = result["usage"]
    kinds = sorted({kind for row in rows for kind in row["pss_mib"]})
    lines = [
        Line(kind, [(row["at"], row["pss_mib"].get(kind, 0.0)) for row in rows]) for kind in kinds
    ]
    return plot(lines, across="second of the load", up="MiB (PSS)")


def store(result: dict[str, Any]) -> str:
    """Disk, WAL, lock waits and the send budget, second by second."""
    rows = result["usage"]

    def line(name: str, key: str) -> Line:
        return Line(name, [(row["at"], float(row[key])) for row in rows])

    sizes = [line("home, MiB", "disk_mib"), line("WAL, MiB", "wal_mib")]
    waits = [line("processes that wait to write", "at_the_gate"), line("lock waits", "lock_waits")]
    budget = [line("send budget, seconds ahead", "budget_s")]
    return "".join(
        plot(lines, across="second of the load", up=up)
        for lines, up in ((sizes, "MiB"), (waits, "number"), (budget, "seconds"))
    )


def table(facts: dict[str, Any]) -> str:
    """Names and values as a table of HTML."""
    pairs = ((escape(str(name)), escape(str(value))) for name, value in facts.items())
    rows = (f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in pairs)
    return f"<table>{''.join(rows)}</table>"
