"""Posts of pictures: gallery-dl itself, in the child, by the proxy, on the site."""

import zlib

import pytest

from procs import errors
from procs.engine.child import gallerydl
from procs.engine.protocol.messages import LOOK_FILE, THUMBNAIL_FILE, Order
from tests.sandbox.site.server import LOOPBACK

pytest_plugins = ["tests.sandbox.site.fixtures"]

THREAD = "/b/res/7.html"


@pytest.fixture
def take(site, engine, tmp_path):
    async def take(path, variant="best", software="vichan", networks=LOOPBACK, **limits):
        order = Order(
            site.url(path), variant, allowed_networks=networks, gallery=software, **limits
        )
        async with engine.open(order, tmp_path) as child:
            found = await child.probe()
            assert site.hits("/b/src/photo.jpg") == 0
            return found, await child.fetch(lambda *line: None)

    return take


async def test_a_post_of_pictures_is_an_album(take, site, tmp_path):
    found, fetched = await take(THREAD)
    assert (found.kind, found.title) == ("album", "A thread of pictures")
    assert len(fetched.files) == 3
    suffixes = [name[-4:] for name in fetched.files]
    assert suffixes == [".jpg", ".png", ".mp4"]
    photo = (site.files / "photo.jpg").read_bytes()
    assert (tmp_path / fetched.files[0]).read_bytes() == photo


async def test_one_of_its_pictures(take):
    found, fetched = await take(THREAD, "best#2")
    assert found.kind == "album"
    assert [name[-4:] for name in fetched.files] == [".png"]


async def test_what_there_is_to_choose_from(site, engine, tmp_path):
    order = Order(site.url(THREAD), "look", allowed_networks=LOOPBACK, gallery="vichan")
    async with engine.open(order, tmp_path) as child:
        found = await child.probe()
    assert (found.kind, found.count, found.more) == ("list", 3, False)
    assert [(one.place, one.title) for one in found.entries][2] == (3, "clip")


async def test_its_first_picture_stands_for_the_post(site, engine, tmp_path):
    facts = {"allowed_networks": LOOPBACK, "gallery": "vichan", "whole": True}
    async with engine.open(Order(site.url(THREAD), "look", **facts), tmp_path) as child:
        found = await child.probe()
        assert (found.kind, found.thumbnail) == ("album", True)
        assert await child.thumbnail() == THUMBNAIL_FILE
    assert (tmp_path / THUMBNAIL_FILE).read_bytes() == (site.files / "photo.jpg").read_bytes()


@pytest.fixture
def after_a_look(site, engine, tmp_path):
    """Fetch a form of a post of which a look has kept what it read."""

    async def after(variant, path=THREAD, refused=""):
        facts = {"allowed_networks": LOOPBACK, "gallery": "vichan"}
        folder = tmp_path / "look"
        folder.mkdir()
        async with engine.open(Order(site.url(path), "look", whole=True, **facts), folder) as child:
            found = await child.probe()
        kept = zlib.decompress((folder / LOOK_FILE).read_bytes()).decode()
        kept = kept.replace(refused, "/status/403") if refused else kept
        (tmp_path / LOOK_FILE).write_bytes(zlib.compress(kept.encode()))
        pages = site.hits("/b/res/7.html"), site.hits("/b/res/7.json")
        order = Order(site.url(path), variant, kept=True, **facts)
        async with engine.open(order, tmp_path) as child:
            again = await child.probe()
            fetched = await child.fetch(lambda *line: None)
        asked = site.hits("/b/res/7.html") - pages[0], site.hits("/b/res/7.json") - pages[1]
        return found, again, fetched, asked

    return after


@pytest.mark.parametrize(
    ("variant", "endings"), [("best", [".jpg", ".png", ".mp4"]), ("zip#1,3", [".jpg", ".mp4"])]
)
async def test_the_choice_from_a_post_asks_its_page_no_second_time(
    after_a_look, site, tmp_path, variant, endings
):
    found, again, fetched, asked = await after_a_look(variant)
    assert asked == (0, 0)
    assert (found.kind, again.kind, again.title) == ("album", "album", found.title)
    assert [name[-4:] for name in fetched.files] == endings
    assert (tmp_path / fetched.files[0]).read_bytes() == (site.files / "photo.jpg").read_bytes()


async def test_files_that_do_not_come_from_the_kept_addresses_are_read_anew(after_a_look):
    _, _, fetched, asked = await after_a_look("best", refused="/b/src/photo.png")
    assert [name[-4:] for name in fetched.files] == [".jpg", ".png", ".mp4"]
    assert asked[1] > 0


@pytest.mark.parametrize(
    ("path", "variant", "software", "kind"),
    [
        (THREAD, "best", "", errors.Unsupported),
        (THREAD, "mp3", "vichan", errors.Unsupported),
        ("/b/res/8.html", "best", "vichan", errors.Gone),
        ("/b/res/7.html", "best#9", "vichan", errors.NoEntry),
    ],
)
async def test_what_it_cannot_give_has_its_usual_name(take, path, variant, software, kind):
    with pytest.raises(errors.JobError) as failed:
        await take(path, variant, software)
    assert type(failed.value) is kind


async def test_pictures_that_are_too_large(take):
    with pytest.raises(errors.TooLarge):
        await take(THREAD, max_file_size=400_000)


@pytest.mark.parametrize(
    ("code", "words", "kind"),
    [
        (8, "ChallengeError: Cloudflare challenge (403 Forbidden) for 'https://a.example/'",
         errors.BotCheck),
        (4, "HttpError: '429 Too Many Requests' for 'https://a.example/'", errors.SiteBusy),
        (4, "HttpError: '403 Forbidden' for 'https://a.example/'", errors.Refused),
        (4, "HttpError: '401 Unauthorized' for 'https://a.example/'", errors.LoginNeeded),
        (4, "HttpError: '503 Service Unavailable' for 'https://a.example/'", errors.SiteBroken),
        (4, "NotFoundError: Requested post could not be found", errors.Gone),
        (16, "AuthRequired: authenticated cookies needed to access this post", errors.LoginNeeded),
        (16, "AuthorizationError: Insufficient privileges to access this resource",
         errors.LoginNeeded),
        (4, "[reddit][error] HttpError: '404 Not Found' for 'https://a.example/'", errors.Gone),
        (4, "HttpError: ConnectionError: Connection refused", errors.NetworkBroken),
        (1, "KeyError: 'media'", errors.ExtractorBroken),
        (64, "", errors.Unsupported),
    ],
)  # fmt: skip
def test_its_words_have_our_names(code, words, kind):
    assert type(gallerydl.failure(code, words)) is kind
