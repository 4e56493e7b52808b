"""Commands that look, while somebody writes something wrong into the settings or sites.toml."""

import pytest

from tests.sandbox.house import house

__all__ = ["house"]
LOOKS = ("status", "jobs --all", "top --once", "errors", "sites", "cap", "breakers", "why 1")
LOOKS += ("backup list", "backup verify all")


@pytest.mark.parametrize("line", LOOKS)
def test_they_say_what_is_wrong_and_show_what_is_there(house, short_home, line):
    house.asks(5, "film")
    right, before, _ = house.says(*line.split())
    (short_home / "sites.toml").write_text("[youtube\n")

    code, said, wrong = house.says(*line.split())

    assert (code, len(said)) == (right, len(before))
    assert "sites.toml: not TOML" in wrong


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("WORKERS", "many"), ("MAX_CONCURRENT_DOWNLOADS", "0"), ("BACKUP_KEEP", "all")),
        *(("ALLOWED_NETWORKS", "home"), ("METRICS", "1.2.3.4:80"), ("LOG_FORM", "verse")),
    ],
)
def test_any_setting_may_be_wrong(house, monkeypatch, name, text):
    monkeypatch.setenv(f"CHAPAR_{name}", text)

    code, said, wrong = house.says("status")

    assert (code, "not running; start it with: chapar up -d" in "\n".join(said)) == (4, True)
    assert f"CHAPAR_{name}" in wrong


@pytest.mark.parametrize("line", ["backup now", "fetch http://site.test/x", "rolling-restart"])
def test_what_acts_by_the_settings_refuses(house, monkeypatch, line):
    monkeypatch.setenv("CHAPAR_WORKERS", "many")

    code, said, wrong = house.says(*line.split())

    assert (code, said) == (1, [])
    assert "CHAPAR_WORKERS" in wrong


def test_no_other_home_and_no_other_database_is_looked_at(house, monkeypatch):
    monkeypatch.setenv("CHAPAR_DATABASE_URL", "mysql://somewhere")

    code, said, wrong = house.says("status")

    assert (code, said) == (1, [])
    assert "CHAPAR_DATABASE_URL" in wrong
