"""`chapar fetch`: what it asks for, what it shows, where the files go."""

import dataclasses

import pytest

from daemon.command_error import Refusal
from daemon.commands import fetch_command, fetch_target
from procs.records.job import State, Step
from procs.store.requests.request_status import RequestStatus

MIB = 1024**2
FRESH = RequestStatus(
    request=1, user=0, chat=0, chat_access=0, message=1, status_message=None, status_random=1,
    language="en", state="open", job_state=State.QUEUED, step=None, done=0, total=0, rate=0.0,
    place=2, retry_at=None, code="", say="", title="", shown="", site="x.test", url="http://x.test/a",
)  # fmt: skip


def status(**facts):
    return dataclasses.replace(FRESH, **facts)


def test_a_wish_is_one_of_the_variants():
    assert fetch_command.wish_of("720p") == "720p"
    assert fetch_command.wish_of("mp3") == "mp3"
    with pytest.raises(Refusal, match="avi"):
        fetch_command.wish_of("avi")


@pytest.mark.parametrize(
    ("words", "variant"),
    [
        ("720 1:20-2:05", "720p@80-125"),
        ("from 1:20 to 2:05 mp3", "mp3@80-125"),
        ("فقط صدا", "audio"),
        ("first 30 seconds", "best@0-30"),
        ("best@80-125!", "best@80-125!"),
    ],
)
def test_a_wish_is_said_as_in_a_chat(words, variant):
    assert fetch_command.wish_of(words) == variant


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("mp3 720", "do not go together"),
        ("2:05-1:20", "ends before it begins"),
        ("8k", "I can't do"),
        ("hello", "not a form"),
    ],
)
def test_a_wish_that_is_not_clear_is_refused_in_the_words_of_the_chat(words, why):
    with pytest.raises(Refusal, match=why):
        fetch_command.wish_of(words)


def test_what_is_no_link_is_refused_in_the_users_words():
    with pytest.raises(Refusal, match="only http"):
        fetch_command.link_of("ftp://x.test/a", "best")


def test_the_line_says_place_step_bytes_and_time_left():
    assert fetch_command.line(status()) == "waiting, place 2"
    assert fetch_command.line(status(job_state=State.LEASED, step=Step.PROBE)) == "looking …"
    text = fetch_command.line(
        status(
            job_state=State.LEASED, step=Step.FETCH, done=3 * MIB, total=12 * MIB, rate=1.0 * MIB
        )
    )
    words = " ".join(text.split())
    assert words == "downloading ██████░░░░░░░░░░░░░░░░░░ 25% 3 MB of 12 MB 1 MB/s 0:09 left"


def test_more_than_the_total_is_never_more_than_all():
    text = fetch_command.line(status(step=Step.FETCH, done=3, total=2))
    assert "100%" in text


def test_nothing_in_the_folder_is_overwritten(tmp_path):
    outbox, folder = tmp_path / "outbox", tmp_path / "to" / "here"
    outbox.mkdir()
    folder.mkdir(parents=True)
    (outbox / "clip.mp4").write_text("new")
    (folder / "clip.mp4").write_text("old")

    assert fetch_target.collect(outbox, folder) == [folder / "clip (2).mp4"]
    assert (folder / "clip.mp4").read_text() == "old"
    assert not outbox.exists()
