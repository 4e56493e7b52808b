"""Samples as Prometheus reads them (prometheus.io/docs/instrumenting/exposition_formats, 0.0.4)."""

from collections import defaultdict

from procs.keeper.metrics.metric_families import BY_NAME, COUNTER, FAMILIES, HISTOGRAM
from procs.store.health.histograms import Histogram

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Seconds: the bounds of every histogram, powers of two, from a sixteenth to four and a half hours.
BOUNDS = tuple(2.0**power for power in range(-4, 15))


class MetricText:
    """Collects the samples of one scrape. A name or a label that is not in the table is a
    KeyError: a fault of ours."""

    def __init__(self) -> None:
        self.lines: dict[str, list[str]] = defaultdict(list)

    def add(self, name: str, value: float, **labels: str) -> None:
        """One sample of a gauge or a counter."""
        require(name, labels)
        self.lines[name].append(sample(BY_NAME[name].full_name, value, labels))

    def add_histogram(self, name: str, times: Histogram, **labels: str) -> None:
        """Add the samples of a histogram of seconds, its buckets cumulative."""
        require(name, labels)
        full, lines = BY_NAME[name].full_name, self.lines[name]
        for bound in BOUNDS:
            lines.append(
                sample(f"{full}_bucket", times.within(bound), labels | {"le": f"{bound:g}"})
            )
        lines.append(sample(f"{full}_bucket", times.count, labels | {"le": "+Inf"}))
        lines.append(sample(f"{full}_sum", times.seconds, labels))
        lines.append(sample(f"{full}_count", times.count, labels))

    def render(self) -> str:
        """All of it, in the table's order. A counter without labels that counted nothing is 0, so
        that its first increase is seen."""
        out = []
        for family in FAMILIES:
            lines = self.lines.get(family.name, [])
            if not lines and family.type == COUNTER and not family.labels:
                lines = [sample(family.full_name, 0, {})]
            if lines or family.type == HISTOGRAM:
                out.append(f"# HELP {family.full_name} {family.help}")
                out.append(f"# TYPE {family.full_name} {family.type}")
                out += lines
        return "\n".join(out) + "\n"


def require(name: str, labels: dict[str, str]) -> None:
    """Raises KeyError for what the table does not have."""
    if set(labels) != set(BY_NAME[name].labels):
        raise KeyError(f"{name} has the labels {BY_NAME[name].labels}, not {tuple(labels)}")


def sample(name: str, value: float, labels: dict[str, str]) -> str:
    """One line of the format."""
    pairs = ",".join(f'{key}="{escaped(text)}"' for key, text in labels.items())
    return f"{name}{{{pairs}}} {number(value)}" if pairs else f"{name} {number(value)}"


def escaped(text: str) -> str:
    """The value of a label, escaped as the format wants it."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def number(value: float) -> str:
    """A number in full precision."""
    return str(value) if isinstance(value, int) else repr(float(value))
