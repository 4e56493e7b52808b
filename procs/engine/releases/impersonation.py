"""Which browsers a version of yt-dlp can imitate here: some sites let nothing else in."""

import subprocess
import sys
from functools import cache

from procs.core import process
from procs.core.ffmpeg import PATH
from procs.engine.releases.versions import Version

#: Seconds for yt-dlp to be imported and to list them; it took 0.8 here.
LISTING_TIMEOUT = 30.0
LISTING = (
    "import yt_dlp\n"
    "with yt_dlp.YoutubeDL({'quiet': True}) as it:\n"
    "    print(*sorted({t.client for t, _ in it._get_available_impersonate_targets()}))\n"
)
NO_BROWSER = "none"


@cache
def browsers(version: Version) -> str:
    """Their names; NO_BROWSER where there are none. curl_cffi has to be of a version that yt-dlp
    takes, which it says only when it is imported."""
    around = {**process.environment(("LANG",)), "PATH": PATH, "YTDLP_NO_PLUGINS": "1"}
    if version.folder:
        around["PYTHONPATH"] = str(version.folder)
    command = [sys.executable, "-P", "-c", LISTING]
    try:
        told = subprocess.run(command, env=around, capture_output=True, timeout=LISTING_TIMEOUT)
    except (OSError, subprocess.TimeoutExpired):
        return NO_BROWSER
    return " ".join(told.stdout.decode(errors="replace").split()) or NO_BROWSER
