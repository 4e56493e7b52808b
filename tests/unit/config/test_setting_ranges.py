"""Every setting has a sense: what is beyond it is one sentence with its fix, never a traceback."""

import os
from pathlib import Path

import pytest

from procs import config
from procs.config import values
from procs.core import disk

NOWHERE = Path(os.devnull)
#: Texts that people write, or paste, or that a script makes of a mistake.
NONSENSE = (
    *("-1", "1e9", "nan", "inf", "-inf", "0x10", "١٢٣", "²", "1_000", "1,5", "9" * 20, "9" * 5000),
    *("9" * 5000 + "GiB", "1.2.3", "1" * 400 + ".5", "ten", "true", "\x1b[31m", "1\n2", "%(x)s"),
)
#: Those of numbers between commas or spaces.
LISTS = ("CHAPAR_ADMINS", "CHAPAR_ALLOWED_PORTS")
PATHS = ("CHAPAR_HOME", "CHAPAR_DATABASE_URL", "CHAPAR_SITES", "CHAPAR_TELEGRAM_SERVER_KEY")

#: Places, and words for people.
FREE = (
    *PATHS,
    "CHAPAR_MACHINE",
    *(name for name in config.NAMES if name.startswith("CHAPAR_TEXT_")),
)
KINDS = ("", "MEMBER_", "ADMIN_")
TEXTS = [f"{it}_{code}" for it in ("START", "HELP", "WAITING") for code in ("EN", "FA")]
WRONG = [
    ("CHAPAR_API_ID", "12345678901234", "my.telegram.org"),
    ("CHAPAR_API_ID", "2147483648", "my.telegram.org"),
    ("CHAPAR_API_ID", "٣٤", "my.telegram.org"),
    ("CHAPAR_API_HASH", "0123456789ABCDEF" * 2, "my.telegram.org"),
    ("CHAPAR_BOT_TOKEN", "١٢٣٤٥٦٧٨٩:" + "A" * 35, "@BotFather"),
    ("CHAPAR_BOT_TOKEN", "123456789:" + "A" * 80, "@BotFather"),
    ("CHAPAR_BOT_TOKEN", "bot123456789:" + "A" * 35, "@BotFather"),
    ("CHAPAR_ADMINS", "-1001234567890", "commas"),
    ("CHAPAR_ADMINS", "9007199254740993", "commas"),
    ("CHAPAR_ADMINS", ",", "commas"),
    ("CHAPAR_ADMINS", ",".join(map(str, range(1, 200))), "at most 100"),
    ("CHAPAR_HOME", "/srv/100%", "without"),
    ("CHAPAR_HOME", "/srv/a\nb", "without"),
    ("CHAPAR_HOME", '/srv/"c"', "without"),
    ("CHAPAR_HOME", "/srv/it's", "without"),
    ("CHAPAR_HOME", "/srv/what?", "without"),
    ("CHAPAR_HOME", "/srv/a\udcffb", "without"),
    ("CHAPAR_HOME", "$HOME/chapar", "whole path"),
    ("CHAPAR_HOME", "${HOME}/chapar", "whole path"),
    ("CHAPAR_HOME", "~nobodyhasthisname/x", "whole path"),
    ("CHAPAR_HOME", "/", "of its own"),
    ("CHAPAR_HOME", "/tmp", "of its own"),
    ("CHAPAR_HOME", "/var/lib/", "of its own"),
    ("CHAPAR_HOME", "/proc/self", "of its own"),
    ("CHAPAR_DATABASE_URL", "sqlite:////dev/null", "name another"),
    ("CHAPAR_DATABASE_URL", "sqlite:////srv/100%.db", "without"),
    ("CHAPAR_DATABASE_URL", "sqlite:////srv/c.db?mode=ro", "sqlite:////absolute"),
    ("CHAPAR_DATABASE_DIRECT_URL", "/srv/c.db", "behind CHAPAR_DATABASE_URL"),
    ("CHAPAR_MACHINE", "M 1", "small letters"),
    ("CHAPAR_MACHINE", "-m1", "small letters"),
    ("CHAPAR_MACHINE", "m.1", "small letters"),
    ("CHAPAR_MACHINE", "m" * 25, "at most 24"),
    ("CHAPAR_ROLES", "wrker", "worker, keeper, bot"),
    ("CHAPAR_ROLES", ",", "worker, keeper, bot"),
    ("CHAPAR_ROLES", "worker", "belongs to one machine"),
    ("CHAPAR_WORKERS", "1000", "at most"),
    ("CHAPAR_MAX_CONCURRENT_DOWNLOADS", "100000", "at most"),
    ("CHAPAR_MAX_DOWNLOADS_IN_ALL", "100001", "at most 100000"),
    ("CHAPAR_MAX_DOWNLOADS_PER_USER", "1001", "at most 1000"),
    ("CHAPAR_MAX_OPEN_REQUESTS", "100001", "at most 100000"),
    ("CHAPAR_MAX_OPEN_REQUESTS_PER_GROUP", "100001", "at most 100000"),
    ("CHAPAR_MESSAGES_PER_MINUTE", "10001", "at most 10000"),
    ("CHAPAR_MESSAGES_PER_MINUTE", "-1", "whole"),
    ("CHAPAR_SUPPORT", "write to us", "nobody to write to"),
    ("CHAPAR_SUPPORT", "@a", "nobody to write to"),
    ("CHAPAR_SUPPORT", "javascript:alert(1)", "nobody to write to"),
    ("CHAPAR_REPLY_KEYBOARD", "maybe", "neither on nor off"),
    ("CHAPAR_BROADCAST_NIGHT", "8-8", "two hours"),
    ("CHAPAR_BROADCAST_NIGHT", "23-24", "two hours"),
    ("CHAPAR_RECYCLE_AFTER", "99999999", "at most"),
    ("CHAPAR_MEMORY_CEILING", "900TiB", "at most"),
    ("CHAPAR_MAX_PARTS", "101", "at most 100"),
    ("CHAPAR_STREAM_FROM", "1", "at least 1MiB"),
    ("CHAPAR_STREAM_FROM", "5GiB", "at most 4000MiB"),
    ("CHAPAR_CATCH_UP", "99999999", "at most"),
    ("CHAPAR_DISK_FLOOR", "1", "at least 1MiB"),
    ("CHAPAR_DISK_FLOOR", "2000TiB", "at most"),
    ("CHAPAR_BALLAST_SIZE", "0", "at least 1"),
    ("CHAPAR_BALLAST_SIZE", "1000TiB", "more than half of the disk"),
    ("CHAPAR_REENCODE", "99h", "at most 6h"),
    ("CHAPAR_LIVE_MINUTES", "121", "at most 120"),
    ("CHAPAR_SPONSORBLOCK", "https://sponsor.example:99999", "https://sponsor.ajay.app"),
    ("CHAPAR_SPONSORBLOCK", "https://a b.example", "https://sponsor.ajay.app"),
    ("CHAPAR_GALLERY_SITES", "-=mastodon", "social.example=mastodon"),
    ("CHAPAR_SEARCH", "vimeo", "youtube, soundcloud"),
    ("CHAPAR_TELEGRAM_SERVER", "127.0.0.1:0", "127.0.0.1:4430"),
    ("CHAPAR_TELEGRAM_SERVER", "127.0.0.1:٤٤٣", "127.0.0.1:4430"),
    ("CHAPAR_TELEGRAM_SERVER", "a b:443", "127.0.0.1:4430"),
    ("CHAPAR_TELEGRAM_SERVER", "https://x:443", "127.0.0.1:4430"),
    ("CHAPAR_ALLOWED_NETWORKS", "0.0.0.0/0", "network of yours"),
    ("CHAPAR_ALLOWED_NETWORKS", "::/0", "network of yours"),
    ("CHAPAR_ALLOWED_PORTS", "٨٠", "80,443"),
    ("CHAPAR_UPSTREAM_PROXY", "http://proxy.example:0", "http://host:port"),
    ("CHAPAR_UPSTREAM_PROXY", "http://proxy example:3128", "http://host:port"),
    ("CHAPAR_ENGINE_UPDATE", "always", "write one of them"),
    ("CHAPAR_ENGINE_SMOKE_URLS", "https://a.example:99999/", "with spaces"),
    ("CHAPAR_ENGINE_SMOKE_URLS", " ".join(["https://a.example"] * 21), "at most 20"),
    ("CHAPAR_DRAIN_GRACE", "31536000", "at most 3600"),
    ("CHAPAR_DRAIN_GRACE", "9" * 400, "60"),
    ("CHAPAR_FOLLOWS", "0", "from 1 up"),
    ("CHAPAR_FOLLOWS", "many", "whole number"),
    ("CHAPAR_FOLLOWED_SOURCES", "0", "from 1 up"),
    ("CHAPAR_FOLLOW_INTERVAL", "0", "at least 1s"),
    ("CHAPAR_FOLLOW_INTERVAL", "often", "number of seconds"),
    ("CHAPAR_BACKUP_FOLDER", "/etc/passwd", "name a folder"),
    ("CHAPAR_BACKUP_INTERVAL", "1s", "1m to 7d"),
    ("CHAPAR_BACKUP_INTERVAL", "often", "1m to 7d"),
    ("CHAPAR_BACKUP_KEEP", "0+0+0", "24+7+4"),
    ("CHAPAR_BACKUP_KEEP", "24", "24+7+4"),
    ("CHAPAR_BACKUP_COMMAND", "rclone", "$CHAPAR_BACKUP_FILE"),
    ("CHAPAR_BACKUP_KEY_FILE", "/nowhere/key", "name the file of the key"),
    ("CHAPAR_LOG_LEVEL", "verbose", "INFO"),
    ("CHAPAR_LOG_FORM", "xml", "logfmt or json"),
    ("CHAPAR_LOG_FORM", "files stderr", "write one of them"),
    ("CHAPAR_METRICS", "0.0.0.0:9464", "127.0.0.1:9464"),
    ("CHAPAR_METRICS", "/" + "x" * 107, "107 bytes are the most"),
    ("CHAPAR_METRICS_TEXTFILE", "metrics", "absolute path"),
    *((f"CHAPAR_{whose}REQUESTS_PER_DAY", "many", "whole number") for whose in KINDS),
    *((f"CHAPAR_{whose}BYTES_PER_DAY", "much", "512MiB") for whose in KINDS),
    *((f"CHAPAR_TEXT_{what}", "a\x1b[31m", "cannot be printed") for what in TEXTS),
    *((f"CHAPAR_TEXT_{what}", "x" * 2001, "at most 2000") for what in TEXTS),
    ("CHAPAR_ALERT_WEBHOOK", "hooks.example", "https://hooks.example/abc"),
    ("CHAPAR_ALERT_MAIL", "me@example.org", "smtps://user:password@mail.example"),
    ("CHAPAR_ALERT_MAIL", "smtps://mail.example:465/", "me@example.org"),
    ("CHAPAR_ALERT_MAIL", "smtps://mail.example:465/me@[", "me@example.org"),
    ("CHAPAR_ALERT_MAIL", "smtps://mail.example:465/me@x%0Abcc:you@x", "me@example.org"),
    ("CHAPAR_ALERT_WEBHOOK", "https://hooks..example/abc", "https://hooks.example/abc"),
    ("CHAPAR_HEARTBEAT_URL", f"https://{'a' * 64}.example/abc", "https://hooks.example/abc"),
    ("CHAPAR_HEARTBEAT_URL", "ftp://hooks.example/abc", "https://hooks.example/abc"),
]
RIGHT = [
    ("CHAPAR_HOME", "/srv/with a space/and-ünï"),
    ("CHAPAR_API_ID", "2147483647"),
    ("CHAPAR_ADMINS", "4503599627370495"),
    ("CHAPAR_WORKERS", "64"),
    ("CHAPAR_DRAIN_GRACE", "3600"),
    ("CHAPAR_DRAIN_GRACE", "0"),
    ("CHAPAR_CATCH_UP", "0"),
    ("CHAPAR_ALLOWED_NETWORKS", "10.0.0.0/8 fc00::/7"),
    ("CHAPAR_UPSTREAM_PROXY", "http://user:p%40ss@proxy.example:3128"),
    ("CHAPAR_TELEGRAM_SERVER", "[::1]:443"),
    ("CHAPAR_METRICS", "[::1]:9464"),
    ("CHAPAR_METRICS", "OFF"),
]


