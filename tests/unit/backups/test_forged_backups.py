"""Files that are no whole backup, or say of themselves what no backup says: each is refused in one
sentence, and nothing is changed."""

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from daemon import cli
from procs.backups import backup_archive, restoration
from procs.backups.backup_archive import Manifest
from tests.unit.backups.conftest import Home

Members = dict[str, bytes]


@pytest.fixture
def backup(home: Home, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A whole backup that lies in no folder of backups."""
    monkeypatch.setenv("CHAPAR_HOME", str(home.settings.home))
    monkeypatch.setenv("CHAPAR_ENV_FILE", "/dev/null")
    home.asks("before")
    return home.file(home.backs_up()).rename(home.settings.home / "elsewhere.tar.gz")


def members(path: Path) -> Members:
    with tarfile.open(path) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]


def forge(path: Path, found: Members, **said: Any) -> None:
    """Pack it anew, with other words in its manifest; None leaves one out."""
    facts = json.loads(found["manifest.json"]) | said
    facts = {name: fact for name, fact in facts.items() if fact is not None}
    with tarfile.open(path, "w:gz") as tar:
        for name, content in (found | {"manifest.json": json.dumps(facts).encode()}).items():
            one = tarfile.TarInfo(name)
            one.size = len(content)
            tar.addfile(one, io.BytesIO(content))


def refused(home: Home, path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence of a restore that did nothing."""
    before = home.path.read_bytes()
    code = cli.main(["restore", str(path)])
    told = capsys.readouterr().err
    assert (code, len(told.splitlines()), home.path.read_bytes() == before) == (1, 1, True)
    return told


@pytest.mark.parametrize("cut", [1, 8, 9, 100, 5000])
def test_a_file_that_lacks_its_end_is_refused(home, backup, capsys, cut):
    backup.write_bytes(backup.read_bytes()[:-cut])

    assert "is damaged" in refused(home, backup, capsys)


@pytest.mark.parametrize("more", [b"x", b"\x1f\x8b\x08\x00", bytes(9) + b"x"])
def test_a_file_with_something_behind_its_end_is_refused(home, backup, capsys, more):
    backup.write_bytes(backup.read_bytes() + more)

    assert "is damaged" in refused(home, backup, capsys)


@pytest.mark.parametrize(
    "said",
    [
        *({"taken_at": 1e30}, {"taken_at": -1e18}, {"taken_at": "1"}, {"taken_at": None}),
        *({"files": ["chapar.db"]}, {"files": {"chapar.db": 5}}, {"files": "chapar.db"}),
        *({"rows": [1]}, {"rows": {"jobs": "x"}}, {"before": {"jobs": "x"}}, {"after": [1]}),
        *({"cookies": [1]}, {"cookies": {"a": 5}}, {"cookies": {"cookies/1-x": "x"}}),
    ],
    ids=str,
)
def test_words_that_no_backup_says_of_itself_are_refused(home, backup, capsys, said):
    forge(backup, members(backup), **said)

    assert "is no backup" in refused(home, backup, capsys)


def test_one_of_a_newer_chapar_says_so_whatever_else_it_says(home, backup, capsys):
    forge(backup, members(backup), format=2, rows=None, files=None)

    assert "was made by a newer Chapar; upgrade first" in refused(home, backup, capsys)


@pytest.mark.parametrize("name", ["sessions", ".env", "chapar.db/x", "", ".", "jobs/x", "a/b/c"])
def test_a_file_that_no_backup_has_is_refused(home, backup, capsys, name):
    found = members(backup)
    digests = json.loads(found["manifest.json"])["files"]
    evil = hashlib.sha256(b"evil").hexdigest()
    forge(backup, found | {name: b"evil"}, files=digests | {name: evil})

    assert "is no backup" in refused(home, backup, capsys)


def test_one_of_another_database_names_no_folder_of_ours(home, backup, capsys):
    found = members(backup) | {"chapar.db": b""}
    digest = hashlib.sha256(b"").hexdigest()
    forge(backup, found, files={"chapar.db": digest}, rows={}, before={}, after={})

    told = refused(home, backup, capsys)
    assert ("its database cannot be used (chapar.db" in told, "cache" in told) == (True, False)


@pytest.mark.parametrize(
    "place", ["chapar.db", "chapar.db-wal", "sites.toml", ".env", "sessions/x"]
)
def test_cookies_take_the_place_of_no_other_file(home, place):
    settings = home.settings
    target = settings.home / backup_archive.RULES
    files = {"cookies/0-x": "0" * 64}
    manifest = Manifest(1.0, "", files, {}, {}, {}, cookies={"cookies/0-x": place})

    put = restoration.cookie_place(settings, target, manifest.cookies["cookies/0-x"])

    assert put == settings.home / restoration.ELSEWHERE / Path(place).name
