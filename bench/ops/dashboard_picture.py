"""`python -m bench.ops.dashboard_picture docs/dashboard.png`: the panels of the Grafana dashboard,
drawn from a real run by matplotlib. A real Prometheus scrapes a real stack while people send links;
each panel shows what its own queries answer, in the dashboard's grid. Grafana itself, which Debian
does not package, draws the same figures in its own look.
"""

import asyncio
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
from PIL import Image

from tests import ROOT
from tests.sandbox.stack import CLIP, SLOW, Stack

matplotlib.use("Agg")
from matplotlib import pyplot

DASHBOARD = ROOT / "monitoring" / "grafana-dashboard.json"
#: Seconds of the run, between two links, and between two scrapes and two points of a panel.
RUN, LINK, SCRAPE = 75, 1.0, 5
#: Inches of a cell of the grid, and series that a panel shows.
CELL, SERIES = (0.75, 0.36), 8
#: Colours of the file: it is drawn in few.
COLOURS = 48
CONFIG = """
global: {{scrape_interval: {seconds}s, evaluation_interval: {seconds}s}}
scrape_configs:
  - {{job_name: chapar, static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}
rule_files: ["{rules}"]
"""


def free_port() -> int:
    """A port of loopback that nobody uses at this moment."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def prometheus(folder: Path, scraped: int) -> Any:
    """A Prometheus that scrapes a port; yields its own address."""
    port = free_port()
    rules = ROOT / "monitoring" / "chapar.rules.yml"
    (folder / "prometheus.yml").write_text(CONFIG.format(seconds=SCRAPE, port=scraped, rules=rules))
    process = subprocess.Popen(
        [
            *("prometheus", f"--config.file={folder}/prometheus.yml"),
            *(f"--storage.tsdb.path={folder}/tsdb", f"--web.listen-address=127.0.0.1:{port}"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


async def traffic(stack: Stack) -> None:
    """Some people send links, known ones and new ones, quick ones and slow ones."""
    people = [await stack.telegram.person(f"Person {number}") for number in range(8)]
    for person in people:
        await person.starts()
    await stack.says("backup", "now")
    began, number = time.monotonic(), 0
    while time.monotonic() - began < RUN:
        number += 1
        path = f"{SLOW}?n={number}" if number % 5 == 0 else f"{CLIP}?n={number % 20}"
        await people[number % len(people)].sends(stack.url(path))
        await asyncio.sleep(LINK)


def answers(address: str, query: str, began: float) -> list[dict[str, Any]]:
    """The series of one query over the run."""
    text = query.replace("$instance", ".*").replace("$__rate_interval", "1m")
    words = {"query": text.replace("[5m]", "[1m]"), "start": began, "end": time.time()}
    url = f"{address}/api/v1/query_range?" + urllib.parse.urlencode(words | {"step": SCRAPE})
    with urllib.request.urlopen(url, timeout=30) as answer:
        found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
    return found


def name_of(legend: str, labels: dict[str, str]) -> str:
    """A legend of Grafana with its labels filled in."""
    for label, value in labels.items():
        legend = legend.replace(f"{{{{{label}}}}}", value)
    return legend


def draw(panels: list[dict[str, Any]], series: dict[int, list[Any]], file: Path) -> None:
    """Each panel in its place of the grid."""
    rows = max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in panels)
    figure = pyplot.figure(figsize=(24 * CELL[0], rows * CELL[1]), facecolor="white")
    for panel in panels:
        grid = panel["gridPos"]
        if panel["type"] == "row":
            height = 1 - (grid["y"] + 0.7) / rows
            figure.text(0.01, height, panel["title"], fontsize=13, weight="bold")
            continue
        width, height = grid["w"] - 1.2, grid["h"] - (1.2 if panel["type"] == "stat" else 2.4)
        box = (grid["x"] + 0.9, rows - grid["y"] - grid["h"] + 1.1, width, height)
        axes = figure.add_axes((box[0] / 24, box[1] / rows, box[2] / 24, box[3] / rows))
        (number if panel["type"] == "stat" else lines)(axes, panel, series[panel["id"]])
    figure.savefig(file, dpi=70)
    with Image.open(file) as drawn:
        drawn.convert("RGB").quantize(COLOURS).save(file, optimize=True)


def number(axes: Any, panel: dict[str, Any], series: list[Any]) -> None:
    """The last value, large; the name of the series where it has one."""
    axes.axis("off")
    axes.set_title(panel["title"], fontsize=9)
    shown = [(name, points[-1][1]) for name, points in series if points]
    unit = unit_of(panel)
    words = [f"{100 * last:.0f} %" if unit == "percentunit" else f"{last:.3g}" for _, last in shown]
    said = ", ".join(words[:2]) or "none"
    axes.text(0.5, 0.4, said + (" s" if unit == "s" and shown else ""), fontsize=20, ha="center")


def lines(axes: Any, panel: dict[str, Any], series: list[Any]) -> None:
    """One line for each series over the minutes of the run; a panel without any says so."""
    for name, points in series[:SERIES]:
        axes.plot([at for at, _ in points], [value for _, value in points], label=name)
    unit = unit_of(panel)
    axes.set_title(f"{panel['title']}  [{unit}]" if unit else panel["title"], fontsize=9)
    axes.tick_params(labelsize=7)
    axes.grid(visible=True, alpha=0.3)
    if series:
        axes.legend(fontsize=6, loc="upper left")
    else:
        axes.text(0.5, 0.5, "no data", fontsize=8, ha="center", transform=axes.transAxes)


def unit_of(panel: dict[str, Any]) -> str:
    """The unit of a panel; empty for none."""
    return str(panel.get("fieldConfig", {}).get("defaults", {}).get("unit", ""))


def read(address: str, panels: list[dict[str, Any]], began: float) -> dict[int, list[Any]]:
    """What each panel shows: names, and points of minutes and values."""
    found: dict[int, list[Any]] = {}
    for panel in panels:
        shown = found.setdefault(panel["id"], [])
        for target in panel.get("targets", []):
            for one in answers(address, target["expr"], began):
                points = [((at - began) / 60, float(value)) for at, value in one["values"]]
                shown.append((name_of(target.get("legendFormat", ""), one["metric"]), points))
    return found


async def main(file: Path) -> None:
    """Serve traffic, let Prometheus scrape it, and draw all panels into a file."""
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="cd-"))
    async with Stack(judged=False, metrics=f"127.0.0.1:{port}") as stack:
        with prometheus(folder, port) as address:
            began = time.time()
            await traffic(stack)
            draw(panels, read(address, panels, began), file)
    stack.remove()
    shutil.rmtree(folder)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
