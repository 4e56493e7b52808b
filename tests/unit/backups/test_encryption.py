"""An encrypted backup is verified as the file that it is, and opens with its key alone."""

import re
from pathlib import Path

import pyrage
import pytest

from daemon.commands.backups import restore_command
from procs.backups import backup_store, backup_taker, cipher
from procs.backups.backup_errors import BackupFailed
from tests.unit.backups.conftest import Home

PHRASE = "correct horse battery staple"


def secret(folder: Path) -> tuple[Path, str]:
    """A file as `age-keygen` writes it, and the public key alone."""
    identity = pyrage.x25519.Identity.generate()
    path = folder / "key.txt"
    path.write_text(f"# public key: {identity.to_public()}\n{identity}\n")
    return path, str(identity.to_public())


def written(folder: Path, text: str) -> Path:
    path = folder / "backup.key"
    path.write_text(text)
    return path


@pytest.mark.parametrize("kind", ["passphrase", "key"])
def test_it_is_restored_with_the_file_of_the_setting(short_home, tmp_path, kind):
    path = written(tmp_path, PHRASE) if kind == "passphrase" else secret(tmp_path)[0]
    home = Home(short_home, CHAPAR_BACKUP_KEY_FILE=str(path))
    home.asks("before")
    backup = home.backs_up()
    home.path.unlink()

    restore_command.restore(home.settings, "latest", None, lambda line: None, dry=False)

    assert (backup.state, home.asked()) == ("ok", ["url:before"])
    assert home.file(backup).read_bytes().startswith(b"age-encryption.org/v1")


def test_a_server_with_the_public_key_alone_makes_what_only_the_secret_opens(short_home, tmp_path):
    path, public = secret(tmp_path)
    home = Home(short_home, CHAPAR_BACKUP_KEY_FILE=str(written(tmp_path, public)))
    backup = home.backs_up()

    with pytest.raises(BackupFailed, match="--key FILE"):
        backup_taker.verify(home.settings, backup, backup_taker.key_of(home.settings))

    assert backup_taker.verify(home.settings, backup, cipher.read(path)).is_ok
    assert backup_store.newest_ok(home.settings.backup_folder) is not None


def test_a_wrong_key_says_so(short_home, tmp_path):
    home = Home(short_home, CHAPAR_BACKUP_KEY_FILE=str(written(tmp_path, PHRASE)))
    backup = home.backs_up()
    other = cipher.read(written(tmp_path, "another phrase of words"))

    with pytest.raises(BackupFailed, match="is it the right key"):
        backup_taker.verify(home.settings, backup, other)


def test_a_machine_that_is_too_slow_for_a_passphrase_is_not_called_a_wrong_key(tmp_path):
    key = cipher.read(written(tmp_path, PHRASE))
    plain, made, out = (tmp_path / name for name in ("plain", "made.age", "out"))
    plain.write_text("a backup")
    cipher.encrypt(plain, made, key)
    # The header says how often the phrase is to be mixed: two to the power of this number.
    made.write_bytes(re.sub(rb"(-> scrypt \S+) \d+", rb"\1 40", made.read_bytes(), count=1))

    with pytest.raises(BackupFailed, match="more work than this machine does now"):
        cipher.decrypt(made, out, key)


@pytest.mark.parametrize("text", ["", "short", "age1nonsense", "two lines\nof a passphrase\n"])
def test_a_file_that_holds_no_key_is_refused(tmp_path, text):
    with pytest.raises(BackupFailed, match="key"):
        cipher.read(written(tmp_path, text))
