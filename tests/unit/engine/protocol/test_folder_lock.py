"""Nobody takes over a folder that somebody may still write into."""

import os
import signal
import subprocess

import pytest

from procs.engine.protocol import folder_lock
from procs.engine.protocol.part_file import keep_parts
from procs.worker.jobs.resume import taken


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "1-1"
    (path / folder_lock.SCRATCH).mkdir(parents=True)
    return path


@pytest.fixture
def user(folder):
    """A process that uses the folder, as a child does, until it is killed."""
    told, tell = os.pipe()
    pid = os.fork()
    if not pid:
        folder_lock.share(folder)
        os.write(tell, b".")
        signal.pause()
    os.read(told, 1)
    yield pid
    os.close(told)
    os.close(tell)


def kill(pid):
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_a_folder_in_use_is_not_taken(folder, user):
    assert taken(folder, folder.with_name("1-2")) is None
    assert folder.exists()
    kill(user)


def test_it_is_taken_once_its_user_is_dead(folder, user):
    (folder / "media-0.mp4.part").write_bytes(b"four")
    (folder / "media-0.mp4.head").write_text('{"length":9}')
    kill(user)

    assert taken(folder, new := folder.with_name("1-2")) == 1

    assert (new / "media-0.mp4.part").read_bytes() == b"fou"
    assert not folder.exists()


def test_who_outlived_its_lease_is_killed_and_the_folder_taken(folder, user):
    os.kill(user, signal.SIGSTOP)
    other = folder.with_name("2-1")
    (other / folder_lock.SCRATCH).mkdir(parents=True)
    (other / folder_lock.IN_USE).touch()

    assert folder_lock.evict(other) == 0
    assert folder_lock.evict(folder) == 1

    assert os.waitstatus_to_exitcode(os.waitpid(user, 0)[1]) == -signal.SIGKILL
    assert taken(folder, folder.with_name("1-2")) is not None


@pytest.fixture
def heir(folder):
    """A process to which a dead one left its lock of the folder: the pids of both."""
    told, tell = os.pipe()
    if not (maker := os.fork()):
        folder_lock.share(folder)
        if not os.fork():
            os.write(tell, b"%d\n" % os.getpid())
            signal.pause()
        os._exit(0)
    os.waitpid(maker, 0)
    pid = int(os.read(told, 20))
    yield maker, pid
    os.kill(pid, signal.SIGKILL)
    os.close(told)
    os.close(tell)


def test_nobody_is_killed_for_a_lock_that_a_dead_process_left_behind(folder, heir, monkeypatch):
    """The kernel's list goes on naming the dead one, whose number may be anybody's."""
    maker, _ = heir
    with subprocess.Popen(["sleep", "60"]) as other:
        rows = folder_lock.LOCK_LIST.read_text().replace(f" {maker} ", f" {other.pid} ")
        monkeypatch.setattr(folder_lock, "LOCK_LIST", folder.with_name("locks"))
        folder_lock.LOCK_LIST.write_text(rows)

        killed = folder_lock.evict(folder)

        assert (killed, other.poll()) == (0, None)
        other.kill()


def test_it_is_taken_again_from_who_died_before_its_own_child_began(folder, user):
    (folder / "media-0.mp4.part").write_bytes(b"four")
    (folder / "media-0.mp4.head").write_text('{"length":9}')
    kill(user)
    taken(folder, second := folder.with_name("1-2"))

    assert taken(second, third := folder.with_name("1-3")) == 1

    assert (third / "media-0.mp4.part").read_bytes() == b"fo"


def test_a_link_in_the_place_of_the_lock_leads_nowhere(folder, tmp_path):
    (folder / folder_lock.SCRATCH).rmdir()
    (elsewhere := tmp_path / "elsewhere").mkdir()
    (folder / folder_lock.SCRATCH).symlink_to(elsewhere)

    with pytest.raises(OSError, match=folder_lock.SCRATCH):
        taken(folder, folder.with_name("1-2"))

    assert not list(elsewhere.iterdir())


def test_a_folder_that_is_gone_is_not_taken(tmp_path):
    with pytest.raises(FileNotFoundError):
        taken(tmp_path / "1-1", tmp_path / "1-2")


def test_two_use_a_folder_at_once(folder, user):
    folder_lock.share(folder)
    kill(user)


def test_whoever_comes_too_late_does_not_get_in(folder, user):
    kill(user)
    taken(folder, folder.with_name("1-2"))

    with pytest.raises(OSError, match="in-use"):
        folder_lock.share(folder)


def test_only_what_can_be_gone_on_with_is_kept(tmp_path):
    whole = {"media-0.f137.mp4", "media-0.f137.mp4.head"}
    cut = {"media-0.f140.m4a.part", "media-0.f140.m4a.head"}
    others = {"media-1.mp4.part", "media-1.mp4.ytdl", "cookies.txt", "merged.mp4", "kept.z"}
    for name in whole | cut | others:
        (tmp_path / name).write_bytes(b"some")
    for name, length in (("media-2.mp4", 4), ("media-3.mp4", 5)):  # and one that was changed here
        (tmp_path / name).write_bytes(b"some")
        (tmp_path / f"{name}.head").write_text(f'{{"length":{length}}}')
    (tmp_path / ".tmp").mkdir()

    assert keep_parts(tmp_path) == 3

    kept = {"media-0.f137.mp4.part", "media-0.f137.mp4.head"} | cut
    kept |= {"media-2.mp4.part", "media-2.mp4.head"}
    assert {path.name for path in tmp_path.iterdir()} == kept
    assert (tmp_path / "media-0.f137.mp4.part").read_bytes() == b"som"
