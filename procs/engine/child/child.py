"""One job in a forked child: probes the link, reports what it leads to, and fetches it when the
worker says so."""

import gc
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Never

from yt_dlp.utils import YoutubeDLError

from procs.core import codec, log, process
from procs.core.ffmpeg import has_libav
from procs.engine.child import gallerydl, jail_probe, post_look, rehearsal, site_thumbnail
from procs.engine.child.child_connection import ChildConnection
from procs.engine.child.engine_log import EngineLog, untokened
from procs.engine.failures.classify import is_generic, judged
from procs.engine.failures.exception_chain import flatten
from procs.engine.forms import formats
from procs.engine.jail import jail, refused_calls, resource_limits
from procs.engine.protocol import part_file
from procs.engine.protocol.messages import Limits, Order, Probed, check_scheme
from procs.engine.protocol.progress_meter import DownloadMeter
from procs.engine.releases import token_plugin
from procs.engine.streams import merge_stream
from procs.engine.webpage.page_media import PageSearch
from procs.engine.ytdlp import (
    clips,
    loader,
    look_cache,
    media_info,
    plain_files,
    playlists,
    search,
)
from procs.engine.ytdlp.download import DownloadRun
from procs.engine.ytdlp.options import options
from procs.errors import BrokenOff, PartMissing, Refused, TokenMissing, Unsupported
from procs.wishes.variant import parse


class FormatSelector:
    """The format selector that yt-dlp calls."""

    def __init__(self, order: Order) -> None:
        self.order = order

    def __call__(self, context: dict[str, Any]) -> list[formats.Format]:
        limit = self.order.most
        streams = formats.pick(context["formats"], variant=self.order.variant, limit=limit)
        return [formats.merged(streams)]


def warm_up() -> bool:
    """Imports and prepares once in the nursery, so that no child has to. Returns whether a download
    could be rehearsed."""
    loader.prepare()
    for plugin in token_plugin.load():
        log.info("plugin.loaded", plugin=plugin)
    if has_libav():
        import_module("procs.engine.child.media_work")
    jail.has_networks()
    jail.has_root()
    jail.shown()
    jail.compile_filters()
    return rehearsal.play(fetch)


def foresee(request: dict[str, Any]) -> None:
    """In the nursery: compile the patterns that the link of a download needs. Its site's next link
    needs them too."""
    if request["do"] == "fetch" and loader.compile_for(str(request["order"]["url"])):
        gc.freeze()  # as what was there before: no child's collector shall write to them


def serve(request: dict[str, Any], link: socket.socket, post: socket.socket, nursery: int) -> None:
    """Carry out one request in this process; every failure is sent as a message, none is raised.
    Through `post` the nursery learns which calls the jail refuses."""
    process.be_readable(True)  # for what this process writes to its own /proc
    line = ChildConnection(link)
    port = begin(link, outward=request["do"] in OUTWARD)
    try:
        limits, folder = Limits(**request["limits"]), Path(request["folder"])
        resource_limits.enter(folder, limits, parent=nursery, keep=(link.fileno(), post.fileno()))
        line = ChildConnection(socket.socket(fileno=resource_limits.SOCKET))
        teller = socket.socket(fileno=resource_limits.POST)
        refused_calls.report(teller, jail.enter(folder, port, heard=True))
        resource_limits.silence()  # by the names of the tree that it is in now
        WORK[request["do"]](request, line, port)
    except Exception as error:  # the top of a process
        line.say("failed", flatten(error))


def begin(link: socket.socket, *, outward: bool) -> int:
    """Say who we are, and hand over the door at which our proxy shall listen. Returns its port, 0
    when this work has no way out."""
    doors = [jail.way_out()] if outward else []
    word = codec.dump({"began": os.getpid()}).encode() + b"\n"
    socket.send_fds(link, [word], [door.fileno() for door in doors])
    ports = [int(door.getsockname()[1]) for door in doors]
    for door in doors:
        door.close()
    return sum(ports)


def fetch(
    request: dict[str, Any],
    line: ChildConnection,
    port: int,
    *,
    loader: type[loader.Loader] = loader.Loader,
) -> None:
    """Probe, wait for `go`, download."""
    order = Order(**request["order"])
    check_scheme(order.url)
    words, chooser, meter = EngineLog(), FormatSelector(order), DownloadMeter(order, line.say)
    proxy = "" if order.direct else f"http://127.0.0.1:{port}"
    given = options(
        order, proxy=proxy, choose=chooser, on_progress=meter, pause=meter.pause, logger=words
    )
    with loader(given) as ydl:
        seeker = PageSearch(ydl, order)
        post = gallerydl.Gallery(order, proxy, ydl, post_look.read(order))
        if post.kept and pictures(post, line, meter):
            return
        try:
            kept = look_cache.read(ydl, order) if order.kept else None
            opened, files = kept or extracted(ydl, order, seeker)
        except (YoutubeDLError, Unsupported) as error:
            if order.search or not found_nothing(error):
                raise
            if gallerydl.may_know(order) and pictures(post, line, meter):
                return
            opened, files = beside(ydl, order, seeker, error)
        found = media_info.of_all(opened, files, order)
        if parse(order.variant).looks and not order.search:
            look_cache.write(ydl, opened, files)
        line.say("found", found)
        if (word := line.hear()) == "thumbnail":
            line.say("thumbnail", site_thumbnail.bring(ydl, site_thumbnail.shown(opened, files)))
        if word != "go":
            return
        download(ydl, order, (opened, files), found, Said(line, words, meter))


