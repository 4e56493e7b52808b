"""Who owns a package is what the standard library finds, which reads far more for it."""

from importlib import metadata

import pytest

from procs.core.packages.package_owners import owners_of

FOUND = metadata.packages_distributions()


@pytest.mark.parametrize("package", ["pyrogram", "yt_dlp", "supervisor", "babel", "orjson"])
def test_its_owners_are_found(package):
    assert owners_of(package) == sorted(set(FOUND[package]))


def test_what_is_not_installed_has_none():
    assert owners_of("no_such_package") == []


def test_each_of_two_owners_is_found(tmp_path, monkeypatch):
    for name, files in {
        "first": "twice/one.py,,\n",
        "second": "other.py,,\ntwice/two.py,,\n",
    }.items():
        (folder := tmp_path / f"{name}-1.dist-info").mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (folder / "RECORD").write_text(files)
    monkeypatch.syspath_prepend(tmp_path)
    assert owners_of("twice") == ["first", "second"]
