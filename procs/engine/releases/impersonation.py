"""Whom a version of yt-dlp can be here: browsers that it imitates, as some sites let nothing else
in, and players of YouTube."""

import subprocess
import sys
from functools import cache

from procs.core import process
from procs.core.ffmpeg import PATH
from procs.engine.releases.versions import Version

#: Seconds for yt-dlp to be imported and to list them; it took 0.8 here.
LISTING_TIMEOUT = 30.0
#: Browsers as `sites.toml` names them, with and without their system; then the players.
LISTING = """
import yt_dlp
with yt_dlp.YoutubeDL({'quiet': True}) as it:
    targets = [t for t, _ in it._get_available_impersonate_targets()]
names = {t.client for t in targets}
names |= {f"{t.client}:{t.os.partition('-')[0]}" for t in targets if t.os}
print(*sorted(names), flush=True)
from yt_dlp.extractor.youtube._base import INNERTUBE_CLIENTS
print(*sorted(INNERTUBE_CLIENTS))
"""
NO_BROWSER = "none"


def browsers(version: Version) -> str:
    """Their names; NO_BROWSER where there are none. curl_cffi has to be of a version that yt-dlp
    takes, which it says only when it is imported."""
    return listed(version)[0] or NO_BROWSER


def players(version: Version) -> frozenset[str]:
    """The players of YouTube that it has; none where it does not say."""
    return frozenset(listed(version)[1].split())


@cache
def listed(version: Version) -> tuple[str, str]:
    """What a version of yt-dlp says of itself in two lines, each empty where it says nothing."""
    around = {**process.environment(("LANG",)), "PATH": PATH, "YTDLP_NO_PLUGINS": "1"}
    if version.folder:
        around["PYTHONPATH"] = str(version.folder)
    command = [sys.executable, "-P", "-c", LISTING]
    try:
        told = subprocess.run(command, env=around, capture_output=True, timeout=LISTING_TIMEOUT)
    except (OSError, subprocess.TimeoutExpired):
        return "", ""
    names, _, clients = told.stdout.decode(errors="replace").partition("\n")
    return names.strip(), clients.strip()
