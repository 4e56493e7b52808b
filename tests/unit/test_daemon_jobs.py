"""The commands about jobs, pauses and caps, on a real database without processes."""

import os

import pytest

from daemon import cli, pausing
from daemon.errors import Refusal
from procs import clock, config, link
from procs.job import Ask, Lane, Link, Media, Part, Person, Reference, State
from procs.store import leases, media, outcomes, record, requests, users, workers
from procs.store.database import migrate, open_database


class House:
    """A home with a database, the command, and one worker's row (this process)."""

    def __init__(self, home, capsys):
        self.url, self.run, self.capsys = f"sqlite:///{home}/chapar.db", home / "run", capsys
        migrate(self.url, run=self.run)
        self.db = open_database(self.url, run=self.run)
        self.worker = workers.enter(self.db, "w00-77", now=clock.now())
        self.messages = 0

    def asks(self, user, *names, site="site.test"):
        """The numbers of the jobs for these links."""
        users.remember(self.db, Person(user), now=clock.now())
        self.messages += 1
        asks = [
            Ask(user, user, self.messages, n, Link(f"https://{site}/{name}", site, f"url:{name}"))
            for n, name in enumerate(names)
        ]
        return [one.job for one in requests.submit(self.db, asks, now=clock.now())]

    def claims(self, room=1):
        return leases.claim(
            self.db, worker=self.worker, lane=Lane.HEAVY, room=room, now=clock.now()
        )

    def fails(self):
        """Let the next job fail; its code."""
        (lease,) = self.claims()
        return outcomes.failed(self.db, lease, error="gone", say="failed-gone", now=clock.now())

    def says(self, *words):
        """(exit code, lines on standard output, standard error)"""
        code = cli.main(words)
        out, err = self.capsys.readouterr()
        return code, out.splitlines(), err


@pytest.fixture
def house(short_home, monkeypatch, capsys):
    for name in config.NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHAPAR_HOME", str(short_home))
    monkeypatch.setenv("CHAPAR_ENV_FILE", os.devnull)
    house = House(short_home, capsys)
    yield house
    house.db.close()


@pytest.mark.parametrize("words", [["jobs"], ["why", "1"], ["pause"], ["drain"], ["cap", "1", "2"]])
def test_before_the_first_start_there_is_nothing_to_ask(short_home, monkeypatch, capsys, words):
    monkeypatch.setenv("CHAPAR_HOME", str(short_home))
    assert cli.main(words) == 1
    assert "nothing was ever started" in capsys.readouterr().err


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
    assert record.find(house.db, str(job)).state is State.QUEUED
    assert requests.order(house.db, 1).state == "open"


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


def test_a_paused_site_is_shown_and_resumed(house):
    house.asks(7, "a", site="youtube")

    _, said, _ = house.says("pause", "--site", "https://youtu.be/", "--why", "it blocks us")

    assert said == ["paused: site youtube; 1 job held, what runs goes on"]
    _, lines, _ = house.says("status")
    assert lines[2].startswith("PAUSED: site youtube, since 2")
    assert lines[2].endswith("(it blocks us)")
    assert "1 held" in "\n".join(lines)
    assert house.says("resume", "--site", "youtube")[1] == [
        "resumed: site youtube; 1 held job came back"
    ]
    assert "PAUSED" not in "\n".join(house.says("status")[1])


def test_resume_of_what_is_not_paused_says_what_is(house):
    house.says("pause", "--user", "7")
    code, _, said = house.says("resume")
    assert code == 1
    assert said == "chapar: the whole system is not paused; still paused: user 7\n"


def test_a_pause_of_a_user_and_a_site_at_once_is_not_understood(house):
    with pytest.raises(SystemExit) as ended:
        house.says("pause", "--user", "7", "--site", "x")
    assert ended.value.code == 2


def test_a_site_is_named_by_its_name_or_an_address():
    assert pausing.site_of("YouTube") == pausing.site_of("www.youtube.com") == "youtube"
    assert pausing.site_of("Example.org") == "example.org"
    with pytest.raises(Refusal, match="not a site"):
        pausing.site_of("no site")


def test_drain_of_an_idle_system_is_over_at_once_and_stays(house):
    house.asks(7, "a")
    assert house.says("drain")[:2] == (
        0,
        ["paused: nothing new starts; chapar resume ends the pause", "drained: no job runs"],
    )
    assert house.claims() == []
    assert "(drain)" in "\n".join(house.says("status")[1])
    assert house.says("resume")[0] == 0


def test_drain_names_who_is_waited_for_until_its_time_is_over(house):
    house.asks(7, "a")
    house.claims()

    code, lines, said = house.says("drain", "--timeout", "0.5")

    assert code == 1
    assert lines[1] == "waiting for job 1 (fetch site.test) on w00-77"
    assert said.startswith("chapar: after 0.5 s there still runs: job 1 ")


def test_drain_does_not_wait_for_the_dead(house):
    house.asks(7, "a")
    house.claims()
    workers.leave(house.db, house.worker, why="died", now=clock.now())
    assert house.says("drain", "--timeout", "0.5")[0] == 0


def test_a_users_cap_takes_effect_at_once(house):
    house.asks(7, "a", "b", "c", "d")
    assert house.says("cap", "7", "3")[1] == [
        "user 7: 3 downloads at once; 1 waiting job may start now"
    ]
    assert house.says("cap", "7", "default")[1] == ["user 7: 2 downloads at once"]


def test_the_cap_of_all(house):
    house.asks(7, "a", "b", "c", "d")
    assert house.says("cap", "--all", "4")[1] == [
        "everybody: 4 downloads at once; 2 waiting jobs may start now"
    ]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["7"], "write: chapar cap USER N"),
        (["7", "2", "--all", "3"], "write: chapar cap USER N"),
        (["x", "2"], "write: chapar cap USER N"),
        (["7", "0"], "'0' is not a cap"),
        (["7", "many"], "'many' is not a cap"),
        (["8", "3"], "no user 8 ever wrote"),
        (["--all", "default"], "CHAPAR_MAX_DOWNLOADS_PER_USER"),
    ],
)
def test_what_is_no_cap_is_refused(house, words, complaint):
    house.asks(7, "a")
    code, _, said = house.says("cap", *words)
    assert code == 1
    assert complaint in said


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
    outcomes.fetched(house.db, lease, got, keys={one.key}, now=clock.now())

    code, lines, _ = house.says("forget", address)

    assert (code, "forgotten" in lines[0]) == (0, True)
    assert media.find(house.db, one.key, one.variant) is None
    assert "nothing is kept" in house.says("forget", address)[1][0]
    code, _, error = house.says("forget", "nonsense")
    assert (code, "not one link" in error) == (1, True)
