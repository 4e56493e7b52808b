"""Pages read without yt-dlp: frames, pictures, walls; and the sizes of pictures by first bytes."""

import time

import pytest

from procs import errors
from procs.engine.webpage import page_text, page_walls, picture_size
from tests.sandbox.foreign import files

URL = "https://example.org/a/page.html"


def read(text):
    return page_text.read(text, URL)


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ('<iframe src="/p"></iframe>', ["https://example.org/p"]),
        ("<IFRAME SRC=p.html>", ["https://example.org/a/p.html"]),
        ('<iframe src="//cdn.example.net/p?a=1&amp;b=2">', ["https://cdn.example.net/p?a=1&b=2"]),
        ('<iframe data-src="/p" src="about:blank">', ["https://example.org/p"]),
        ('<base href="https://other.example/"><iframe src="p">', ["https://other.example/p"]),
        ('<object data="/p"></object><embed src="/q">', ["https://example.org/p", "https://example.org/q"]),
        ('<iframe src="javascript:x()"><iframe src="data:text/html,x"><iframe src="">', []),
        ('<iframe src="page.html"><iframe src="#top">', []),
        ('<!-- <iframe src="/p"> --><script>"<iframe src=/q>"</script>', []),
        ('<template><iframe src="/p"></template>', []),
        ('<iframe src="/p"><iframe src="/p#x">', ["https://example.org/p"]),
        ("<iframe>" * 3, []),
    ],
)  # fmt: skip
def test_frames(text, frames):
    assert list(read(text).frames) == frames


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('<img src="1.jpg">', ["1.jpg"]),
        ('<img src="1.jpg" srcset="1.jpg 100w, 3.jpg 900w, 2.jpg 500w">', ["3.jpg"]),
        ('<img srcset="1.jpg 1x,2.jpg 2x">', ["2.jpg"]),
        ('<img src="data:image/gif;base64,R0==" data-src="1.jpg">', ["1.jpg"]),
        ('<a href="big.png"><img src="small.png"></a><img src="2.png">', ["big.png", "2.png"]),
        ('<a href="post.html"><img src="1.png"></a>', ["1.png"]),
        ('<img src="1.jpg" width="64"><img src="2.jpg" height="40px">', []),
        ('<img src="1.jpg" width="100%">', ["1.jpg"]),
        ('<img src="logo.png"><img src="a/icons/x.png"><img src="x.svg"><img src="x.ico">', []),
        ('<img src="1.jpg" class="user avatar"><img src="2.jpg" alt="Logo">', []),
        ('<img src="logology.jpg">', ["logology.jpg"]),
        ('<meta property="og:image" content="1.jpg">', ["1.jpg"]),
        ('<meta name="twitter:image" content="1.jpg"><img src="2.jpg">', ["2.jpg", "1.jpg"]),
        ('<picture><source srcset="1.webp"><img src="1.jpg"></picture>', ["1.jpg"]),
        ('<picture><source srcset="1.webp"><img alt="x"></picture>', ["1.webp"]),
        ("<img><img src><img src=''>", []),
    ],
)
def test_pictures(text, names):
    assert [one.rpartition("/")[2] for one in read(text).pictures] == names


@pytest.mark.parametrize(
    "text",
    [
        "<!--" * 250_000,
        "<script" * 150_000,
        "<iframe src='" * 80_000,
        "<img srcset='" + "a," * 400_000,
        "<" * 1_000_000,
        "<a href=x.jpg>" * 70_000,
        "<img " + 'a="b" ' * 150_000,
        "<title>" * 140_000,
        "<img src=1.jpg srcset='" + "x " * 1400 + "'>" * 300,
        " " * 1_000_000,
    ],
)
def test_a_hostile_page_is_read_in_a_moment(text):
    began = time.process_time()
    page = read(text)
    page_walls.met(page, text, URL)
    assert time.process_time() - began < 3
    assert len(page.frames) <= page_text.FRAMES_NAMED
    assert len(page.pictures) <= page_text.PICTURES_NAMED


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("فیلم".encode(), "text/html; charset=utf-8", "فیلم"),
        ("مرحبا".encode("cp1256"), "text/html; charset=windows-1256", "مرحبا"),
        (b'<meta charset="windows-1256">' + "مرحبا".encode("cp1256"), "text/html", "مرحبا"),
        ("فیلم".encode("utf-16"), "text/html", "فیلم"),
        (b"plain", "text/html; charset=no-such", "plain"),
        (b"\xff\xff", "", "��"),
    ],
)
def test_letters(body, kind, text):
    assert page_text.decoded(body, kind).endswith(text)


