"""The panel over a store of a month, on the whole stack, and the process that draws a picture."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from bench.admin import full_store
from bench.foundation import p95
from procs.charts import chart_plan, chart_process, use_charts
from procs.core import clock
from procs.store.reports import use_report
from procs.store.reports.use_report import PERIODS
from procs.texts import i18n
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import Stack
from tests.sandbox.telegram.world import FIRST_PERSON

GOALS = {"panel_p95_ms": (None, 300.0)}
#: Pages behind the panel's first one, by the names of their buttons, and how often each is shown.
PAGES = ("use", "server", "broadcast", "queue", "people", "admins", "support", "alerts", "audit")
ROUNDS = 4
#: Owners, so that no chat is written to more often than once in a second.
OWNERS = 5
PATIENCE = 60.0
#: Seconds between two looks at the memory of a process.
LOOK = 0.002


async def measure() -> dict[str, float]:
    """Every figure by its name."""
    numbers = ",".join(str(FIRST_PERSON + n) for n in range(OWNERS))
    async with Stack(admins=numbers) as stack:
        people = [await stack.telegram.person(f"Owner {n}") for n in range(OWNERS)]
        panels = [await opened(person) for person in people]
        full_store.fill(stack.db, now=clock.now())
        took: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            for page in PAGES:
                for place, person in enumerate(people):
                    seconds, panels[place] = await turned(person, panels[place], page)
                    took.setdefault(page, []).append(seconds)
        took["draft"] = [await drafted(person) for person in people]
        figures = drawn(stack)
    stack.remove()
    for page, times in took.items():
        print(f"  {page:<12}{1000 * p95(times):>8.1f} ms")
    return {
        **figures,
        "panel_p95_ms": 1000 * p95([one for times in took.values() for one in times]),
    }


async def opened(person: Person) -> Message:
    """The panel, as an admin who has just come sees it."""
    await person.starts()
    await person.sends("/panel")
    return await person.sees("🛠", timeout=PATIENCE)


async def turned(person: Person, panel: Message, page: str) -> tuple[float, Message]:
    """Seconds from a press on the first page to another one; and the first page, once back."""
    began = time.monotonic()
    await person.presses(i18n.say("en", f"admin-page-{page}"), panel)
    other = await person.sees_edit(panel, lambda m: "🛠" not in m.text, timeout=PATIENCE)
    took = time.monotonic() - began
    await person.presses(i18n.say("en", "admin-back"), other)
    return took, await person.sees_edit(panel, "🛠", timeout=PATIENCE)


async def drafted(person: Person) -> float:
    """From another segment of a broadcast to how many people it has."""
    await person.sends("/broadcast")
    page = await person.sees(lambda m: m.button("➕"), timeout=PATIENCE)
    await person.presses("➕", page)
    await person.sees_edit(page, i18n.say("en", "broadcast-ask"), timeout=PATIENCE)
    sent = await person.sends("News")
    draft = await person.sees(lambda m: m.reply == sent.id, timeout=PATIENCE)
    began = time.monotonic()
    await person.presses("🌐", draft)
    await person.sees_edit(draft, i18n.say("en", "broadcast-language-fa"), timeout=PATIENCE)
    return time.monotonic() - began


def drawn(stack: Stack) -> dict[str, float]:
    """Wall seconds and the largest memory of the process that draws the picture of a month."""
    period = "30d"
    report = use_report.read(stack.db, PERIODS[period], now=clock.now())
    plan = chart_plan.encode(use_charts.use(report, period, "fa"))
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):  # the first one makes the list of fonts
            took, largest = one_process(plan, Path(folder))
    return {"chart_s": took, "chart_rss_mib": largest / 1024**2}


def one_process(plan: bytes, cache: Path) -> tuple[float, int]:
    """Seconds and largest resident memory, in bytes, of the process that draws one picture."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as picture:
        told.write(plan)
        told.seek(0)
        process = subprocess.Popen(
            chart_process.DRAW_CHART,
            stdin=told,
            stdout=picture,
            cwd="/",
            env=chart_process.environment(cache),
        )
        largest = 0
        while process.poll() is None:
            largest = max(largest, resident(process.pid))
            time.sleep(LOOK)
        assert process.returncode == 0
        assert os.fstat(picture.fileno()).st_size
    return time.monotonic() - began, largest


def resident(pid: int) -> int:
    """Bytes of memory of a process; 0 where it has just ended."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
