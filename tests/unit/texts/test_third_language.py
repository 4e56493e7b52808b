"""A third language is one file: with it there, everything is said in it, and nothing else changed.

The product is copied, because which languages there are is read from its folder when it starts.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from procs.errors import remedies
from procs.texts import i18n
from tests import ROOT

#: Begins every text of the third language.
MARK = "Я"
#: What the copy says of itself; an assertion that does not hold is its exit code.
SCRIPT = """
from datetime import date
from procs.bot.commands import command_menu, settings_menu
from procs.records.preference_values import GroupPreferences, Preferences, checked
from procs.texts import failure_text, i18n

assert i18n.LANGUAGES == ("fa", "ru", "en"), i18n.LANGUAGES
assert i18n.choose("ru-RU") == "ru"
missing = [key for key in i18n.catalogue("en") if not i18n.catalogue("ru")[key].startswith("Я")]
assert missing == [], missing
for scope, menus in command_menu.menus(follows=True).items():
    assert all(text.startswith("Я") for _, text in menus["ru"]), scope
    assert menus["fa"] and menus[""]
for record in (Preferences(), GroupPreferences()):
    assert checked(type(record), "language", "ru") == "ru"
    for name in settings_menu.pages_of(record):
        page = settings_menu.page(record, name, "ru")
        assert page.text.startswith("Я"), name
    labels = [one.label for row in settings_menu.page(record, "language", "en").keyboard
              for one in row]
    assert "русский" in labels, labels
forms = [i18n.say("ru", "links-left-out", most=20, count=n)[:2] for n in (1, 3, 5, 21)]
assert forms == ["Я0", "Я1", "Я2", "Я0"], forms
assert i18n.say("en", "inline-rest", count=1).startswith("There is one more")
assert "3 more files" in i18n.say("en", "inline-rest", count=3)
said = [i18n.size("ru", 5_452_595), i18n.span("ru", 7200), i18n.hour("ru", 0),
        i18n.date("ru", date(2026, 11, 29)), i18n.percent("ru", 0.5), i18n.tongue("ru", "fa"),
        i18n.number("ru", 1.5), i18n.clock("ru", 75)]
assert all(said), said
assert failure_text.reason("ru", "failed-gone", site="x", found="").startswith("Я")
print(" | ".join(said))
"""


def translated(source: Path, to: Path) -> None:
    """The English catalogue, with each text marked; one with plural forms has three of them."""
    with source.open("rb") as file:
        english = read_po(file, locale="en")
    other = Catalog(locale="ru")
    for one in english:
        if one.pluralizable:
            other.add(one.id, tuple(f"{MARK}{n} {one.string[-1]}" for n in range(3)))
        elif one.id:
            other.add(one.id, f"{MARK} {one.string}")
    for name, text in remedies.BY_NAME.items():  # the English ones stand in the code
        other.add(f"fix-{name}", f"{MARK} {text}")
    with to.open("wb") as file:
        write_po(file, other)


def test_a_third_language_is_one_file_and_everything_is_said_in_it(tmp_path: Path) -> None:
    copy = tmp_path / "procs"
    shutil.copytree(ROOT / "procs", copy, ignore=shutil.ignore_patterns("__pycache__"))
    translated(i18n.LOCALE / "en.po", copy / "locale" / "ru.po")

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "5,2" in done.stdout


def test_numbers_in_words_follow_the_rule_of_their_language() -> None:
    assert i18n.say("en", "list-count", count=1) == "(one entry)"
    assert i18n.say("en", "list-count", count=2) == "(2 entries)"
    assert i18n.say("fa", "list-count", count=1) != ""
