"""The commands about jobs, on a real database without processes."""

import contextlib

import pytest

from daemon import cli
from procs.core import clock
from procs.records.job import Ask, Media, Part, Person, Reference, State
from procs.store import wake
from procs.store.jobs import leases, outcomes
from procs.store.media import references
from procs.store.people import users
from procs.store.reports import job_record
from procs.store.requests import requests
from procs.wishes.grammar import link
from tests.sandbox.house import house

__all__ = ["house"]
#: What is done with a home that has no settings yet.
START = "chapar init, then chapar up -d"


@pytest.mark.parametrize("words", [["jobs"], ["why", "1"], ["pause"], ["drain"], ["cap", "1", "2"]])
def test_before_the_first_start_there_is_nothing_to_ask(short_home, monkeypatch, capsys, words):
    monkeypatch.setenv("CHAPAR_HOME", str(short_home))
    assert cli.main(words) == 1
    said = capsys.readouterr().err
    assert said.endswith(f"nothing was ever started on {short_home}; run: {START}\n")


def test_who_has_a_token_is_told_to_start_the_bot(short_home, monkeypatch, capsys):
    monkeypatch.setenv("CHAPAR_HOME", str(short_home))
    monkeypatch.setenv("CHAPAR_BOT_TOKEN", "777000001:AAsandboxsandboxsandboxsandboxsandb")
    assert cli.main(["jobs"]) == 1
    assert capsys.readouterr().err.endswith("run: chapar up -d\n")


def test_no_jobs_is_one_line(house):
    assert house.says("jobs") == (0, ["0 jobs alive"], "")


def test_jobs_lists_what_is_not_over_running_first_and_the_totals(house):
    house.asks(7, "a", "b", "c")
    house.claims()

    code, lines, _ = house.says("jobs")

    rows = [line.split() for line in lines]
    assert code == 0
    assert rows[1][:7] == ["1", "leased", "fetch", "7", "site.test", "1", "w00-77"]
    assert [row[1] for row in rows[2:4]] == ["queued", "waiting"]
    assert lines[-1] == "3 jobs alive: 1 queued, 1 leased, 1 waiting"


def test_a_job_that_waits_for_its_time_says_when_and_why(house):
    house.asks(7, "a")
    (lease,) = house.claims()
    leases.retry(house.db, lease, delay=90, now=clock.now(), error="site-busy")

    _, lines, _ = house.says("jobs")

    assert lines[1].split()[1] == "later"
    assert "site-busy, again in 1:" in lines[1]


def test_a_long_list_is_cut_and_says_so(house):
    for user in range(1, 206):
        house.asks(user, f"a{user}")

    _, lines, _ = house.says("jobs")

    assert lines[-2:] == ["and 5 more", "205 jobs alive: 205 queued"]


def test_all_lists_what_is_over_too(house):
    house.asks(7, "a")
    house.fails()
    house.asks(7, "b")

    _, lines, _ = house.says("jobs", "--all")

    assert [line.split()[1] for line in lines[1:3]] == ["queued", "failed"]
    assert lines[2].endswith("gone")
    assert lines[-1] == "the latest 2 jobs: 1 queued, 1 failed"


def test_why_tells_the_story_in_order_with_the_worker_by_name(house):
    house.asks(7, "a")
    code_of_person = house.fails()

    code, lines, _ = house.says("why", code_of_person.lower())

    assert code == 0
    assert lines[0] == "job 1: fetch https://site.test/a best"
    assert lines[1] == "failed, attempt 1, user 7, last error: gone"
    events = [line.split() for line in lines[4:7]]
    assert [row[2] for row in events[:1]] == ["added"]
    assert [row[3:] for row in events[1:]] == [
        ["claimed", "worker=w00-77"],
        ["failed", "error=gone"],
    ]
    assert all(row[2].startswith("+") for row in events[1:])
    assert code_of_person in lines[-1]


@pytest.mark.parametrize("name", ["5", "E-0000", "nonsense", "²", "9" * 40, "-1"])
@pytest.mark.parametrize("command", ["why", "retry", "cancel"])
def test_what_nobody_knows_is_one_sentence(house, command, name):
    code, lines, said = house.says(command, name)
    assert (code, lines) == (1, [])
    assert said.startswith(f"chapar: no job has the number or code {name}; ")


def test_retry_queues_what_failed_and_its_person_waits_again(house):
    (job,) = house.asks(7, "a")
    code = house.fails()

    assert house.says("retry", code)[:2] == (0, ["job 1 is tried again at once"])
    assert job_record.find(house.db, str(job)).state is State.QUEUED
    assert requests.order(house.db, 1).state == "open"


def test_a_retry_wakes_one_idle_worker_and_the_bot(house):
    house.asks(7, "a")
    code = house.fails()
    names = ("w01", "w02", wake.BOT)
    with contextlib.ExitStack() as held:
        ears = [
            held.enter_context(contextlib.closing(wake.WakeSocket(house.db.run, name)))
            for name in names
        ]
        for worker in ears[:2]:
            worker.rest()

        house.says("retry", code)

        heard = [bool(ear.heard()) for ear in ears]
    assert sorted(heard[:2]) == [False, True]
    assert heard[2]


def test_a_retry_that_has_to_wait_says_for_what(house):
    house.asks(7, "a")
    code = house.fails()
    house.says("pause", "--user", "7")
    assert house.says("retry", code)[1] == ["job 1 is tried again when its pause ends"]


def test_only_what_ended_badly_is_retried(house):
    house.asks(7, "a")
    assert "job 1 is queued: only" in house.says("retry", "1")[2]
    (lease,) = house.claims()
    leases.finish(house.db, lease, now=clock.now())
    assert "job 1 is done: only" in house.says("retry", "1")[2]


def test_a_retry_beside_the_same_link_is_refused(house):
    house.asks(7, "a")
    house.fails()
    house.asks(8, "a")

    code, _, said = house.says("retry", "1")

    assert code == 1
    assert "another job for the same link" in said


def test_cancel_ends_a_job_once(house):
    house.asks(7, "a")
    assert house.says("cancel", "1")[:2] == (0, ["job 1 is cancelled"])
    assert "over already: cancelled" in house.says("cancel", "1")[2]


def test_a_rolling_restart_of_what_does_not_run(house):
    assert house.says("rolling-restart")[0] == cli.NOT_UP


def test_forget_drops_what_is_kept_of_a_link(house):
    address = "https://site.test/film.mp4"
    (one,) = link.parse(address).links
    asked = Ask(5, 5, 99, 0, one)
    users.remember(house.db, Person(5), now=clock.now())
    requests.submit(house.db, [asked], now=clock.now())
    part = Part(Reference("document", 1, 2, "ab"), "video", "film.mp4", 3)
    got = Media(one.key, one.variant, "Film", one.site, one.url, (part,))
    (lease,) = house.claims()
    outcomes.finish_download(house.db, lease, got, keys={one.key}, now=clock.now())

    code, lines, _ = house.says("forget", address)

    assert (code, "forgotten" in lines[0]) == (0, True)
    assert references.find(house.db, one.key, one.variant) is None
    assert "nothing is kept" in house.says("forget", address)[1][0]
    code, _, error = house.says("forget", "nonsense")
    assert (code, "not one link" in error) == (1, True)
