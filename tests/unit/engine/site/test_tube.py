"""The real YouTube reader of yt-dlp, the real plugin and deno, in the jail, at a site that gives
its media only to who shows a token."""

import json
import subprocess

import pytest

from procs import errors
from procs.engine.client import Engine
from procs.engine.jail import js_runtimes
from procs.engine.protocol.messages import Order
from procs.engine.releases import token_plugin
from tests.sandbox.site import files
from tests.sandbox.tube import ANSWER, SITE, VIDEO, VISITOR, Tube

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not token_plugin.installed(token_plugin.PLUGINS[0])
        or not any(kind.name == "deno" for kind, _, _ in js_runtimes.found()),
        reason="the plugin and deno are not installed: pip install '.[pot,js]'",
    ),
]
#: What the provider uses of npm's, in versions that were tried.
LIBRARIES = ("bgutils-js@4.0.3", "jsdom@27.4.0", "axios@1.21.1", "https-proxy-agent@9.1.0")
URL = f"https://{SITE}/watch?v={VIDEO}"


@pytest.fixture
async def tube(tmp_path, request):
    (place := tmp_path / "tube").mkdir()
    modules = request.getfixturevalue("modules") if "modules" in request.fixturenames else None
    async with Tube(place, files.folder() / "clip.mp4", modules=modules) as tube:
        yield tube


@pytest.fixture(scope="session")
def modules(tmp_path_factory):
    """The libraries, as npm brings them; nothing of theirs is run meanwhile."""
    place = tmp_path_factory.mktemp("npm")
    words = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", *LIBRARIES]
    try:
        (place / "package.json").write_text("{}")
        subprocess.run(words, cwd=place, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"npm brings nothing: {error}")
    return place / "node_modules"


@pytest.fixture
async def engine(tube, tmp_path):
    engine = Engine(tmp_path / "run", linger=0.2, routes=tube.routes, pinned=tube.version)
    await engine.start()
    yield engine
    await engine.close()


async def bring(engine, folder):
    async with engine.open(Order(URL, clients=("web",)), folder) as child:
        found = await child.probe()
        return found, await child.fetch(lambda done, total, rate: None)


async def test_the_token_that_the_site_wants_is_made_and_shown(tube, engine, tmp_path):
    found, fetched = await bring(engine, tmp_path / "job")

    assert (found.title, fetched.files) == ("A film behind a token", ["A film behind a token.mp4"])
    assert (tmp_path / "job" / fetched.files[0]).read_bytes() == tube.film.read_bytes()
    assert tube.asked == [VISITOR]
    assert set(tube.shown) == {tube.right(VISITOR)}


@pytest.mark.usefixtures("modules")
async def test_a_challenge_is_run_by_the_libraries_of_the_provider(tube, engine, tmp_path):
    _, fetched = await bring(engine, tmp_path / "job")

    assert (tmp_path / "job" / fetched.files[0]).read_bytes() == tube.film.read_bytes()
    assert tube.asked == [str(ANSWER)]
    assert set(tube.shown) == {tube.right(VISITOR)}


ASKED_VERSION = "if (Deno.args.includes('--version')) console.log({version}); else "
#: What a script does that makes no token, and what is said of it.
FAULTS = {
    "is not there": ("", "PO Token which was not provided"),
    "ends with an error": (ASKED_VERSION + "Deno.exit(3);", "Error fetching PO Token"),
    "says no token": (ASKED_VERSION + "console.log('{{}}');", "did not respond with a po_token"),
    "cannot say its version": ("throw new Error('broken');", "check script version"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_script_that_makes_no_token_is_not_taken_for_an_old_reader(
    tube, engine, tmp_path, fault
):
    text, said = FAULTS[fault]
    version = json.dumps(token_plugin.installed(token_plugin.PLUGINS[0]))
    tube.script.write_text(text.format(version=version))
    if not text:
        tube.script.unlink()
    with pytest.raises(errors.TokenMissing, match=said):
        await bring(engine, tmp_path / "job")

    assert (tube.asked, tube.shown) == ([], [])


async def test_media_that_are_refused_for_their_token_call_for_a_newer_reader(
    tube, engine, tmp_path
):
    tube.fair = False
    with pytest.raises(errors.JobError) as failed:
        await bring(engine, tmp_path / "job")

    assert type(failed.value) is errors.ExtractorBroken
    assert tube.shown
    assert "" not in tube.shown
