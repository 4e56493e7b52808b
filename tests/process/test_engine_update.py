"""Another yt-dlp is installed apart by pip, tried, swapped in under a job, and taken back."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from procs import config
from procs.core import disk
from procs.engine.client import Engine
from procs.engine.protocol.messages import Order
from procs.engine.releases import installer
from procs.engine.releases.versions import EngineRefused, Versions, installed
from procs.engine.updates.smoke_test import SmokeTrial
from procs.engine.updates.updater import Updater
from procs.keeper.engine_updates import EngineUpdates
from procs.store.database import migrate, open_database
from procs.store.health import engine_records
from tests.sandbox.site.server import LOOPBACK
from tests.sandbox.wheels import modules, wheel

pytest_plugins = ["tests.sandbox.site.fixtures"]

#: Two real ones, neither of which is what constraints.txt has.
ONE, OTHER = "2026.10.21", "2026.10.26"
NEVER = "2099.1.1"
#: A yt-dlp that imports well, and finds no film in any page.
BLIND = """

def blind(self, url):
    raise ExtractorError('no film')

GenericIE._real_extract = blind
"""
GENERIC = "extractor/generic.py"
SLOW = "/slow/clip.mp4?rate=200000"


def generic():
    """The text of the real module."""
    return modules()[f"yt_dlp/{GENERIC}"].decode()


@pytest.fixture(scope="module")
def index() -> None:
    """Skips where pip can get nothing."""
    try:
        asyncio.run(installer.newest())
    except EngineRefused as error:
        pytest.skip(f"pip has no index here: {error}")


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """A folder in which pip looks, and nowhere else."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return tmp_path


@pytest.fixture
def said():
    return []


@pytest.fixture
def updater(short_home, said):
    return Updater(short_home, SmokeTrial(), said.append)


@asynccontextmanager
async def a_worker(home):
    engine = Engine(home / "run", linger=0.2)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


def started(home):
    """The versions whose nurseries were started for jobs, in order."""
    lines = (home / "logs" / "nursery.log").read_text().splitlines()
    return [line.rpartition("yt_dlp=")[2] for line in lines if "nursery.started" in line]


@pytest.mark.long
async def test_a_new_version_comes_into_use_under_a_running_job_and_goes_again(
    index, site, short_home, tmp_path, updater
):
    """The trials have nurseries of their own, which the log has too."""
    async with a_worker(short_home) as engine:
        await updater.update(ONE)
        async with engine.open(Order(site.url(SLOW), allowed_networks=LOOPBACK), tmp_path) as job:
            await job.probe()
            old = engine.presence.pid
            await updater.update(OTHER)
            ran = await engine.run(["/bin/true"], tmp_path / "new", 20)
            new = engine.presence.pid
            fetched = await job.fetch(lambda done, total, rate: None)

    assert (ran.code, fetched.files) == (0, ["clip.mp4"])
    assert new != old
    assert [one.name for one in updater.versions.kept()] == [OTHER, ONE, installed().name]
    assert updater.rollback().name == ONE
    async with a_worker(short_home):
        assert started(short_home) == [installed().name, ONE, ONE, OTHER, OTHER, ONE]


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        pytest.param({"": "raise ImportError('no')"}, "ends before it is warm", id="import"),
        pytest.param({GENERIC: generic() + BLIND}, "a page of our own", id="blind"),
    ],
)
async def test_a_broken_version_is_refused_and_the_old_one_stays(
    wheels, short_home, updater, fault, why
):
    wheel(wheels, NEVER, instead=fault)
    with pytest.raises(EngineRefused, match=why):
        await updater.update()
    assert updater.versions.current() == installed()
    assert left(short_home) == [".lock"]


async def test_a_version_that_lacks_what_it_needs_is_refused(wheels, short_home, updater):
    wheel(wheels, NEVER, instead={"": ""}, needs="yt-dlp-ejs==99.9")
    with pytest.raises(EngineRefused, match="yt-dlp-ejs==99.9"):
        await updater.update(NEVER)
    assert left(short_home) == [".lock"]


@pytest.mark.long
async def test_a_version_that_does_not_read_the_operators_page_is_refused(
    wheels, site, short_home, said
):
    """The old one reads it; the other page is one that neither reads, and says nothing."""
    trial = SmokeTrial([site.url("/nothing-here"), site.url("/page/video.html")], LOOPBACK)
    updater = Updater(short_home, trial, said.append)
    one_page = BLIND.replace(
        "raise", "if '/page/video' not in url: return SEES(self, url)\n    raise"
    )
    text = generic() + "\nSEES = GenericIE._real_extract\n" + one_page
    wheel(wheels, NEVER, instead={GENERIC: text})
    with pytest.raises(EngineRefused, match="does not read .*/page/video.html"):
        await updater.update(NEVER)


@pytest.mark.long
async def test_the_keeper_takes_a_newer_version_by_itself_when_that_is_wished(wheels, short_home):
    wheel(wheels, NEVER, instead={})
    environ = {"CHAPAR_HOME": str(short_home), "CHAPAR_ENGINE_UPDATE": "auto"}
    settings = config.load(environ, Path("/dev/null"), need_telegram=False)
    migrate(settings.database_url, run=settings.run)
    db = open_database(settings.database_url, run=settings.run)
    await EngineUpdates(db, settings).look()
    used = engine_records.in_use(db, disk.host())
    db.close()

    assert used is not None
    assert (used[0], Versions(settings.engines).current().name) == (NEVER, NEVER)


async def test_a_version_that_nobody_has_is_refused_in_a_few_words(wheels, updater):
    with pytest.raises(EngineRefused, match="yt-dlp==2098.1.1") as refused:
        await updater.update("2098.1.1")
    assert len(str(refused.value)) < 400


def left(home):
    return sorted(entry.name for entry in (home / "engines").iterdir())
