"""Settings: every complaint at once, each naming the variable and the fix."""

import os
from ipaddress import ip_network
from pathlib import Path

import pytest

from procs import config
from procs.config import values
from procs.config.setting_sources import SettingText
from procs.core import log

TELEGRAM = {
    "CHAPAR_API_ID": "12345",
    "CHAPAR_API_HASH": "0123456789abcdef0123456789abcdef",
    "CHAPAR_BOT_TOKEN": "123456789:AAexampleexampleexampleexample12345",
}
MIB = 1024**2
PEM = "-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----"


@pytest.fixture
def nowhere(tmp_path):
    """A `.env` without a line, so that the one of the checkout does not count."""
    path = tmp_path / "empty.env"
    path.touch()
    return path


@pytest.fixture
def load(nowhere):
    def load(**texts):
        return config.load(TELEGRAM | texts, nowhere)

    return load


@pytest.fixture
def complaints(nowhere):
    def complaints(texts, *, need_telegram=False, env_file=nowhere):
        return config.read(texts, env_file, need_telegram=need_telegram).complaints

    return complaints


def test_what_is_left_out_has_its_default(load):
    settings = load(HOME="/home/x")

    assert settings.workers == os.cpu_count()
    assert settings.max_concurrent_downloads == 4 * os.cpu_count()
    assert settings.max_downloads_per_user == 2
    assert settings.recycle_after == 200
    assert settings.memory_ceiling == 512 * MIB
    assert settings.max_file_size == 2000 * MIB
    assert settings.allowed_networks == ()
    assert settings.allowed_ports == (80, 443)
    assert settings.home == Path.home() / ".local/share/chapar"
    assert settings.database_url == f"sqlite:///{settings.home}/chapar.db"


def test_all_state_lies_under_home(load):
    settings = load(CHAPAR_HOME="/srv/c")

    folders = ("run", "jobs", "outbox", "sessions", "logs", "cache")
    assert [getattr(settings, name) for name in folders] == [Path("/srv/c") / n for n in folders]
    assert settings.database_url == "sqlite:////srv/c/chapar.db"


@pytest.mark.parametrize("home", ["", "~/.local/share/chapar", "data"])
def test_all_of_the_home_lies_below_it_however_it_is_written(load, tmp_path, monkeypatch, home):
    monkeypatch.setenv("HOME", "/srv/ann")
    monkeypatch.chdir(tmp_path)
    settings = load(**{"CHAPAR_HOME": home} if home else {})

    ours = (settings.backup_folder, settings.sessions, settings.logs)
    assert all(path.is_relative_to(settings.home) for path in ours)
    assert settings.home.is_relative_to(tmp_path if home == "data" else "/srv/ann")


