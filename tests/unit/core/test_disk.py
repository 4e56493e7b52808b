"""What a folder holds on the disk."""

from math import inf

from procs.core import disk


def test_every_file_below_is_weighed_and_no_link_is_followed(tmp_path):
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "folder"
    for place in (elsewhere, folder / "inner"):
        place.mkdir(parents=True)
        (place / "file").write_bytes(bytes(100_000))
    (folder / "link").symlink_to(elsewhere)
    (folder / "inner" / "lost").symlink_to(tmp_path / "nowhere")
    assert 100_000 <= disk.held(folder) < 200_000
    assert disk.held(folder, each=1000) == disk.held(folder) + 3 * 1000


def test_a_folder_that_is_gone_holds_nothing(tmp_path):
    assert disk.held(tmp_path / "gone") == 0


def test_folders_deeper_than_allowed_outweigh_everything(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert disk.held(tmp_path, deepest=2) == 0
    assert disk.held(tmp_path, deepest=1) == inf
