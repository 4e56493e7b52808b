"""Which yt-dlp is in use: the pointer, the folders, and the way back."""

import os

import pytest

from procs.engine.nursery.launcher import ROOT, environment
from procs.engine.nursery.listener import likeness
from procs.engine.releases.versions import EngineRefused, Version, Versions, installed
from procs.engine.updates.updater import Updater


@pytest.fixture
def versions(tmp_path):
    return Versions(tmp_path / "engines")


def there(versions, *names):
    """Versions whose folders exist."""
    for name in names:
        (versions.root / name).mkdir(parents=True)
    return [versions.find(name) for name in names]


def test_without_a_choice_it_is_the_one_that_was_installed_with_us(versions):
    assert versions.current() == installed()
    assert versions.before() is None


def test_the_one_in_use_and_the_one_before_are_kept_and_no_other(versions):
    for name in ("2097.1.1", "2098.1.1", "2099.1.1"):
        versions.use(*there(versions, name))
    assert [one.name for one in versions.kept()] == ["2099.1.1", "2098.1.1", installed().name]
    assert (versions.current().name, versions.before().name) == ("2099.1.1", "2098.1.1")


def test_to_use_what_is_in_use_keeps_the_way_back(versions):
    (new,) = there(versions, "2099.1.1")
    versions.use(new)
    versions.use(new)
    assert versions.before() == installed()


def test_a_version_with_known_holes_is_not_used(versions):
    (old,) = there(versions, "2026.7.3")
    with pytest.raises(EngineRefused, match="known holes"):
        versions.use(old)
    assert versions.current() == installed()


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"use": "2098.1.1"}'])
def test_a_pointer_that_leads_nowhere_is_the_one_that_was_installed_with_us(versions, text):
    versions.root.mkdir()
    versions.pointer.write_text(text)
    assert versions.current() == installed()


def test_a_pipe_in_the_place_of_the_pointer_keeps_nobody_waiting(versions):
    versions.root.mkdir()
    os.mkfifo(versions.pointer)

    assert versions.current() == installed()


def test_what_an_update_left_unfinished_goes_at_the_next(versions):
    (versions.root / ".new-2099.1.1-17").mkdir(parents=True)
    with versions.alone():
        assert [entry.name for entry in versions.root.iterdir()] == [".lock"]


def test_two_updates_at_once_are_one_too_many(versions):
    with versions.alone(), pytest.raises(EngineRefused, match="at work"), versions.alone():
        pass


def test_a_nursery_of_another_version_is_another_nursery():
    assert likeness("2098.1.1") != likeness("2099.1.1")


def test_a_versions_folder_goes_before_ours(tmp_path):
    found = environment(Version("2099.1.1", tmp_path))["PYTHONPATH"]
    assert found == f"{tmp_path}{os.pathsep}{ROOT}"
    assert environment(installed())["PYTHONPATH"] == ROOT


def test_nothing_to_go_back_to_is_said(tmp_path):
    with pytest.raises(EngineRefused, match="no version was in use before"):
        Updater(tmp_path, None, print).rollback()


@pytest.mark.parametrize("name", ["2098.1.1", "newest", ""])
async def test_what_is_not_here_cannot_be_used(tmp_path, name):
    with pytest.raises(EngineRefused):
        await Updater(tmp_path, None, print).use(name)
