"""Links in texts: what is found, what it is called, what form is wished for, what is refused."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from procs import link
from procs.link import BadLink, Parsed

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
    ("text", "canonical"),
    [
        ("Look (https://example.org/a_(b)), nice!", "https://example.org/a_(b)"),
        ("see https://example.org/a.", "https://example.org/a"),
        ("«https://example.org/a»", "https://example.org/a"),
        ("ببین https://example.org/a؟", "https://example.org/a"),
        ("<https://example.org/a>", "https://example.org/a"),
        ("\u2066https://example.org/a\u2069", "https://example.org/a"),
        ("https://example.org/a\u200f", "https://example.org/a"),
        ("a\nhttps://example.org/a\nb", "https://example.org/a"),
    ],
)
def test_the_sentence_around_a_link_is_not_part_of_it(text, canonical):
    assert only(text).url == canonical


@pytest.mark.parametrize(
    "text",
    [
        f"https://youtu.be/{ID}را",
        f"youtu.be/{ID}رو",
        f"https://youtu.be/{ID}\u200cرو",
        f"https://youtu.be/{ID}/رو",
        f"اینhttps://youtu.be/{ID}",
        f"اینyoutu.be/{ID}",
        f"https://youtu.be/{ID}،",
        f"https://youtu.be/{ID}؛ ببین",
    ],
)
def test_persian_words_that_are_glued_to_a_link_are_not_part_of_it(text):
    assert only(text, text).key == f"youtube:{ID}"


def test_a_wish_that_is_glued_to_a_link_is_one():
    assert only(f"https://youtu.be/{ID}صداشو").variant == "audio"


@pytest.mark.parametrize("between", ["،", ",", ";", "", "، ", "\n"])
def test_links_side_by_side_are_two(between):
    parsed = link.parse(f"https://a.example/ID{between}https://b.example/2")
    assert [found.url for found in parsed.links] == ["https://a.example/ID", "https://b.example/2"]


@pytest.mark.parametrize(
    "address",
    [
        "https://web.archive.org/web/2020/https://a.example/x",
        "https://a.example/?u=https://b.example/",
        "https://a.example/1,2;3",
    ],
)
def test_an_address_inside_another_stays_there(address):
    assert only(address).url == address


def test_a_path_in_persian_letters_stays_whole():
    assert only("https://fa.wikipedia.org/wiki/زبان_فارسی").url.endswith("%D8%B3%DB%8C")


def test_a_link_with_an_unclear_wish_is_a_question():
    parsed = link.parse("https://a.example/1 8k https://b.example/2")
    assert [found.url for found in parsed.links] == ["https://b.example/2"]
    (question,) = parsed.questions
    assert (question.link.url, question.about.words) == ("https://a.example/1", "8k")


def test_words_around_a_hidden_link_are_for_it():
    assert only("this one, mp3 please", "https://a.example/1").variant == "mp3"
    assert only("My Song (Official Audio)", "https://a.example/1").variant == "best"


def test_several_links_are_several_and_keep_their_order():
    parsed = link.parse("https://b.example/1 https://a.example/2\nhttps://c.example/3")
    assert [found.site for found in parsed.links] == ["b.example", "a.example", "c.example"]


def test_a_link_said_twice_counts_once():
    assert only(f"https://youtu.be/{ID} youtube.com/watch?v={ID}").key == f"youtube:{ID}"


def test_the_same_link_in_two_forms_is_two_wishes():
    parsed = link.parse(f"https://youtu.be/{ID} mp3 https://youtu.be/{ID} 720")
    assert [found.variant for found in parsed.links] == ["mp3", "720p"]


def test_at_most_twenty_links_of_a_message_are_taken():
    parsed = link.parse(" ".join(f"https://example.org/{n}" for n in range(23)))
    assert (len(parsed.links), parsed.left_out) == (20, 3)


def test_a_hidden_link_is_found_and_a_marked_one_is_not_doubled():
    parsed = link.parse(
        "here and https://example.org/b", ["https://example.org/a", "https://example.org/b"]
    )
    assert [found.url[-1] for found in parsed.links] == ["b", "a"]


def test_a_bare_domain_counts_when_telegram_marked_it():
    assert link.parse("ask example.org for it").links == ()
    assert only("ask example.org for it", "example.org").url == "https://example.org/"


@pytest.mark.parametrize(
    ("words", "variant"),
    [
        ("", "best"),
        ("mp3", "mp3"),
        ("MP3 please", "mp3"),
        ("m4a", "m4a"),
        ("audio", "audio"),
        ("صدا", "audio"),
        ("لطفا آهنگ", "audio"),
        ("720", "720p"),
        ("720p", "720p"),
        ("۷۲۰", "720p"),
        ("۴۸۰p", "480p"),
        ("۱۰۸۰پی", "1080p"),
        ("\u200f360\u200f", "360p"),
        ("\nmp3", "mp3"),
        ("is the best thing I ever saw 720", "best"),
    ],
)
def test_words_after_a_link_choose_the_form(words, variant):
    assert only(f"https://example.org/a {words}").variant == variant


def test_each_link_has_its_own_words():
    parsed = link.parse("https://a.example/1 mp3\nhttps://a.example/2\nhttps://a.example/3 480")
    assert [found.variant for found in parsed.links] == ["mp3", "best", "480p"]


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
