"""Words: both languages say everything, in the digits and direction of their readers."""

import inspect
import re
from string import Formatter

import pytest

from procs import errors
from procs.errors import alert_kinds, remedies
from procs.texts import catalogues, i18n
from procs.wishes.grammar import link
from tests import ROOT


def placeholders(text: str) -> set[str]:
    """The names of the values that a text wants."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_and_leave_none_empty():
    fa, en = i18n.catalogue("fa"), i18n.catalogue("en")
    assert fa.keys() == en.keys()
    assert all(fa.values())
    assert all(en.values())


def test_a_text_wants_the_same_values_in_both_languages():
    fa, en = i18n.catalogue("fa"), i18n.catalogue("en")
    different = [key for key in en if placeholders(fa[key]) != placeholders(en[key])]
    assert different == []


def test_every_failure_has_its_sentence():
    named = [it for _, it in inspect.getmembers(errors, inspect.isclass) if hasattr(it, "say")]
    assert len(named) > 20
    missing = {it.say for it in named} - i18n.catalogue("en").keys()
    assert missing == set()


def test_no_sentence_of_a_failure_is_named_outside_the_table_of_failures():
    sources = [p for p in (ROOT / "procs").rglob("*.py") if p.parent.name != "errors"]
    keys = {k for p in sources for k in re.findall(r"\"(failed-[\w-]+)\"", p.read_text("utf-8"))}
    assert keys == set()


def test_a_failure_asks_for_the_site_and_what_its_class_tells():
    named = [it for _, it in inspect.getmembers(errors, inspect.isclass) if hasattr(it, "tells")]
    tells = {it.say: {"site", *it.tells} for it in named}
    for key, text in i18n.catalogue("en").items():
        if key.startswith("failed-"):
            assert placeholders(text) <= tells[key], key


@pytest.mark.parametrize(
    "kind", ["none", "scheme", "malformed", "too-long", "credentials", "which"]
)
def test_every_problem_with_a_link_has_its_sentence(kind):
    problem = link.BadLink(kind, "x")
    assert i18n.say("fa", f"bad-{problem.kind}", text=problem.text)


def test_every_key_the_code_says_is_in_the_catalogue():
    said = re.compile(r"say\(\s*[\w.]+,\s*\"([\w-]+)\"")
    sources = [p.read_text(encoding="utf-8") for p in (ROOT / "procs").rglob("*.py")]
    keys = {key for source in sources for key in said.findall(source)}
    assert keys - i18n.catalogue("en").keys() == set()


@pytest.mark.parametrize(
    ("code", "language"),
    [
        *(("fa", "fa"), ("fa-IR", "fa"), ("FA_ir", "fa")),
        *(("en-GB", "en"), ("de", "en"), ("", "en"), (None, "en")),
    ],
)
def test_the_language_follows_telegrams(code, language):
    assert i18n.choose(code) == language


def test_an_unknown_key_is_a_bug_and_says_so():
    with pytest.raises(KeyError):
        i18n.say("fa", "no-such-key")


def test_foreign_words_are_isolated_in_persian_only():
    assert "\u2068youtube\u2069" in i18n.say("fa", "failed-network", site="youtube")
    assert "\u2068" not in i18n.say("en", "failed-network", site="youtube")


def test_what_is_already_persian_is_not_isolated():
    assert "\u2068" not in i18n.say("fa", "left", clock=i18n.clock("fa", 40))


def test_a_title_with_braces_is_only_a_title():
    assert i18n.say("en", "cancel-named", name="{x} {0}") == "“{x} {0}” is cancelled."


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (i18n.number("fa", 1234), "۱٬۲۳۴"),
        (i18n.number("en", 1234), "1,234"),
        (i18n.number("fa", 5.25), "۵٫۲"),
        (i18n.percent("fa", 0.489), "۴۸٪"),
        (i18n.percent("en", 0.489), "48%"),
        (i18n.percent("en", 0.29), "29%"),
        (i18n.percent("en", 7.0), "100%"),
        (i18n.size("en", 0), "0 kB"),
        (i18n.size("en", 5_452_595), "5.2 MB"),
        (i18n.size("fa", 5_452_595), "۵٫۲ مگابایت"),
        (i18n.size("en", 184 * 2**20), "184 MB"),
        (i18n.size("en", 3.1 * 2**30), "3.1 GB"),
        (i18n.size("en", 5000 * 2**30), "5,000 GB"),
        (i18n.clock("fa", 40), "۰:۴۰"),
        (i18n.clock("en", 3723), "1:02:03"),
        (i18n.clock("en", -1), "0:00"),
        (i18n.span("fa", 130), "۳ دقیقه"),
        (i18n.span("en", 1), "1 second"),
        (i18n.span("en", 59.2), "60 seconds"),
        (i18n.span("en", 7300), "3 hours"),
    ],
)
def test_numbers_are_written_as_the_reader_writes_them(made, shown):
    assert made == shown


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_key_stands_once_in_a_catalogue(language):
    text = (ROOT / "procs" / "locale" / f"{language}.po").read_text("utf-8")
    keys = re.findall(r'^msgid "(.+)"$', text, re.M)
    assert [key for key in keys if keys.count(key) > 1] == []


def test_who_prefers_latin_digits_gets_them_in_persian_too():
    assert i18n.latin(i18n.size("fa", 5_452_595)) == "5.2 مگابایت"
    assert i18n.latin(i18n.number("fa", 1234)) == "1,234"
    assert i18n.latin(i18n.percent("fa", 0.489)) == "48%"


@pytest.mark.parametrize(("language", "minute"), [("en", 20 * 60 + 29), ("fa", 23 * 60 + 59)])
def test_a_day_ends_at_midnight_where_its_readers_live(language, minute):
    """20:29:59 UTC is 23:59:59 in Tehran."""
    wall = 1_789_936_199.0
    later = wall + 1

    assert i18n.minute_of_day(language, wall) == minute
    assert i18n.day(language, later) - i18n.day(language, wall) == (language == "fa")


def test_english_remedies_have_one_home():
    """The log, the commands and the chat show the same words."""
    assert 'msgid "fix-' not in (i18n.LOCALE / "en.po").read_text()
    for name, words in remedies.BY_NAME.items():
        assert i18n.say("en", f"fix-{name}") == words


def test_each_alert_that_an_admin_may_switch_off_has_a_name():
    named = {f"alert-kind-{kind}" for kind in alert_kinds.ALL_ALERTS - alert_kinds.CRITICAL_ALERTS}

    assert named - i18n.catalogue("en").keys() == set()
    assert named - i18n.catalogue("fa").keys() == set()


def test_what_was_read_before_a_fork_is_not_read_again(monkeypatch, tmp_path):
    i18n.preload()
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    assert {i18n.say(one, "media-file-button") for one in i18n.LANGUAGES}
    assert i18n.size("fa", 1 << 20)