def complaints(**texts):
    return config.read(texts, NOWHERE, need_telegram=False).complaints


@pytest.mark.parametrize(("name", "text", "fix"), WRONG)
def test_a_value_without_sense_is_one_sentence_with_the_fix(name, text, fix):
    found = [one for one in complaints(**{name: text}) if one.startswith(f"{name}: ")]
    assert len(found) == 1
    assert fix in found[0]
    assert "\n" not in found[0]


def test_every_setting_that_is_judged_stands_in_the_table():
    free = {"CHAPAR_SITES", "CHAPAR_MAX_FILE_SIZE", "CHAPAR_MAX_PLAYLIST"}  # judged elsewhere
    free |= {"CHAPAR_TELEGRAM_SERVER_KEY"}
    assert {name for name, _, _ in WRONG} | free == set(config.NAMES)


@pytest.mark.parametrize(("name", "text"), RIGHT)
def test_a_value_at_the_edge_of_sense_is_taken(name, text):
    assert complaints(**{name: text}) == ()


@pytest.mark.parametrize("name", [name for name in config.NAMES if name not in FREE])
def test_nonsense_is_a_complaint_or_a_bounded_value_but_no_traceback(name):
    found = {text: complaints(**{name: text}) for text in NONSENSE}

    taken = [text for text, said in found.items() if not said]
    assert taken == (["1,5", "1\n2"] if name in LISTS else [])
    assert [text for text, said in found.items() if any("\n" in one for one in said)] == []


