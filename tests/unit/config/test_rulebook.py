"""sites.toml: every complaint at once, each naming file, site, key and the fix."""

import re
from pathlib import Path

import pytest
from yt_dlp import YoutubeDL
from yt_dlp.extractor.youtube._base import INNERTUBE_CLIENTS
from yt_dlp.networking.impersonate import ImpersonateTarget

from procs import config
from procs.config import rulebook
from procs.config.rules import Identity, Rate, RuleBook, Rules
from procs.wishes import sites
from tests import ROOT

COOKIES = "# Netscape HTTP Cookie File\n.example.org\tTRUE\t/\tTRUE\t0\tmember\tyes\n"
EXAMPLE = ROOT / "sites.example.toml"


@pytest.fixture
def write(tmp_path):
    """Write a file of rules; cookies a.txt and b.txt lie beside it."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(COOKIES)
    (tmp_path / "bad.txt").write_text("<html>Sign in</html>\n")

    def write(text: str) -> Path:
        path = tmp_path / "sites.toml"
        path.write_text(text)
        return path

    return write


def test_every_key_is_read(write, tmp_path):
    path = write(
        """
        [youtube]
        rate = "300/h"
        gap = "5s"
        concurrency = 4
        max_duration = "1.5h"
        impersonate = "chrome"
        egress = ["default", "http://u:p@10.0.0.5:3128"]
        cookies = ["none", "a.txt"]
        clients = ["default", "tv, web"]
        """
    )

    book, complaints = rulebook.read(str(path))

    assert complaints == ()
    assert book.of("youtube") == Rules(
        rate=Rate(300, 3600.0),
        gap=5.0,
        concurrency=4,
        max_duration=5400.0,
        impersonate="chrome",
        egress=("default", "http://u:p@10.0.0.5:3128"),
        cookies=(None, tmp_path / "a.txt"),
        clients=(("default",), ("tv", "web")),
    )


def test_a_site_has_the_default_rules_where_it_says_nothing_else(write):
    book, _ = rulebook.read(
        str(write('[default]\ngap = "2s"\nconcurrency = 8\n[vimeo]\nconcurrency = 1\n'))
    )

    assert book.of("vimeo") == Rules(gap=2.0, concurrency=1)
    assert book.of("other.example") == Rules(gap=2.0, concurrency=8)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[youtube]\nrate = 5", "[youtube] rate: 5 is not a text; write for example \"300/h\""),
        ('[youtube]\nrate = "fast"', "[youtube] rate: 'fast' is not a rate; write for example"),
        ('[youtube]\nrate = "0/h"', "[youtube] rate: '0/h' is not a rate"),
        ('[youtube]\ngap = "5 apples"', "[youtube] gap: '5 apples' is not a span of time; write"),
        ("[youtube]\nconcurrency = 0", "[youtube] concurrency: 0 is not a whole number from 1"),
        ("[youtube]\nconcurrency = true", "[youtube] concurrency: True is not a whole number"),
        ('[youtube]\nimpersonate = "chrom"', "impersonate: 'chrom' is not known; did you mean ch"),
        ("[youtube]\negress = []", "[youtube] egress: is not a list with something in it; write"),
        ('[youtube]\negress = ["socks5://h:1"]', "[youtube] egress: not the address of an HTTP p"),
        ('[youtube]\negress = ["default", "default"]', "[youtube] egress: has an entry twice"),
        ('[youtube]\ncookies = ["no.txt"]', "no.txt cannot be read (No such file or directory)"),
        ('[youtube]\ncookies = ["bad.txt"]', "bad.txt has no cookies in Netscape's form"),
        ('[youtube]\nclients = ["tvx"]', "[youtube] clients: 'tvx' is not known; did you mean tv?"),
        ('[vimeo]\nclients = ["tv"]', "[vimeo] clients: are players of YouTube; write it under"),
        ('[default]\ncookies = ["a.txt"]', "[default] cookies: belongs to one site; write it into"),
        ("[youtube]\nconcurency = 1", "[youtube] concurency: is not a key; did you mean concurren"),
        ("[youtub]\nconcurrency = 1", "[youtub] is not a site; write [youtube], in small letters"),
        ('["youtu.be"]\nconcurrency = 1', "[youtu.be] is called youtube here; write [youtube]"),
        ('["www.a.example"]\ngap = "1s"', '[www.a.example] is not a site; write ["host.'),
        ("[a.example]\nconcurrency = 1", '[a] has a dot in its name; write it in quotes: ["a.exam'),
        ("youtube = 1", "[youtube] is not a table; write it as [name of the site]"),
        (
            '[youtube]\negress = ["default", "direct"]\ncookies = ["a.txt"]',
            "[youtube] cookies: 1 for 2 egresses would show one account at two addresses; give",
        ),
        ("[youtube", "not TOML: "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_fix(write, text, words):
    path = write(text)

    _, (complaint,) = rulebook.read(str(path))

    assert complaint.startswith(f"{path}: ")
    assert words in complaint


def test_all_complaints_come_at_once_and_reach_the_settings(write, tmp_path):
    path = write('[youtube]\nrate = "x"\ngap = "y"\n[tiktok]\nspeed = 1\n')
    nothing = tmp_path / "empty.env"
    nothing.touch()

    reading = config.read({"CHAPAR_SITES": str(path)}, nothing, need_telegram=False)

    assert [one.split(": ")[1] for one in reading.complaints] == [
        "[youtube] rate",
        "[youtube] gap",
        "[tiktok] speed",
    ]


def test_the_file_under_the_home_counts_by_itself(write, tmp_path):
    write("[vimeo]\nconcurrency = 1\n")
    nothing = tmp_path / "empty.env"
    nothing.touch()

    settings = config.load({"CHAPAR_HOME": str(tmp_path)}, nothing, need_telegram=False)

    assert settings.sites.of("vimeo").concurrency == 1


def test_running_processes_read_the_text_and_not_the_file(write, tmp_path):
    path = write('[vimeo]\ncookies = ["a.txt"]\n')
    nothing = tmp_path / "empty.env"
    nothing.touch()
    reading = config.read({"CHAPAR_SITES": str(path)}, nothing, need_telegram=False)
    around = config.environment(reading.settings, reading)
    path.write_text("[half a")

    book = config.load(around, nothing, need_telegram=False).sites

    assert book.of("vimeo").cookies == (tmp_path / "a.txt",)
    assert book.path == path


def test_the_file_that_is_named_must_be_there(tmp_path):
    _, (complaint,) = rulebook.read(str(tmp_path / "none.toml"))

    assert "none.toml: cannot be read (No such file or directory)" in complaint


def test_no_password_is_shown(write):
    book, _ = rulebook.read(str(write('[vimeo]\negress = ["http://user:secret@10.0.0.5:3128"]\n')))

    ((_, _), (name, said)) = rulebook.shown(book)

    assert (name, said) == ("vimeo", "by 10.0.0.5:3128")
    assert book.of("vimeo").identities[0].name == "10.0.0.5:3128"


def test_an_account_is_always_seen_at_the_same_address(write):
    a, b = Path("a.txt"), Path("b.txt")
    rules = Rules(egress=("default", "direct"), cookies=(a, b), clients=((), ("tv",), ("web",)))

    ways = rules.identities

    assert [(one.egress, one.cookies) for one in ways] == [
        ("default", a),
        ("direct", b),
        ("default", a),
    ]
    assert [one.name for one in ways] == ["default+a.txt", "direct+b.txt+tv", "default+a.txt+web"]


def test_without_rules_there_is_one_way():
    assert RuleBook().of("any.example").identities == (Identity(),)


def test_the_example_is_right_also_with_every_line_switched_on(tmp_path):
    text = EXAMPLE.read_text()
    switched = "".join(
        line[1:] if line[:1] == "#" and line[1:2] not in (" ", "\n") else line
        for line in text.splitlines(keepends=True)
    )
    for name in ("youtube-1.txt", "instagram-1.txt"):
        (tmp_path / name).write_text(COOKIES)
    (tmp_path / "sites.toml").write_text(switched)

    assert rulebook.read(str(EXAMPLE))[1] == ()
    book, complaints = rulebook.read(str(tmp_path / "sites.toml"))
    assert complaints == ()
    assert book.of("youtube").clients == (("default",), ("tv", "web_safari"))
    assert book.of("video.example.org").rate == Rate(30, 60.0)


def test_the_example_names_every_site_that_has_a_name():
    (named,) = re.findall(r"shows: (.*?); any other", EXAMPLE.read_text().replace("\n# ", " "))

    assert set(named.split(", ")) == {row.name for row in sites.SITES}


def test_the_engine_knows_every_player_and_browser_that_may_be_named():
    assert set(rulebook.CLIENTS) - {"default"} <= set(INNERTUBE_CLIENTS)
    with YoutubeDL({"quiet": True}) as ydl:
        targets = [ImpersonateTarget.from_str(name) for name in rulebook.BROWSERS]
        assert all(map(ydl._impersonate_target_available, targets))
