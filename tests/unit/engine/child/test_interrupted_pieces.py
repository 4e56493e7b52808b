"""A child that is killed amid a media in pieces (HLS, DASH), and which pieces the next one asks
for."""

import pytest

from procs.worker.jobs.resume import taken
from tests.unit.engine.child.test_interrupted_downloads import go_on, interrupt

pytest_plugins = ["tests.sandbox.site.fixtures"]

#: Bytes a second of each piece, and how much lies in the file when the child dies.
RATE, CAME = 1_500_000, 2_000_000
#: Bytes of a list of pieces and of what goes around them, at most.
SMALL = 20_000


def paced(site, name, **more):
    query = "&".join(f"{key}={value}" for key, value in {"rate": RATE, **more}.items())
    folder = "dash" if name.endswith(".mpd") else "hls"
    return site.url(f"/paced/{folder}/{name}?{query}")


async def undisturbed(engine, site, name, tmp_path):
    """The bytes of a media, and how many were sent for it."""
    body = await go_on(engine, paced(site, name, rate=100_000_000), tmp_path / "9-1")
    return body, sum(site.sent.values())


def ends(folder):
    """The bytes behind each piece that lies in a folder."""
    return [int(line) for line in (folder / "media-0.mp4.pieces").read_text().split()[1:]]


async def gone_on(engine, site, name, tmp_path, **more):
    """The bytes of a media that is killed and gone on with, and how many were sent after that,
    and the bytes behind each piece that lay there."""
    old, new = tmp_path / "1-1", tmp_path / "1-2"
    await interrupt(engine, paced(site, name, **more), old, part="*.mp4.part", came=CAME)
    before, lie = sum(site.sent.values()), ends(old)
    site.changed = True
    assert taken(old, new) == 1
    body = await go_on(engine, paced(site, name, **more), new)
    return body, sum(site.sent.values()) - before, lie


@pytest.mark.parametrize(
    "name", ["plain15.m3u8", "aes15.m3u8", "fmp15.m3u8", "ranges15.m3u8", "fifteen.mpd"]
)
async def test_pieces_that_came_are_not_fetched_twice(site, engine, tmp_path, name):
    whole, everything = await undisturbed(engine, site, name, tmp_path)
    body, sent, lie = await gone_on(engine, site, name, tmp_path)
    unasked = lie[-2] - lie[0]  # all but the first and the last

    assert body == whole
    assert unasked > CAME // 4
    assert sent < everything - unasked + SMALL


async def test_of_the_pieces_that_lie_there_the_first_and_the_last_are_compared(
    site, engine, tmp_path
):
    _, _, lie = await gone_on(engine, site, "plain15.m3u8", tmp_path)

    last = len(lie) - 1
    twice = [n for n in range(15) if site.asked[f"/hls/plain15{n}.ts"] == 2]
    assert last > 1
    assert [n for n in twice if n <= last] == [0, last]  # the others were under way


async def test_a_stream_that_is_whole_is_kept_when_the_other_one_was_half_there(
    site, engine, tmp_path
):
    whole, _ = await undisturbed(engine, site, "apart15.m3u8", tmp_path)
    old, new = tmp_path / "1-1", tmp_path / "1-2"
    before = site.asked["/hls/picture157.ts"]
    await interrupt(engine, paced(site, "apart15.m3u8"), old, part="*Sound*.part", came=100_000)
    assert taken(old, new) == 2
    body = await go_on(engine, paced(site, "apart15.m3u8"), new)

    assert body == whole
    assert site.asked["/hls/picture157.ts"] == before + 1
    assert site.asked["/hls/sound151.ts"] == before + 1


@pytest.mark.parametrize("more", [{"changes": "plain150.ts"}, {"fewer": "yes"}])
async def test_other_pieces_than_those_that_lie_there_come_from_the_first_on(
    site, engine, tmp_path, more
):
    body, _, _ = await gone_on(engine, site, "plain15.m3u8", tmp_path, **more)
    anew = await go_on(engine, paced(site, "plain15.m3u8", **more), tmp_path / "9-1")

    assert body == anew


async def test_a_last_piece_that_is_another_one_has_all_of_them_fetched_anew(
    site, engine, tmp_path
):
    old, new = tmp_path / "1-1", tmp_path / "1-2"
    await interrupt(engine, paced(site, "plain15.m3u8"), old, part="*.mp4.part", came=CAME)
    changes = f"plain15{len(ends(old)) - 1}.ts"
    site.changed = True
    taken(old, new)
    body = await go_on(engine, paced(site, "plain15.m3u8", changes=changes), new)
    anew = await go_on(engine, paced(site, "plain15.m3u8", changes=changes), tmp_path / "9-1")

    assert body == anew
    assert site.asked["/hls/plain151.ts"] == 3


async def test_a_note_that_is_none_has_the_file_fetched_anew(site, engine, tmp_path):
    whole, _ = await undisturbed(engine, site, "plain15.m3u8", tmp_path)
    old, new = tmp_path / "1-1", tmp_path / "1-2"
    await interrupt(engine, paced(site, "plain15.m3u8"), old, part="*.mp4.part", came=CAME)
    (old / "media-0.mp4.pieces").write_bytes(b"\xff\n12\nno\n")
    taken(old, new)

    assert await go_on(engine, paced(site, "plain15.m3u8"), new) == whole


async def test_half_a_piece_behind_the_last_whole_one_is_cut_off(site, engine, tmp_path):
    whole, _ = await undisturbed(engine, site, "plain15.m3u8", tmp_path)
    old, new = tmp_path / "1-1", tmp_path / "1-2"
    await interrupt(engine, paced(site, "plain15.m3u8"), old, part="*.mp4.part", came=CAME)
    with (old / "media-0.mp4.part").open("ab") as file:
        file.write(b"half of a piece")
    taken(old, new)

    assert await go_on(engine, paced(site, "plain15.m3u8"), new) == whole