def test_a_ballast_is_measured_by_the_disk_under_the_home(tmp_path):
    half = disk.whole(tmp_path) // 2 + values.SIZE_SUFFIXES["MIB"]
    assert complaints(CHAPAR_HOME=str(tmp_path), CHAPAR_BALLAST_SIZE="64MiB") == ()
    (found,) = complaints(CHAPAR_HOME=str(tmp_path), CHAPAR_BALLAST_SIZE=str(half))
    assert "more than half of the disk" in found


def test_the_ballast_that_is_advised_for_a_small_disk_is_one_that_it_takes(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "whole", lambda folder: 100 * 1024**2)
    (found,) = complaints(CHAPAR_HOME=str(tmp_path), CHAPAR_BALLAST_SIZE="64MiB")

    advised = found.rpartition(" ")[2]

    assert complaints(CHAPAR_HOME=str(tmp_path), CHAPAR_BALLAST_SIZE=advised) == ()


def test_a_home_behind_a_short_link_is_as_long_as_it_is(tmp_path):
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    (tmp_path / "s").symlink_to(deep)
    (found,) = complaints(CHAPAR_HOME=str(tmp_path / "s"))
    assert "choose a shorter folder" in found


def test_a_database_among_files_that_are_swept_is_refused():
    (found,) = complaints(
        CHAPAR_HOME="/srv/c", CHAPAR_DATABASE_URL="sqlite:////srv/c/jobs/chapar.db"
    )
    assert "/srv/c/chapar.db" in found


