"""The plugin of yt-dlp that makes PO tokens for YouTube, which asks players for them.

yt-dlp takes plugins from wherever it finds some; here none is taken but those in this list, of
these versions, by their modules. The provider is the script variant: a JavaScript runtime that the
child starts itself, in the same jail and by the same proxy. The variant that asks a local server
would need a way past both, and is not imported.
"""

import json
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from procs.core import log
from procs.engine.jail import js_runtimes


@dataclass(frozen=True, slots=True)
class EnginePlugin:
    """A distribution, the versions of it that were read, and what is imported of it."""

    distribution: str
    versions: SpecifierSet
    modules: tuple[str, ...]


PLUGINS = (
    EnginePlugin(
        "bgutil-ytdlp-pot-provider",
        SpecifierSet(">=2.0.2,<2.1"),
        ("yt_dlp_plugins.extractor.getpot_bgutil_script",),
    ),
)


@dataclass(frozen=True, slots=True)
class TokenScript:
    """The file that a JavaScript runtime runs, and the oldest version of that which the plugin
    takes (its `_JSRT_MIN_VER`)."""

    runtime: str
    file: Path
    least: tuple[int, ...]


#: The folders in which the script is looked for, all of which downloads may read; its forms, in the
#: order in which the plugin prefers them; where its version and its libraries are; and the name by
#: which the plugin takes its options.
PLACES = tuple(
    Path(base, "share/bgutil-ytdlp-pot-provider/server") for base in ("/usr/local", "/usr")
)
SCRIPTS = (
    TokenScript("deno", Path("src/generate_once.ts"), (2, 4, 3)),
    TokenScript("node", Path("build/generate_once.js"), (22, 0, 0)),
)
PACKAGE, LIBRARIES = "package.json", "node_modules"
OPTIONS = "youtubepot-bgutilscript"
#: What an import of somebody else's module may fail with.
BROKEN_IMPORT = (ImportError, AttributeError, TypeError, ValueError, AssertionError, RuntimeError)


def load() -> list[str]:
    """Import the plugins of the list that are installed, in a version of it. Returns which."""
    loaded = []
    for plugin in PLUGINS:
        version = installed(plugin)
        if version and fits(plugin, version):
            try:
                for module in plugin.modules:
                    import_module(module)
                loaded.append(f"{plugin.distribution} {version}")
            except BROKEN_IMPORT as error:
                log.warning(
                    "plugin.unfit", plugin=plugin.distribution, version=version, error=error
                )
        elif version:
            log.warning("plugin.unlisted", plugin=plugin.distribution, version=version)
    return loaded


def installed(plugin: EnginePlugin) -> str:
    """Its version; "" where it is not installed."""
    try:
        return metadata.version(plugin.distribution)
    except metadata.PackageNotFoundError:
        return ""


def fits(plugin: EnginePlugin, version: str) -> bool:
    """Whether the plugin works with this version of yt-dlp."""
    try:
        return Version(version) in plugin.versions
    except InvalidVersion:
        return False


def script_home() -> Path | None:
    """The folder of the script; None where it is not installed."""
    files = [place / one.file for place in PLACES for one in SCRIPTS]
    return next((file.parent.parent for file in files if file.is_file()), None)


def arguments() -> dict[str, dict[str, list[str]]]:
    """yt-dlp's `extractor_args` for the plugin; none without its script, for which it would then
    look in a home that a child has not."""
    home = script_home()
    return {OPTIONS: {"server_home": [str(home)]}} if home else {}


def state() -> tuple[bool, str]:
    """Whether tokens can be made, and what there is, or what is missing."""
    (plugin,) = PLUGINS
    version = installed(plugin)
    if not version:
        return False, "no plugin"
    if not fits(plugin, version):
        return False, f"{plugin.distribution} {version} is not of {plugin.versions}"
    home = script_home()
    if home is None:
        files = " or ".join(str(one.file) for one in SCRIPTS)
        return False, f"{plugin.distribution} {version}, and no {files} under {PLACES[0]}"
    if missing := lacks(home, version):
        return False, f"{plugin.distribution} {version}, and {missing}"
    return True, f"{plugin.distribution} {version}, {home}"


def lacks(home: Path, version: str) -> str:
    """Why the script in a folder cannot be run; "" when it can."""
    if not (home / LIBRARIES).is_dir():
        return f"no {LIBRARIES} in {home}"
    try:
        of = str(json.loads((home / PACKAGE).read_bytes())["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"no version in {home / PACKAGE}"
    if of.partition(".")[0] != version.partition(".")[0]:
        return f"the script in {home} is {of}"
    there = {kind.name: found for kind, _, found in js_runtimes.found()}
    said = []
    for one in SCRIPTS:
        found = there.get(one.runtime)
        if found and found < one.least:
            old, new = js_runtimes.shown(found), js_runtimes.shown(one.least)
            said.append(f"{one.runtime} {old} is older than {new}")
        elif found and not (home / one.file).is_file():
            said.append(f"no {one.file} for {one.runtime} in {home}")
        elif found:
            return ""
    return "; ".join(said) or "no JavaScript runtime"
