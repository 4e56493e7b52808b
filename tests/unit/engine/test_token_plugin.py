"""Plugins of yt-dlp: those of the list, of versions of the list, and no others."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from procs.engine.jail import jail, js_runtimes
from procs.engine.releases import token_plugin
from tests import ROOT

MODULE = "yt_dlp_plugins/extractor/getpot_bgutil_script.py"
ASK = (
    "from procs.engine.releases import token_plugin; print(*token_plugin.load(), sep='|'); "
    "import sys; print(sorted(m for m in sys.modules if m.startswith('yt_dlp_plugins.'))); "
    "print(token_plugin.state())"
)


def has_deno() -> bool:
    return any(kind.name == "deno" for kind, _, _ in js_runtimes.found())


@pytest.fixture
def site(tmp_path):
    """A folder of packages, as pip would leave it, with a plugin of this version."""

    def install(version: str, text: str = "") -> Path:
        info = tmp_path / f"bgutil_ytdlp_pot_provider-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: bgutil-ytdlp-pot-provider\nVersion: {version}\n"
        )
        (tmp_path / MODULE).parent.mkdir(parents=True)
        (tmp_path / MODULE).write_text(text)
        (tmp_path / "yt_dlp_plugins/extractor/other.py").write_text("raise SystemExit(9)\n")
        return tmp_path

    return install


def loaded(site: Path) -> list[str]:
    around = {**os.environ, "PYTHONPATH": f"{site}:{ROOT}", "YTDLP_NO_PLUGINS": "1"}
    told = subprocess.run(
        [sys.executable, "-c", ASK], env=around, capture_output=True, text=True, check=True
    )
    return told.stdout.splitlines()[-3:]  # behind what was logged


def test_the_plugin_of_the_list_is_loaded_and_no_other_beside_it(site):
    names, modules, _ = loaded(site("2.0.3"))

    assert names == "bgutil-ytdlp-pot-provider 2.0.3"
    assert "getpot_bgutil_script" in modules
    assert "other" not in modules


@pytest.mark.parametrize("version", ["1.3.1", "2.1.0", "3.0.0"])
def test_a_version_that_nobody_read_is_left_out(site, version):
    assert loaded(site(version))[:2] == ["", "[]"]


def test_a_plugin_that_cannot_be_imported_stops_nothing(site):
    assert loaded(site("2.0.2", "import nothing_of_the_kind\n"))[0] == ""


def test_downloads_may_read_the_places_of_the_script():
    assert all(jail.shows(place) for place in token_plugin.PLACES)


#: A script of ours in the place of the provider's, which asks YouTube: it says its version, and
#: tries to reach the port that it is given as its proxy. A token is base64.
SCRIPT = """
const words = Deno.args;
if (words.includes("--version")) {
  console.log("VERSION");
} else {
  const port = Number(new URL(words[words.indexOf("-p") + 1]).port);
  let told = "kept";
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    told = "free";
  } catch {}
  console.log(JSON.stringify({ poToken: told }));
}
"""


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """The folder of a script for deno, of the version of the installed plugin."""
    version = token_plugin.installed(token_plugin.PLUGINS[0])
    home = tmp_path / "pot" / "server"
    (home / "src").mkdir(parents=True)
    (home / "node_modules").mkdir()
    (home / "package.json").write_text(json.dumps({"version": version or "2.0.2"}))
    (home / "src/generate_once.ts").write_text(SCRIPT.replace("VERSION", version))
    return home


@pytest.mark.skipif(
    not token_plugin.installed(token_plugin.PLUGINS[0]) or not has_deno(),
    reason="the plugin and deno are not installed: pip install '.[pot,js]'",
)
@pytest.mark.parametrize(("is_fenced", "told"), [(False, "free"), (True, "kept")])
def test_the_real_plugin_is_asked_and_its_script_runs_behind_the_fences(
    server: Path, tmp_path: Path, is_fenced: bool, told: str
) -> None:
    (job := tmp_path / "job").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as canary:
        facts = {"server": str(server), "fenced": is_fenced, "port": canary.getsockname()[1]}
        words = [sys.executable, ROOT / "tests/sandbox/token_prisoner.py", json.dumps(facts)]
        around = {**os.environ, "PYTHONPATH": str(server.parent), "YTDLP_NO_PLUGINS": "1"}
        ran = subprocess.run(words, cwd=job, env=around, capture_output=True, text=True)

    assert ran.stdout.splitlines()[-1:] == [told], ran.stderr


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda home: (home / "node_modules").rmdir(), "no node_modules in"),
        (lambda home: (home / "package.json").unlink(), "no version in"),
        (lambda home: (home / "package.json").write_text('{"version": "1.3.1"}'), "is 1.3.1"),
        (lambda home: (home / "src/generate_once.ts").unlink(), "for deno in"),
    ],
)
def test_a_script_that_cannot_be_run_is_named_with_what_it_lacks(
    server: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path], object], says: str
) -> None:
    deno = js_runtimes.RUNTIME_KINDS[0]
    monkeypatch.setattr(js_runtimes, "found", lambda: [(deno, "/bin/deno", (2, 6, 6))])
    before = token_plugin.lacks(server, "2.0.2")

    spoil(server)

    assert (before, says in token_plugin.lacks(server, "2.0.2")) == ("", True)


@pytest.mark.parametrize(
    ("found", "says"),
    [((2, 4, 0), "deno 2.4.0 is older than 2.4.3"), (None, "no JavaScript runtime")],
)
def test_a_runtime_that_the_script_does_not_take_is_named(
    server: Path,
    monkeypatch: pytest.MonkeyPatch,
    found: tuple[int, ...] | None,
    says: str,
) -> None:
    deno = js_runtimes.RUNTIME_KINDS[0]
    there = [(deno, "/bin/deno", found)] if found else []
    monkeypatch.setattr(js_runtimes, "found", lambda: there)

    assert token_plugin.lacks(server, "2.0.2") == says


@pytest.mark.skipif(token_plugin.script_home() is not None, reason="the script is installed")
@pytest.mark.parametrize(
    ("version", "says"), [("2.0.2", "no src/generate_once.ts or build"), ("9.0", "is not of")]
)
def test_the_state_says_what_is_missing(site, version, says):
    assert says in loaded(site(version))[2]
