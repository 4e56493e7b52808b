"""Links in texts: where one ends, how many there are, and which words are for which."""

import pytest

from procs.wishes.grammar import link
from tests.unit.wishes.grammar.test_link import ID, only


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


def test_as_many_links_of_a_message_are_taken_as_fit_into_one():
    parsed = link.parse(" ".join(f"https://example.org/{n}" for n in range(103)))
    assert (len(parsed.links), parsed.left_out) == (100, 3)


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
