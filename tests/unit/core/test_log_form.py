"""Log lines in both forms: the same facts, one line each, without secrets."""

import json
import logging
import time

import pytest

from procs.core import log

TOKEN = "777000001:AAsandboxsandboxsandboxsandboxsandb"
HOSTILE = [
    'a "quoted" word',
    "two\nlines",
    f"https://x.example/a?sig={TOKEN}&b=1",
    "\udcff",
    "سلام",
]


@pytest.fixture
def written(capsys):
    """What one call writes in the form of these words."""
    before = logging.getLogger().handlers[:]

    def write(words: str, event: str, **facts: object) -> str:
        log.start("INFO", log.form(words))
        log.info(event, **facts)
        return str(capsys.readouterr().out)

    yield write
    logging.getLogger().handlers[:] = before


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("words", ["json", "logfmt", "json stderr", "stderr"])
def test_whatever_a_fact_is_the_line_is_one_and_tells_no_secret(written, words, text):
    said = written(words, "a.b", job=41, url=text, none=None)

    assert (said.count("\n"), TOKEN in said, "sig=" in said) == (1, False, False)
    assert said.startswith("<6>") == ("stderr" in words)


@pytest.mark.parametrize(
    "address",
    [
        "smtps://user:hidden@mail.example:465/me@example.org",
        "socks5://user:hidden@proxy.example:1080",
        "http://user:hid@hidden@proxy.example:3128",
        "HTTPS://x.example/film?sig=hidden",
        "postgresql://chapar:hid@hidden@db.example/chapar",
        "postgresql://chapar:hid/hidden@db.example/chapar",
        "postgresql://db.example/chapar?password=hidden&sslpassword=hidden&sslmode=require",
        "postgresql://db.example/chapar?oauth_client_secret=hidden",
        "postgresql://db.example/chapar?scram_client_key=hidden&scram_server_key=hidden",
        "https://x.example/film?title=Don't+stop&sig=hidden",
        "https://x.example/Don't?sig=hidden",
        'https://x.example/film?a="b"&sig=hidden',
        "https://x.example/#/film?sig=hidden",
        "rtmp://live.example/app?token=hidden",
        "ftp://user:hidden@files.example/film",
    ],
)
def test_what_is_secret_in_an_address_reaches_no_log_whatever_it_is_of(written, address):
    said = written("logfmt", "a.b", at=address)

    assert ("hidden" in said, ".example" in said) == (False, True)


@pytest.mark.parametrize(
    "part", ["http://", "https://x.example/a,", "a", "'", "1234567", "@", "postgres://a:"]
)
def test_no_text_of_a_site_takes_long_to_mask(part):
    began = time.process_time()

    log.mask(f"https://x.example/{part * 20_000}")

    assert time.process_time() - began < 5


@pytest.mark.parametrize("token", [TOKEN, TOKEN.replace(":", "%3A")])
def test_a_token_within_the_path_of_an_address_reaches_no_log(written, token):
    said = written("json", "a.b", at=f"https://api.example/file/bot{token}/film.mp4")

    assert (token in said, "/film.mp4" in said) == (False, True)


@pytest.mark.parametrize("words", ["logfmt", "json"])
def test_quotation_marks_around_an_address_stay(written, words):
    said = written(words, "a.b", why="cannot read 'https://x.example/a?b=c', gave up")

    assert "'https://x.example/a?***', gave up" in said


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x0b", "\x85", "\u2028", "\x9b31m", "\x00"])
@pytest.mark.parametrize("words", ["json", "logfmt", "json stderr", "stderr"])
def test_signs_that_a_terminal_obeys_or_that_end_lines_are_escaped(written, words, sign):
    said = written(words, "a.b", title=f"one{sign}two")

    assert (sign in said, f"\\u{ord(sign[0]):04x}" in said) == (False, True)
    assert len(said.splitlines()) == 1


def test_an_object_has_the_facts_with_their_kinds(written):
    one = json.loads(written("json", "job.done", job=41, took=7.41234, early=True, site="x"))

    one.pop("time")
    assert one == {
        "level": "INFO", "event": "job.done", "job": 41, "took": 7.412, "early": True, "site": "x"
    }  # fmt: skip


def test_each_line_of_a_traceback_has_its_priority_for_the_journal(capsys):
    log.start("INFO", log.form("stderr"))
    try:
        raise ValueError("x")
    except ValueError as error:
        log.error("a.b", trace=error)

    assert all(line.startswith("<3>") for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize(
    ("text", "json_lines", "stderr"),
    [("", 0, 0), ("JSON", 1, 0), ("stderr json", 1, 1), ("files logfmt", 0, 0), ("stderr", 0, 1)],
)
def test_the_words_may_stand_in_any_order(text, json_lines, stderr):
    assert log.form(text) == log.LogForm(json=bool(json_lines), stderr=bool(stderr))


@pytest.mark.parametrize("text", ["xml", "json logfmt", "files stderr", "json;stderr"])
def test_other_words_are_refused_with_what_there_is(text):
    with pytest.raises(ValueError, match="write"):
        log.form(text)
