"""An encrypted backup is verified as the file that it is, and opens with its key alone."""

import re
from pathlib import Path

import pyrage
import pytest

from daemon.commands.backups import backup_commands, restore_command
from procs.backups import backup_drill, backup_store, backup_taker, cipher
from procs.backups.backup_errors import BackupFailed, BackupUnopened
from tests.unit.backups.conftest import Home

PHRASE = "correct horse battery staple"


def secret(folder: Path) -> tuple[Path, str]:
    """A file as `age-keygen` writes it, and the public key alone."""
    identity = pyrage.x25519.Identity.generate()
    path = folder / "key.txt"
    path.write_text(f"# public key: {identity.to_public()}\n{identity}\n")
    return path, str(identity.to_public())


def other_keys(folder: Path) -> tuple[Path, Path]:
    """Two files of keys, of which each opens only its own."""
    made = []
    for name in ("one", "two"):
        (folder / name).mkdir()
        made.append(secret(folder / name)[0])
    return made[0], made[1]


def written(folder: Path, text: str, name: str = "backup.key") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def other_phrases(folder: Path) -> tuple[Path, Path]:
    """The same with passphrases, each of which takes a second of a core to be mixed."""
    return written(folder, PHRASE), written(folder, "another phrase of words", "another.key")


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


@pytest.mark.parametrize("kind", ["key", "passphrase"])
def test_a_wrong_key_says_so(short_home, tmp_path, kind):
    keys = {"key": other_keys, "passphrase": other_phrases}[kind](tmp_path)
    home = Home(short_home, CHAPAR_BACKUP_KEY_FILE=str(keys[0]))
    backup = home.backs_up()

    with pytest.raises(BackupUnopened, match="is it the right key"):
        backup_taker.verify(home.settings, backup, cipher.read(keys[1]))


def test_a_wrong_key_makes_no_backup_a_bad_one(short_home, tmp_path):
    """Bad ones give their places away: the next that is pruned would be gone."""
    path, other = other_keys(tmp_path)
    home = Home(short_home, CHAPAR_BACKUP_KEY_FILE=str(path))
    made = [home.backs_up() for _ in range(2)]
    said: list[str] = []

    judged = list(backup_commands.verify(home.settings, "all", other, said.append))

    kept = backup_store.listed(home.settings.backup_folder)
    assert [one.ok for one in judged] == [False, False]
    assert all(line.startswith("not verified: ") for line in said)
    assert sorted(one.name for one in kept if one.is_ok) == sorted(one.name for one in made)


@pytest.mark.parametrize("change", ["public half alone", "another key"])
def test_a_drill_finds_a_file_whole_though_the_key_here_opens_it_no_more(
    short_home, tmp_path, change
):
    path, other = other_keys(tmp_path)
    home = Home(short_home, CHAPAR_BACKUP_KEY_FILE=str(path))
    backup = home.backs_up()
    lines = path.read_text().split()
    path.write_text(lines[3] if change == "public half alone" else other.read_text())

    drill = backup_drill.run(home.settings)

    assert (drill.name, drill.state) == (backup.name, "ok")
    assert "opens none" in drill.why
    assert backup_store.newest_ok(home.settings.backup_folder) is not None


def test_a_drill_restores_the_oldest_that_a_new_key_opens(short_home, tmp_path):
    path, other = other_keys(tmp_path)
    home = Home(short_home, CHAPAR_BACKUP_KEY_FILE=str(path))
    home.backs_up()
    path.write_text(other.read_text())
    newer = home.backs_up()
    home.backs_up()

    drill = backup_drill.run(home.settings)

    assert (drill.name, drill.state, drill.why) == (newer.name, "ok", "")


def test_a_drill_finds_rot_in_a_file_that_the_key_here_does_not_open(short_home, tmp_path):
    path, other = other_keys(tmp_path)
    home = Home(short_home, CHAPAR_BACKUP_KEY_FILE=str(path))
    backup = home.backs_up()
    path.write_text(other.read_text())
    content = bytearray(home.file(backup).read_bytes())
    content[-1] ^= 0xFF
    home.file(backup).write_bytes(content)

    drill = backup_drill.run(home.settings)

    assert (drill.name, drill.state) == (backup.name, "bad")
    assert "its SHA-256 differs" in drill.why
    assert backup_store.newest_ok(home.settings.backup_folder) is None


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


@pytest.mark.parametrize("kind", ["key", "passphrase"])
def test_a_full_disk_is_no_wrong_key_and_is_named(tmp_path, kind):
    key = cipher.read(written(tmp_path, PHRASE) if kind == "passphrase" else secret(tmp_path)[0])
    plain, closed, full = tmp_path / "plain", tmp_path / "closed", Path("/dev/full")
    plain.write_bytes(bytes(200_000))
    cipher.encrypt(plain, closed, key)

    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        cipher.encrypt(plain, full, key)
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        cipher.decrypt(closed, full, key)
