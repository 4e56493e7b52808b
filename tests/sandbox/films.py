"""Films in two streams: what a site says of them, and a child that has found one."""

import asyncio
import hashlib
import zlib
from contextlib import asynccontextmanager

import av
import pytest

from procs.core import codec, disk
from procs.engine.protocol.messages import LOOK_FILE, MERGED, Order
from procs.media import mp4_boxes
from procs.worker.jobs.early_upload import growing
from tests.sandbox.site.server import LOOPBACK

FOLDER, FILM = "/apart/long", "/apart/long/film.html"
#: The picture within three seconds, and within one.
SLOW, FASTER = (f"{FOLDER}/picture.mp4?rate={rate}" for rate in (2_500_000, 10_000_000))
MIB = 1 << 20


def heard(*line):
    """Progress that no test looks at."""


def apart(site, picture=f"{FOLDER}/picture.mp4", *, duration=30.0, codec="avc1", **more):
    """A film in two streams, as a reader of its site would give it."""
    streams = {
        "picture": (picture, codec, "none"),
        "sound": (f"{FOLDER}/sound.m4a", "none", "mp4a"),
    }
    formats = [
        {
            "format_id": name,
            "url": site.url(file),
            "ext": "m4a" if seen == "none" else "mp4",
            "protocol": "http",
            "vcodec": seen,
            "acodec": sound,
            "filesize": size_of(site, file),
        }
        for name, (file, seen, sound) in streams.items()
    ]
    facts = {"id": "sponsored01", "title": "A film", "extractor_key": "Youtube"}
    page = site.url("/page/plain.html")
    facts |= {"extractor": "youtube", "webpage_url": page, "duration": duration}
    return {**facts, "formats": formats, **more}


def size_of(site, address):
    return (site.files / "apart/long" / address.partition("?")[0].rpartition("/")[2]).stat().st_size


@pytest.fixture
def found(site, engine, tmp_path):
    """A child that has found a film: one that a look has kept, or a page's."""

    @asynccontextmanager
    async def found(info=None, *, path="/status/404", stream_from=1, variant="best", **more):
        if info:
            body = codec.dump({"info": info, "file": None}).encode()
            (tmp_path / LOOK_FILE).write_bytes(zlib.compress(body))
        facts = {"allowed_networks": LOOPBACK, "kept": bool(info), "sponsors": site.url("")}
        order = Order(site.url(path), variant, stream_from=stream_from, **facts, **more)
        async with engine.open(order, tmp_path) as child:
            await child.probe()
            yield child

    return found


@pytest.fixture
def comes(found, tmp_path):
    """Fetch a film. Returns its path, and how often one began to be made while it came."""

    async def comes(info=None, **more):
        heads = []
        async with found(info, **more) as child:
            fetched = await child.fetch(heard, on_merge=heads.append)
        assert not (tmp_path / MERGED).exists()
        return tmp_path / fetched.files[0], len(heads)

    return comes


def packets(path):
    """What is in a film, whatever the order of its streams."""
    with av.open(str(path)) as film:
        every = [(one.stream.type, one) for one in film.demux() if one.pts is not None]
        return sorted(
            (kind, round(float(one.pts * one.time_base), 3), hashlib.md5(bytes(one)).hexdigest())
            for kind, one in every
        )


def was_made_at_once(path):
    """Whether room was left for the index: what is free of it lies behind the index, in front."""
    with path.open("rb") as source:
        names = list(mp4_boxes.boxes(source))
    assert names[:2] == [b"ftyp", b"moov"]
    return names.count(b"free") > 1


async def begins(folder, head):
    """A descriptor of the film that is being made, once there is some of it."""
    while not (path := growing(folder / MERGED, head)):
        await asyncio.sleep(0.02)
    return disk.opened(path)


def beginning(going, work):
    """Begin some work as soon as a film is being made."""
    return lambda head: going.append(asyncio.create_task(work(head)))