@dataclass(frozen=True, slots=True)
class Said:
    """Where a download says how far it is, and what of it was odd."""

    line: ChildConnection
    words: EngineLog
    meter: DownloadMeter


def download(
    ydl: loader.Loader, order: Order, read: look_cache.Read, found: Probed, said: Said
) -> None:
    """Download what was read. Raises Unsupported for a list, and what yt-dlp raises."""
    (opened, files), meter = read, said.meter
    if found.kind == "list":
        raise Unsupported("a list is only read")
    meter.expected, meter.limit = found.size or 0, order.limit(found.kind)
    ydl.params["writethumbnail"] = found.kind == "audio"  # a film's is a frame of its own
    clips.add(ydl, order)
    if found.kind == "video":
        ydl.merging = merge_stream.MergeHooks(order, said.line.say, said.words.warning)
    taking = took(ydl, order, opened, files)
    meter.finish()
    said.line.say("fetched", taking.fetched(found, said.words.warnings))


def pictures(post: gallerydl.Gallery, line: ChildConnection, meter: DownloadMeter) -> bool:
    """The same for a post of pictures. False when it is none that gallery-dl knows."""
    try:
        found = post.probe()
    except Unsupported:
        return False
    line.say("found", found)
    if (word := line.hear()) == "thumbnail":
        line.say("thumbnail", site_thumbnail.bring(post.ydl, post.face()))
    if word == "go":
        meter.limit = post.order.limit(found.kind)
        fetched = post.fetch(found, meter)
        meter.finish()
        line.say("fetched", fetched)
    return True


def extracted(ydl: loader.Loader, order: Order, seeker: PageSearch) -> look_cache.Read:
    """What the site says that there is; a file is one, whatever yt-dlp saw in it. Of a page of no
    known site, what its frames show, or its links lead to, is also its own."""
    if order.search:
        return search.read(ydl, order), []
    try:
        info = ydl.extract_info(order.url, download=False)
    except YoutubeDLError as error:
        if why := untokened(ydl, order, error):
            raise TokenMissing(why) from error
        if not found_nothing(error):
            raise
        file = plain_files.info(ydl.headers)
        info = ydl.process_ie_result(file, download=False) if file else None
        if info is None and is_plain(error):
            info = seeker.moving()
        if info is None:
            raise
    return opened(ydl, order, seeker.songs() or info)


def beside(
    ydl: loader.Loader, order: Order, seeker: PageSearch, error: Exception
) -> look_cache.Read:
    """What a page has where nothing moves: its pictures. Raises why there are none, or `error`;
    BrokenOff where its missing end may have had more."""
    if why := seeker.why():
        raise why from error
    if (info := seeker.album()) is None:
        raise (BrokenOff("a page without its end") if ydl.doubtful else error) from error
    return opened(ydl, order, info)


def opened(ydl: loader.Loader, order: Order, info: dict[str, Any] | None) -> look_cache.Read:
    """The media of an extracted info, and which of them are plain files."""
    found = playlists.opened(ydl, info, order)
    for one in found.infos:
        plain_files.nameless(one)
    return found, [media_info.direct(one, ydl.headers) for one in found.infos]


def is_plain(error: Exception) -> bool:
    """Whether a page of no known site failed."""
    return is_generic(flatten(error))


def found_nothing(error: Exception) -> bool:
    """Whether the site was read, and has nothing that yt-dlp knows."""
    return isinstance(judged(error), Unsupported)


def took(
    ydl: loader.Loader,
    order: Order,
    opened: playlists.OpenedLink,
    files: list[media_info.PlainFile | None],
) -> DownloadRun:
    """The downloads of one job. Addresses may have run out, those that were kept or of which the
    site says so: then it is asked for new ones, once."""
    taking = DownloadRun(ydl, order)
    try:
        taking.all(opened.infos, files)
    except (YoutubeDLError, PartMissing) as error:
        if not (order.kept or isinstance(judged(error), Refused)):
            raise
        if (again := anew(ydl, order)) is None:
            raise
        part_file.forget_pieces(Path())
        taking = DownloadRun(ydl, order)
        taking.all(*again)
    return taking


def anew(
    ydl: loader.Loader, order: Order
) -> tuple[Sequence[dict[str, Any]], list[media_info.PlainFile | None]] | None:
    """What the site says at a second ask; None when it says nothing any more."""
    try:
        opened, files = extracted(ydl, order, PageSearch(ydl, order))
    except YoutubeDLError:
        return None
    return opened.infos, files


def run(request: dict[str, Any], line: ChildConnection, port: int) -> Never:
    """Become another program, its output in two files."""
    for number, name in ((1, request["out"]), (2, request["err"])):
        sink = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(sink, number)
        os.close(sink)
    os.execv(request["argv"][0], request["argv"])


def try_canary(request: dict[str, Any], line: ChildConnection, port: int) -> None:
    """Try to get where no download may."""
    line.say("knocked", jail_probe.tries(jail_probe.CanaryPlaces(**request["places"]), port))


def work_on_media(request: dict[str, Any], line: ChildConnection, port: int) -> None:
    """Answer what the worker asks of the files in the folder, until it leaves."""
    from procs.engine.child import media_work

    while question := line.hear():
        line.say("answer", media_work.answered(question))


WORK = {"fetch": fetch, "knock": try_canary, "media": work_on_media, "run": run}
#: The work that needs the network.
OUTWARD = ("fetch", "knock")
