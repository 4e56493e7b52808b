"""The closed list of yt-dlp's options: no user and no configuration file adds to it."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

from yt_dlp.networking.impersonate import ImpersonateTarget

from procs.core.ffmpeg import tools
from procs.engine.jail import child_programs, js_runtimes
from procs.engine.protocol.messages import Order
from procs.engine.releases import token_plugin
from procs.engine.ytdlp import playlists

#: One folder belongs to one job, so names can be fixed and never come from a site.
MEDIA, COVER = "media", "cover"

#: How ffmpeg is told what it may speak and take in when it fetches.
FETCHING = {"ffmpeg_i": list(child_programs.FETCHING)}

#: The same for every job.
ALWAYS: dict[str, Any] = {
    "quiet": True,
    "noprogress": True,
    "no_color": True,
    "noplaylist": True,
    # A list is only read, page by page; what it names is another job's.
    "extract_flat": "in_playlist",
    "enable_file_urls": False,
    "allow_unplayable_formats": False,
    "cachedir": False,
    "updatetime": False,
    "overwrites": True,
    # A missing fragment is a failure; by default it is a success with a hole.
    "skip_unavailable_fragments": False,
    "concurrent_fragment_downloads": 4,
    # Nothing goes by yt-dlp's note of the pieces that came: it is not always true (`piece_file`).
    "_no_ytdl_file": True,
    # A read waits until it is full: more would freeze the progress of a slow site.
    "buffersize": 128 * 1024,
    "noresizebuffer": True,
    "socket_timeout": 15,
    "retries": 10,
    "fragment_retries": 5,
    "extractor_retries": 2,
    "file_access_retries": 2,
    "outtmpl": {"default": f"{MEDIA}.%(ext)s", "thumbnail": f"{COVER}.%(ext)s"},
    # Sizes of manifests' formats by their peak rate: too high rather than none.
    "compat_opts": {"manifest-filesize-approx"},
    "js_runtimes": js_runtimes.named(),
    # No program fetches but ffmpeg, where yt-dlp has no way of its own (live, encrypted samples).
    "external_downloader_args": FETCHING,
}


#: The first line of cookies, without which yt-dlp reads none.
NETSCAPE = "# Netscape HTTP Cookie File\n"


def identity(order: Order) -> dict[str, Any]:
    """The options for the identity with which the job visits its site. The cookies are read once
    and their file is deleted after that: yt-dlp would write to it, and no program that it starts
    needs it."""
    arguments: dict[str, Any] = dict(token_plugin.arguments())
    given: dict[str, Any] = {}
    if order.cookies:
        file = Path(Path(order.cookies).name)
        text = file.read_text(encoding="utf-8")
        given["cookiefile"] = StringIO(NETSCAPE + text)
        file.unlink()
    if order.clients:
        arguments["youtube"] = {"player_client": list(order.clients)}
    if arguments:
        given["extractor_args"] = arguments
    if order.impersonate:
        given["impersonate"] = ImpersonateTarget.from_str(order.impersonate)
    return given


def options(
    order: Order,
    *,
    proxy: str,
    choose: Callable[[dict[str, Any]], Any],
    on_progress: Callable[[dict[str, Any]], None],
    pause: Callable[[int], float],
    logger: Any,
) -> dict[str, Any]:
    """All options of one job. An empty proxy means none, whatever the environment says."""
    return {
        **ALWAYS,
        **identity(order),
        "playlist_items": playlists.wanted(order),
        "format": choose,
        "progress_hooks": [on_progress],
        "logger": logger,
        "proxy": proxy,
        "ffmpeg_location": tools().ffmpeg,
        "retry_sleep_functions": {"http": pause, "fragment": pause},
    }
