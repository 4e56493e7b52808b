"""The figures through the real client: text by period, and a picture that is a photo."""

import pytest

from procs.core import clock
from procs.records.admin_role import Role
from procs.store.reports import use_sums
from procs.store.reports.use_sums import Sums
from tests.unit.bot.admin.test_panel import labels


@pytest.fixture
def used(bot) -> None:
    """What the keeper summed up: today, and three days ago."""
    sums, now = Sums(), clock.now().wall
    for at, count in ((now, 4), (now - 3 * 86400, 6)):
        use_sums.note(sums, at, "received", value=count)
        use_sums.note(sums, at, "delivered", value=count)
        use_sums.note(sums, at, "bytes", value=count * 1024 * 1024)
        use_sums.note(sums, at, "took", use_sums.bucket(20))
        use_sums.note(sums, at, "failed", "media-gone site.example", 2)
    with bot.db.write():
        use_sums.add(bot.db, sums)


async def page_of(admin, command: str, begins: str):
    await admin.sends(command)
    return await admin.sees(begins)


async def test_an_admin_reads_the_figures_of_a_day_and_of_a_week(bot, used, appointed):
    vera = await appointed("Vera", Role.VIEWER)
    page = await page_of(vera, "/use", "Use in the last 24 hours")
    assert "Links sent: 4" in page.text
    await vera.presses("7 d", page)
    page = await vera.sees_edit(page, "the last 7 days")
    assert "Links sent: 10" in page.text
    assert "✅ 7 d" in labels(page)


async def test_the_picture_of_the_figures_comes_as_a_photo(bot, used, appointed):
    reza = await appointed("Reza", Role.VIEWER, language="fa")
    page = await page_of(reza, "/server", "سرور در ۲۴ ساعت گذشته")
    assert "media-gone" in page.text
    await reza.presses("🖼 نمودار", page)
    photo = await reza.sees(lambda m: m.media is not None, timeout=60)  # drawn by a nice process
    assert photo.text == "سرور در ۲۴ ساعت گذشته"
