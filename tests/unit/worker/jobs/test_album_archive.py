"""A post as one ZIP: stored, split at the limit, with names that lead nowhere."""

import zipfile

from procs.worker.jobs import album_archive
from procs.worker.jobs.album_archive import packed


def files(folder, **sizes):
    for name, size in sizes.items():
        (folder / f"{name}.jpg").write_bytes(name.encode()[:1] * size)
    return [f"{name}.jpg" for name in sizes]


def test_all_files_lie_as_they_are_in_one_archive_in_their_order_and_nowhere_else(tmp_path):
    (made,) = packed(tmp_path, files(tmp_path, b=900, a=700), title="A day/out", limit=10_000)
    assert (made.kind, made.name) == ("document", "A day_out.zip")
    with zipfile.ZipFile(made.path) as archive:
        assert archive.testzip() is None
        there = [(one.filename, one.file_size, one.compress_type) for one in archive.infolist()]
    assert there == [("01 b.jpg", 900, 0), ("02 a.jpg", 700, 0)]
    assert [one.name for one in tmp_path.iterdir()] == ["A day_out.zip"]


def test_no_archive_is_larger_than_may_be_uploaded_and_each_opens_by_itself(tmp_path):
    names = files(tmp_path, **{f"p{n}": 4000 for n in range(5)})
    made = packed(tmp_path, names, title="Post", limit=10_000)
    assert [one.name for one in made] == [f"Post ({n} of 3).zip" for n in (1, 2, 3)]
    assert all(one.size <= 10_000 for one in made)
    found = [name for one in made for name in zipfile.ZipFile(one.path).namelist()]
    assert found == [f"{n:02} p{n - 1}.jpg" for n in range(1, 6)]


def test_a_file_that_leaves_no_room_for_an_archive_comes_as_it_is(tmp_path):
    made = packed(tmp_path, files(tmp_path, big=9_990, small=10), title="Post", limit=10_000)
    assert [one.name for one in made] == ["big.jpg", "Post.zip"]


def test_what_an_archive_costs_is_never_guessed_too_low(tmp_path):
    names = files(tmp_path, **{f"p{n}" * 40: 1 for n in range(10, 40)})
    inside = {name: album_archive.inner(n, name) for n, name in enumerate(names, 1)}
    expected = album_archive.cost(tmp_path, inside, names)
    (made,) = packed(tmp_path, names, title="Post", limit=expected)
    assert made.size <= expected


def test_a_name_is_no_path_and_none_is_twice():
    names = ["../../etc/passwd", "/root/x.jpg", "a\\b.jpg", "x.jpg", "x.jpg", "\u202egpj.exe", ""]
    inside = [album_archive.inner(n, name) for n, name in enumerate(names, 1)]
    assert inside == [
        "01 passwd", "02 x.jpg", "03 b.jpg", "04 x.jpg", "05 x.jpg", "06 gpj.exe", "07 file",
    ]  # fmt: skip
