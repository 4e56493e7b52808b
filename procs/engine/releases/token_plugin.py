"""The plugin of yt-dlp that makes PO tokens for YouTube, which asks players for them.

yt-dlp takes plugins from wherever it finds some; here none is taken but those in this list, of
these versions, by their modules. The provider is the script variant: a JavaScript runtime that the
child starts itself, in the same jail and by the same proxy. The variant that asks a local server
would need a way past both, and is not imported.
"""

from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from procs.core import log


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
#: The folders in which its script is looked for, all of which downloads may read; the file that has
#: to be there; and the name by which the plugin takes its options.
PLACES = tuple(
    Path(base, "share/bgutil-ytdlp-pot-provider/server") for base in ("/usr/local", "/usr")
)
SCRIPT = Path("build/generate_once.js")
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
    try:
        return Version(version) in plugin.versions
    except InvalidVersion:
        return False


def script_home() -> Path | None:
    """The folder of the script; None where it is not installed."""
    return next((place for place in PLACES if (place / SCRIPT).is_file()), None)


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
        return False, f"{plugin.distribution} {version}, and no {SCRIPT} under {PLACES[0]}"
    return True, f"{plugin.distribution} {version}, {home}"
