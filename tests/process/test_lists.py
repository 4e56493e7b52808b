"""Lists, albums and choices with the whole product: by words in the chat, and by the command."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import av
import pytest

from procs.store.reports import job_record
from tests.process.conftest import gets
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]

FEED = "/page/feed.xml"


async def test_a_list_is_shown_and_chosen_from(healthy: Stack, meets: Meets) -> None:
    ann = await meets("fa")
    sent = await ann.sends(healthy.url(FEED))
    shown = await ann.sees(lambda m: m.reply == sent.id and "Episode 10" in m.text)
    assert "Episode 11" not in shown.text

    await ann.sends("۲، ۴")

    await ann.waits(lambda chat: two(chat, sent), 60, "never got two films")
    await ann.sees_gone(shown)


def two(chat: list[Message], chosen: Message) -> Message | None:
    films = [m for m in chat if m.media and m.reply == chosen.id]
    return films[1] if len(films) == 2 else None


@pytest.mark.long
async def test_entries_arrive_in_the_order_of_the_list(healthy: Stack, meets: Meets) -> None:
    """The first one is the slowest by far."""
    ann = await meets()
    sent = await ann.sends(f"{healthy.url('/page/uneven.xml')} all")
    status = await ann.sees(lambda m: m.reply == sent.id and "of 3 sent" in m.text, timeout=60)

    await ann.sees_gone(status, timeout=90)

    films = [m for m in await ann.history() if m.media and m.reply == sent.id]
    assert [m.text.splitlines()[0] for m in films] == ["Episode 1", "Episode 2", "Episode 3"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("/clip.mp4 50:00-51:00", "lasts only"),
        ("/clip.mp4 subs fa", "no subtitles"),
        ("/page/feed.xml 99", "only 23 entries, and no number 99"),
    ],
)
async def test_why_a_form_is_not_there_is_told_with_the_facts(
    healthy: Stack, meets: Meets, words: str, told: str
) -> None:
    ann = await meets()
    sent = await ann.sends(healthy.url(words))
    await ann.sees(lambda m: m.reply == sent.id and told in m.text, timeout=60)


async def test_cancelling_a_list_cancels_its_entries(healthy: Stack, meets: Meets) -> None:
    ann = await meets()
    sent = await ann.sends(f"{healthy.url('/page/slow.xml')} all")
    status = await ann.sees(lambda m: m.reply == sent.id and "0 of 5 sent" in m.text, timeout=60)

    await ann.presses("Cancel", status)

    await healthy.until(lambda: states(healthy, ann, "fetch") == {"CANCELLED": 5})


def states(stack: Stack, person: Person, kind: str) -> dict[str, int]:
    """How many jobs of a kind a person has, by state."""
    found: dict[str, int] = {}
    for job in job_record.latest(stack.db, most=500):
        if job.user == person.id and job.kind == kind:
            found[job.state.name] = found.get(job.state.name, 0) + 1
    return found


async def test_a_post_comes_as_an_album(healthy: Stack, meets: Meets) -> None:
    ann = await meets()
    sent = await ann.sends(healthy.url("/page/post.html"))

    first = await gets(ann, sent)

    album = [m for m in await ann.history() if m.media and m.reply == sent.id]
    assert [m.kind for m in album] == ["video"] * 3
    assert {m.group for m in album} == {first.group} != {0}


async def test_the_command_lists_pages_and_takes_entries(healthy: Stack, tmp_path: Path) -> None:
    url = healthy.url(FEED)
    code, said = await healthy.says("fetch", url, "--list", "--page", "3")
    assert (code, "21. Episode 21" in said, "It goes on" in said) == (0, True, False)
    code, said = await healthy.says("fetch", url, "--to", str(tmp_path))
    assert (code, "Episode 1" in said, list(tmp_path.iterdir())) == (1, True, [])

    code, _ = await healthy.says("fetch", url, "--as", "۱-۲ m4a", "--to", str(tmp_path))

    assert code == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["Episode 1.m4a", "Episode 2.m4a"]


async def test_the_command_takes_one_part_of_a_post(healthy: Stack, tmp_path: Path) -> None:
    url = healthy.url("/page/post.html")
    code, _ = await healthy.says("fetch", url, "--as", "2", "--to", str(tmp_path))
    (file,) = tmp_path.iterdir()
    with av.open(str(file)) as film:
        assert (code, film.streams.video[0].width) == (0, 320)


async def test_a_choice_of_what_was_shown_asks_the_site_no_second_time(
    healthy: Stack, tmp_path: Path
) -> None:
    url = healthy.url("/hls/master.m3u8?shown")
    code, said = await healthy.says("fetch", url, "--list")
    assert (code, "360p · 1.8 MB" in said, "mp3 · " in said) == (0, True, True)
    code, said = await healthy.says("fetch", url, "--list", "--json")
    assert (code, json.loads(said)["title"]) == (0, "master")
    asked = await healthy.asked("/hls/master.m3u8")

    words = ("--as", "180p", "--to", str(tmp_path), "--json")
    code, said = await healthy.says("fetch", url, *words)

    (file,) = json.loads(said)["files"]
    assert (code, Path(file).name) == (0, "master.mp4")
    assert await healthy.asked("/hls/master.m3u8") == asked


async def test_what_is_with_telegram_already_is_marked(healthy: Stack, meets: Meets) -> None:
    ann = await meets()
    url = healthy.url("/hls/master.m3u8?ready")
    await gets(ann, await ann.sends(f"{url} 180p"))

    sent = await ann.sends(f"{url} list")

    shown = await ann.sees(lambda m: m.reply == sent.id and "180p" in m.text)
    marked = [line for line in shown.text.splitlines() if line.endswith("⚡")]
    assert marked == ["180p · 513 kB ⚡"]


async def test_an_exact_clip_is_refused_with_a_word_where_nothing_is_encoded(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    sent = await ann.sends(f"{healthy.url('/clip.mp4')} 0:01-0:03 exact")

    told = await ann.sees(lambda m: m.reply == sent.id and "E-" in m.text)

    assert "encoded anew" in told.text
