"""The process that draws: a real picture, and an end whatever happens to it."""

import asyncio
import struct
import sys
from pathlib import Path

import pytest

from procs.charts import __main__ as drawer
from procs.charts import chart_plan, chart_process, sponsor_charts, use_charts
from procs.charts.chart_plan import ChartPlan, Panel, Series
from procs.charts.chart_process import ChartFailed
from procs.core import clock
from procs.records.sponsor_records import SponsorTotals
from procs.store.reports.use_report import PERIODS, UseFigures, UseReport


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def report(period: str) -> UseReport:
    chosen, total = PERIODS[period], UseFigures()
    since = chosen.since(clock.now())
    points = {since + n * chosen.grain: UseFigures() for n in range(chosen.count)}
    for at, one in enumerate(points.values()):
        for measure, label, value in (
            *(("received", "", at * 3), ("delivered", "", at * 2), ("kept", "", at)),
            *(("bytes", "", at * 40_000_000), ("active", "", at), ("new", "", at // 2)),
            *(
                ("took", "18", at + 1),
                ("waited", "4", 1),
                ("failed", "media-gone site.example", at),
            ),
            *(("samples", "", 60), ("load", "", 90_000), ("memory", "", 30_000)),
        ):
            one.add(measure, label, value)
            total.add(measure, label, value)
    return UseReport(chosen, points, total, 7)


def dimensions(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG (RFC 2083, IHDR)."""
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


@pytest.mark.parametrize(("language", "period"), [("fa", "30d"), ("en", "24h")])
async def test_a_chart_is_a_png_as_wide_as_a_phone(cache: Path, language: str, period: str) -> None:
    for plan in (
        use_charts.use(report(period), period, language),
        use_charts.server(report(period), period, language),
    ):
        picture = await chart_process.draw(plan, cache=cache)
        width, height = dimensions(picture)
        assert width == 1080
        assert 1200 <= height <= 1920


@pytest.mark.parametrize("language", ["fa", "en"])
async def test_sponsors_are_drawn_by_what_came_of_showing_them(cache: Path, language: str) -> None:
    numbers = [("فیلم و سریال", SponsorTotals(90, 60, 40, 9)), ("=News", SponsorTotals(7, 3, 1, 0))]
    picture = await chart_process.draw(sponsor_charts.sponsors(numbers, language), cache=cache)
    assert dimensions(picture)[0] == 1080


def test_of_many_sponsors_those_are_drawn_that_most_people_saw_in_their_order() -> None:
    numbers = [(f"S{place}", SponsorTotals(place % 5, 0, 0, 0)) for place in range(12)]
    plan = sponsor_charts.sponsors(numbers, "en")
    names = [label for _, label in plan.panels[0].ticks]
    assert names == sorted(names, key=lambda name: int(name[1:]))
    assert {"S4", "S9", "S3", "S8"} <= set(names)
    assert len(names) == sponsor_charts.MOST_SPONSORS
    assert [panel.title for panel in plan.panels][-1] == "Still there after 24 h"


def test_no_sponsor_is_a_chart_that_says_so() -> None:
    assert sponsor_charts.sponsors([], "en").panels[0].series[0].values == ()


async def test_a_period_of_nothing_is_drawn_too(cache: Path) -> None:
    empty = UseReport(PERIODS["7d"], {n: UseFigures() for n in range(7)}, UseFigures(), 0)

    picture = await chart_process.draw(use_charts.server(empty, "7d", "fa"), cache=cache)

    assert dimensions(picture)[0] == 1080


def test_days_of_a_persian_chart_are_those_of_the_iranian_calendar() -> None:
    assert use_charts.label(86400, 1_796_000_000, "fa") == "۹ آذر"
    assert use_charts.label(86400, 1_796_000_000, "en") == "Nov 30"


def test_a_plan_is_the_same_after_its_way_to_the_process() -> None:
    plan = use_charts.server(report("24h"), "24h", "fa")

    assert chart_plan.encode(chart_plan.decode(chart_plan.encode(plan))) == chart_plan.encode(plan)


async def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    hangs = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    command = (sys.executable, "-c", hangs)

    async def drawn() -> None:
        await chart_process.draw(tiny(), cache=tmp_path, timeout=2, command=command)

    with pytest.raises(ChartFailed, match="within 2 s"):
        await drawn()
    assert not Path(f"/proc/{mark.read_text()}").exists()


async def test_the_process_ends_with_who_gave_up_waiting(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    hangs = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    drawing = asyncio.create_task(
        chart_process.draw(tiny(), cache=tmp_path, command=(sys.executable, "-c", hangs))
    )
    while not (mark.exists() and mark.read_text()):
        await asyncio.sleep(0.02)
    drawing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drawing
    assert not Path(f"/proc/{mark.read_text()}").exists()


@pytest.mark.parametrize("nonsense", [b"", b"nonsense", b"[1, 2]", b'{"panels": [{"x": 1}]}'])
async def test_what_is_no_plan_ends_the_process_with_a_sentence(
    cache: Path, nonsense: bytes
) -> None:
    process = await asyncio.create_subprocess_exec(
        *chart_process.DRAW_CHART,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=chart_process.environment(cache),
    )
    picture, told = await process.communicate(nonsense)
    assert (process.returncode, picture) == (drawer.NO_PLAN, b"")
    assert b"no plan of a chart" in told


async def test_a_plan_that_cannot_be_drawn_is_a_failure_with_its_reason(cache: Path) -> None:
    series = Series("", tuple(float(n) for n in range(10)))
    broken = ChartPlan("", "en", "", (Panel("", (series, Series("", (1.0,))), ()),))

    with pytest.raises(ChartFailed, match="exit 1"):
        await chart_process.draw(broken, cache=cache)


@pytest.mark.long
async def test_a_plan_beyond_all_memory_ends_the_process_and_nothing_else(cache: Path) -> None:
    series = Series("x" * 100, (1.0,) * 10)
    endless = ChartPlan("", "en", "", (Panel("", (series,), ()),) * 4000)

    with pytest.raises(ChartFailed):
        await chart_process.draw(endless, cache=cache, timeout=60)


async def test_the_process_is_bounded_nice_and_has_none_of_our_secrets(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAPAR_BOT_TOKEN", "1:secret")
    shown = (
        "import os, resource, sys; from procs.charts import __main__ as it; it.set_limits(); "
        "print(os.nice(0), resource.getrlimit(resource.RLIMIT_AS)[0], 'secret' in str(os.environ),"
        " file=sys.stderr); sys.exit(3)"
    )
    with pytest.raises(ChartFailed) as failed:
        await chart_process.draw(tiny(), cache=cache, command=(sys.executable, "-c", shown))
    assert f"{drawer.MEMORY} False" in str(failed.value)


def tiny() -> ChartPlan:
    return ChartPlan("t", "en", "-", (Panel("p", (Series("s", (1.0,)),), ()),))
