"""What `chapar init` writes into a file that may be there already."""

import io
import os
import stat
import subprocess
import sys

import pytest

from daemon.command_error import Refusal
from daemon.install import first_settings, settings_file


def test_other_lines_stay_and_a_setting_stands_once(tmp_path):
    path = tmp_path / ".env"
    path.write_text("# mine\nexport CHAPAR_API_ID = 1\nCHAPAR_WORKERS=3\nCHAPAR_API_ID=2\n")

    settings_file.write(path, {"CHAPAR_API_ID": "7", "CHAPAR_ADMINS": "5"})

    assert path.read_text() == "# mine\nCHAPAR_API_ID=7\nCHAPAR_WORKERS=3\nCHAPAR_ADMINS=5\n"


@pytest.mark.parametrize(("before", "after"), [(0o666, 0o640), (0o600, 0o600), (0o640, 0o640)])
def test_a_file_keeps_its_mode_without_the_rights_of_others(tmp_path, before, after):
    path = tmp_path / ".env"
    path.write_text("")
    path.chmod(before)

    settings_file.write(path, {"CHAPAR_API_ID": "7"})

    assert stat.S_IMODE(path.stat().st_mode) == after


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_a_service_keeps_its_owner_and_group(tmp_path):
    path = tmp_path / "chapar.env"
    path.write_text("")
    os.chown(path, 0, 65534)

    settings_file.write(path, {"CHAPAR_API_ID": "7"})

    assert (path.stat().st_uid, path.stat().st_gid) == (0, 65534)


def test_a_link_is_followed(tmp_path):
    real, link = tmp_path / "real.env", tmp_path / ".env"
    real.write_text("")
    link.symlink_to(real)

    settings_file.write(link, {"CHAPAR_API_ID": "7"})

    assert link.is_symlink()
    assert real.read_text() == "CHAPAR_API_ID=7\n"


def test_a_folder_that_is_not_there_is_refused_before_anything_is_asked(tmp_path):
    with pytest.raises(Refusal, match="name one in a folder that is there"):
        settings_file.require_place(tmp_path / "none" / ".env")


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / ".env"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(Refusal, match="not text"):
        settings_file.texts(path)


@pytest.mark.parametrize("what", ["/dev/null", "pipe", "folder", "link into nowhere"])
def test_what_is_no_file_is_refused_and_stays(tmp_path, what):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link into nowhere").symlink_to("/nowhere/at/all/.env")

    with pytest.raises(Refusal, match="cannot be a file"):
        settings_file.require_place(tmp_path / what)

    assert not (tmp_path / what).is_file()


def test_a_disk_that_is_full_half_way_leaves_the_file_before(tmp_path):
    path = tmp_path / ".env"
    path.write_text("# mine\n" * 100)
    script = (
        "import pathlib, resource, signal; from daemon.install import settings_file; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300)); "
        f"settings_file.write(pathlib.Path({str(path)!r}), {{'CHAPAR_API_ID': '7'}})"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert "File too large" in done.stderr
    assert path.read_text() == "# mine\n" * 100
    assert [one.name for one in tmp_path.iterdir()] == [".env"]


class Interrupted(dict[str, str]):
    """An environment at whose first look, which is after the write, Ctrl-C is pressed."""

    def get(self, *_: object) -> str:
        raise KeyboardInterrupt


def test_ctrl_c_behind_the_write_says_that_the_file_is_written(tmp_path, capsys):
    path = tmp_path / ".env"
    given = {
        "CHAPAR_BOT_TOKEN": "777000001:AAsandboxsandboxsandboxsandboxsandb",
        "CHAPAR_API_ID": "12345",
        "CHAPAR_API_HASH": "0" * 32,
    }

    with pytest.raises(KeyboardInterrupt):
        first_settings.init(given, path, live=False, environ=Interrupted())

    assert f"stopped; written: {path}" in capsys.readouterr().err
    assert settings_file.texts(path) == given


def test_the_first_name_of_a_file_with_a_byte_order_mark_is_replaced_and_not_given_twice(tmp_path):
    path = tmp_path / ".env"
    path.write_bytes(b"\xef\xbb\xbfCHAPAR_API_ID=1\r\nCHAPAR_ADMINS=2\r\n")

    settings_file.write(path, {"CHAPAR_API_ID": "7"})

    assert path.read_bytes() == b"CHAPAR_API_ID=7\nCHAPAR_ADMINS=2\n"


@pytest.mark.parametrize("way", ["flag", "file", "answer"])
def test_a_token_out_of_a_chat_from_right_to_left_is_taken_without_its_unseen_marks(
    tmp_path, monkeypatch, way
):
    path, token = tmp_path / ".env", "777000001:AAsandboxsandboxsandboxsandboxsandb"
    marked = f"\ufeff\u2067\u200f{token}\u2069\u200e"
    (tmp_path / "token").write_text(f"{marked}\r\n")
    given = {"CHAPAR_API_ID": "12345\u200f", "CHAPAR_API_HASH": "0" * 32, "CHAPAR_ADMINS": ""}
    if way != "answer":
        file = tmp_path / "token" if way == "file" else None
        given["CHAPAR_BOT_TOKEN"] = first_settings.token_of(marked, file) or ""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{marked}\n"))

    first_settings.init(given, path, live=False, environ={})

    found = settings_file.texts(path)
    assert (found["CHAPAR_BOT_TOKEN"], found["CHAPAR_API_ID"]) == (token, "12345")
