"""Settings that systemd hands over as credentials, and secrets in what is shown."""

import os
import tempfile
from pathlib import Path

import pytest

from procs import config

NOWHERE = Path(os.devnull)
TOKEN = "123456789:" + "A" * 35


def complaints_of(texts):
    return config.read(texts, need_telegram=False).complaints


def test_a_credential_of_systemd_wins_over_the_file(tmp_path):
    (env := tmp_path / ".env").write_text(f"CHAPAR_BOT_TOKEN=987654321:{'B' * 35}\n")
    (tmp_path / "CHAPAR_BOT_TOKEN").write_text(f"{TOKEN}\n")
    reading = config.read(
        {"CREDENTIALS_DIRECTORY": str(tmp_path)}, env_file=env, need_telegram=False
    )
    token = next(one for one in reading.found if one.name == "CHAPAR_BOT_TOKEN")
    assert (token.text, token.source) == (TOKEN, "credential")
    assert TOKEN not in token.shown


def test_a_credential_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "CHAPAR_API_HASH").mkdir()
    said = complaints_of({"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert "CHAPAR_API_HASH: the credential" in said[0]
    assert "Is a directory" in said[0]


def test_without_credentials_nothing_is_said_of_them(tmp_path):
    assert complaints_of({"CREDENTIALS_DIRECTORY": str(tmp_path)}) == complaints_of({})


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_a_service_without_credentials_from_which_systemd_hides_the_folders_of_all_has_none():
    """As `systemctl reload` finds it, which names the folder in each case."""
    said = complaints_of({})
    with tempfile.TemporaryDirectory(dir="/tmp") as run:
        os.chmod(run, 0)
        os.seteuid(65534)
        try:
            found = complaints_of({"CREDENTIALS_DIRECTORY": f"{run}/chapar.service"})
        finally:
            os.seteuid(0)

    assert found == said


@pytest.mark.parametrize("file", ["$CHAPAR_BACKUP_FILE", "/x"])
def test_a_command_is_shown_without_a_password_in_it(file):
    command = f'curl -T "{file}" https://me:hush@safe.example/?sig=hush'
    reading = config.read({"CHAPAR_BACKUP_COMMAND": command}, NOWHERE, need_telegram=False)

    shown = " ".join([*(one.shown for one in reading.found), *reading.complaints])

    assert ("hush" in shown, "safe.example" in shown) == (False, True)
