"""What a card says and offers: rendered from its row alone."""

import pytest

from procs.bot.cards.card_text import render
from procs.core import codec
from procs.records.card_values import PAGES, CardOptions, CardTerms
from procs.store.media.cards import Card
from procs.texts import i18n
from procs.wishes import card_offer
from tests.sandbox.card_parts import GIB, MIB, form, song, told


def card(facts, options=None, terms=None):
    return Card(
        *(1, 2, 3, "choosing", "https://tube.example/watch/7", "tube.example", "k"),
        *(facts["title"], terms or CardTerms(), codec.dump(facts), options or CardOptions()),
        *({}, 1),
    )


def labels(facts, language="en", **options):
    view = render(card(facts, CardOptions(**options)), language)
    return [[button.label for button in row] for row in view.rows]


def flat(facts, **options):
    return [label for row in labels(facts, **options) for label in row]


def test_a_film_shows_its_qualities_with_sizes_what_is_kept_and_what_comes_in_parts():
    assert labels(told()) == [
        ["2160p · 3 GB ✂️×2", "1440p · 1.2 GB"],
        ["1080p · 402 MB", "⚡ 720p · 184 MB"],
        ["480p · 96 MB", "360p · 58 MB"],
        ["🎧 mp3 · 17 MB", "🎵 m4a · 11 MB"],
        ["✂️ A part", "💬 Subtitles", "📄 As a file"],
        ["🔊 Language", "ℹ️ Facts", "🔄 Fetch anew"],
        ["☑️ Remember for tube.example"],
        ["❌ Never mind"],
    ]


def test_a_song_has_its_sounds_and_no_quality():
    view = render(card(song()), "en")
    assert view.text.startswith("🎵 The Long Sine\nOscillator · 3:35 · tube.example")
    assert labels(song())[0] == ["🎧 mp3 · 7 MB", "🎵 m4a · 5 MB"]
    assert "several parts" not in view.text


def test_a_persian_reader_sees_persian_digits_and_latin_names_kept_apart():
    view = render(card(told()), "fa")
    assert "۱۲:۳۴" in view.text
    assert "\u2068How lighthouses work\u2069" in view.text
    assert view.rows[1][0].label == "\u20681080p\u2069 · ۴۰۲ مگابایت"


def test_there_are_at_most_six_qualities_and_the_smallest_is_among_them():
    heights = (2160, 1440, 1080, 720, 480, 360, 240, 144)
    there = told(choices=[form(f"{height}p", height * MIB) for height in heights])
    shown = [one["variant"] for one in card_offer.qualities(there)]
    assert shown == ["2160p", "1440p", "1080p", "720p", "480p", "144p"]


def test_what_is_not_allowed_is_shown_only_where_there_is_room_for_it():
    large = [form("2160p", 31 * GIB), form("1440p", 12 * GIB)]
    few = told(choices=told()["choices"][2:], refused=large)
    assert "🔒 2160p · 31 GB" in flat(few)
    assert not any("🔒" in label for label in flat(told(refused=large)))


def test_a_mark_is_explained_only_where_it_stands():
    assert "⚡" not in render(card(told(ready=[])), "en").text
    assert "⚡" in render(card(told()), "en").text


def test_sizes_are_those_of_the_part_that_is_set():
    assert "1080p · 24 MB" in flat(told(), part="80-125")
    assert not any("⚡ 720p" in label for label in flat(told(), part="80-125"))


def test_what_the_media_does_not_have_is_not_offered():
    plain = told(subtitles=[], captions=[], sounds=[], ready=[])
    there = " ".join(flat(plain))
    assert not any(mark in there for mark in ("💬", "🔊", "🔄"))


def test_who_is_asked_for_a_while_reads_what_comes_without_a_choice():
    view = render(card(told(), terms=CardTerms("720p", 120)), "en")
    assert "If you don't choose within 2 minutes, I send 720p." in view.text


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("facts", [told(), song(), told(chapters=[], subtitles=[])])
def test_every_page_leads_back_or_out(language, page, facts):
    view = render(card(facts, CardOptions(page=page, words="fa")), language)
    out = {i18n.say(language, "card-back"), i18n.say(language, "card-drop")}
    assert {button.label for row in view.rows for button in row} & out
    assert all(len(row) <= 3 for row in view.rows)


def test_languages_that_people_wrote_come_before_those_of_a_machine():
    assert labels(told(), page="words")[:2] == [["Persian", "English", "German 🤖"], ["French 🤖"]]


def test_sixty_languages_are_turned_through():
    codes = [f"{a}{b}" for a in "abcdef" for b in "abcdefghij"]
    page = labels(told(subtitles=codes), page="words", place=12)
    assert page[-2] == ["◀️", "▶️"]


def test_a_site_that_writes_strange_languages_gets_a_wish_that_can_be_said():
    there = told(subtitles=["zh_Hans", "pt-BR", "en-orig-x", "live"], captions=["en"])
    found = card_offer.languages(there)
    options = [CardOptions().variant(f"subs:{code}") for code, _ in found]
    assert len(options) == len(found) > 2


def test_a_chapter_is_a_part_to_the_next_one():
    view = render(card(told(), CardOptions(page="part")), "en")
    assert [row[0].data.get("part") for row in view.rows[:3]] == ["0-120", "120-400", "400-754"]


def test_facts_name_codecs_sizes_source_and_date():
    text = render(card(told(), CardOptions(page="facts")), "en").text
    for fact in ("2160p · av01 + mp4a · 3 GB", "🔗 https://tube.example/watch/7", "Nov 8, 2026"):
        assert fact in text


def test_a_date_that_there_is_not_is_left_out():
    facts = told(published="20261399")
    assert "📅" not in render(card(facts, CardOptions(page="facts")), "en").text


@pytest.mark.parametrize(
    ("facts", "asks"),
    [
        (told(), True),
        (song(), True),
        (told(direct=True), False),
        (told(kind="album"), False),
        (told(kind="photo"), False),
        (told(choices=told()["choices"][3:4], subtitles=[], chapters=[], sounds=[]), False),
        (told(choices=told()["choices"][3:4], chapters=[], sounds=[]), True),
    ],
)
def test_a_card_is_for_what_can_be_wanted_in_several_ways(facts, asks):
    assert card_offer.has_choice(facts) is asks
