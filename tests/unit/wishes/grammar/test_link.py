"""Addresses: what each is called, which are equal, and what is refused."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from procs.wishes.grammar import link
from procs.wishes.grammar.link import BadLink, Parsed

ID = "dQw4w9WgXcQ"


def only(text: str, *urls: str) -> link.Link:
    """The one link of a text that has nothing wrong with it."""
    parsed = link.parse(text, urls)
    assert parsed.problems == ()
    (found,) = parsed.links
    return found


@pytest.mark.parametrize(
    "address",
    [
        f"https://www.youtube.com/watch?v={ID}",
        f"http://youtube.com/watch?v={ID}&list=PLx&index=3",
        f"https://m.youtube.com/watch?app=desktop&v={ID}",
        f"https://music.youtube.com/watch?v={ID}&si=abc",
        f"https://youtu.be/{ID}?si=abc&t=10",
        f"https://www.youtube.com/shorts/{ID}?feature=share",
        f"https://www.youtube.com/live/{ID}",
        f"https://www.youtube-nocookie.com/embed/{ID}",
        f"HTTPS://YOUTU.BE/{ID}#t=3",
        f"youtube.com/watch?v={ID}",
        f"www.youtube.com/watch?v={ID}",
    ],
)
def test_every_form_of_a_youtube_address_is_one_media(address):
    found = only(address)
    assert (found.key, found.site) == (f"youtube:{ID}", "youtube")
    assert found.url == f"https://www.youtube.com/watch?v={ID}"


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://twitter.com/jack/status/20?s=20", "twitter:20"),
        ("https://x.com/jack/status/20/photo/1", "twitter:20"),
        ("https://mobile.twitter.com/i/web/status/20", "twitter:20"),
        ("https://www.instagram.com/p/CxYz_12-3/?igsh=abc", "instagram:CxYz_12-3"),
        ("https://instagram.com/someone/reel/CxYz_12-3/", "instagram:CxYz_12-3"),
        ("https://www.instagram.com/reels/CxYz_12-3", "instagram:CxYz_12-3"),
        (
            "https://www.tiktok.com/@a.b/video/7300000000000000000?_r=1",
            "tiktok:7300000000000000000",
        ),
        ("https://vimeo.com/76979871", "vimeo:76979871"),
        ("https://player.vimeo.com/video/76979871?h=8272103f6e", "vimeo:76979871"),
        ("https://dai.ly/x8abcde", "dailymotion:x8abcde"),
        ("https://www.dailymotion.com/video/x8abcde", "dailymotion:x8abcde"),
        ("https://www.aparat.com/v/abc12", "aparat:abc12"),
    ],
)
def test_the_main_sites_name_their_media_in_the_address(address, key):
    assert only(address).key == key


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/playlist?list=PLrAXtmErZgOeiKm4sgNOknGvNjby9efdf",
        "https://www.youtube.com/@somebody",
        "https://www.youtube.com/results?search_query=a",
        "https://vm.tiktok.com/ZMabcdef/",
        "https://soundcloud.com/forss/flickermood",
        "https://example.org/clip.mp4",
        "https://notyoutube.com/watch?v=dQw4w9WgXcQ",
    ],
)
def test_an_address_that_does_not_tell_is_named_by_its_hash(address):
    assert only(address).key.startswith("url:")


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("http://example.org:8080/a", "http://example.org:8080/a"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://example.org/A?b=1&utm_source=x&fbclid=y&c=2#part", "https://example.org/A?b=1&c=2"),
        ("https://example.org/?utm_source=x", "https://example.org/"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
        ("https://example.org/?q=a+b&sig=x%2Fy==", "https://example.org/?q=a+b&sig=x%2Fy=="),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://fa.wikipedia.org/wiki/تهران", "https://fa.wikipedia.org/wiki/%D8%AA%D9%87%D8%B1%D8%A7%D9%86"),
        ("http://[2001:DB8::1]:80/x", "http://[2001:db8::1]/x"),
        ("https://open.spotify.com/track/1?si=z", "https://open.spotify.com/track/1"),
        ("https://example.org/?si=kept", "https://example.org/?si=kept"),
    ],
)  # fmt: skip
def test_equal_addresses_are_written_equally(address, canonical):
    assert only(address).url == canonical


def test_a_canonical_address_is_its_own_canonical_address():
    first = only("https://Example.org/a b?x=1&utm_medium=q".replace(" ", "%20"))
    assert only(first.url) == first


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("file:///etc/passwd", "scheme"),
        ("ftp://example.org/a", "scheme"),
        ("rtsp://example.org/a", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("data:text/html,hi", "scheme"),
        ("magnet:?xt=urn:btih:abc", "scheme"),
        ("FILE:///etc/passwd", "scheme"),
        ("https://user:secret@example.org/", "credentials"),
        ("https://user@example.org/", "credentials"),
        ("https://", "malformed"),
        ("http://[::1", "malformed"),
        ("http://a..b/", "malformed"),
        ("http://-a.example/", "malformed"),
        ("http://example.org:99999/", "malformed"),
        ("http://example.org:x/", "malformed"),
        ("https://" + "a" * 70 + ".org/", "malformed"),
        ("https://example.org/\x00a", "malformed"),
        ("https://example.org/" + "a" * 2100, "too-long"),
        ("hello", "none"),
        ("سلام", "none"),
        ("3.5/10 and/or a@b.example", "none"),
        ("x" * 5000, "none"),
        ("", "none"),
    ],
)
def test_what_cannot_be_asked_for_is_named(text, kind):
    parsed = link.parse(text)
    assert parsed.links == ()
    assert [problem.kind for problem in parsed.problems] == [kind]


def test_a_secret_in_an_address_is_not_repeated():
    assert link.parse("https://user:secret@example.org/").problems == (BadLink("credentials"),)


def test_a_good_link_beside_a_bad_one_is_taken():
    parsed = link.parse("ftp://example.org/a https://example.org/b")
    assert [found.url for found in parsed.links] == ["https://example.org/b"]
    assert parsed.problems == (BadLink("scheme", "ftp"),)


PIECES = st.sampled_from(
    [
        *("https://", "http:", "//", "[", "]", "@", ":", "%", "..", "\u2066", "\u200c", "۷۲۰"),
        *("youtu.be/", "?v=", "#", "ftp://", "xn--", "www.", "example.org", " ", "\x00"),
        *("\ud800", "/", "ß", "javascript:", "&utm_"),
    ]
)
TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=30).map("".join),
)


@given(TEXTS, st.lists(TEXTS, max_size=3))
@example("https://xn--a.example/", [])
@example("http://\ud800.example/", ["\ud800"])
def test_no_text_makes_it_raise_and_its_links_are_clean(text, urls):
    parsed = link.parse(text, urls)
    assert parsed != Parsed()
    for found in parsed.links:
        assert found.url.startswith(("http://", "https://"))
        assert found.url.isascii()
        assert len(found.url) <= link.ADDRESS_LENGTH
        assert link.read(found.url, found.variant) == found
