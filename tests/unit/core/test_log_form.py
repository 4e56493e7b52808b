"""Log lines in both forms: the same facts, one line each, without secrets."""

import json
import logging

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
    ],
)
def test_what_is_secret_in_an_address_reaches_no_log_whatever_it_is_of(written, address):
    said = written("logfmt", "a.b", at=address)

    assert ("hidden" in said, ".example" in said) == (False, True)


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