def test_a_relative_home_becomes_absolute(load, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load(CHAPAR_HOME="var").home == tmp_path / "var"


def test_every_complaint_comes_at_once(complaints):
    found = complaints(
        {
            "CHAPAR_API_ID": "abc",
            "CHAPAR_WORKERS": "0",
            "CHAPAR_MEMORY_CEILING": "lots",
            "CHAPAR_LOG_LEVEL": "loud",
        },
        need_telegram=True,
    )
    names = [line.partition(":")[0] for line in found]
    assert sorted(names) == [
        "CHAPAR_API_HASH",
        "CHAPAR_API_ID",
        "CHAPAR_BOT_TOKEN",
        "CHAPAR_LOG_LEVEL",
        "CHAPAR_MEMORY_CEILING",
        "CHAPAR_WORKERS",
    ]


def test_load_raises_them_together(nowhere):
    with pytest.raises(config.BadSettings) as caught:
        config.load({"CHAPAR_WORKERS": "x"}, nowhere)
    assert len(caught.value.complaints) == 4


@pytest.mark.parametrize(
    "text",
    ["postgres://bot:hush@db/chapar?sslmode=require", "postgresql://db/chapar?password=hush"],
)
@pytest.mark.parametrize("field", ["database_url", "database_direct_url"])
def test_a_servers_address_is_taken_and_shown_without_its_password(load, text, field):
    name = f"CHAPAR_{field.upper()}"
    assert getattr(load(**{name: text}), field) == text.replace("postgres:", "postgresql:")

    shown = SettingText(name, text, "environment").shown

    assert "hush" not in shown
    assert shown.replace("***", "hush") == text
    assert "hush" not in log.mask(f"cannot use {text}: no")


@pytest.mark.parametrize(
    ("name", "text", "fix"),
    [
        ("CHAPAR_API_ID", "12a", "my.telegram.org"),
        ("CHAPAR_API_HASH", "xyz", "my.telegram.org"),
        ("CHAPAR_BOT_TOKEN", "12345", "@BotFather"),
        ("CHAPAR_ADMINS", "12, @someone", "commas"),
        ("CHAPAR_HOME", "/" + "x" * 80, "shorter"),
        ("CHAPAR_HOME", "/etc/hostname", "folder"),
        ("CHAPAR_DATABASE_URL", "postgresql://db", "name of a database"),
        ("CHAPAR_DATABASE_URL", "mysql://db/chapar", "postgresql://user@host/name"),
        ("CHAPAR_DATABASE_URL", "sqlite:///relative.db", "sqlite:////absolute"),
        ("CHAPAR_DATABASE_URL", "/srv/chapar.db", "sqlite:////absolute"),
        ("CHAPAR_DATABASE_DIRECT_URL", "sqlite:////srv/chapar.db", "behind CHAPAR_DATABASE_URL"),
        ("CHAPAR_WORKERS", "-1", "write for example 1"),
        ("CHAPAR_MAX_CONCURRENT_DOWNLOADS", "many", "write for example 1"),
        ("CHAPAR_MAX_DOWNLOADS_PER_USER", "0", "write for example 1"),
        ("CHAPAR_RECYCLE_AFTER", "1.5", "write for example 1"),
        ("CHAPAR_MEMORY_CEILING", "12", "at least 64MiB"),
        ("CHAPAR_MEMORY_CEILING", "512 elephants", "512MiB"),
        ("CHAPAR_MAX_FILE_SIZE", "4GiB", "4000MiB"),
        ("CHAPAR_MAX_PLAYLIST", "501", "at most 500"),
        ("CHAPAR_REENCODE", "yes", "90s or 10m"),
        ("CHAPAR_LIVE_MINUTES", "121", "at most 120"),
        ("CHAPAR_LIVE_MINUTES", "-1", "write for example 0"),
        ("CHAPAR_SPONSORBLOCK", "sponsor.example", "https://sponsor.ajay.app"),
        ("CHAPAR_GALLERY_SITES", "social.example", "social.example=mastodon"),
        ("CHAPAR_TELEGRAM_SERVER", "127.0.0.1", "127.0.0.1:4430"),
        ("CHAPAR_TELEGRAM_SERVER", "127.0.0.1:99999", "127.0.0.1:4430"),
        ("CHAPAR_ALLOWED_NETWORKS", "127.0.0.1/8", "commas"),
        ("CHAPAR_ALLOWED_NETWORKS", "localhost", "commas"),
        ("CHAPAR_ALLOWED_PORTS", "http", "80,443"),
        ("CHAPAR_ALLOWED_PORTS", "80,0", "80,443"),
        ("CHAPAR_ALLOWED_PORTS", "65536", "80,443"),
        ("CHAPAR_ALLOWED_PORTS", "80-443", "80,443"),
        ("CHAPAR_UPSTREAM_PROXY", "proxy.lan:3128", "http://host:port"),
        ("CHAPAR_UPSTREAM_PROXY", "socks5://proxy.lan:1080", "http://host:port"),
        ("CHAPAR_UPSTREAM_PROXY", "http://proxy.lan", "http://host:port"),
        ("CHAPAR_UPSTREAM_PROXY", "http://proxy.lan:99999", "http://host:port"),
        ("CHAPAR_DRAIN_GRACE", "soon", "60"),
        ("CHAPAR_LOG_LEVEL", "loud", "INFO"),
    ],
)
def test_a_wrong_text_is_named_with_its_fix(complaints, name, text, fix):
    (complaint,) = complaints({name: text})
    assert complaint.startswith(f"{name}: ")
    assert fix in complaint


def test_a_key_that_cannot_be_read_is_named(complaints, tmp_path):
    server = {"CHAPAR_TELEGRAM_SERVER": "127.0.0.1:1"}
    gone = str(tmp_path / "gone.pem")
    (complaint,) = complaints(server | {"CHAPAR_TELEGRAM_SERVER_KEY": gone})
    assert gone in complaint
    assert "No such file" in complaint


def test_a_damaged_key_is_refused(complaints):
    server = {"CHAPAR_TELEGRAM_SERVER": "127.0.0.1:1"}
    (complaint,) = complaints(server | {"CHAPAR_TELEGRAM_SERVER_KEY": PEM.replace("AAAA", "A?")})
    assert "damaged" in complaint


def test_a_key_without_a_server_has_no_meaning(complaints):
    (complaint,) = complaints({"CHAPAR_TELEGRAM_SERVER_KEY": PEM})
    assert "CHAPAR_TELEGRAM_SERVER too" in complaint


def test_less_room_than_workers_is_refused(complaints):
    (complaint,) = complaints({"CHAPAR_WORKERS": "4", "CHAPAR_MAX_CONCURRENT_DOWNLOADS": "2"})
    assert "CHAPAR_WORKERS=2" in complaint


def test_many_workers_raise_the_default_room(load):
    workers = 5 * os.cpu_count()
    assert load(CHAPAR_WORKERS=str(workers)).max_concurrent_downloads == workers


@pytest.mark.parametrize("form", [PEM, PEM.replace("\n", "\\n")])
def test_a_key_is_taken_as_text(load, form):
    settings = load(CHAPAR_TELEGRAM_SERVER="[::1]:443", CHAPAR_TELEGRAM_SERVER_KEY=form)
    assert settings.telegram_server == ("::1", 443)
    assert settings.telegram_server_key == PEM + "\n"


def test_a_key_is_taken_from_a_file(load, tmp_path):
    (tmp_path / "key.pem").write_text(PEM)
    settings = load(
        CHAPAR_TELEGRAM_SERVER="localhost:443",
        CHAPAR_TELEGRAM_SERVER_KEY=str(tmp_path / "key.pem"),
    )
    assert settings.telegram_server_key == PEM + "\n"


def test_lists_take_commas_and_spaces(load):
    settings = load(CHAPAR_ADMINS="1, 2 3,2", CHAPAR_ALLOWED_NETWORKS="127.0.0.0/8 ::1")
    assert load(CHAPAR_ALLOWED_PORTS="8080, 443 443").allowed_ports == (8080, 443)
    assert settings.admins == (1, 2, 3)
    assert settings.allowed_networks == (ip_network("127.0.0.0/8"), ip_network("::1"))


@pytest.mark.parametrize(
    ("text", "count"),
    [("1048576", MIB), ("1.5GiB", 1536 * MIB), ("2GB", 2 * 10**9), ("64 mib", 64 * MIB)],
)
def test_sizes(text, count):
    assert values.size(text) == count


@pytest.mark.parametrize(
    ("text", "seconds"), [("off", 0), ("90", 90), ("90s", 90), ("10m", 600), ("1h", 3600)]
)
def test_how_much_may_be_encoded_anew(load, text, seconds):
    assert load(CHAPAR_REENCODE=text).reencode == seconds


def test_sites_and_their_software(load):
    told = load(CHAPAR_GALLERY_SITES="a.example=vichan, b.example=mastodon").gallery_sites
    assert told == (("a.example", "vichan"), ("b.example", "mastodon"))
    assert load().gallery_sites == ()


def test_the_environment_wins_over_the_file(tmp_path):
    env = tmp_path / "my.env"
    env.write_text("CHAPAR_WORKERS=3\nCHAPAR_RECYCLE_AFTER=7  # jobs\nCHAPAR_ADMINS=\n")
    reading = config.read({"CHAPAR_WORKERS": "2"}, env, need_telegram=False)
    source = {one.name: one.source for one in reading.found}

    assert (reading.settings.workers, reading.settings.recycle_after) == (2, 7)
    assert source["CHAPAR_WORKERS"] == "environment"
    assert source["CHAPAR_RECYCLE_AFTER"] == str(env)
    assert source["CHAPAR_ADMINS"] == "not set"
    assert source["CHAPAR_LOG_LEVEL"] == "default"


def test_a_misspelt_name_in_the_file_is_a_complaint(complaints, tmp_path):
    env = tmp_path / "my.env"
    env.write_text("CHAPAR_ADMIN=1\nPATH_OF_SOMETHING_ELSE=2\n")
    (complaint,) = complaints({}, env_file=env)
    assert "CHAPAR_ADMIN is not a setting; did you mean CHAPAR_ADMINS?" in complaint


def test_an_env_file_that_is_named_must_exist(complaints, tmp_path):
    (complaint,) = complaints({"CHAPAR_ENV_FILE": str(tmp_path / "gone")}, env_file=None)
    assert "does not exist" in complaint


def test_without_telegram_the_sign_in_may_be_missing(nowhere):
    settings = config.load({}, nowhere, need_telegram=False)
    assert (settings.api_id, settings.api_hash, settings.bot_token) == (0, "", "")


def test_secrets_are_shown_masked(nowhere):
    shown = {one.name: one.shown for one in config.read(TELEGRAM, nowhere).found}
    assert "AAexample" not in shown["CHAPAR_BOT_TOKEN"]
    assert "89abcdef" not in shown["CHAPAR_API_HASH"]
    assert shown["CHAPAR_API_ID"] == "12345"


def test_other_processes_read_the_same_settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key.pem").write_text(PEM)
    texts = TELEGRAM | {
        "CHAPAR_HOME": "var",
        "CHAPAR_TELEGRAM_SERVER": "localhost:443",
        "CHAPAR_TELEGRAM_SERVER_KEY": "key.pem",
    }
    reading = config.read(texts)
    passed = config.environment(reading.settings, reading)

    monkeypatch.chdir("/")
    assert config.load(passed) == reading.settings