LONG = "Words of an article about sign in, 404, age verification and captcha. " * 60


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<title>Log in</title><input type=password>", errors.LoginNeeded),
        ("<p>برای مشاهده این ویدیو وارد حساب خود شوید</p>", errors.LoginNeeded),
        ("<p>You need to be logged in to view this video.</p>", errors.LoginNeeded),
        ("<p>This is for paying members only.</p>", errors.LoginNeeded),
        ("<title>Attention Required! | Cloudflare</title>", errors.BotCheck),
        ("<div class=cf-turnstile></div>", errors.BotCheck),
        ("<p>You must be 18 or older to enter</p>", errors.ConsentNeeded),
        ("<p>We use cookies. Accept all cookies</p>", errors.ConsentNeeded),
        ("<p>This video isn't available in your country</p>", errors.GeoBlocked),
        ("<p>صفحه مورد نظر یافت نشد</p>", errors.NoSuchFile),
        ("<title>Page not found</title>", errors.NoSuchFile),
        ("<p>A page.</p>", None),
        (f"<p>{LONG}</p>", None),
        (f"<input type=password><p>{LONG}</p>", None),
        (f"<div class=g-recaptcha></div><p>{LONG}</p>", None),
        ("<p>Sign in to watch this video</p>", errors.LoginNeeded),
        ("<p>Our login page has moved to another address.</p>", None),
    ],
)
def test_what_keeps_people_out(text, kind):
    met = page_walls.met(read(text), text, URL)
    assert (type(met) if met else None) is kind


def test_what_a_page_with_pictures_of_its_own_says_besides_keeps_nobody_out():
    """A banner about cookies, a form to sign in, a field against robots are on any page."""
    texts = ("<p>We use cookies. Accept all cookies</p>", "<input type=password>")
    texts += ("<div class=g-recaptcha></div>", "<p>Log in or register to comment</p>")
    for text in texts:
        page = read(f'<title>Holiday</title>{text}<img src="1.jpg">')
        assert page_walls.surely(page, URL) is None


def test_a_sign_in_is_one_wherever_it_leads():
    page = page_text.read(
        f"<input type=password><p>{LONG}</p>", "https://example.org/login?next=/a"
    )
    assert type(page_walls.met(page, "", URL)) is errors.LoginNeeded


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("one.jpg", (640, 480)),
        ("three.png", (640, 480)),
        ("four.webp", (640, 480)),
        ("five.avif", (640, 480)),
        ("moving.gif", (160, 120)),
        ("small.jpg", (160, 120)),
    ],
)
def test_a_pictures_size_is_in_its_first_bytes(name, size):
    assert picture_size.size((files.folder() / name).read_bytes()[: picture_size.FIRST]) == size


@pytest.mark.parametrize(
    "body",
    [
        b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x7f\x02\x00\xdf\x01\x00",
        b"RIFF\x00\x00\x00\x00WEBPVP8L\x0a\x00\x00\x00\x2f\x7f\xc2\x77\x00",
        b"BM" + bytes(16) + (640).to_bytes(4, "little") + (480).to_bytes(4, "little"),
    ],
)
def test_the_other_forms_of_heads(body):
    assert picture_size.size(body) == (640, 480)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\x89PNG", b"\xff\xd8", b"RIFF", bytes(99)])
def test_what_is_no_picture_has_no_size(body):
    assert picture_size.size(body) is None


def test_a_cut_picture_does_not_say_its_size():
    assert picture_size.size(b"\xff\xd8\xff\xe0\x00\x10JFIF") == (0, 0)
