"""Strangers' texts: nothing in them turns, hides or breaks what we say."""

import unicodedata
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procs.bot.status import status_text
from procs.engine.protocol import decode
from procs.engine.protocol.messages import Entry, Fetched, Probed
from procs.texts import untrusted_text
from procs.wishes import filenames

TURNING = "\u202e\u202d\u202a\u202b\u202c\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
BROKEN = f"a{TURNING}b\x00\x1b[31m\nc\r\u2028d\u200be\ufeff"
CLEAN = "ab [31m c de"
#: Categories of letters that show nothing: controls, formats, surrogates, line and paragraph ends.
UNSEEN = ("Cc", "Cs", "Zl", "Zp")
KEPT = "\u200c\u200d"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (BROKEN, CLEAN),
        ("Song \u202egpj.exe", "Song gpj.exe"),
        ("می‌خوام", "می‌خوام"),
        ("👨‍👩‍👧 ❤️", "👨‍👩‍👧 ❤️"),
        ("  two\n\n lines\t", "two lines"),
        ("Z\u0300\u0301\u0302\u0303\u0304\u0305algo", "Z\u0300\u0301\u0302algo"),
        ("\u3164\u200b", ""),
        ("é ü ñ 日本語 العربية", "é ü ñ 日本語 العربية"),
        (None, "None"),
    ],
)
def test_a_text_becomes_one_line_that_shows_all_it_has(words, shown):
    assert untrusted_text.text(words, 80) == shown


@given(st.text(max_size=60) | st.text(st.sampled_from(TURNING + KEPT + "ab\n\x85\u2060\ud800")))
def test_no_text_keeps_what_cannot_be_seen(words):
    shown = untrusted_text.text(words, 40)
    assert len(shown) <= 40
    assert not [c for c in shown if unicodedata.category(c) in UNSEEN]
    assert not set(shown) & set(TURNING)
    assert untrusted_text.text(shown, 40) == shown


def test_what_a_child_found_is_clean_on_both_sides():
    dirty = {
        "key": "k", "site": BROKEN, "title": BROKEN, "performer": BROKEN,
        "chapters": [[0.0, BROKEN]], "entries": [{"place": 1, "title": BROKEN, "url": "https://a.example/"}],
    }  # fmt: skip
    found = decode.into(Probed, dirty)
    assert (found.title, found.performer, found.site) == (CLEAN, CLEAN, CLEAN)
    assert found.chapters == [(0.0, CLEAN)]
    assert found.entries[0].title == CLEAN
    assert decode.into(Probed, asdict(found)) == found


def test_titles_of_an_album_and_of_an_entry_are_clean():
    assert Entry(1, BROKEN, "https://a.example/").title == CLEAN
    assert Fetched(["a"], Probed("k", "s", "t"), titles=[BROKEN]).titles == [CLEAN]


def test_the_name_of_a_file_is_clean():
    assert not set(filenames.fit(f"song{TURNING}.mp3")) & set(TURNING)
    assert filenames.fit("song\u202egpj.exe") == "songgpj.exe"
    assert filenames.title_name("a\u202eb\x85c", ".mp4") == "ab_c.mp4"


def test_a_title_that_is_in_the_database_already_is_clean_in_the_chat():
    from tests.unit.bot.status.test_status_text import NOW, a_status

    assert CLEAN in status_text.render(a_status(title=BROKEN), NOW).text