MISSPELT = [
    ("CHAPAR_ADMIN", "CHAPAR_ADMINS"),
    ("CHAPAR_WORKER", "CHAPAR_WORKERS"),
    ("CHAPAR_TOKEN", "CHAPAR_BOT_TOKEN"),
    ("chapar_workers", "CHAPAR_WORKERS"),
    ("CHAPARWORKERS", "CHAPAR_WORKERS"),
    ("CHAPAR_ENVFILE", "CHAPAR_ENV_FILE"),
]


@pytest.mark.parametrize(("name", "meant"), MISSPELT)
def test_a_misspelt_name_is_found_in_the_environment_and_in_the_file(tmp_path, name, meant):
    env = tmp_path / "my.env"
    env.write_text(f"{name}=1\n")

    (around,) = complaints(**{name: "1"})
    (within,) = config.read({}, env, need_telegram=False).complaints

    assert around == f"environment: {name} is not a setting; did you mean {meant}?"
    assert within == f"{env}: {name} is not a setting; did you mean {meant}?"


def test_a_name_like_none_is_to_be_taken_out():
    (found,) = complaints(CHAPAR_XYZZY_PLUGH="1")
    assert found.endswith("take it out; .env.example has all names")


def test_names_that_a_start_gave_its_processes_are_no_mistake():
    texts = {"SUPERVISOR_ENABLED": "1", "CHAPAR_OF_AN_EARLIER_VERSION": "1", "CHAPAR_PROCS": "3"}
    assert complaints(**texts) == ()
    assert complaints(CHAPAR_PROCS="3", CHAPAR_PYTHON="x", INVOCATION_ID="systemd's") == ()


def test_a_file_that_begins_with_a_byte_order_mark_is_read(tmp_path):
    env = tmp_path / "my.env"
    env.write_text("CHAPAR_WORKERS=3\n", encoding="utf-8-sig")
    assert config.read({}, env, need_telegram=False).settings.workers == 3
